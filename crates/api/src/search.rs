//! What search answers.

use dataops_domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// One thing that has every word of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchResult {
    /// `task`, `bundle`, `document`, `artifact`, `file` or `template`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where a task or bundle stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// A task's due date, a bundle's anchor date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// The task of a file or artifact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// The bundle it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_id: Option<String>,
    /// That bundle's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_title: Option<String>,
    /// The name of who does a task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// The step of a document that has the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_id: Option<String>,
    /// That step's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_title: Option<String>,
    /// The text around the first word found, when the title has not all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// When it was last changed; documents change with the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// How many results there are of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SearchCount {
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many.
    pub number: usize,
}

/// `GET /api/search`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchAnswer {
    /// The best results, best first.
    pub results: Vec<SearchResult>,
    /// How many there are of each type that has some, whatever `type` asks for.
    pub counts: Vec<SearchCount>,
    /// How many there are of what was asked for.
    pub total: usize,
    /// False while the index is still being made: older work may be missing.
    pub complete: bool,
    /// For the next part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
