//! What people and outside workers do with a job: each decision is the job as it will be and the events that tell it.

use serde_json::{Value, json};

use super::input::{LogEntry, Move, Request};
use super::state::{self, Action, JobStatus};
use super::{Approval, Job, JobError, MAX_OUTPUTS, Verdict};
use crate::Actor;
use crate::audit::NewEvent;
use crate::id::JobId;
use crate::json::Object;
use crate::refusal::Refusal;
use crate::reminder::Failure;
use crate::task::change::Context;
use crate::time::Timestamp;

/// One step: what is stored and told together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The job as it will be.
    pub job: Job,
    /// What the audit log will say, in order. A job's version equals their number.
    pub events: Vec<NewEvent>,
    /// What people are to be told, when the attempt failed.
    pub failure: Option<Failure>,
}

impl Step {
    pub(super) fn new(job: Job, event: NewEvent) -> Self {
        Self { failure: None, events: vec![event], job }
    }
}

pub(super) fn event(action: &'static str, summary: impl Into<String>, metadata: Value) -> NewEvent {
    NewEvent { action, summary: summary.into(), metadata }
}

/// Decides an action by the table and enters the status it leads to. The only place that writes a status, and all that
/// comes with one: moments, the count of attempts, the record of the attempt, the end of the runner's hold.
///
/// # Errors
/// What the table or the rules of approval and attempts refuse.
pub(super) fn enter(job: &mut Job, action: Action, over_limit: bool, now: Timestamp) -> Result<JobStatus, Refusal> {
    let to = state::judge(job.status, action, state::Rules { over_limit, ..job.rules() })?;
    job.updated_at = now;
    if to == job.status {
        return Ok(to);
    }
    job.status = to;
    job.lease = None;
    job.progress = None;
    job.tail = Vec::new();
    match to {
        JobStatus::Retrying => {
            job.attempt_count += 1;
            (job.acknowledged_at, job.acknowledged_by) = (None, None);
        }
        JobStatus::Queued | JobStatus::Running => begin(job, to, now),
        JobStatus::WaitingApproval => {
            // Whoever asks for approval where none was required makes it required: what waits for a decision gets one.
            job.approval_required = true;
            job.approval = Some(Approval::pending());
            let attempt = job.attempt_mut();
            (attempt.status, attempt.ended_at) = (to, Some(now));
        }
        JobStatus::Approved | JobStatus::Rejected | JobStatus::Succeeded | JobStatus::Failed => {
            job.completed_at = Some(now);
            let attempt = job.attempt_mut();
            (attempt.status, attempt.ended_at) = (to, attempt.ended_at.or(Some(now)));
        }
        JobStatus::Canceled => {
            job.completed_at = Some(now);
            let number = job.attempt_count;
            for attempt in job.attempts.iter_mut().filter(|attempt| attempt.number == number) {
                (attempt.status, attempt.ended_at) = (to, attempt.ended_at.or(Some(now)));
            }
        }
        JobStatus::Draft => {}
    }
    Ok(to)
}

fn begin(job: &mut Job, to: JobStatus, now: Timestamp) {
    job.attempt_count = job.attempt_number();
    job.last_error = None;
    if to == JobStatus::Queued {
        job.queued_at = Some(now);
    } else {
        job.started_at = Some(now);
    }
    let attempt = job.attempt_mut();
    attempt.status = to;
    if to == JobStatus::Running {
        attempt.started_at = Some(now);
    }
}

/// A new draft.
pub fn create(id: JobId, owner: (Option<String>, Option<String>), request: Request, context: Context<'_>) -> (Job, NewEvent) {
    let assistant_type = request.assistant_type.unwrap_or_default();
    let approval_required = request.approval_required.unwrap_or(true);
    // The portal's own actor stands for nobody in particular; then a caller may say who asks.
    let nobody = context.actor.id == Actor::PORTAL || context.actor.id.is_empty();
    let named = request.requested_by.filter(|_| nobody);
    let job = Job {
        id,
        title: request.title.unwrap_or_else(|| format!("{assistant_type} assistant job")),
        assistant_type,
        status: JobStatus::Draft,
        task_id: owner.0,
        bundle_id: owner.1,
        requested_by: named.or_else(|| Some(context.actor.id.clone()).filter(|id| !id.is_empty())),
        input_refs: request.input_refs.unwrap_or_default(),
        output_artifact_ids: Vec::new(),
        log_refs: Vec::new(),
        approval_required,
        approval: approval_required.then(Approval::pending),
        attempt_count: 0,
        max_attempts: request.max_attempts.unwrap_or(2),
        retry_of_job_id: request.retry_of_job_id,
        last_error: None,
        metadata: request.metadata,
        attempts: Vec::new(),
        progress: None,
        acknowledged_at: None,
        acknowledged_by: None,
        queued_at: None,
        started_at: None,
        completed_at: None,
        created_at: context.now,
        updated_at: context.now,
        version: 0,
        lease: None,
        tail: Vec::new(),
        task_bundle_id: None,
    };
    let created = event("created", format!("Asked for '{}'", job.title), json!({ "status": job.status }));
    (job, created)
}

