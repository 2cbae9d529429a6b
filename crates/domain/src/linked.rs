//! What is linked to a task or bundle: ids alone. What the linked records say is joined when somebody asks, so that
//! nothing is kept twice; and a decision about proof reads these ids instead of an index, which may lag.

use serde::{Deserialize, Serialize};

use crate::json::Object;
use crate::maybe::Maybe;
use crate::refs::Reference;
use crate::refusal::Refusal;

/// The most ids of one kind on one record.
pub const MAX_LINKED: usize = 500;

/// The ids linked to one task or bundle. Adding one does not raise the version that clients see.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Linked {
    /// Its uploaded files (tasks only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Artifacts that name it as theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<String>,
    /// Artifacts that were attached to it and show as its references, in the order of attaching.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<String>,
    /// Assistant jobs that are for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<String>,
}

impl Linked {
    /// True when nothing is linked.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.artifacts.is_empty() && self.attached.is_empty() && self.jobs.is_empty()
    }

    /// Ids of every artifact that belongs to it or is attached to it.
    pub fn artifact_ids(&self) -> impl Iterator<Item = &str> {
        let attached = self.attached.iter().filter(|id| !self.artifacts.contains(id));
        self.artifacts.iter().chain(attached).map(String::as_str)
    }
}

/// Adds an id at the end, moving it there when it was in the list.
///
/// # Errors
/// When the list is full.
pub fn add(list: &mut Vec<String>, id: &str, what: &str) -> Result<(), Refusal> {
    list.retain(|known| known != id);
    if list.len() >= MAX_LINKED {
        return Err(Refusal::rule("too_many_linked", format!("At most {MAX_LINKED} {what} can belong to one record")));
    }
    list.push(id.to_owned());
    Ok(())
}

/// Removes an id.
pub fn remove(list: &mut Vec<String>, id: &str) {
    list.retain(|known| known != id);
}

/// References as they are shown: those a caller supplied, then the joined ones; a joined one takes the place of a
/// supplied one of the same id.
pub fn joined(supplied: &Maybe<Vec<Reference>>, id_key: &str, joined: Vec<Object>) -> Maybe<Vec<Reference>> {
    if joined.is_empty() {
        return supplied.clone();
    }
    let id = |reference: &Object| reference.get(id_key).cloned();
    let mut shown: Vec<Reference> = supplied.get().cloned().unwrap_or_default();
    shown.retain(|reference| !joined.iter().any(|each| id(each) == id(reference)));
    shown.extend(joined);
    Maybe::Set(shown)
}
