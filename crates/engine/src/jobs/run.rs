//! The runner's side of a job (AJ-9): take it under a lease, let its assistant work, hand in what came of it.
//!
//! Killed anywhere, nothing is half: the lease runs out and the sweep ends the attempt. Frozen and thawed, it finds its hold
//! gone before it writes anything. Delivered twice, the second finds the job taken.

use std::sync::Arc;
use std::time::Duration;

use dataops_assistants::{Code, Event, Executors, Failure, Finished, Output, Run};
use dataops_domain::Timestamp;
use dataops_domain::artifact::Artifact;
use dataops_domain::job::work::{self, Hold, Worked};
use dataops_domain::job::{Job, JobError, JobStatus, Progress, outputs};
use dataops_domain::refusal::Refusal;
use dataops_store::{CommitError, Operation, Stored, Together, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::Instant;

use super::outputs::{File, put_all};
use super::{inputs, links, raced, refused};
use crate::Engine;
use crate::error::{Error, Expected};
use crate::tasks::context;

/// The most lines of a log that are kept whole.
const MAX_LOG_LINES: usize = 20_000;
/// How often a write whose answer was lost is tried again.
const WRITE_TRIES: u32 = 3;

/// How soon what an assistant says can be seen: with the next renewal of its lease, which then comes earlier.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// What the runner is told besides the job.
#[derive(Clone)]
pub struct RunnerLimits {
    /// Assistant types it takes; jobs of others wait for an outside worker.
    pub types: Vec<String>,
    /// The fleet's clock.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// How long until the platform ends the invocation; `None` when nothing does.
    pub left: Arc<dyn Fn() -> Option<Duration> + Send + Sync>,
    /// How often the lease is renewed while an assistant works.
    pub renew_every: Duration,
    /// A name that no other run has.
    pub holder: String,
}

impl RunnerLimits {
    /// Time that is left to hand in what was made.
    const RESERVE: Duration = Duration::from_secs(20);

    /// True while there is time to begin something that may take this long.
    pub(super) fn has_time_for(&self, longest: Duration) -> bool {
        (self.left)().is_none_or(|left| left > Self::RESERVE * 2 + longest)
    }

    /// How long an assistant may still work.
    fn working_time(&self) -> Option<Duration> {
        (self.left)().map(|left| left.saturating_sub(Self::RESERVE))
    }
}

/// What became of one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// It was not there to take: another run, another worker, another type.
    NotTaken,
    /// Handed in.
    HandedIn,
    /// The attempt failed, and says why.
    Failed,
    /// Somebody else moved the job meanwhile; nothing more was written.
    Dropped,
}

/// How an assistant's work ended.
enum Ended {
    Finished(Box<Result<Finished, Failure>>),
    /// The hold is gone.
    Gone,
}

/// What became of the write that ends an attempt.
enum Written {
    Yes,
    /// The attempt was over already.
    Over,
    /// What was made cannot be taken, and why.
    Refused(String),
}

impl Engine {
    /// Takes a queued job and works on it until it is handed in, failed, or somebody else's.
    ///
    /// # Errors
    /// When the store fails so that even the failure can't be written; the sweep then ends the attempt.
    pub async fn job_run(
        &self,
        operation: &Operation,
        id: &str,
        executors: &Executors,
        limits: &RunnerLimits,
    ) -> Result<RunOutcome, Error> {
        let Some((job, hold)) = self.job_claim(operation, id, limits).await? else { return Ok(RunOutcome::NotTaken) };
        let mut log = Log::default();
        log.line(&format!("attempt {} of {}", hold.attempt, job.max_attempts));
        let ended = match self.resolve(&job).await {
            Ok(resolved) => match executors.executor(&job.assistant_type) {
                Ok(executor) => {
                    log.line(&format!("executor {}", executor.name()));
                    let run = executor.start(resolved.request);
                    self.job_watch(operation, &job, &hold, run, &mut log, limits).await?
                }
                Err(failure) => Ended::Finished(Box::new(Err(failure))),
            },
            Err(error) => {
                tracing::error!(job = %job.id, error = ?error, "the inputs of a job could not be read");
                Ended::Finished(Box::new(Err(Failure::new(Code::ExecutorUnavailable, "the inputs could not be read"))))
            }
        };
        match ended {
            Ended::Gone => Ok(RunOutcome::Dropped),
            Ended::Finished(result) => self.job_end(operation, &job, &hold, *result, log, limits).await,
        }
    }

