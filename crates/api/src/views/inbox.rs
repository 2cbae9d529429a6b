//! The inbox: what came up for a reader and what they have not dismissed (WM-7).

use dataops_domain::notification::{Kind, Notification};
use dataops_domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use super::row::{Person, TaskRow};

/// The groups of the inbox, in the order a reader goes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InboxGroup {
    /// What runs by itself and failed.
    Failures,
    /// Tasks whose day is over.
    Late,
    /// Whom to ask again.
    FollowUps,
    /// Tasks due soon whose proof is missing.
    Proof,
    /// Tasks whose day has come.
    Today,
    /// Workflows that moved on, and what else there is to know.
    News,
}

impl InboxGroup {
    /// Every group, in order.
    pub const ALL: [Self; 6] = [Self::Failures, Self::Late, Self::FollowUps, Self::Proof, Self::Today, Self::News];

    /// The group's name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failures => "failures",
            Self::Late => "late",
            Self::FollowUps => "follow-ups",
            Self::Proof => "proof",
            Self::Today => "today",
            Self::News => "news",
        }
    }

    /// The group with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == name)
    }

    /// Where a notification belongs.
    pub fn of(notification: &Notification) -> Self {
        match notification.known_kind() {
            Some(Kind::AutomationFailure) => Self::Failures,
            Some(Kind::TaskOverdue) => Self::Late,
            Some(Kind::FollowUpDue) => Self::FollowUps,
            Some(Kind::MissingEvidence) => Self::Proof,
            Some(Kind::TaskDue | Kind::RecurringDue) => Self::Today,
            Some(Kind::StageChange) | None => Self::News,
        }
    }
}

/// One line of the inbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InboxRow {
    /// The notification.
    pub notification: Notification,
    /// The open task it is about, as lists show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskRow>,
    /// The workflow's title, where the notification knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// Whom it is for; everybody when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<Person>,
}

/// A group with something in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InboxPart {
    /// Which group.
    pub group: InboxGroup,
    /// How many belong to it, of those that were read.
    pub total: usize,
    /// Its lines, newest first.
    pub rows: Vec<InboxRow>,
}

/// `GET /api/views/inbox`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InboxPage {
    /// Today in the application timezone.
    pub today: Date,
    /// When this was computed.
    pub checked_at: Timestamp,
    /// How many there are, of those that were read.
    pub total: usize,
    /// The one group that is shown, when the reader asked for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<InboxGroup>,
    /// The groups that have something in them, in order.
    pub parts: Vec<InboxPart>,
    /// Where older ones start, when there are more than were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
