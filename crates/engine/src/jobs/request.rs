//! Asking an assistant: a draft, its changes, and the lists of jobs.

use dataops_api::wire::{EventList, JobDetail, JobList};
use dataops_domain::audit::Entity;
use dataops_domain::id::JobId;
use dataops_domain::job::{Job, JobStatus, KIND, input, outputs, steps};
use dataops_domain::json::Object;
use dataops_store::{ArtifactFilter, Ids, JobFilter, Operation, Range, Together};
use serde_json::json;

use super::{SHOWN_EVENTS, links};
use crate::Engine;
use crate::error::{Error, Expected, check_version};
use crate::tasks::context;

/// Which jobs to list, as the wire names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobQuery {
    /// In a status, by its word.
    pub status: Option<String>,
    /// Of an assistant type.
    pub assistant_type: Option<String>,
    /// Of a task.
    pub task: Option<String>,
    /// Of a bundle.
    pub bundle: Option<String>,
    /// Only those that wait for approval.
    pub needs_approval: bool,
}

impl Engine {
    /// Makes a draft, and links it to its task and workflow.
    ///
    /// # Errors
    /// Every field that is wrong, in the contract's order; 404 for a task or workflow that does not exist.
    pub async fn job_create(&self, operation: &Operation, body: &Object) -> Result<Job, Error> {
        let owner = input::parse_owner(body)?;
        self.decide_eagerly(operation, || async {
            let around = self.around(&owner).await?;
            let request = input::parse_new(body)?;
            let (mut job, event) = steps::create(JobId::new(operation.new_id("assistant-job")), owner.clone(), request, context(operation));
            job.task_bundle_id = links::bundle_of_task(&around);
            let mut transaction = self.store.begin(operation);
            links::link_job(&mut transaction, &around, &job)?;
            let job = transaction.create(job, Some(event)).record.shown();
            transaction.commit(201, &json!({ "job": job })).await?;
            Ok(job)
        })
        .await
    }

    /// The task and the workflow a job is for. What is named must be there.
    async fn around(&self, owner: &(Option<String>, Option<String>)) -> Result<Together, Error> {
        let ids = Ids { tasks: owner.0.iter().cloned().collect(), bundles: owner.1.iter().cloned().collect(), ..Ids::default() };
        let around = self.store.get_together(&ids).await?;
        if owner.0.is_some() && around.tasks.is_empty() {
            return Err(Expected::not_found("Task not found").into());
        }
        if owner.1.is_some() && around.bundles.is_empty() {
            return Err(Expected::not_found("Bundle not found").into());
        }
        Ok(around)
    }

    /// Changes a draft.
    ///
    /// # Errors
    /// 404, not a draft, every field that is wrong.
    pub async fn job_update(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Job, Error> {
        self.decide_eagerly(operation, || async {
            let stored = self.job(id).await?;
            check_version(seen, stored.record.version)?;
            dataops_domain::job::state::transition(stored.record.status, dataops_domain::job::Action::Edit)?;
            let changes = input::parse_changes(body)?;
            let mut step = steps::edit(&stored.record, changes, context(operation))?;
            let mut transaction = self.store.begin(operation);
            let (before, after) = (&stored.record, &mut step.job);
            if (&before.task_id, &before.bundle_id) != (&after.task_id, &after.bundle_id) {
                let around = self.around(&(after.task_id.clone(), after.bundle_id.clone())).await?;
                after.task_bundle_id = links::bundle_of_task(&around);
                let left = Ids {
                    tasks: before.task_id.iter().filter(|id| Some(*id) != after.task_id.as_ref()).cloned().collect(),
                    bundles: before.bundle_id.iter().filter(|id| Some(*id) != after.bundle_id.as_ref()).cloned().collect(),
                    ..Ids::default()
                };
                let left = self.store.get_together(&left).await?;
                links::link_job(&mut transaction, &around, after)?;
                links::unlink_job(&mut transaction, &left, after);
            }
            let job = self.job_step(operation, &mut transaction, &stored, step);
            transaction.commit(200, &json!({ "job": job })).await?;
            Ok(job)
        })
        .await
    }

    /// A job with its artifacts and its last events.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn job_get(&self, id: &str) -> Result<JobDetail, Error> {
        let filter = ArtifactFilter { job: Some(id.to_owned()), ..ArtifactFilter::default() };
        let everything = Range::default();
        let artifacts = async { Ok(self.store.artifacts(&filter, &everything).await?) };
        let (job, artifacts, events) = futures_util::future::try_join3(self.job(id), artifacts, self.job_events(id)).await?;
        Ok(JobDetail { job: job.record.shown(), artifacts: artifacts.into_records(), events: events.events })
    }

    /// The last events of a job, oldest first; none of a job that does not exist.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn job_events(&self, id: &str) -> Result<EventList, Error> {
        if JobId::parse(id).is_none() {
            return Ok(EventList { events: Vec::new(), next_cursor: None });
        }
        let page = self.store.events_of(&Entity::new(KIND, id), None, SHOWN_EVENTS, true).await?;
        Ok(EventList { events: page.events.into_iter().rev().collect(), next_cursor: None })
    }

    /// Lists jobs, the one changed last first.
    ///
    /// # Errors
    /// A status that does not exist.
    pub async fn jobs_list(&self, query: &JobQuery, range: &Range) -> Result<JobList, Error> {
        let unknown = |word: &String| dataops_domain::refusal::Refusal::field("/status", JobStatus::unknown(word));
        let named = query.status.as_ref().map(|word| JobStatus::parse(word).ok_or_else(|| unknown(word))).transpose()?;
        let status = match (named, query.needs_approval) {
            (Some(other), true) if other != JobStatus::WaitingApproval => return Ok(JobList { jobs: Vec::new(), next_cursor: None }),
            (_, true) => Some(JobStatus::WaitingApproval),
            (named, false) => named,
        };
        let filter =
            JobFilter { status, assistant_type: query.assistant_type.clone(), task: query.task.clone(), bundle: query.bundle.clone() };
        let page = self.store.jobs(&filter, range).await?;
        let next_cursor = page.next.clone();
        Ok(JobList { jobs: page.into_records().into_iter().map(Job::shown).collect(), next_cursor })
    }
}

/// What an event of a task or workflow says of a job that was asked for.
pub(super) fn asked(job: &Job) -> dataops_domain::audit::NewEvent {
    outputs::linked_event(job, &[])
}
