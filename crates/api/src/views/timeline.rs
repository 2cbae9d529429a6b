//! What happened: the whole log of one entity, or everything of a day.

use dataops_domain::audit::Event;
use dataops_domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use super::row::Person;

/// An entity as the log points at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// `task`, `bundle`, `template`, `user`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name; the id when nothing is known of it.
    pub title: String,
    /// True when it lies in the trash.
    #[serde(default)]
    pub deleted: bool,
}

/// `GET /api/views/timeline?entity=&day=&cursor=`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimelinePage {
    /// Today in the application timezone.
    pub today: Date,
    /// When this was computed.
    pub checked_at: Timestamp,
    /// Whose log it is; `None` for a day's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The UTC day it is of; `None` for an entity's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// The events, newest first, at most 50.
    pub events: Vec<Event>,
    /// Where older events start, when there are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Users, for their names.
    pub people: Vec<Person>,
}