    /// Takes the job, if it is queued and of a type this runner takes. A claim whose answer was lost is found again by the
    /// holder's name.
    async fn job_claim(&self, operation: &Operation, id: &str, limits: &RunnerLimits) -> Result<Option<(Job, Hold)>, Error> {
        let claiming = at(operation, limits).part(&format!("claim.{}", limits.holder));
        for tried in 1.. {
            let stored = match self.job(id).await {
                Ok(stored) => stored,
                Err(Error::Expected(_)) => return Ok(None),
                Err(error) => return Err(error),
            };
            let job = &stored.record;
            if job.is_held_by(job.attempt_count, &limits.holder) {
                let hold = Hold { attempt: job.attempt_count, holder: limits.holder.clone() };
                return Ok(Some((stored.record, hold)));
            }
            if job.status != JobStatus::Queued || !limits.types.contains(&job.assistant_type) {
                return Ok(None);
            }
            let (step, hold) = work::claim(job, &limits.holder, context(&claiming))?;
            let mut transaction = self.store.begin(&claiming);
            let taken = transaction.advance(&stored, step.job, step.events).record;
            match transaction.apply().await {
                Ok(()) => return Ok(Some((taken, hold))),
                Err(CommitError::Lost) => {}
                Err(error) if tried >= WRITE_TRIES => return Err(error.into()),
                Err(error) => tracing::warn!(job = id, error = ?error, "a claim got no answer"),
            }
        }
        Ok(None)
    }

    /// Reads what an assistant reports until it is over, keeping the hold and telling how far it is.
    async fn job_watch(
        &self,
        operation: &Operation,
        job: &Job,
        hold: &Hold,
        mut run: Run,
        log: &mut Log,
        limits: &RunnerLimits,
    ) -> Result<Ended, Error> {
        let mut renewed = Instant::now();
        let mut renew_at = renewed + limits.renew_every;
        let out_of_time = sleep_until(limits.working_time());
        tokio::pin!(out_of_time);
        let mut progress = None;
        loop {
            tokio::select! {
                event = run.next() => {
                    match event {
                        Some(Event::Progress { percent, step }) => {
                            log.line(&percent.map_or_else(|| step.clone(), |percent| format!("{percent} % {step}")));
                            progress = Some(Progress { percent, step: Some(step) });
                        }
                        Some(Event::Log(line)) => log.line(&line),
                        None => return Ok(Ended::Finished(Box::new(run.finish().await))),
                    }
                    renew_at = renew_at.min(renewed + TELL_EVERY);
                }
                () = tokio::time::sleep_until(renew_at) => {
                    renewed = Instant::now();
                    renew_at = renewed + limits.renew_every;
                    if !self.job_renew(operation, job, hold, progress.as_ref(), log, limits).await? {
                        run.cancel();
                        drop(run.finish().await);
                        return Ok(Ended::Gone);
                    }
                }
                () = &mut out_of_time => {
                    run.cancel();
                    drop(run.finish().await);
                    let failure = Failure::new(Code::TimeLimit, "the runner's time was over before the assistant had finished");
                    return Ok(Ended::Finished(Box::new(Err(failure))));
                }
            }
        }
    }

    /// Keeps the hold; false when it is gone. A renewal that gets no answer is made up for by the next one.
    async fn job_renew(
        &self,
        operation: &Operation,
        job: &Job,
        hold: &Hold,
        progress: Option<&Progress>,
        log: &Log,
        limits: &RunnerLimits,
    ) -> Result<bool, Error> {
        let now = at(operation, limits);
        let renewing = now.part(&format!("renew.{}.{}", limits.holder, now.now.millis()));
        for _ in 0..WRITE_TRIES {
            let stored = match self.job(job.id.as_str()).await {
                Ok(stored) => stored,
                Err(Error::Store(error)) => {
                    tracing::warn!(job = %job.id, error = ?error, "a lease could not be read");
                    return Ok(true);
                }
                Err(error) => return Err(error),
            };
            let Ok(after) = work::renew(&stored.record, hold, progress, &log.lines, renewing.now) else { return Ok(false) };
            let mut transaction = self.store.begin(&renewing);
            transaction.touch(&stored, &after);
            match transaction.apply().await {
                Ok(()) => return Ok(true),
                Err(CommitError::Lost) => {}
                Err(error) => {
                    tracing::warn!(job = %job.id, error = ?error, "a renewal got no answer");
                    return Ok(true);
                }
            }
        }
        Ok(true)
    }

