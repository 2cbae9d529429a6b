//! A task's page: the task, then its bundle, proofs and events in parallel.

use dataops_api::views::task::{Instructions, TaskPage};
use dataops_domain::job::Job;
use dataops_domain::task::Task;
use dataops_store::Operation;
use serde_json::Value;

use super::{job_row, row};
use crate::Engine;
use crate::documents;
use crate::error::Error;
use crate::joined::{References, show_task};
use crate::proof::Loaded;

impl Engine {
    /// What a task's page shows.
    ///
    /// # Errors
    /// 404 when there is no such task.
    pub async fn view_task(&self, operation: &Operation, id: &str) -> Result<TaskPage, Error> {
        let task = self.task(id).await?.record;
        let events = async { Ok(self.store.events("task", task.id.as_str(), 50).await?) };
        let scene = async { Ok(self.scene(operation).await?) };
        let jobs = async { Ok(self.jobs_of(&task.linked.jobs).await?) };
        let (linked, events, scene, jobs) = futures_util::future::try_join4(self.load_all(&task), events, scene, jobs).await?;
        let facts = linked.facts(&task);
        let bundle = linked.bundle.as_ref().map(|stored| &stored.record);
        let mut scene = scene;
        scene.jobs.clone_from(&jobs);
        Ok(TaskPage {
            today: scene.today,
            checked_at: operation.now,
            row: row::row(&task, bundle, &facts, &scene),
            origin: scene.origin_of_task(&task, bundle),
            gates: row::all_gates(&task, &facts),
            skip_statuses: skip_statuses(&task),
            instructions: self.instructions(&task),
            documents: self.documents(&task.source_doc_ids),
            people: scene.people.clone(),
            files: linked.files_of(&task),
            artifacts: linked.artifacts_shown(),
            events,
            jobs: jobs.iter().map(|job| job_row::of(job, &[], &scene)).collect(),
            task: self::shown(task, &linked, &jobs),
        })
    }

    /// The step of the document that describes the task, or the whole document when it names no step that exists.
    fn instructions(&self, task: &Task) -> Option<Instructions> {
        let document = self.content.documents().get(task.instruction_doc_id.text()?)?;
        let wanted = task.instruction_step_id.text();
        let step = wanted.and_then(|wanted| document.step(wanted));
        let markdown = step.map_or(&document.markdown, |step| &step.markdown);
        Some(Instructions {
            document_id: document.id.clone(),
            document_title: document.title.clone(),
            step_id: step.map(|step| step.id.clone()),
            step_title: step.map(|step| step.title.clone()),
            links: documents::links(&self.content, document, markdown),
            missing_step_id: wanted.filter(|_| step.is_none()).map(str::to_owned),
            markdown: markdown.clone(),
        })
    }
}

/// The task with the references of what is attached to it, which has been read already.
fn shown(task: Task, linked: &Loaded, jobs: &[Job]) -> Task {
    let references = References::of(linked.artifacts.iter().map(|stored| &stored.record), jobs);
    show_task(task, &references)
}

fn skip_statuses(task: &Task) -> Vec<String> {
    let rule = task.validation.get().and_then(|validation| validation.get("skipClosure"));
    let statuses = rule.and_then(|rule| rule.get("allowedStatuses")).and_then(Value::as_array);
    statuses.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
