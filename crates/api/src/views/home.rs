//! The operator's morning page (FR-1, RW-8).

use dataops_domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use super::assistants::JobRow;
use super::recurring::{FailureRow, LedgerSummary};
use super::row::{Person, TaskRow, WorkflowCard};
use super::templates::TemplateCard;

/// `GET /api/views/home`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Home {
    /// Today in the application timezone.
    pub today: Date,
    /// The application timezone.
    pub timezone: String,
    /// When this was computed.
    pub checked_at: Timestamp,
    /// Whose day it shows; `None` shows everyone's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_for: Option<Person>,
    /// Open tasks in all, whoever's they are.
    pub open_tasks: usize,
    /// Workflows under way in all.
    pub active_workflows: usize,
    /// What the ledger expected of today, and what is there.
    pub ledger: LedgerSummary,
    /// Windows that failed or were missed, and that nobody lets rest (RW-8).
    pub failures: Vec<FailureRow>,
    /// Assistant jobs that want a decision, then those that failed or were rejected (AJ-7); at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assistants: Vec<JobRow>,
    /// Late tasks, oldest first.
    pub overdue: Vec<TaskRow>,
    /// Waiting tasks whose follow-up day has come.
    pub follow_ups_due: Vec<TaskRow>,
    /// Tasks due today; those of duties say so in `madeBy`.
    pub due_today: Vec<TaskRow>,
    /// Waiting tasks whose follow-up lies ahead, next first.
    pub waiting: Vec<TaskRow>,
    /// What comes after today, at most ten.
    pub next: Vec<TaskRow>,
    /// Workflows under way, those at risk first.
    pub workflows: Vec<WorkflowCard>,
    /// Workflows that can be started, best known first.
    pub templates: Vec<TemplateCard>,
    /// Users, for assigning.
    pub people: Vec<Person>,
}
