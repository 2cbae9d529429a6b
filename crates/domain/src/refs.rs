//! References that records carry to artifacts, jobs, intake items and events, and named links.

use serde::{Deserialize, Serialize};

use crate::json::Object;

/// A reference as a caller gave it: an object with an id key and whatever else came with it.
pub type Reference = Object;

/// The lists of references a task or bundle may carry, each with the key that names what it refers to.
pub const LISTS: [(&str, &str); 3] =
    [("artifactRefs", "artifactId"), ("assistantJobRefs", "assistantJobId"), ("auditEventRefs", "auditEventId")];

/// The list of intake references: echoed, never interpreted.
pub const INTAKE: (&str, &str) = ("intakeRefs", "intakeItemId");

/// A link with a name: a slot of a bundle, or a reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NamedLink {
    /// What the link is, such as `Luma`.
    pub name: String,
    /// The address; empty while the slot waits for it.
    #[serde(default)]
    pub url: String,
    /// Anything else a caller keeps with it.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Object,
}

impl NamedLink {
    /// A slot that waits for its address.
    pub fn empty(name: impl Into<String>) -> Self {
        Self { name: name.into(), url: String::new(), extra: Object::new() }
    }

    /// True when the slot has an address.
    pub fn is_filled(&self) -> bool {
        !self.url.trim().is_empty()
    }
}
