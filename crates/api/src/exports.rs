//! Exports on the wire (wire contract 8 and 17).

use std::collections::BTreeMap;

use dataops_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// `POST /api/cron/export`: what an export made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum ExportMade {
    /// An archive, in the bucket or in a folder of archives.
    Archive(ArchiveMade),
    /// A folder.
    Folder(FolderMade),
}

/// An archive that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ArchiveMade {
    /// Where it is: `s3://` or `file://`.
    pub archive_uri: String,
    /// Its key.
    pub archive_key: String,
    /// The moment of the export.
    #[schema(value_type = String)]
    pub generated_at: Timestamp,
    /// `dataops.execution.v1`.
    pub schema_version: String,
    /// 1.
    pub export_format_version: u64,
    /// Records of each kind.
    pub entity_counts: BTreeMap<String, u64>,
    /// `sha256:` and hex of each file of records.
    pub checksums: BTreeMap<String, String>,
    /// `sha256:` and hex of the archive.
    pub archive_checksum: String,
    /// Bytes of the archive.
    pub archive_size_bytes: u64,
}

/// A folder that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FolderMade {
    /// Exactly the path that was configured.
    pub output_dir: String,
    /// `dataops.execution.v1`.
    pub schema_version: String,
    /// Records of each kind.
    pub entity_counts: BTreeMap<String, u64>,
    /// The moment of the export.
    #[schema(value_type = String)]
    pub generated_at: Timestamp,
}

/// `GET /api/exports`: past archives, newest first, and how the export stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportList {
    /// The moment of this answer.
    #[schema(value_type = String)]
    pub checked_at: Timestamp,
    /// The archives.
    pub exports: Vec<Archive>,
    /// The export under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<ExportProgress>,
    /// The last export, when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<ExportFailed>,
}

/// An archive that lies in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Archive {
    /// Its name, such as `2026-11-21T02-00-00-120Z`.
    pub id: String,
    /// Where it is.
    pub uri: String,
    /// Its key.
    pub key: String,
    /// The moment of the export.
    #[schema(value_type = String)]
    pub generated_at: Timestamp,
    /// When it was published.
    #[schema(value_type = String)]
    pub published_at: Timestamp,
    /// Bytes.
    pub bytes: u64,
    /// `sha256:` and hex.
    pub checksum: String,
    /// Records of each kind; all of them were found valid before it was published.
    pub counts: BTreeMap<String, u64>,
    /// True while it is being verified once more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verifying: bool,
    /// What was found when it was last verified once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// The last drill that restored it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Drill>,
}

/// An archive that was verified once more, after it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// How much was found to be wrong with it.
    pub findings: u64,
    /// The first findings, in words.
    #[serde(default)]
    pub first: Vec<String>,
}

/// A drill that restored an archive into a store of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Drill {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The environment it was made for.
    pub environment: String,
    /// Checks that passed.
    pub passed: u64,
    /// Checks that failed, by name.
    #[serde(default)]
    pub failed: Vec<String>,
    /// Checks there was nothing to try on for.
    pub not_run: u64,
    /// Files and outputs whose bytes were not in the stack's bucket.
    pub missing_objects: u64,
}

/// How far an export is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportProgress {
    /// Its moment.
    #[schema(value_type = String)]
    pub generated_at: Timestamp,
    /// What it is at, in a word or two.
    pub step: String,
    /// Records it has read.
    pub records: u64,
    /// True while nobody works on it and the next run of the schedule goes on.
    pub waiting: bool,
}

/// An export that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportFailed {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Why, in one sentence.
    pub reason: String,
}

/// `POST /api/exports` and `POST /api/exports/:id/verify`: whether it was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ExportStarted {
    /// False when nothing here can start one; its schedule will.
    pub started: bool,
}
