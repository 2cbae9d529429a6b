//! An artifact: something the work produced, kept here or elsewhere, and whether somebody approved it (wire contract 11).

pub mod input;
pub mod review;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::id::ArtifactId;
use crate::json::Object;
use crate::time::Timestamp;

/// Makes an enum of wire words, with every value and the way from word to value.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $value:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $value),+
        }

        impl $name {
            /// Every wire word, in order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The wire word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$value => $word),+ }
            }

            /// The value with this wire word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$value),)+ _ => None }
            }
        }
    };
}

words!(
    /// What an artifact is.
    ArtifactType {
        /// The document a podcast is prepared with.
        PodcastDoc = "podcast-doc",
        /// A transcript.
        Transcript = "transcript",
        /// A recording.
        Recording = "recording",
        /// A report.
        Report = "report",
        /// An invoice.
        Invoice = "invoice",
        /// The public page of an event.
        EventPage = "event-page",
        /// What an assistant made.
        AssistantOutput = "assistant-output",
        /// Something on the web.
        ExternalLink = "external-link",
        /// Anything else.
        Other = "other",
    }
);

words!(
    /// Where its review stands.
    ArtifactStatus {
        /// Being worked on.
        Draft = "draft",
        /// Waits for somebody to look at it.
        NeedsReview = "needs-review",
        /// Good: it counts as proof.
        Approved = "approved",
        /// Not good.
        Rejected = "rejected",
        /// Put away.
        Archived = "archived",
        /// Replaced by a newer one.
        Superseded = "superseded",
    }
);

words!(
    /// Where its content lies.
    StorageProvider {
        /// This stack's bucket, or another's.
        S3 = "s3",
        /// Dropbox.
        Dropbox = "dropbox",
        /// Google Drive or Docs.
        GoogleDrive = "google-drive",
        /// GitHub.
        Github = "github",
        /// Elsewhere on the web.
        ExternalUrl = "external-url",
        /// A folder of an older local system; only in imported records.
        LocalDev = "local-dev",
        /// Nobody knows.
        Unknown = "unknown",
    }
);

words!(
    /// Who may see it.
    DataClass {
        /// Everybody.
        Public = "public",
        /// The team.
        Internal = "internal",
        /// Those concerned.
        Private = "private",
        /// As few as possible.
        Sensitive = "sensitive",
    }
);

words!(
    /// How it came here.
    SourceType {
        /// Somebody linked it.
        ManualLink = "manual-link",
        /// Somebody uploaded it.
        ManualUpload = "manual-upload",
        /// An assistant made it.
        AssistantOutput = "assistant-output",
        /// An import brought it.
        Import = "import",
        /// A migration brought it.
        Migration = "migration",
        /// The product made it.
        System = "system",
    }
);

/// What is known of an artifact. Field names are those of the wire contract, 11.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    /// The artifact's id.
    pub id: ArtifactId,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: ArtifactType,
    /// Its title.
    pub title: String,
    /// Longer text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its review stands.
    pub status: ArtifactStatus,
    /// Where its content lies.
    pub storage_provider: StorageProvider,
    /// The stable address of its content.
    pub storage_uri: String,
    /// Name of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// Media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Checksum of the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub size_bytes: Option<serde_json::Number>,
    /// Who may see it.
    pub visibility: DataClass,
    /// How its data is classed.
    pub data_class: DataClass,
    /// The task it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// The bundle it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_id: Option<String>,
    /// The job that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant_job_id: Option<String>,
    /// The file that holds its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_id: Option<String>,
    /// How it came here.
    pub source_type: SourceType,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Who approved or rejected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_by: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_at: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Bounded facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Object>,
    /// Done tasks that it proves; its approval can't be withdrawn before they are reopened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_for: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Raised by every change a client can see.
    #[serde(default)]
    pub version: u64,
}

impl Artifact {
    /// The reference that tasks and bundles show: exactly the contract's keys.
    pub fn reference(&self) -> Object {
        let reference = json!({
            "artifactId": self.id,
            "type": self.kind,
            "title": self.title,
            "storageUri": self.storage_uri,
            "status": self.status,
        });
        crate::json::object(&reference)
    }

    /// The artifact marked as proof of a done task; `None` when it is already.
    pub fn marked(&self, task: &str) -> Option<Self> {
        if self.evidence_for.iter().any(|id| id == task) {
            return None;
        }
        let mut marked = self.clone();
        marked.evidence_for.push(task.to_owned());
        Some(marked)
    }

    /// The artifact without the mark of a task; `None` when it has none.
    pub fn released(&self, task: &str) -> Option<Self> {
        let mut released = self.clone();
        released.evidence_for.retain(|id| id != task);
        (released != *self).then_some(released)
    }
}

/// Where an address lies (wire contract 11, provider inference).
pub fn provider_of(uri: &str) -> StorageProvider {
    let lower = uri.to_ascii_lowercase();
    let contains = |part: &str| lower.contains(part);
    if lower.starts_with("s3://") {
        StorageProvider::S3
    } else if lower.starts_with("local-dev://") {
        StorageProvider::LocalDev
    } else if contains("github.com") {
        StorageProvider::Github
    } else if contains("dropbox.com") {
        StorageProvider::Dropbox
    } else if contains("drive.google.com") || contains("docs.google.com") {
        StorageProvider::GoogleDrive
    } else if lower.starts_with("http://") || lower.starts_with("https://") {
        StorageProvider::ExternalUrl
    } else {
        StorageProvider::Unknown
    }
}
