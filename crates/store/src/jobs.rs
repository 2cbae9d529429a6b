//! Assistant jobs in their table.
//!
//! The index `live` keeps apart what somebody may still have to do something about and what is over: the sweep's candidates
//! and the Assistants page read a part of it, whatever has been finished in all the years before.

use dataops_domain::job::{Job, JobStatus};

use crate::Store;
use crate::error::StoreError;
use crate::item::Record;
use crate::query::{Page, Range, shard};
use crate::tables::{JOBS_BY_BUNDLE, JOBS_BY_STATUS, JOBS_BY_TASK, JOBS_LIVE, JOBS_RECENT, Table};

impl Record for Job {
    const TABLE: Table = Table::AssistantJobs;
    const KIND: &'static str = dataops_domain::job::KIND;

    fn key(&self) -> &str {
        self.id.as_str()
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let sort = format!("{}#{}", self.updated_at, self.id);
        let mut attributes = Vec::new();
        let owners = [
            (JOBS_RECENT, Some(shard("jobs"))),
            (JOBS_BY_STATUS, Some(shard(self.status.as_str()))),
            (JOBS_BY_TASK, self.task_id.clone()),
            (JOBS_BY_BUNDLE, self.bundle_id.clone()),
        ];
        for (index, owner) in owners {
            if let Some(owner) = owner {
                attributes.push((index.partition, owner));
                attributes.push((index.sort, sort.clone()));
            }
        }
        let (partition, place) = if self.is_live() { ("live", format!("{}#{sort}", live_place(self.status))) } else { ("over", sort) };
        attributes.push((JOBS_LIVE.partition, shard(partition)));
        attributes.push((JOBS_LIVE.sort, place));
        attributes
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn set_version(&mut self, version: u64) {
        self.version = version;
    }
}

/// Where jobs in a status stand among the live ones: the higher, the more somebody has to do about them, so that whoever
/// reads from the top never misses a failure behind a long queue.
fn live_place(status: JobStatus) -> String {
    let rank = match status {
        JobStatus::WaitingApproval => 9,
        JobStatus::Failed => 8,
        JobStatus::Rejected => 7,
        JobStatus::Retrying => 6,
        JobStatus::Running => 5,
        JobStatus::Queued => 4,
        JobStatus::Draft => 3,
        JobStatus::Approved | JobStatus::Succeeded | JobStatus::Canceled => 0,
    };
    format!("{rank}{}", status.as_str())
}

/// Which jobs to list: all of these, exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// In a status.
    pub status: Option<JobStatus>,
    /// Of an assistant type.
    pub assistant_type: Option<String>,
    /// Of a task.
    pub task: Option<String>,
    /// Of a bundle.
    pub bundle: Option<String>,
}

impl JobFilter {
    fn takes(&self, job: &Job) -> bool {
        let is = |wanted: &Option<String>, has: Option<&str>| wanted.as_deref().is_none_or(|wanted| has == Some(wanted));
        self.status.is_none_or(|status| status == job.status)
            && is(&self.assistant_type, Some(&job.assistant_type))
            && is(&self.task, job.task_id.as_deref())
            && is(&self.bundle, job.bundle_id.as_deref())
    }
}

impl Store {
    /// Lists jobs, the one changed last first, by the narrowest index the filter allows.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn jobs(&self, filter: &JobFilter, range: &Range) -> Result<Page<Job>, StoreError> {
        let range = Range { descending: true, ..range.clone() };
        let (index, partition) = match filter {
            JobFilter { task: Some(task), .. } => (JOBS_BY_TASK, task.clone()),
            JobFilter { bundle: Some(bundle), .. } => (JOBS_BY_BUNDLE, bundle.clone()),
            JobFilter { status: Some(status), .. } => (JOBS_BY_STATUS, shard(status.as_str())),
            _ => (JOBS_RECENT, shard("jobs")),
        };
        self.query_of(index, &partition, &range, |job| filter.takes(job)).await
    }

    /// Jobs that somebody may still have to do something about: approvals and failures first, and within a status the one
    /// changed last.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn jobs_live(&self, range: &Range) -> Result<Page<Job>, StoreError> {
        self.query(JOBS_LIVE, &[shard("live")], &Range { descending: true, ..range.clone() }, None).await
    }

    /// Jobs that nobody has to do anything about any more, the one changed last first.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn jobs_over(&self, limit: usize) -> Result<Page<Job>, StoreError> {
        let range = Range { descending: true, limit: Some(limit), ..Range::default() };
        self.query(JOBS_LIVE, &[shard("over")], &range, None).await
    }

    /// Candidates for the runner's sweep: live jobs in a status that are `wanted`, those that have waited longest first.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn jobs_waiting(&self, status: JobStatus, limit: usize, wanted: impl Fn(&Job) -> bool) -> Result<Page<Job>, StoreError> {
        let place = Some(format!("{}#", live_place(status)));
        let range = Range { from: place.clone(), to: place, limit: Some(limit), ..Range::default() };
        self.query_of(JOBS_LIVE, &shard("live"), &range, wanted).await
    }
}
