//! An uploaded file: what is known of it. Its bytes lie in the artifact bucket (wire contract 10).

pub mod kind;
pub mod name;
pub mod upload;

use serde::{Deserialize, Serialize};

use crate::audit::NewEvent;
use crate::id::FileId;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// The most bytes of an upload through the API; bigger files go straight to the bucket.
pub const MAX_DIRECT: u64 = 4 * 1024 * 1024;
/// The most bytes of a file.
pub const MAX_SIZE: u64 = 1024 * 1024 * 1024;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// A picture.
    Image,
    /// An invoice or receipt.
    Invoice,
    /// Anything else.
    #[default]
    Document,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 3] = [Self::Image, Self::Invoice, Self::Document];

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Invoice => "invoice",
            Self::Document => "document",
        }
    }

    /// The category with this wire name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == name)
    }
}

/// How far the bytes are. Only a file that is `ready` is listed, shown or counts as proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileStatus {
    /// Announced; the bytes are on their way. Swept when they never come.
    Uploading,
    /// The bytes are there.
    #[default]
    Ready,
    /// Deleted by a person; the bytes go next.
    Deleting,
}

impl FileStatus {
    fn is_ready(&self) -> bool {
        *self == Self::Ready
    }
}

/// What is known of a file. Field names are those of the wire contract, 10.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// The file's id.
    pub id: FileId,
    /// The task it was uploaded for.
    pub task_id: String,
    /// That task's bundle at the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_id: Option<String>,
    /// Its name, made safe.
    pub filename: String,
    /// What it is for.
    pub category: Category,
    /// Tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// `<task id>/<name>`.
    pub storage_path: String,
    /// Where the bytes are: always `s3`.
    pub storage_provider: String,
    /// Their address: `s3://<bucket>/<key>`.
    pub storage_uri: String,
    /// Media type, as the bytes show it.
    pub content_type: String,
    /// `sha256:` and the hex digest of the bytes.
    pub checksum: String,
    /// How many bytes.
    pub size_bytes: u64,
    /// How far the bytes are.
    #[serde(default, skip_serializing_if = "FileStatus::is_ready")]
    pub status: FileStatus,
    /// Who uploaded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Done tasks that it proves; it can't be deleted before they are reopened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_for: Vec<String>,
    /// Artifacts made of it; it can't be deleted while they show its bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifact_ids: Vec<String>,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// Raised by every change a client can see.
    #[serde(default)]
    pub version: u64,
}

impl File {
    /// The type it is served under: the one its name says when the bytes agree, else one that no browser opens.
    pub fn served_type(&self) -> &str {
        match kind::of_name(&self.filename) {
            Some(named) if named == self.content_type => named,
            _ => kind::UNKNOWN,
        }
    }

    /// The file marked as proof of a done task; `None` when it is already.
    pub fn marked(&self, task: &str) -> Option<Self> {
        if self.evidence_for.iter().any(|id| id == task) {
            return None;
        }
        let mut marked = self.clone();
        marked.evidence_for.push(task.to_owned());
        Some(marked)
    }

    /// The file without the mark of a task; `None` when it has none.
    pub fn released(&self, task: &str) -> Option<Self> {
        let mut released = self.clone();
        released.evidence_for.retain(|id| id != task);
        (released != *self).then_some(released)
    }

    /// Decides that a person deletes it: hidden at once, the bytes go next.
    ///
    /// # Errors
    /// When it proves a done task, or an artifact shows its bytes.
    pub fn deleting(&self) -> Result<(Self, NewEvent), Refusal> {
        if !self.evidence_for.is_empty() {
            let words = "The file is evidence of a done task; reopen the task first";
            return Err(Refusal::rule("evidence_in_use", words));
        }
        if !self.artifact_ids.is_empty() {
            let words = "The file is the content of an artifact; archive the artifact and keep the file";
            return Err(Refusal::rule("file_in_use", words));
        }
        let event = NewEvent { action: "deleted", summary: format!("Deleted file '{}'", self.filename), metadata: serde_json::Value::Null };
        Ok((Self { status: FileStatus::Deleting, ..self.clone() }, event))
    }
}
