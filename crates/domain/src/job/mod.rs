//! An assistant job: something a person asked an assistant for, and what became of it (AJ-1..10, wire contract 12).
//!
//! `state` is the table; `steps` are the decisions that anybody makes, `work` those of the runner. All of them go through
//! [`steps::enter`], the only place that writes a status.

pub mod input;
pub mod outputs;
pub mod problem;
pub mod state;
pub mod steps;
pub mod work;

use serde::{Deserialize, Serialize};

use crate::id::{ArtifactId, JobId, TaskId};
use crate::json::Object;
use crate::time::Timestamp;

pub use problem::JobError;
pub use state::{Action, JobStatus, Rules};

/// What its audit events call a job.
pub const KIND: &str = "assistant_job";
/// What its audit events say was done (wire contract 12.1).
pub const ACTIONS: &[&str] = &[
    "created",
    "queued",
    "started",
    "log-appended",
    "artifact-attached",
    "approval-requested",
    "approved",
    "rejected",
    "retry-requested",
    "failed",
    "canceled",
    "succeeded",
];
/// The most outputs of a job.
pub const MAX_OUTPUTS: usize = 40;
/// The most attempts a job may be given.
pub const MAX_ATTEMPTS: u32 = 10;
/// Lines that a running job shows of its log.
pub const MAX_TAIL: usize = 50;

/// An assistant job. Field names are those of the wire contract, 12.1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// The job's id.
    pub id: JobId,
    /// Which assistant, such as `podcast`.
    pub assistant_type: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub status: JobStatus,
    /// The task it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// The workflow it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_id: Option<String>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
    /// What the assistant shall look at: `{type, id?, uri?, title?, metadata?}`.
    #[schema(value_type = Vec<Object>)]
    pub input_refs: Vec<Object>,
    /// What it made, without what later attempts replaced.
    pub output_artifact_ids: Vec<String>,
    /// Where its whole logs are: `{artifactId?, storageUri?, title?, type?}`.
    #[schema(value_type = Vec<Object>)]
    pub log_refs: Vec<Object>,
    /// Whether a person has to approve the output.
    pub approval_required: bool,
    /// What that person said, last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Attempts begun: 0 until it is first submitted.
    pub attempt_count: u32,
    /// Attempts allowed, 1 to 10.
    pub max_attempts: u32,
    /// The job that a caller says this one repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_of_job_id: Option<String>,
    /// Why the last attempt failed, until another one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<JobError>,
    /// Bounded facts of the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Object>,
    /// Every attempt, with its errors and reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// How far the running attempt is, where the runner says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// When somebody said that a failure needs nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<Timestamp>,
    /// Who that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// When it was last queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<Timestamp>,
    /// When somebody last began to work on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it last was approved, rejected, succeeded, failed or canceled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Raised by every event: it equals their number.
    #[serde(default)]
    pub version: u64,
    /// The runner's hold on the running attempt. Never answered and never exported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub lease: Option<Lease>,
    /// The last lines of the running attempt's log. Only the job's page shows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(ignore)]
    pub tail: Vec<String>,
    /// The workflow of its task when it was linked: where an approval looks first. Never answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub task_bundle_id: Option<String>,
}

/// Whether a person said that the output is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nobody has said anything yet.
    Pending,
    /// It is good.
    Approved,
    /// It is not.
    Rejected,
}

/// The last decision about the output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// What was decided.
    pub status: Verdict,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Approval {
    /// Nobody has decided.
    pub fn pending() -> Self {
        Self { status: Verdict::Pending, decided_by: None, decided_at: None, reason: None }
    }
}

/// One attempt: kept as it ended, whatever later ones do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Its number, from 1.
    pub number: u32,
    /// When somebody began to work on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it was handed in or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The status it came to last.
    pub status: JobStatus,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<JobError>,
    /// Why its output was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who approved or rejected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// What it made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_artifact_ids: Vec<String>,
    /// The artifact that holds its whole log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_artifact_id: Option<String>,
    /// The executor's session, which the next attempt may go on with. Never answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub session: Option<String>,
}

/// How far a running attempt is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// What it is at, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