    /// Ends the attempt: outputs and log into the bucket, then everything else in one transaction.
    async fn job_end(
        &self,
        operation: &Operation,
        job: &Job,
        hold: &Hold,
        result: Result<Finished, Failure>,
        mut log: Log,
        limits: &RunnerLimits,
    ) -> Result<RunOutcome, Error> {
        // Whoever was frozen finds out here, before a byte is put.
        if !self.job_renew(operation, job, hold, None, &log, limits).await? {
            return Ok(RunOutcome::Dropped);
        }
        let (files, session, error) = match result {
            Ok(finished) => {
                log.usage(&finished);
                (finished.outputs, finished.session, None)
            }
            Err(failure) => {
                log.line(&format!("failed: {failure}"));
                (Vec::new(), failure.session, Some(JobError::new(failure.code.as_str(), failure.summary)))
            }
        };
        let (made, error) = match put_all(&self.store, job, files_of(job, files, &log)).await {
            Ok(made) => (made, error),
            Err(problem) => {
                tracing::error!(job = %job.id, error = ?problem, "the outputs of a job could not be stored");
                (Vec::new(), Some(error.unwrap_or_else(|| JobError::new("outputs_not_stored", "What was made could not be stored"))))
            }
        };
        let error = match error {
            Some(error) => error,
            None => {
                let ending = at(operation, limits).part(&format!("finish.{}", limits.holder));
                let finish = |stored: &Job, earlier: &[Artifact]| {
                    Ok(work::with_session(work::finish(stored, hold, &made, earlier, context(&ending))?, session.clone()))
                };
                match self.job_end_write(&ending, job, finish).await? {
                    Written::Yes => return Ok(RunOutcome::HandedIn),
                    Written::Over => return Ok(RunOutcome::Dropped),
                    Written::Refused(words) => JobError::new("outputs_refused", words),
                }
            }
        };
        let ending = at(operation, limits).part(&format!("fail.{}", limits.holder));
        let fail = |stored: &Job, _: &[Artifact]| {
            Ok(work::with_session(work::fail(stored, hold, error.clone(), &made, context(&ending))?, session.clone()))
        };
        match self.job_end_write(&ending, job, fail).await? {
            Written::Yes => Ok(RunOutcome::Failed),
            Written::Over => Ok(RunOutcome::Dropped),
            Written::Refused(words) => Err(Error::Internal(format!("a failure was refused: {words}"))),
        }
    }

    /// Writes the end of an attempt. A write without an answer is tried again: it is recognised when it did arrive.
    async fn job_end_write(
        &self,
        ending: &Operation,
        job: &Job,
        decide: impl Fn(&Job, &[Artifact]) -> Result<Worked, Refusal>,
    ) -> Result<Written, Error> {
        for tried in 0.. {
            let written = self
                .decide_eagerly(ending, || async {
                    let stored = self.job(job.id.as_str()).await?;
                    let around = self.store.get_together(&inputs::only_around(&stored.record)).await?;
                    let earlier: Vec<Artifact> = around.artifacts.iter().map(|stored| stored.record.clone()).collect();
                    let worked = match decide(&stored.record, &earlier) {
                        Ok(worked) => worked,
                        // By somebody else, unless a write of ours got no answer and did arrive.
                        Err(refusal) if work::is_over(&refusal) => return Ok(if tried > 0 { Written::Yes } else { Written::Over }),
                        Err(refusal) => return Ok(Written::Refused(refusal.message)),
                    };
                    let mut transaction = self.store.begin(ending);
                    self.job_worked(ending, &mut transaction, &stored, &around, worked)?;
                    transaction.apply().await.map_err(raced)?;
                    Ok(Written::Yes)
                })
                .await;
            match written {
                Err(Error::Store(error)) if tried < WRITE_TRIES => {
                    tracing::warn!(job = %job.id, error = ?error, "the end of an attempt got no answer");
                }
                Err(Error::Expected(refused)) if refused.status == 400 => return Ok(Written::Refused(refused.message)),
                written => return written,
            }
        }
        Ok(Written::Over)
    }

