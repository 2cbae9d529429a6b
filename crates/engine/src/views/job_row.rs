//! A job as one line of a list.

use dataops_api::views::assistants::{JobNext, JobRow, TaskChip};
use dataops_domain::bundle::Bundle;
use dataops_domain::job::{Job, JobStatus, Verdict};
use dataops_domain::task::Task;
use dataops_store::StoreError;

use super::{Scene, row};
use crate::Engine;

/// The most jobs that the page of a task or workflow shows: one batch read.
const MOST: usize = 100;

impl Engine {
    /// The jobs with these ids, the one changed last first.
    pub(super) async fn jobs_of(&self, ids: &[String]) -> Result<Vec<Job>, StoreError> {
        let last = ids.len().saturating_sub(MOST);
        let mut jobs: Vec<Job> = self.store.get_many::<Job>(&ids[last..]).await?.into_iter().map(|stored| stored.record).collect();
        jobs.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then_with(|| b.id.cmp(&a.id)));
        Ok(jobs)
    }
}

/// The line of a job, with its task where that is among `tasks`.
pub(super) fn of(job: &Job, tasks: &[Task], scene: &Scene) -> JobRow {
    let rejected = job.approval.as_ref().filter(|approval| approval.status == Verdict::Rejected);
    JobRow {
        id: job.id.to_string(),
        assistant_type: job.assistant_type.clone(),
        title: job.title.clone(),
        status: job.status,
        task: tasks.iter().find(|task| Some(task.id.as_str()) == job.task_id.as_deref()).map(chip),
        workflow: None,
        attempt: job.attempt_count,
        max_attempts: job.max_attempts,
        requested_by: job.requested_by.as_deref().map(|id| scene.person(id)),
        error: job.last_error.clone(),
        reason: rejected.and_then(|approval| approval.reason.clone()),
        progress: job.progress.clone(),
        next: next(job),
        acknowledged: job.acknowledged_at.is_some(),
        outputs: job.output_artifact_ids.len(),
        updated_at: job.updated_at,
        version: job.version,
    }
}

/// The same with the workflow named.
pub(super) fn with_workflow(row: JobRow, bundle: Option<&Bundle>) -> JobRow {
    JobRow { workflow: bundle.map(row::chip), ..row }
}

fn chip(task: &Task) -> TaskChip {
    let empty = task.link.text().is_none_or(|link| link.trim().is_empty());
    let fills = task.required_link_name.text().filter(|name| empty && !name.trim().is_empty()).map(str::to_owned);
    TaskChip { id: task.id.to_string(), description: task.description.clone(), fills }
}

/// What to do about a job.
pub(super) fn next(job: &Job) -> JobNext {
    match job.status {
        JobStatus::WaitingApproval => JobNext::Review,
        JobStatus::Failed | JobStatus::Rejected if job.acknowledged_at.is_some() => JobNext::Nothing,
        JobStatus::Failed | JobStatus::Rejected if job.may_retry() => JobNext::Retry,
        JobStatus::Failed | JobStatus::Rejected => JobNext::FollowUp,
        JobStatus::Draft | JobStatus::Retrying => JobNext::Submit,
        JobStatus::Queued | JobStatus::Running => JobNext::Wait,
        JobStatus::Approved | JobStatus::Succeeded | JobStatus::Canceled => JobNext::Nothing,
    }
}
