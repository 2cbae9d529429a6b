//! Assistant jobs (AJ-1..10, wire contract 12): asked for, handed over, worked on, decided about. Each step is one transaction:
//! the job as it was read, its events, and whatever else changes with it.

mod approve;
mod inputs;
mod links;
mod outputs;
mod request;
mod run;
mod steps;
mod sweep;

use dataops_domain::id::JobId;
use dataops_domain::job::outputs::ARTIFACT_CHANGED;
use dataops_domain::job::steps::Step;
use dataops_domain::job::{Job, JobStatus};
use dataops_domain::refusal::Refusal;
use dataops_domain::reminder;
use dataops_store::{CommitError, Operation, Stored, Transaction};

use crate::Engine;
use crate::error::{Error, Expected};

pub use request::JobQuery;
pub use run::{RunOutcome, RunnerLimits};
pub use sweep::SweepReport;

/// Events that a job's answer and page show.
pub(crate) const SHOWN_EVENTS: usize = 50;

impl Engine {
    /// A job as it is stored.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) async fn job(&self, id: &str) -> Result<Stored<Job>, Error> {
        let found = match JobId::parse(id) {
            Some(id) => self.store.get::<Job>(id.as_str()).await?,
            None => None,
        };
        found.ok_or_else(|| Expected::not_found("Assistant job not found").into())
    }

    /// Adds a step to a transaction: the job, its events, and the notification when an attempt failed. Returns the job as
    /// it is answered.
    fn job_step(&self, operation: &Operation, transaction: &mut Transaction<'_>, stored: &Stored<Job>, step: Step) -> Job {
        let failure = step.failure;
        let job = transaction.advance(stored, step.job, step.events).record;
        if let Some(failure) = failure {
            transaction.create(reminder::automation_failed(failure, self.today(operation)), None);
        }
        job.shown()
    }
}

/// A refusal that is about what happened meanwhile is a conflict; all others are the caller's own.
fn refused(refusal: Refusal) -> Error {
    let conflict = matches!(refusal.code, ARTIFACT_CHANGED | "attempt_over");
    let expected = Expected::from(refusal);
    if conflict { Expected { status: 409, ..expected }.into() } else { expected.into() }
}

/// What stands in the way of a step. An artifact or notification of a derived id that is there already was made by whoever
/// took the same step first, so it is a lost race like any other: read again, and decided again.
fn raced(error: CommitError) -> Error {
    match error {
        CommitError::Exists { .. } => Error::Lost,
        other => other.into(),
    }
}

/// True when somebody should begin to work on a job.
pub fn job_is_waiting(job: &Job) -> bool {
    job.status == JobStatus::Queued
}
