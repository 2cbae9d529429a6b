//! A recurring config: a duty that comes up by its schedule, each time as one task (RW-1, RW-2).

pub mod change;
pub mod input;
pub mod seed;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::RecurringConfigId;
use crate::json::{self, Object};
use crate::pause::{Pause, Standing};
use crate::proof::ProofRequirement;
use crate::template::difference;
use crate::time::{Timestamp, Tz};

/// The fields that say what the duty is. Whether it is paused is no part of that.
pub const DEFINITION: [&str; 12] = [
    "description",
    "cronExpression",
    "timezone",
    "assigneeId",
    "instructionsUrl",
    "instructionDocId",
    "instructionStepId",
    "systems",
    "proofRequirement",
    "requiredLinkName",
    "requiresFile",
    "tags",
];

/// A duty and its schedule. Field names and presence are those of the wire contract, 7.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecurringConfig {
    /// The config's id.
    pub id: RecurringConfigId,
    /// What is to be done each time.
    pub description: String,
    /// Five fields of cron: the stored truth.
    pub cron_expression: String,
    /// IANA name of the schedule's own timezone; the application's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// False while it makes nothing.
    #[serde(default = "enabled")]
    pub enabled: bool,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<String>,
    /// Fallback when no document describes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions_url: Option<String>,
    /// The document that describes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction_doc_id: Option<String>,
    /// The step in that document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction_step_id: Option<String>,
    /// Systems it touches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub systems: Option<Vec<String>>,
    /// Proof each task needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_requirement: Option<ProofRequirement>,
    /// The link each task needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_link_name: Option<String>,
    /// True when each task needs a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_file: Option<bool>,
    /// Tags of each task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Its pauses, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// When it was put away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// Stored only: since when its schedule is what it is, when that is not since it was made. Dates before are not expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub scheduled_since: Option<Timestamp>,
    /// Stored only: [`RecurringConfig::definition_hash`] of the content it was last taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub content_hash: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Raised by every change.
    #[serde(default)]
    pub version: u64,
}

fn enabled() -> bool {
    true
}

impl RecurringConfig {
    /// Whether it makes anything, apart from its schedule.
    pub fn standing(&self) -> Standing {
        Standing { enabled: self.enabled, pauses: self.pauses.clone(), archived_at: self.archived_at }
    }

    /// The config with another standing.
    #[must_use]
    pub fn with_standing(&self, standing: Standing) -> Self {
        let Standing { enabled, pauses, archived_at } = standing;
        Self { enabled, pauses, archived_at, ..self.clone() }
    }

    /// The timezone of its schedule: its own, else the application's. `None` when its own is not a timezone.
    pub fn zone(&self, application: Tz) -> Option<Tz> {
        self.timezone.as_deref().filter(|name| !name.is_empty()).map_or(Some(application), |name| name.parse().ok())
    }

    /// Since when its dates are expected.
    pub fn expected_since(&self) -> Timestamp {
        self.scheduled_since.map_or(self.created_at, |since| since.max(self.created_at))
    }

    /// The config as it is answered: without what is only stored, and `enabled` as it is now, also when a pause has run out
    /// by itself.
    #[must_use]
    pub fn shown(&self, now: Timestamp, application: Tz) -> Self {
        let running = self.standing().is_running(now, self.zone(application).unwrap_or(application));
        let enabled = running || (self.archived_at.is_some() && self.enabled);
        Self { enabled, scheduled_since: None, content_hash: None, ..self.clone() }
    }

    /// What the duty is, as the fields that have a value.
    pub fn definition(&self) -> Object {
        let fields = json::object(self);
        let said = |key: &&str| fields.get(*key).map(difference::essence).filter(|value| !value.is_null());
        DEFINITION.iter().filter_map(|key| Some(((*key).to_owned(), said(key)?))).collect()
    }

    /// SHA-256 over the definition in canonical JSON, in hex: the same for configs that make the same tasks on the same dates.
    pub fn definition_hash(&self) -> String {
        let text = serde_json_canonicalizer::to_string(&self.definition()).unwrap_or_default();
        format!("{:x}", Sha256::digest(text))
    }
}

/// Why a duty with history can't be deleted, in the words of the contract.
pub fn in_use_words(tasks: usize, notifications: usize) -> String {
    format!(
        "This duty has made {tasks} tasks and {notifications} notifications. Pause or disable it, or archive it, instead of deleting it"
    )
}

#[cfg(test)]
mod tests;
