//! The ids that a task and a workflow hold of a job and its artifacts, written in the step that makes them: one write of each
//! record, however many ids it gets.

use dataops_domain::artifact::Artifact;
use dataops_domain::bundle::Bundle;
use dataops_domain::job::outputs::Mirrors;
use dataops_domain::job::{Job, outputs};
use dataops_domain::task::Task;
use dataops_store::{Record, Stored, Together, Transaction};

use crate::error::Error;

/// The workflow of the task among what was read.
pub(super) fn bundle_of_task(around: &Together) -> Option<String> {
    around.tasks.first().and_then(|stored| stored.record.bundle_id.text().map(str::to_owned))
}

/// Names a new job on its task and workflow.
pub(super) fn link_job(transaction: &mut Transaction<'_>, around: &Together, job: &Job) -> Result<(), Error> {
    for stored in &around.tasks {
        if let Some(linked) = outputs::linked_with(&stored.record.linked, Some(job.id.as_str()), &[], |_| false)? {
            transaction.change(stored, Task { linked, ..stored.record.clone() }, super::request::asked(job), false);
        }
    }
    for stored in &around.bundles {
        if let Some(linked) = outputs::linked_with(&stored.record.linked, Some(job.id.as_str()), &[], |_| false)? {
            transaction.change(stored, Bundle { linked, ..stored.record.clone() }, super::request::asked(job), false);
        }
    }
    Ok(())
}

/// Takes a draft from the task and workflow it is for no longer.
pub(super) fn unlink_job(transaction: &mut Transaction<'_>, left: &Together, job: &Job) {
    let event = || dataops_domain::audit::NewEvent {
        action: "assistant-removed",
        summary: format!("'{}' is for other work now", job.title),
        metadata: serde_json::json!({ "assistantJobId": job.id }),
    };
    for stored in &left.tasks {
        if let Some(linked) = outputs::unlinked(&stored.record.linked, job.id.as_str()) {
            transaction.change(stored, Task { linked, ..stored.record.clone() }, event(), false);
        }
    }
    for stored in &left.bundles {
        if let Some(linked) = outputs::unlinked(&stored.record.linked, job.id.as_str()) {
            transaction.change(stored, Bundle { linked, ..stored.record.clone() }, event(), false);
        }
    }
}

/// Shows artifacts on the job's task and workflow, where these are still there.
pub(super) fn link_artifacts(
    transaction: &mut Transaction<'_>,
    around: &Together,
    job: &Job,
    artifacts: &[&Artifact],
) -> Result<(), Error> {
    if artifacts.is_empty() {
        return Ok(());
    }
    show_on(transaction, task_of(around, job), job, artifacts)?;
    show_on(transaction, bundle_of(around, job), job, artifacts)
}

fn show_on<R: Mirrors + Record>(
    transaction: &mut Transaction<'_>,
    stored: Option<&Stored<R>>,
    job: &Job,
    artifacts: &[&Artifact],
) -> Result<(), Error> {
    let Some(stored) = stored else { return Ok(()) };
    let linked = outputs::linked_with(stored.record.linked(), None, artifacts, |artifact| stored.record.owns(artifact))?;
    if let Some(linked) = linked {
        let after = stored.record.clone().with_linked(linked);
        transaction.change(stored, after, outputs::linked_event(job, artifacts), false);
    }
    Ok(())
}

/// The job's task among what was read.
pub(super) fn task_of<'a>(around: &'a Together, job: &Job) -> Option<&'a Stored<Task>> {
    let id = job.task_id.as_deref()?;
    around.tasks.iter().find(|stored| stored.record.id.as_str() == id)
}

/// The job's own workflow among what was read.
pub(super) fn bundle_of<'a>(around: &'a Together, job: &Job) -> Option<&'a Stored<Bundle>> {
    let id = job.bundle_id.as_deref()?;
    around.bundles.iter().find(|stored| stored.record.id.as_str() == id)
}
