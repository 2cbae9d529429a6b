//! The Assistants page, and the line of a job that other pages show too.

use dataops_domain::job::{JobError, JobStatus, Progress};
use dataops_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::row::{Person, WorkflowChip};

/// What a person could do about a job next; the order is that of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JobNext {
    /// Look at the output and decide.
    Review,
    /// Try once more.
    Retry,
    /// No attempt is left: follow up or acknowledge.
    FollowUp,
    /// Hand it over.
    Submit,
    /// Wait for whoever works on it.
    Wait,
    /// Nothing.
    Nothing,
}

/// The task a job is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskChip {
    /// Task id.
    pub id: String,
    /// What is to be done; the id when the task is gone.
    pub description: String,
    /// The link that an approval fills, when it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fills: Option<String>,
}

/// One line of a list of jobs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobRow {
    /// Job id.
    pub id: String,
    /// Which assistant.
    pub assistant_type: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub status: JobStatus,
    /// The task it is for, where the page knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskChip>,
    /// The workflow it is for, where the page knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowChip>,
    /// Which attempt runs or ran last; 0 before the first.
    pub attempt: u32,
    /// Attempts allowed.
    pub max_attempts: u32,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<Person>,
    /// Why the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<JobError>,
    /// Why the last output was rejected, until another one is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How far it is, where the runner says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// What to do about it.
    pub next: JobNext,
    /// True when a failure or rejection was acknowledged.
    #[serde(default)]
    pub acknowledged: bool,
    /// How many outputs it has.
    pub outputs: usize,
    /// When it was last changed: its age is counted from here.
    pub updated_at: Timestamp,
    /// The version to send with `If-Match`.
    pub version: u64,
}

/// What can do the work of assistants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutorRow {
    /// `dry-run`, `messages-http` or `command`.
    pub name: String,
    /// The assistants it was chosen for; all others have the dry run.
    pub types: Vec<String>,
    /// Whether somebody has tried it with real credentials.
    pub verified: bool,
}

/// `GET /api/views/assistants`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssistantsPage {
    /// When this was computed.
    pub checked_at: Timestamp,
    /// Wait for approval, longest first.
    pub waiting: Vec<JobRow>,
    /// Failed or rejected and not acknowledged, newest first.
    pub failed: Vec<JobRow>,
    /// Queued, running, to be tried again; newest first.
    pub running: Vec<JobRow>,
    /// Drafts, newest first.
    pub drafts: Vec<JobRow>,
    /// Those that came to an end last, newest first, at most 20.
    pub recent: Vec<JobRow>,
    /// True when there are more live jobs than the page shows.
    #[serde(default)]
    pub more: bool,
    /// What can do the work, the dry run first.
    #[serde(default)]
    pub executors: Vec<ExecutorRow>,
}
