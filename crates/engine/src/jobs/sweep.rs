//! The safety net under the asynchronous start: attempts whose runner is lost are ended, and queued jobs that nobody was
//! started for are worked on. The index only finds candidates; each step decides on the job itself.

use std::time::Duration;

use dataops_assistants::Executors;
use dataops_domain::Timestamp;
use dataops_domain::job::{Job, JobStatus, work};
use dataops_store::{CommitError, Operation};
use serde::{Deserialize, Serialize};

use super::{RunOutcome, RunnerLimits};
use crate::Engine;
use crate::error::Error;
use crate::tasks::context;

/// The most candidates that one sweep looks at, of each kind.
const CANDIDATES: usize = 1_000;

/// What a sweep did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SweepReport {
    /// Attempts whose runner was lost.
    pub lost: Vec<String>,
    /// Jobs it worked on, and what became of them.
    pub ran: Vec<(String, RunOutcome)>,
    /// Queued jobs of its types that it did not reach; the next one does.
    pub left: usize,
    /// Jobs it could not bring to an end.
    pub failed: usize,
    /// Since when the oldest job has been waiting for approval.
    pub approval_since: Option<Timestamp>,
}

impl Engine {
    /// Ends lost attempts, works on what is queued while there is time, and looks at how long approvals wait.
    ///
    /// # Errors
    /// When the candidates can't be read.
    pub async fn jobs_sweep(&self, operation: &Operation, executors: &Executors, limits: &RunnerLimits) -> Result<SweepReport, Error> {
        let mut report = SweepReport::default();
        self.sweep_lost(operation, &mut report).await?;
        let taken = |job: &Job| limits.types.contains(&job.assistant_type);
        let queued = self.store.jobs_waiting(JobStatus::Queued, CANDIDATES, taken).await?.into_records();
        for job in &queued {
            // The first one has an invocation of its own; whatever follows must not run into its end and lose an attempt.
            let longest = if report.ran.is_empty() { Duration::ZERO } else { executors.longest(&job.assistant_type) };
            if !limits.has_time_for(longest) {
                report.left += 1;
                continue;
            }
            let id = job.id.as_str();
            match self.job_run(&operation.part(id), id, executors, limits).await {
                Ok(RunOutcome::NotTaken) => {}
                Ok(outcome) => report.ran.push((id.to_owned(), outcome)),
                Err(error) => {
                    tracing::error!(job = id, error = ?error, "a job could not be worked on");
                    report.failed += 1;
                }
            }
        }
        let waiting = self.store.jobs_waiting(JobStatus::WaitingApproval, 1, |_| true).await?.into_records();
        report.approval_since = waiting.first().map(|job| job.updated_at);
        Ok(report)
    }

    async fn sweep_lost(&self, operation: &Operation, report: &mut SweepReport) -> Result<(), Error> {
        let lost = |job: &Job| job.is_lost(operation.now);
        let running = self.store.jobs_waiting(JobStatus::Running, CANDIDATES, lost).await?.into_records();
        for job in &running {
            match self.job_lose(&operation.part(&format!("lose.{}", job.id)), job.id.as_str()).await {
                Ok(true) => report.lost.push(job.id.to_string()),
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(job = %job.id, error = ?error, "a lost attempt could not be ended");
                    report.failed += 1;
                }
            }
        }
        Ok(())
    }

    /// Ends an attempt whose runner was not heard of in time; false when it was, or somebody else ended it.
    async fn job_lose(&self, operation: &Operation, id: &str) -> Result<bool, Error> {
        let Some(stored) = self.store.get::<Job>(id).await? else { return Ok(false) };
        let Ok(step) = work::lose(&stored.record, context(operation)) else { return Ok(false) };
        let mut transaction = self.store.begin(operation);
        self.job_step(operation, &mut transaction, &stored, step);
        match transaction.apply().await {
            Ok(()) => Ok(true),
            Err(CommitError::Lost | CommitError::Exists { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
