//! The list of all tasks.

use dataops_domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use super::row::{Person, TaskRow, WorkflowChip};

/// `GET /api/views/tasks?status=&from=&to=&assignee=&bundle=&tag=&source=&q=&cursor=`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TasksPage {
    /// Today in the application timezone.
    pub today: Date,
    /// When this was computed.
    pub checked_at: Timestamp,
    /// The tasks that match, by date.
    pub tasks: Vec<TaskRow>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Users, for filtering and assigning.
    pub people: Vec<Person>,
    /// Workflows under way, for filtering.
    pub workflows: Vec<WorkflowChip>,
}

/// `GET /api/views/bundles?status=`: the list of workflows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowsPage {
    /// Today in the application timezone.
    pub today: Date,
    /// The workflows, those at risk first.
    pub workflows: Vec<super::row::WorkflowCard>,
}
