//! What the runner does with a job: it takes it under a lease, says that it is at it, hands in or gives up; and what becomes
//! of a runner that is lost (AJ-9, design 5). Whatever it writes is fenced by the attempt it took.

use serde_json::{Value, json};

use super::outputs::{self, Made, Outputs};
use super::state::{self, Action, JobStatus};
use super::steps::{self, Step, enter, event};
use super::{Job, JobError, Lease, MAX_TAIL, Progress};
use crate::artifact::Artifact;
use crate::refusal::Refusal;
use crate::task::change::Context;
use crate::time::Timestamp;

/// Seconds that a hold lasts without being renewed.
pub const LEASE_SECONDS: i64 = 120;
/// The assistant that `run-dry` knows.
pub const PODCAST: &str = "podcast";
/// What the dry run calls itself.
pub const DRY_RUNNER: &str = "podcast-dry-run";
/// The most characters of a line that a running job shows.
const MAX_LINE: usize = 300;

/// What a run of the runner holds: which attempt, under which name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hold {
    /// The attempt: the fence.
    pub attempt: u32,
    /// A name that no other run has.
    pub holder: String,
}

impl Hold {
    fn lease(&self, now: Timestamp) -> Lease {
        Lease { until: now.plus_seconds(LEASE_SECONDS), attempt: self.attempt, holder: self.holder.clone() }
    }

    /// # Errors
    /// When the attempt is over or somebody else's.
    fn check(&self, job: &Job) -> Result<(), Refusal> {
        if job.is_held_by(self.attempt, &self.holder) {
            return Ok(());
        }
        Err(Refusal::rule(ATTEMPT_OVER, format!("Attempt {} is no longer this runner's", self.attempt)))
    }
}

/// The code of a write for an attempt that somebody else ended.
const ATTEMPT_OVER: &str = "attempt_over";

/// True when a refusal says that the attempt is over, and not that what was made cannot be taken.
pub fn is_over(refusal: &Refusal) -> bool {
    refusal.code == ATTEMPT_OVER || refusal.code == state::NOT_HERE
}

/// Takes a queued job.
///
/// # Errors
/// It is not queued.
pub fn claim(stored: &Job, holder: &str, context: Context<'_>) -> Result<(Step, Hold), Refusal> {
    let mut job = stored.clone();
    enter(&mut job, Action::Claim, false, context.now)?;
    let hold = Hold { attempt: job.attempt_count, holder: holder.to_owned() };
    job.lease = Some(hold.lease(context.now));
    let words = format!("Started attempt {} of {}", job.attempt_count, job.max_attempts);
    let started = event("started", words, json!({ "attemptCount": job.attempt_count, "runner": "assistant-runner" }));
    Ok((Step::new(job, started), hold))
}

/// Says that the runner is still at it, how far it is, and what it last logged. No event: nothing has happened yet.
///
/// # Errors
/// The hold is lost, or was not renewed in time: a runner that was frozen must not go on as if it had not been.
pub fn renew(stored: &Job, hold: &Hold, progress: Option<&Progress>, tail: &[String], now: Timestamp) -> Result<Job, Refusal> {
    let mut job = stored.clone();
    state::judge(job.status, Action::Renew, job.rules())?;
    hold.check(&job)?;
    if job.is_lost(now) {
        return Err(Refusal::rule(ATTEMPT_OVER, "The lease ran out before it was renewed"));
    }
    job.lease = Some(hold.lease(now));
    if let Some(progress) = progress {
        let step = progress.step.as_deref().map(|step| super::problem::plain(step).chars().take(200).collect());
        job.progress = Some(Progress { percent: progress.percent.map(|percent| percent.min(100)), step });
    }
    let from = tail.len().saturating_sub(MAX_TAIL);
    job.tail = tail[from..].iter().map(|line| clean_line(line)).collect();
    Ok(job)
}

/// A line of a log as it may be shown: no secret, nothing that steers a terminal, not too long.
pub fn clean_line(line: &str) -> String {
    crate::secrets::redact(&super::problem::plain(line)).chars().take(MAX_LINE).collect()
}

/// What a step of the runner writes besides the job.
#[derive(Debug, Clone, PartialEq)]
pub struct Worked {
    /// The step.
    pub step: Step,
    /// Artifacts to be made, logs too.
    pub made: Vec<Artifact>,
    /// Outputs of earlier attempts that these replace, as they will be, with the version read.
    pub replaced: Outputs,
}

/// What an executor leaves behind besides its outputs: the session that the next attempt may go on with.
#[must_use]
pub fn with_session(mut worked: Worked, session: Option<String>) -> Worked {
    const MOST: usize = 200;
    worked.step.job.attempt_mut().session = session.filter(|session| session.len() <= MOST);
    worked
}

/// Hands in what the attempt made; the job waits for approval, or is done where none is required.
///
/// # Errors
/// The attempt is over or somebody else's; too many outputs.
pub fn finish(stored: &Job, hold: &Hold, made: &[Made], earlier: &[Artifact], context: Context<'_>) -> Result<Worked, Refusal> {
    state::judge(stored.status, Action::Finish, stored.rules())?;
    hold.check(stored)?;
    hand_in(stored.clone(), Vec::new(), made, earlier, "assistant-runner", Action::Finish, context)
}

