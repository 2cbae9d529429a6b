//! The Assistants page: a queue over tasks and workflows, what waits for a person first (AJ-7).

use std::collections::BTreeSet;

use dataops_api::views::assistants::{AssistantsPage, JobRow};
use dataops_domain::job::{Job, JobStatus};
use dataops_domain::task::Task;
use dataops_store::{Ids, Operation, Range, Together};

use super::{Scene, job_row};
use crate::Engine;
use crate::error::Error;

/// The most live jobs that the page shows.
const MOST_LIVE: usize = 200;
/// The most that came to an end.
const MOST_RECENT: usize = 20;

impl Engine {
    /// What the Assistants page shows: live jobs and the last ones, then what they are for.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn view_assistants(&self, operation: &Operation) -> Result<AssistantsPage, Error> {
        let live = Range { limit: Some(MOST_LIVE), ..Range::default() };
        let (live, recent) = (self.store.jobs_live(&live), self.store.jobs_over(MOST_RECENT));
        let (live, recent, scene) = futures_util::future::try_join3(live, recent, self.scene(operation)).await?;
        let more = live.next.is_some();
        let live = live.into_records();
        let recent = recent.into_records();
        let around = self.store.get_together(&work_of(live.iter().chain(&recent))).await?;
        let tasks: Vec<Task> = around.tasks.iter().map(|stored| stored.record.clone()).collect();
        let rows = |wanted: &dyn Fn(JobStatus) -> bool| rows(live.iter().filter(|job| wanted(job.status)), &tasks, &around, &scene);
        let mut waiting = rows(&|status| status == JobStatus::WaitingApproval);
        waiting.reverse();
        Ok(AssistantsPage {
            checked_at: operation.now,
            waiting,
            failed: rows(&|status| matches!(status, JobStatus::Failed | JobStatus::Rejected)),
            running: rows(&|status| matches!(status, JobStatus::Queued | JobStatus::Running | JobStatus::Retrying)),
            drafts: rows(&|status| status == JobStatus::Draft),
            recent: self::rows(recent.iter(), &tasks, &around, &scene),
            more,
            executors: Vec::new(),
        })
    }
}

/// Tasks and workflows of jobs: one batch read.
pub(super) fn work_of<'a>(jobs: impl Iterator<Item = &'a Job>) -> Ids {
    let (mut tasks, mut bundles) = (BTreeSet::new(), BTreeSet::new());
    for job in jobs {
        tasks.extend(job.task_id.clone());
        bundles.extend(job.bundle_id.clone().or_else(|| job.task_bundle_id.clone()));
    }
    Ids { tasks: tasks.into_iter().collect(), bundles: bundles.into_iter().collect(), ..Ids::default() }
}

/// Lines of jobs, the one changed last first.
fn rows<'a>(jobs: impl Iterator<Item = &'a Job>, tasks: &[Task], around: &Together, scene: &Scene) -> Vec<JobRow> {
    let mut jobs: Vec<&Job> = jobs.collect();
    jobs.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then_with(|| b.id.cmp(&a.id)));
    jobs.into_iter().map(|job| row(job, tasks, around, scene)).collect()
}

/// The line of a job with its task and workflow.
pub(super) fn row(job: &Job, tasks: &[Task], around: &Together, scene: &Scene) -> JobRow {
    let bundle = job.bundle_id.as_ref().or(job.task_bundle_id.as_ref());
    let bundle = around.bundles.iter().find(|stored| Some(stored.record.id.as_str()) == bundle.map(String::as_str));
    job_row::with_workflow(job_row::of(job, tasks, scene), bundle.map(|stored| &stored.record))
}
