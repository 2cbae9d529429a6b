//! `manifest.json`: what an export is, where it came from, and what it leaves out (wire contract 15.1).

use std::collections::BTreeMap;

use dataops_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::entity::Entity;

/// The name of the file.
pub(crate) const FILE: &str = "manifest.json";
/// What the records are.
pub(crate) const SCHEMA_VERSION: &str = "dataops.execution.v1";
/// How they are written.
pub(crate) const FORMAT_VERSION: u64 = 1;
/// What is taken out of every export; `sessions` and `users.password_hash` every reader asks for.
pub(crate) const REDACTIONS: [&str; 3] = ["sessions", "users.password_hash", "users.setup_link"];
/// What is in no export.
pub(crate) const OMITTED: [&str; 2] = ["idempotency", "sessions"];

/// Where and when an export is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// When.
    pub generated_at: Timestamp,
    /// The environment's name.
    pub environment: String,
    /// The stack's name.
    pub stack: String,
    /// The region.
    pub region: String,
    /// The commit the software was made of.
    pub git_sha: String,
}

impl Origin {
    /// An origin that only knows the moment.
    pub fn at(generated_at: Timestamp) -> Self {
        let unknown = || "unknown".to_owned();
        Self { generated_at, environment: unknown(), stack: unknown(), region: unknown(), git_sha: unknown() }
    }
}

/// The ends of the audit chains of one kind of record, told in one digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chains {
    /// Records with a chain.
    pub count: u64,
    /// `sha256:` and hex, over a line `<id> <sequence> <hash>` for each, in the order of the file.
    pub checksum: String,
}

/// What `manifest.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA_VERSION`].
    pub schema_version: String,
    /// [`FORMAT_VERSION`].
    pub export_format_version: u64,
    /// When it was made.
    pub generated_at: String,
    /// The environment's name.
    pub source_environment: String,
    /// The stack's name.
    pub source_stack: String,
    /// The region.
    pub source_region: String,
    /// The commit the software was made of.
    pub app_git_sha: String,
    /// The file of each kind.
    pub entity_files: Ordered<String>,
    /// How many records of each kind.
    pub entity_counts: Ordered<u64>,
    /// `sha256:` and hex of each of those files.
    pub checksums: Ordered<String>,
    /// What was taken out.
    pub redactions: Vec<String>,
    /// What is not here at all.
    pub omitted_entities: Vec<String>,
    /// Kinds whose file is there and always empty.
    pub unimplemented_entities: Vec<String>,
    /// How many values were taken out of the records of a kind because they looked like a secret; kinds without any are left out.
    pub redacted_values: Ordered<u64>,
    /// How many of the users stand for an actor that is no user.
    pub service_actors: u64,
    /// How many relations name nothing that is stored, and were set apart.
    pub external_references: u64,
    /// Where the audit chains of each kind end.
    pub chains: Ordered<Chains>,
}

/// A JSON object whose keys keep the order they were given in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered<T>(pub Vec<(String, T)>);

impl<T> Ordered<T> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }
}

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(BTreeMap::<String, T>::deserialize(deserializer)?.into_iter().collect()))
    }
}

impl Manifest {
    /// The bytes of the file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// One object with a value for each kind.
pub(crate) fn by_entity<T>(value: impl Fn(Entity) -> T) -> Ordered<T> {
    Ordered(Entity::ALL.into_iter().map(|entity| (entity.name().to_owned(), value(entity))).collect())
}
