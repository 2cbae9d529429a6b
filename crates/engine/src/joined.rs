//! Tasks and bundles as they are answered: the ids they hold become references that say what the linked records say now,
//! and marks that only the product itself reads are left out.

use std::collections::BTreeMap;

use dataops_domain::artifact::Artifact;
use dataops_domain::bundle::Bundle;
use dataops_domain::job::Job;
use dataops_domain::json::Object;
use dataops_domain::linked::{self, Linked};
use dataops_domain::task::Task;
use dataops_store::Ids;

use crate::Engine;
use crate::error::Error;

/// What was read to be joined, by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct References {
    pub(crate) artifacts: BTreeMap<String, Object>,
    pub(crate) jobs: BTreeMap<String, Object>,
}

impl References {
    /// What these records say of themselves.
    pub(crate) fn of<'a>(artifacts: impl IntoIterator<Item = &'a Artifact>, jobs: impl IntoIterator<Item = &'a Job>) -> Self {
        Self {
            artifacts: artifacts.into_iter().map(|artifact| (artifact.id.to_string(), artifact.reference())).collect(),
            jobs: jobs.into_iter().map(|job| (job.id.to_string(), job.reference())).collect(),
        }
    }
}

impl Engine {
    /// A task as it is answered.
    pub(crate) async fn task_shown(&self, task: Task) -> Result<Task, Error> {
        let references = self.references(std::iter::once(&task.linked)).await?;
        Ok(show_task(task, &references))
    }

    /// Tasks as they are answered: one batch read when anything is attached to any of them.
    pub(crate) async fn tasks_shown(&self, tasks: Vec<Task>) -> Result<Vec<Task>, Error> {
        let references = self.references(tasks.iter().map(|task| &task.linked)).await?;
        Ok(tasks.into_iter().map(|task| show_task(task, &references)).collect())
    }

    /// A bundle as it is answered.
    pub(crate) async fn bundle_shown(&self, bundle: Bundle) -> Result<Bundle, Error> {
        let references = self.references(std::iter::once(&bundle.linked)).await?;
        Ok(show_bundle(bundle, &references))
    }

    /// Bundles as they are answered.
    pub(crate) async fn bundles_shown(&self, bundles: Vec<Bundle>) -> Result<Vec<Bundle>, Error> {
        let references = self.references(bundles.iter().map(|bundle| &bundle.linked)).await?;
        Ok(bundles.into_iter().map(|bundle| show_bundle(bundle, &references)).collect())
    }

    async fn references(&self, linked: impl Iterator<Item = &Linked>) -> Result<References, Error> {
        let mut ids = Ids::default();
        for linked in linked {
            ids.artifacts.extend(linked.attached.iter().cloned());
            ids.jobs.extend(linked.jobs.iter().cloned());
        }
        let found = self.store.get_together(&ids).await?;
        Ok(References::of(found.artifacts.iter().map(|stored| &stored.record), found.jobs.iter().map(|stored| &stored.record)))
    }
}

pub(crate) fn show_task(mut task: Task, references: &References) -> Task {
    task.reminded.clear();
    task.planned = None;
    task.definition_mark = None;
    let linked = std::mem::take(&mut task.linked);
    task.artifact_refs = linked::joined(&task.artifact_refs, "artifactId", found(&linked.attached, &references.artifacts));
    task.assistant_job_refs = linked::joined(&task.assistant_job_refs, "assistantJobId", found(&linked.jobs, &references.jobs));
    task
}

pub(crate) fn show_bundle(mut bundle: Bundle, references: &References) -> Bundle {
    let linked = std::mem::take(&mut bundle.linked);
    bundle.artifact_refs = linked::joined(&bundle.artifact_refs, "artifactId", found(&linked.attached, &references.artifacts));
    bundle.assistant_job_refs = linked::joined(&bundle.assistant_job_refs, "assistantJobId", found(&linked.jobs, &references.jobs));
    bundle
}

fn found(ids: &[String], references: &BTreeMap<String, Object>) -> Vec<Object> {
    ids.iter().filter_map(|id| references.get(id).cloned()).collect()
}
