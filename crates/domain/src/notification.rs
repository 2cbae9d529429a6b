//! A notification: something a person should look at (WM-7). It points at the work and never stands for it: dismissing one
//! hides nothing else.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::id::NotificationId;
use crate::time::Timestamp;

/// The kinds that are made here. A stored notification of another kind is shown as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A task's day has come.
    TaskDue,
    /// A task's day is over: again after 1, 3 and 7 days.
    TaskOverdue,
    /// The day to ask somebody again has come.
    FollowUpDue,
    /// A task is due within two days and its proof is missing.
    MissingEvidence,
    /// A recurring duty's day has come.
    RecurringDue,
    /// A workflow reached another stage, or was made by itself.
    StageChange,
    /// Something that runs by itself failed.
    AutomationFailure,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::TaskDue,
        Self::TaskOverdue,
        Self::FollowUpDue,
        Self::MissingEvidence,
        Self::RecurringDue,
        Self::StageChange,
        Self::AutomationFailure,
    ];

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TaskDue => "task-due",
            Self::TaskOverdue => "task-overdue",
            Self::FollowUpDue => "follow-up-due",
            Self::MissingEvidence => "missing-evidence",
            Self::RecurringDue => "recurring-due",
            Self::StageChange => "stage-change",
            Self::AutomationFailure => "automation-failure",
        }
    }

    /// The kind with this wire name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One notification. Field names and presence are those of the wire contract, 9.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// The notification's id; a reminder's is derived from what it reminds of.
    pub id: NotificationId,
    /// Its kind; see [`Kind`] for those made here.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// One sentence for a person.
    pub message: String,
    /// Whom it is for; everybody when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The task it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// The workflow it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_id: Option<String>,
    /// The template it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<String>,
    /// The recurring duty it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurring_config_id: Option<String>,
    /// Details, such as `{severity: 3}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Value>,
    /// The date or moment it is about, as the work has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// True when it is out of the inbox: somebody dismissed it, or its cause is gone.
    #[serde(default)]
    pub dismissed: bool,
    /// When somebody dismissed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissed_at: Option<Timestamp>,
    /// Who dismissed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissed_by: Option<String>,
    /// When its cause was found gone, and nobody had dismissed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// When it came up: the moment it became true, however late it was written.
    pub created_at: Timestamp,
    /// Raised by every change a client can see.
    #[serde(default)]
    pub version: u64,
}

impl Notification {
    /// Its kind, when it is one of those made here.
    pub fn known_kind(&self) -> Option<Kind> {
        self.kind.as_deref().and_then(Kind::parse)
    }

    /// True when `reader` may see it. The portal's own actor, which stands for nobody in particular, sees all.
    pub fn is_for(&self, reader: &Actor) -> bool {
        reader.id == Actor::PORTAL || self.user_id.as_ref().is_none_or(|user| *user == reader.id)
    }

    /// It as somebody dismisses it.
    #[must_use]
    pub fn dismissed(&self, by: &Actor, now: Timestamp) -> (Self, NewEvent) {
        let after = Self { dismissed: true, dismissed_at: Some(now), dismissed_by: Some(by.id.clone()), ..self.clone() };
        (after, event("dismissed", format!("Dismissed: {}", self.message)))
    }

    /// It as its cause is gone; `None` when it is out of the inbox already.
    pub fn resolved(&self, now: Timestamp) -> Option<(Self, NewEvent)> {
        if self.dismissed {
            return None;
        }
        let after = Self { dismissed: true, resolved_at: Some(now), ..self.clone() };
        Some((after, event("resolved", format!("No longer true: {}", self.message))))
    }

    /// It as what is `wanted` now: back in the inbox when its cause is back, or when it is for somebody else, who has never
    /// seen it. `None` when it stays as it is: what its reader dismissed stays dismissed.
    pub fn revived(&self, wanted: &Self) -> Option<(Self, NewEvent)> {
        let other_reader = self.user_id != wanted.user_id;
        let back = self.dismissed && self.dismissed_by.is_none();
        if !other_reader && !back {
            return None;
        }
        let after = Self { version: self.version, ..wanted.clone() };
        Some((after, event("revived", format!("True again: {}", wanted.message))))
    }
}

fn event(action: &'static str, summary: String) -> NewEvent {
    NewEvent { action, summary, metadata: Value::Null }
}
