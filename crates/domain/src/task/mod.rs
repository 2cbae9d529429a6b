//! A task: one piece of work with a date, an owner and its proof (WM-4).

pub mod actions;
pub mod bulk;
pub mod change;
pub mod gates;
pub mod input;
pub mod restore;
pub mod state;
pub mod undo;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bundle::Stage;
use crate::id::TaskId;
use crate::linked::Linked;
use crate::maybe::Maybe;
use crate::proof::ProofRequirement;
use crate::refs::Reference;
use crate::reminder::Mark;
use crate::time::{self, Date, Timestamp, Tz};

pub use state::Status;

/// The most entries `taskHistory` keeps; older ones stay in the audit log.
pub const MAX_HISTORY: usize = 100;
/// The most bytes `taskHistory` keeps.
const MAX_HISTORY_BYTES: usize = 64 * 1024;

/// One thing that happened to a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEvent {
    /// The event's id.
    pub id: String,
    /// The task.
    pub task_id: String,
    /// What happened.
    pub action: HistoryAction,
    /// When.
    pub created_at: Timestamp,
    /// The task's bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_id: Option<String>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// How they were reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Who was waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// The follow-up date from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up_at: Option<String>,
    /// The follow-up date until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_follow_up_at: Option<String>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The kinds of history events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HistoryAction {
    /// Began to wait for somebody.
    WaitingStarted,
    /// Asked again.
    FollowUpSent,
    /// They answered.
    ResponseReceived,
    /// The wait ended otherwise.
    Unblocked,
    /// The wait ended by completing the task.
    WaitResolved,
    /// Done.
    Completed,
    /// Done no longer.
    Reopened,
    /// Somebody wrote a comment.
    Commented,
}

/// What proved a done task, recorded when it was completed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The task's own link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The external status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_status: Option<String>,
    /// Bundle links by name, with the address each had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bundle_links: Vec<crate::refs::NamedLink>,
    /// Uploaded files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub file_ids: Vec<String>,
    /// Approved artifacts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifact_ids: Vec<String>,
    /// Checksums of those files and artifacts, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checksums: BTreeMap<String, String>,
    /// The closure that made proof unnecessary, such as `no sponsor this issue`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped_as: Option<String>,
}

impl Evidence {
    /// The same evidence resting on the files and artifacts it rested on when the task was completed.
    fn with_records_of(mut self, completed: Option<&Self>) -> Self {
        let Some(completed) = completed else { return self };
        if !completed.file_ids.is_empty() || !completed.artifact_ids.is_empty() {
            self.file_ids.clone_from(&completed.file_ids);
            self.artifact_ids.clone_from(&completed.artifact_ids);
            self.checksums.clone_from(&completed.checksums);
        }
        self
    }
}

/// One piece of work. Field names, order and presence are those of the wire contract, 4.1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// The task's id.
    pub id: TaskId,
    /// What is to be done.
    pub description: String,
    /// When it is due.
    pub date: Date,
    /// When on that day, for duties with a time of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Where it stands.
    #[serde(default)]
    pub status: Status,
    /// Where it came from: `manual`, `template`, `recurring` or a caller's own word.
    pub source: String,
    /// The standing comment.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub comment: Maybe<String>,
    /// Who is waited for.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub waiting_for: Maybe<String>,
    /// When to ask again: a date or a timestamp.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub follow_up_at: Maybe<String>,
    /// How they are reached.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub follow_up_channel: Maybe<String>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_by: Option<String>,
    /// What proved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// The proof it needs.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<ProofRequirement>)]
    pub proof_requirement: Maybe<ProofRequirement>,
    /// The status something has in another system.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub external_status: Maybe<String>,
    /// Fallback instructions when no document describes it.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub instructions_url: Maybe<String>,
    /// The document that describes it.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub instruction_doc_id: Maybe<String>,
    /// The step in that document.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub instruction_step_id: Maybe<String>,
    /// Documents to read around it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_doc_ids: Vec<String>,
    /// Phase of the workflow.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub phase: Maybe<String>,
    /// Systems it touches.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<String>>)]
    pub systems: Maybe<Vec<String>>,
    /// Hints and gates, free-form; see [`gates`].
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Object>)]
    pub validation: Maybe<Value>,
    /// The task's own link.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub link: Maybe<String>,
    /// The bundle slot its link fills.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub required_link_name: Maybe<String>,
    /// True when a file must be uploaded.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<bool>)]
    pub requires_file: Maybe<bool>,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub assignee_id: Maybe<String>,
    /// The run it belongs to.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub bundle_id: Maybe<String>,
    /// The template it came from.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub template_id: Maybe<String>,
    /// Its name inside that template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_task_ref: Option<String>,
    /// Where its workflow's plan put it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<crate::reschedule::Planned>,
    /// What its definition said when the task was made or last took it over, a few letters for each field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition_mark: Option<String>,
    /// Stage the run reaches when it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage_on_complete: Option<Stage>,
    /// The duty that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurring_config_id: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<String>>)]
    pub tags: Maybe<Vec<String>>,
    /// Artifacts a caller refers to.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub artifact_refs: Maybe<Vec<Reference>>,
    /// Assistant jobs a caller refers to.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub assistant_job_refs: Maybe<Vec<Reference>>,
    /// Intake items a caller refers to; echoed, never interpreted.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub intake_refs: Maybe<Vec<Reference>>,
    /// Audit events a caller refers to.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub audit_event_refs: Maybe<Vec<Reference>>,
    /// What happened to it, oldest first, at most 100 entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub task_history: Vec<HistoryEvent>,
    /// What it has been reminded of and is still true; kept by the reminder pass, which raises no version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminded: Vec<Mark>,
    /// Ids of its files and artifacts; answers show what they say, not the ids.
    #[serde(default, skip_serializing_if = "Linked::is_empty")]
    #[schema(ignore)]
    pub linked: Linked,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Raised by every change a client can see.
    #[serde(default)]
    pub version: u64,
}

