//! The parts that several pages show: a task's row, a workflow's card, a person.

use dataops_domain::bundle::Stage;
use dataops_domain::job::JobStatus;
use dataops_domain::task::Status;
use dataops_domain::time::Date;
use serde::{Deserialize, Serialize};

use super::assistants::JobNext;
use super::recurring::SourceLabel;

/// A person as shown beside work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// User id.
    pub id: String,
    /// Name as shown; the id when no user has it.
    pub name: String,
    /// True when the user may no longer sign in.
    #[serde(default)]
    pub disabled: bool,
}

/// The workflow a row belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowChip {
    /// Bundle id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Emoji, where the definition has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
}

/// What kind of input satisfies a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateKind {
    /// The task's own link.
    Link,
    /// An uploaded file.
    File,
    /// A slot of the workflow.
    BundleLink,
    /// An approved artifact.
    Artifact,
    /// The comment.
    Comment,
    /// The external status.
    ExternalStatus,
}

/// One thing a task needs before it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gate {
    /// What kind of input satisfies it.
    pub kind: GateKind,
    /// Its name as shown, such as `Luma` or `Invoice PDF`.
    pub label: String,
    /// True when it is satisfied or lifted.
    pub satisfied: bool,
}

/// A live assistant job, as a badge beside its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobBadge {
    /// Job id.
    pub id: String,
    /// Which assistant.
    pub assistant_type: String,
    /// Where it stands.
    pub status: JobStatus,
    /// What to do about it.
    pub next: JobNext,
}

/// One line of a task list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskRow {
    /// Task id.
    pub id: String,
    /// What is to be done.
    pub description: String,
    /// When it is due.
    pub date: Date,
    /// Days from today; negative when late.
    pub due_in_days: i64,
    /// Where it stands.
    pub status: Status,
    /// `manual`, `template`, `recurring` or a caller's own word.
    pub source: String,
    /// Of generated work: what made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<SourceLabel>,
    /// The workflow it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowChip>,
    /// Phase name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// Gates that are not satisfied yet.
    #[serde(default)]
    pub missing: Vec<Gate>,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Person>,
    /// Who is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// When to ask again, as stored: a date or a timestamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up_at: Option<String>,
    /// True when that day has come.
    #[serde(default)]
    pub follow_up_due: bool,
    /// Days since the person was last asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_days_ago: Option<i64>,
    /// How often they were asked again.
    #[serde(default)]
    pub chasers: usize,
    /// True when it is to be done and its day is over.
    #[serde(default)]
    pub overdue: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The assistant job for it that wants attention most, while there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobBadge>,
    /// The version to send with `If-Match`.
    pub version: u64,
}

/// What endangers a workflow (RW-9).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Risk {
    /// Tasks whose day is over.
    pub overdue: usize,
    /// Tasks that wait for somebody.
    pub waiting: usize,
    /// Waiting tasks whose follow-up day has come.
    pub follow_up_due: usize,
    /// Tasks due within two days whose proof is missing.
    pub missing_evidence: usize,
}

impl Risk {
    /// True when something is late, due for a follow-up, or due soon without its proof.
    pub fn is_at_risk(&self) -> bool {
        self.overdue + self.follow_up_due + self.missing_evidence > 0
    }
}

/// The next task of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NextTask {
    /// Task id.
    pub id: String,
    /// What is to be done.
    pub description: String,
    /// When it is due.
    pub date: Date,
}

/// A workflow in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowCard {
    /// Bundle id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Emoji, where the definition has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// The template's name, when it still exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The date everything is counted from.
    pub anchor_date: Date,
    /// Days from today to the anchor; negative after it.
    pub anchor_in_days: i64,
    /// How far it has come.
    pub stage: Stage,
    /// True when it has been put away.
    #[serde(default)]
    pub archived: bool,
    /// Tasks done or put away.
    pub done: usize,
    /// All its tasks.
    pub total: usize,
    /// What endangers it.
    pub risk: Risk,
    /// The open task due next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextTask>,
    /// True while its tasks are still being written.
    #[serde(default)]
    pub being_made: bool,
    /// The assistant job for it or one of its tasks that wants attention most, while there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobBadge>,
}
