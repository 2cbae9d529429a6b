//! What a task needs before it may be called done (WM-5).

use serde::{Deserialize, Serialize};

/// The kind of proof a task asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProofType {
    /// The task's own link.
    Url,
    /// An uploaded file.
    File,
    /// An approved artifact on the task, its bundle, or referred to by either.
    Artifact,
    /// A comment.
    Comment,
    /// The status something has in another system.
    ExternalStatus,
}

impl ProofType {
    /// Every proof type, in the order of the contract.
    pub const ALL: [Self; 5] = [Self::Url, Self::File, Self::Artifact, Self::Comment, Self::ExternalStatus];

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::File => "file",
            Self::Artifact => "artifact",
            Self::Comment => "comment",
            Self::ExternalStatus => "external-status",
        }
    }

    /// The type with this wire name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A task's proof requirement. `required` missing means required.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProofRequirement {
    /// The kind of proof.
    #[serde(rename = "type")]
    pub kind: ProofType,
    /// What the proof is called, such as `Invoice PDF`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// False when the proof is only suggested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
}

impl ProofRequirement {
    /// True when completion depends on it.
    pub fn is_required(&self) -> bool {
        self.required != Some(false)
    }

    /// The sentence that refuses a completion without it.
    pub fn missing_words(&self) -> String {
        let kind = if self.kind == ProofType::Artifact { "approved artifact" } else { self.kind.as_str() };
        let label = self.label.as_deref().filter(|label| !label.trim().is_empty());
        let label = label.map(|label| format!(" '{label}'")).unwrap_or_default();
        format!("Cannot mark task as done: required {kind} proof{label} is missing")
    }
}