impl Task {
    /// A bare task with nothing but what every task has.
    pub fn bare(id: TaskId, description: impl Into<String>, date: Date, source: &str, now: Timestamp) -> Self {
        Self {
            id,
            description: description.into(),
            date,
            due_at: None,
            status: Status::Todo,
            source: source.to_owned(),
            comment: Maybe::Unset,
            waiting_for: Maybe::Unset,
            follow_up_at: Maybe::Unset,
            follow_up_channel: Maybe::Unset,
            completed_at: None,
            completed_by: None,
            evidence: None,
            proof_requirement: Maybe::Unset,
            external_status: Maybe::Unset,
            instructions_url: Maybe::Unset,
            instruction_doc_id: Maybe::Unset,
            instruction_step_id: Maybe::Unset,
            source_doc_ids: Vec::new(),
            phase: Maybe::Unset,
            systems: Maybe::Unset,
            validation: Maybe::Unset,
            link: Maybe::Unset,
            required_link_name: Maybe::Unset,
            requires_file: Maybe::Unset,
            assignee_id: Maybe::Unset,
            bundle_id: Maybe::Unset,
            template_id: Maybe::Unset,
            template_task_ref: None,
            planned: None,
            definition_mark: None,
            stage_on_complete: None,
            recurring_config_id: None,
            tags: Maybe::Unset,
            artifact_refs: Maybe::Unset,
            assistant_job_refs: Maybe::Unset,
            intake_refs: Maybe::Unset,
            audit_event_refs: Maybe::Unset,
            task_history: Vec::new(),
            reminded: Vec::new(),
            linked: Linked::default(),
            created_at: now,
            updated_at: now,
            version: 0,
        }
    }

    /// True while somebody has to do something about it: `todo` or `waiting`.
    pub fn is_open(&self) -> bool {
        matches!(self.status, Status::Todo | Status::Waiting)
    }

    /// True when it waits and the day to ask again has come (WM-6), whatever the task's own date.
    pub fn is_follow_up_due(&self, now: Timestamp, timezone: Tz) -> bool {
        self.status == Status::Waiting
            && self.follow_up_at.text().and_then(|at| time::follow_up_moment(at, timezone)).is_some_and(|at| at <= now)
    }

    /// True when it is to be done and its day is over.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.status == Status::Todo && self.date < today
    }

    /// How many times the person it waits for has been asked since the wait began.
    pub fn chasers_sent(&self) -> usize {
        let since = self.task_history.iter().rposition(|event| event.action == HistoryAction::WaitingStarted).unwrap_or(0);
        self.task_history[since..].iter().filter(|event| event.action == HistoryAction::FollowUpSent).count()
    }

    fn remember(&mut self, event: HistoryEvent) {
        self.task_history.push(event);
        let surplus = self.task_history.len().saturating_sub(MAX_HISTORY);
        self.task_history.drain(..surplus);
        let bytes = |history: &[HistoryEvent]| serde_json::to_vec(history).map_or(0, |bytes| bytes.len());
        while self.task_history.len() > 1 && bytes(&self.task_history) > MAX_HISTORY_BYTES {
            self.task_history.remove(0);
        }
    }
}