/// Changes a draft.
///
/// # Errors
/// Not a draft, or neither task nor workflow would be left.
pub fn edit(stored: &Job, changes: Request, context: Context<'_>) -> Result<Step, Refusal> {
    let mut job = stored.clone();
    enter(&mut job, Action::Edit, false, context.now)?;
    if let Some(kind) = changes.assistant_type {
        job.assistant_type = kind;
    }
    if let Some(title) = changes.title {
        job.title = title;
    }
    if let Some(task) = changes.task_id {
        job.task_id = task;
    }
    if let Some(bundle) = changes.bundle_id {
        job.bundle_id = bundle;
    }
    if job.task_id.is_none() && job.bundle_id.is_none() {
        return Err(Refusal::field("/taskId", "taskId or bundleId is required: a job is for a task, a workflow or both"));
    }
    if let Some(inputs) = changes.input_refs {
        job.input_refs = inputs;
    }
    if let Some(required) = changes.approval_required {
        job.approval_required = required;
        job.approval = required.then(Approval::pending);
    }
    job.max_attempts = changes.max_attempts.unwrap_or(job.max_attempts);
    job.metadata = changes.metadata.or(job.metadata);
    let changed = crate::json::changes(stored, &job);
    Ok(Step::new(job, event("log-appended", "Changed the draft", json!({ "changes": changed }))))
}

/// Hands a job to whoever works on it.
///
/// # Errors
/// Neither a draft nor retrying.
pub fn submit(stored: &Job, context: Context<'_>) -> Result<Step, Refusal> {
    let mut job = stored.clone();
    enter(&mut job, Action::Submit, false, context.now)?;
    let queued = queued(&job);
    Ok(Step::new(job, queued))
}

pub(super) fn queued(job: &Job) -> NewEvent {
    let words = format!("Queued attempt {} of {}", job.attempt_count, job.max_attempts);
    event("queued", words, json!({ "attemptCount": job.attempt_count }))
}

/// Whether the table lets a `/transition` through, before what comes with it is read (the order of the contract).
///
/// # Errors
/// What the table or the rules refuse.
pub fn may_move(stored: &Job, to: &Move) -> Result<(), Refusal> {
    let rules = state::Rules { over_limit: to.over_limit, ..stored.rules() };
    state::judge(stored.status, to.to.requested(), rules).map(|_| ())
}

/// A `/transition` by whoever works on the job. It ends the runner's hold, if there is one.
///
/// # Errors
/// What the table or the rules refuse, or an answer for an attempt that is over.
pub fn transition(stored: &Job, wanted: Move, context: Context<'_>) -> Result<Step, Refusal> {
    let mut job = stored.clone();
    let from = job.status;
    let to = enter(&mut job, wanted.to.requested(), wanted.over_limit, context.now)?;
    if let Some(attempt) = wanted.attempt.filter(|attempt| *attempt != stored.attempt_number()) {
        let words = format!("Attempt {attempt} is over; the job is at attempt {}", stored.attempt_number());
        return Err(Refusal { code: "attempt_over", ..Refusal::field("/attempt", words) });
    }
    if let Some(outputs) = wanted.output_artifact_ids {
        job.output_artifact_ids.clone_from(&outputs);
        if job.attempt_count > 0 {
            job.attempt_mut().output_artifact_ids = outputs;
        }
    }
    if let Some(logs) = wanted.log_refs {
        job.log_refs = logs;
    }
    if let Some(error) = wanted.error {
        job.last_error = Some(error.clone());
        if to == JobStatus::Failed {
            job.attempt_mut().error = Some(error);
        }
    }
    let facts = || json!({ "from": from, "to": to, "attemptCount": job.attempt_count });
    let metadata = wanted.metadata.map_or_else(facts, Value::Object);
    let summary = wanted.summary.unwrap_or_else(|| format!("Moved from {} to {}", from.as_str(), to.as_str()));
    let failure = (to == JobStatus::Failed).then(|| failure(&job));
    Ok(Step { events: vec![event(to.event(), summary, metadata)], failure, job })
}

/// One attempt more.
///
/// # Errors
/// Neither failed nor rejected, over the limit, or asking to go over it.
pub fn retry(stored: &Job, over_limit: bool, context: Context<'_>) -> Result<Step, Refusal> {
    let mut job = stored.clone();
    enter(&mut job, Action::Retry, over_limit, context.now)?;
    let words = format!("Asked for attempt {} of {}", job.attempt_count, job.max_attempts);
    let asked = event("retry-requested", words, json!({ "attemptCount": job.attempt_count }));
    Ok(Step::new(job, asked))
}

/// The output is good. What comes with it is [`super::outputs::approve`].
///
/// # Errors
/// Nothing waits for approval.
pub fn approve(stored: &Job, context: Context<'_>) -> Result<Step, Refusal> {
    let mut job = stored.clone();
    enter(&mut job, Action::Approve, false, context.now)?;
    let by = decide(&mut job, Verdict::Approved, None, context);
    let approved = event("approved", format!("Approved by {by}"), json!({ "outputArtifactIds": job.output_artifact_ids }));
    Ok(Step::new(job, approved))
}

