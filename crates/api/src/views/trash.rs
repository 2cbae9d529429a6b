//! What was deleted and can be taken back.

use dataops_domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use super::row::Person;

/// Something that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrashItem {
    /// `task`, `bundle` or `template`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// The day it was for: a task's due date, a workflow's anchor date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// Who deleted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_by: Option<Person>,
}

/// `GET /api/views/trash?cursor=`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrashPage {
    /// Today in the application timezone.
    pub today: Date,
    /// When this was computed.
    pub checked_at: Timestamp,
    /// What was deleted, newest first, at most 50.
    pub items: Vec<TrashItem>,
    /// Where older ones start, when there are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