    /// Adds what a step of the runner writes: new artifacts, those they replace, their place on task and workflow, the job.
    fn job_worked(
        &self,
        operation: &Operation,
        transaction: &mut Transaction<'_>,
        stored: &Stored<Job>,
        around: &Together,
        worked: Worked,
    ) -> Result<(Job, Vec<Artifact>), Error> {
        let shown: Vec<&Artifact> =
            worked.made.iter().filter(|artifact| worked.step.job.output_artifact_ids.contains(&artifact.id.to_string())).collect();
        links::link_artifacts(transaction, around, &worked.step.job, &shown)?;
        for (after, event) in worked.replaced {
            if let Some(before) = around.artifacts.iter().find(|stored| stored.record.id == after.id) {
                transaction.change(before, after, event, true);
            }
        }
        let mut made = Vec::with_capacity(worked.made.len());
        for artifact in worked.made {
            let event = outputs::made_event(&artifact);
            made.push(transaction.create(artifact, Some(event)).record);
        }
        Ok((self.job_step(operation, transaction, stored, worked.step), made))
    }

    /// The dry run (wire contract 12.5): what the podcast assistant makes, at once, in one transaction, whatever was left of
    /// submitting and starting.
    ///
    /// # Errors
    /// 404, not a podcast job, a status from which it cannot be run.
    pub async fn job_run_dry(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<(Job, Artifact), Error> {
        self.decide_eagerly(operation, || async {
            let stored = self.job(id).await?;
            crate::error::check_version(seen, stored.record.version)?;
            work::may_run_dry(&stored.record)?;
            let resolved = self.resolve(&stored.record).await?;
            let outputs = dataops_assistants::DryRun::new(Arc::clone(&self.content))
                .outputs(&resolved.request)
                .map_err(|failure| Expected::new(400, "dry_run_refused", failure.summary))?;
            let files = outputs.into_iter().map(File::from).collect();
            let made = put_all(&self.store, &stored.record, files).await?;
            let earlier: Vec<Artifact> = resolved.earlier.iter().map(|stored| stored.record.clone()).collect();
            let worked = work::run_dry(&stored.record, &made, &earlier, context(operation)).map_err(refused)?;
            let mut transaction = self.store.begin(operation);
            let (job, artifacts) = self.job_worked(operation, &mut transaction, &stored, &resolved.around, worked)?;
            let first = artifacts.into_iter().next().ok_or_else(|| Error::Internal("the dry run made nothing".to_owned()))?;
            transaction.commit(200, &json!({ "job": job, "artifact": first })).await.map_err(raced)?;
            Ok((job, first))
        })
        .await
    }
}

/// The operation at the moment it is now: work takes long.
fn at(operation: &Operation, limits: &RunnerLimits) -> Operation {
    let mut at = operation.clone();
    at.now = (limits.now)();
    at
}

/// The files of an attempt: what was made, then its log.
fn files_of(job: &Job, outputs: Vec<Output>, log: &Log) -> Vec<File> {
    let mut files: Vec<File> = outputs.into_iter().map(File::from).collect();
    files.push(File::log(job, &log.lines));
    files
}

async fn sleep_until(limit: Option<Duration>) {
    match limit {
        Some(limit) => tokio::time::sleep(limit).await,
        None => std::future::pending().await,
    }
}

/// The log of an attempt, bounded.
#[derive(Default)]
struct Log {
    lines: Vec<String>,
}

impl Log {
    fn line(&mut self, line: &str) {
        if self.lines.len() < MAX_LOG_LINES {
            self.lines.push(dataops_domain::secrets::redact(line).into_owned());
        }
    }

    fn usage(&mut self, finished: &Finished) {
        let usage = finished.usage;
        if usage.input_tokens + usage.output_tokens > 0 {
            self.line(&format!("used {} tokens read, {} written", usage.input_tokens, usage.output_tokens));
        }
    }
}