/// The output is not good.
///
/// # Errors
/// Nothing waits for approval.
pub fn reject(stored: &Job, reason: &str, context: Context<'_>) -> Result<Step, Refusal> {
    let mut job = stored.clone();
    enter(&mut job, Action::Reject, false, context.now)?;
    let by = decide(&mut job, Verdict::Rejected, Some(reason.to_owned()), context);
    let rejected = event("rejected", format!("Rejected by {by}: {reason}"), json!({ "reason": reason }));
    Ok(Step::new(job, rejected))
}

fn decide(job: &mut Job, verdict: Verdict, reason: Option<String>, context: Context<'_>) -> String {
    let by = Some(context.actor.id.clone()).filter(|id| !id.is_empty()).or_else(|| job.requested_by.clone());
    let attempt = job.attempt_mut();
    attempt.reason.clone_from(&reason);
    attempt.decided_by.clone_from(&by);
    job.approval = Some(Approval { status: verdict, decided_by: by.clone(), decided_at: Some(context.now), reason });
    by.unwrap_or_default()
}

/// Gives it up.
///
/// # Errors
/// It has come to its end already.
pub fn cancel(stored: &Job, context: Context<'_>) -> Result<Step, Refusal> {
    let mut job = stored.clone();
    enter(&mut job, Action::Cancel, false, context.now)?;
    let from = stored.status;
    let canceled = event("canceled", "Canceled", json!({ "from": from, "attemptCount": job.attempt_count }));
    Ok(Step::new(job, canceled))
}

/// An entry for the log.
///
/// # Errors
/// None today; the table is asked like everywhere.
pub fn log(stored: &Job, entry: LogEntry, context: Context<'_>) -> Result<Step, Refusal> {
    let mut job = stored.clone();
    enter(&mut job, Action::Log, false, context.now)?;
    let metadata = entry.metadata.map_or(Value::Null, Value::Object);
    Ok(Step::new(job, event("log-appended", entry.summary, metadata)))
}

/// Somebody has seen a failure or rejection and nothing more is to be done: it leaves the live list. A second time changes
/// nothing and is told as a step without events.
///
/// # Errors
/// Neither failed nor rejected.
pub fn acknowledge(stored: &Job, note: Option<&str>, follow_up: Option<&str>, context: Context<'_>) -> Result<Step, Refusal> {
    let mut job = stored.clone();
    enter(&mut job, Action::Acknowledge, false, context.now)?;
    if stored.acknowledged_at.is_some() && note.is_none() && follow_up.is_none() {
        return Ok(Step { job: stored.clone(), events: Vec::new(), failure: None });
    }
    job.acknowledged_at = Some(context.now);
    job.acknowledged_by = Some(context.actor.id.clone()).filter(|id| !id.is_empty());
    let mut metadata = Object::from_iter([("acknowledged".to_owned(), json!(true))]);
    metadata.extend(note.map(|note| ("note".to_owned(), json!(note))));
    metadata.extend(follow_up.map(|task| ("followUpTaskId".to_owned(), json!(task))));
    let words = note.map_or_else(|| "Acknowledged".to_owned(), |note| format!("Acknowledged: {note}"));
    Ok(Step::new(job, event("log-appended", words, Value::Object(metadata))))
}

/// Adds an output's id at the end, unless it is there.
///
/// # Errors
/// When there is no room.
pub(super) fn add_output(job: &mut Job, id: &str) -> Result<(), Refusal> {
    if !job.output_artifact_ids.iter().any(|known| known == id) {
        if job.output_artifact_ids.len() >= MAX_OUTPUTS {
            return Err(Refusal::rule("too_many_outputs", format!("A job has at most {MAX_OUTPUTS} outputs")));
        }
        job.output_artifact_ids.push(id.to_owned());
    }
    if job.attempt_count > 0 && !job.attempt_mut().output_artifact_ids.iter().any(|known| known == id) {
        job.attempt_mut().output_artifact_ids.push(id.to_owned());
    }
    Ok(())
}

/// What people are told of a failed attempt.
pub(super) fn failure(job: &Job) -> Failure {
    let unsaid = JobError::new("unknown", "no reason was given");
    let error = job.last_error.as_ref().unwrap_or(&unsaid);
    let (attempt, most) = (job.attempt_number(), job.max_attempts);
    let left = if job.may_retry() { "" } else { ". No attempt is left" };
    Failure {
        subject: format!("{}#{}", super::KIND, job.id),
        occasion: attempt.to_string(),
        message: format!("'{}' failed in attempt {attempt} of {most}: {} ({}){left}", job.title, error.summary, error.code),
        user_id: job.requested_by.clone(),
        task_id: job.task_id.clone(),
        bundle_id: job.bundle_id.clone(),
        metadata: Some(json!({
            "assistantJobId": job.id, "assistantType": job.assistant_type, "attempt": attempt, "maxAttempts": most,
            "code": error.code, "exhausted": !job.may_retry(),
        })),
        ..Failure::default()
    }
}