/// The runner's hold on one attempt (design 5). The attempt's number is the fence: what is written for another attempt, or
/// after the hold was taken away, is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Until when; a sweep then takes the runner for lost.
    pub until: Timestamp,
    /// Which attempt.
    pub attempt: u32,
    /// Which run of the runner, by a name that no other run has.
    pub holder: String,
}

impl Job {
    /// The reference that tasks and bundles show: exactly the contract's keys (12.4).
    pub fn reference(&self) -> Object {
        crate::json::object(&serde_json::json!({
            "assistantJobId": self.id,
            "assistantType": self.assistant_type,
            "status": self.status,
        }))
    }

    /// The job as it is answered: without what only the product itself reads.
    #[must_use]
    pub fn shown(mut self) -> Self {
        self.lease = None;
        self.tail = Vec::new();
        self.task_bundle_id = None;
        self.attempts.iter_mut().for_each(|attempt| attempt.session = None);
        self
    }

    /// What the table needs to know of it.
    pub fn rules(&self) -> Rules {
        Rules {
            approval_required: self.approval_required,
            approved: self.approval.as_ref().is_some_and(|approval| approval.status == Verdict::Approved),
            attempts: self.attempt_count,
            most: self.max_attempts,
            over_limit: false,
        }
    }

    /// True while somebody may still have to do something about it: everything but succeeded, approved, canceled, and
    /// failures and rejections that were acknowledged.
    pub fn is_live(&self) -> bool {
        let over = matches!(self.status, JobStatus::Succeeded | JobStatus::Approved | JobStatus::Canceled);
        !over && self.acknowledged_at.is_none()
    }

    /// True when another attempt may be made after a failure or rejection.
    pub fn may_retry(&self) -> bool {
        state::judge(self.status, Action::Retry, self.rules()).is_ok()
    }

    /// True when this run of the runner still holds this attempt.
    pub fn is_held_by(&self, attempt: u32, holder: &str) -> bool {
        self.status == JobStatus::Running && self.lease.as_ref().is_some_and(|lease| lease.attempt == attempt && lease.holder == holder)
    }

    /// True when the runner that holds it has not been heard of in time.
    pub fn is_lost(&self, now: Timestamp) -> bool {
        self.status == JobStatus::Running && self.lease.as_ref().is_some_and(|lease| lease.until <= now)
    }

    /// The id of an output of the running attempt: derived, so that whoever makes it again makes the same one.
    pub fn output_id(&self, name: &str) -> ArtifactId {
        self.derived_artifact(&self.attempt_number().to_string(), name)
    }

    /// The id of an artifact of this job, by what it is.
    pub fn derived_artifact(&self, occasion: &str, name: &str) -> ArtifactId {
        let day = crate::id::day_of(self.id.as_str()).unwrap_or_else(|| self.created_at.local_date(chrono_tz::UTC));
        ArtifactId::new(crate::id::derived(day, &["artifact", self.id.as_str(), occasion, name]))
    }

    /// The id of the task that follows up the last attempt: whoever asks for it twice gets one.
    pub fn follow_up_id(&self) -> TaskId {
        let day = crate::id::day_of(self.id.as_str()).unwrap_or_else(|| self.created_at.local_date(chrono_tz::UTC));
        TaskId::new(crate::id::derived(day, &["follow-up", self.id.as_str(), &self.attempt_number().to_string()]))
    }

    /// The number of the attempt that runs, or would.
    pub fn attempt_number(&self) -> u32 {
        self.attempt_count.max(1)
    }

    /// Outputs that attempts of the runner made, this one's left out: what it hands in takes their place.
    pub fn earlier_outputs(&self) -> Vec<String> {
        let now = self.attempt_number();
        let earlier = self.attempts.iter().filter(|attempt| attempt.number != now);
        earlier.flat_map(|attempt| attempt.output_artifact_ids.iter().cloned()).collect()
    }

    pub(crate) fn attempt_mut(&mut self) -> &mut Attempt {
        let number = self.attempt_number();
        let at = self.attempts.iter().position(|attempt| attempt.number == number).unwrap_or_else(|| {
            self.attempts.push(Attempt {
                number,
                started_at: None,
                ended_at: None,
                status: self.status,
                error: None,
                reason: None,
                decided_by: None,
                output_artifact_ids: Vec::new(),
                log_artifact_id: None,
                session: None,
            });
            self.attempts.len() - 1
        });
        &mut self.attempts[at]
    }
}