/// Ends the attempt without an output. What it made and its log are kept.
///
/// # Errors
/// The attempt is over or somebody else's.
pub fn fail(stored: &Job, hold: &Hold, error: JobError, made: &[Made], context: Context<'_>) -> Result<Worked, Refusal> {
    state::judge(stored.status, Action::Fail, stored.rules())?;
    hold.check(stored)?;
    let mut job = stored.clone();
    let artifacts: Vec<Artifact> = made.iter().filter(|one| one.is_log).map(|one| outputs::artifact(&job, one, context)).collect();
    outputs::note_logs(&mut job, &artifacts);
    let step = failed(job, Action::Fail, error, context)?;
    Ok(Worked { step, made: artifacts, replaced: Vec::new() })
}

/// The runner was not heard of in time: its attempt failed.
///
/// # Errors
/// It is not running, or its hold has not run out.
pub fn lose(stored: &Job, context: Context<'_>) -> Result<Step, Refusal> {
    state::judge(stored.status, Action::Lose, stored.rules())?;
    if !stored.is_lost(context.now) {
        return Err(Refusal::rule("lease_holds", "The runner's lease has not run out"));
    }
    failed(stored.clone(), Action::Lose, JobError::runner_lost(), context)
}

fn failed(mut job: Job, action: Action, error: JobError, context: Context<'_>) -> Result<Step, Refusal> {
    enter(&mut job, action, false, context.now)?;
    job.last_error = Some(error.clone());
    let facts = json!({ "attemptCount": job.attempt_count, "code": error.code });
    let told = event("failed", format!("Attempt {} failed: {}", job.attempt_count, error.summary), facts);
    job.attempt_mut().error = Some(error);
    let failure = Some(steps::failure(&job));
    Ok(Step { job, events: vec![told], failure })
}

/// The dry run (wire contract 12.5): whatever is left of submitting, starting and handing in, as one step.
///
/// # Errors
/// Not a podcast job, or a status from which it cannot be run.
pub fn run_dry(stored: &Job, made: &[Made], earlier: &[Artifact], context: Context<'_>) -> Result<Worked, Refusal> {
    may_run_dry(stored)?;
    let mut job = stored.clone();
    let mut events = Vec::new();
    if job.status == JobStatus::Draft {
        enter(&mut job, Action::Submit, false, context.now)?;
        events.push(steps::queued(&job));
    }
    if job.status != JobStatus::Running {
        enter(&mut job, Action::SetRunning, false, context.now)?;
        let words = format!("Started attempt {} of {}", job.attempt_count, job.max_attempts);
        events.push(event("started", words, json!({ "attemptCount": job.attempt_count, "runner": DRY_RUNNER })));
    }
    hand_in(job, events, made, earlier, DRY_RUNNER, Action::RunDry, context)
}

/// Whether a job can be run dry, before anything is made for it.
///
/// # Errors
/// Not a podcast job, or a status from which it cannot be run.
pub fn may_run_dry(stored: &Job) -> Result<(), Refusal> {
    if stored.assistant_type != PODCAST {
        return Err(Refusal::rule("not_a_podcast_job", "Only podcast jobs can be run dry"));
    }
    state::judge(stored.status, Action::RunDry, stored.rules()).map(|_| ())
}

fn hand_in(
    mut job: Job,
    mut events: Vec<crate::audit::NewEvent>,
    made: &[Made],
    earlier: &[Artifact],
    runner: &str,
    action: Action,
    context: Context<'_>,
) -> Result<Worked, Refusal> {
    let replaced = outputs::replaced(&job, earlier, context);
    for id in job.earlier_outputs() {
        job.output_artifact_ids.retain(|known| *known != id);
    }
    let artifacts: Vec<Artifact> = made.iter().map(|one| outputs::artifact(&job, one, context)).collect();
    let (logs, results): (Vec<_>, Vec<_>) = artifacts.iter().zip(made).partition(|(_, one)| one.is_log);
    let ids: Vec<String> = results.iter().map(|(artifact, _)| artifact.id.to_string()).collect();
    for id in &ids {
        steps::add_output(&mut job, id)?;
    }
    let logs: Vec<Artifact> = logs.into_iter().map(|(artifact, _)| artifact.clone()).collect();
    outputs::note_logs(&mut job, &logs);
    job.attempt_mut().output_artifact_ids.clone_from(&ids);
    if !ids.is_empty() {
        let words = if ids.len() == 1 { "Attached one output".to_owned() } else { format!("Attached {} outputs", ids.len()) };
        events.push(event("artifact-attached", words, json!({ "artifactIds": ids, "runner": runner })));
    }
    let to = enter(&mut job, action, false, context.now)?;
    let words = if to == JobStatus::Succeeded { "Succeeded; no approval is required" } else { "Asked for approval" };
    events.push(event(to.event(), words, ended(&job, runner)));
    Ok(Worked { step: Step { job, events, failure: None }, made: artifacts, replaced })
}

fn ended(job: &Job, runner: &str) -> Value {
    json!({ "attemptCount": job.attempt_count, "outputArtifactIds": job.output_artifact_ids, "runner": runner })
}
