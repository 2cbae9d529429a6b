//! A task's page: the task, then its bundle, proofs and events in parallel.

use dataops_api::views::task::{Instructions, TaskPage};
use dataops_domain::bundle::Bundle;
use dataops_domain::proof::ProofType;
use dataops_domain::task::Task;
use dataops_domain::task::gates::{self, Facts, Gate};
use dataops_store::{Operation, StoreError};
use serde_json::Value;

use super::row;
use crate::Engine;
use crate::documents;
use crate::error::Error;

impl Engine {
    /// What a task's page shows.
    ///
    /// # Errors
    /// 404 when there is no such task.
    pub async fn view_task(&self, operation: &Operation, id: &str) -> Result<TaskPage, Error> {
        let task = self.task_get(id).await?;
        let events = self.store.events("task", task.id.as_str(), 50);
        let (bundle, proofs, events, scene) =
            futures_util::future::try_join4(self.bundle_of(&task), self.proofs_of(&task), events, self.scene(operation)).await?;
        let (file_ids, approved_artifact_ids) = proofs;
        let facts = Facts { bundle: bundle.as_ref(), file_ids, approved_artifact_ids };
        Ok(TaskPage {
            today: scene.today,
            checked_at: operation.now,
            row: row::row(&task, bundle.as_ref(), &facts, &scene),
            gates: row::all_gates(&task, &facts),
            skip_statuses: skip_statuses(&task),
            instructions: self.instructions(&task),
            documents: self.documents(&task.source_doc_ids),
            people: scene.people.clone(),
            events,
            task,
        })
    }

    async fn bundle_of(&self, task: &Task) -> Result<Option<Bundle>, StoreError> {
        match task.bundle_id.text() {
            Some(id) => Ok(self.store.get::<Bundle>(id).await?.map(|stored| stored.record)),
            None => Ok(None),
        }
    }

    pub(crate) async fn proofs_of(&self, task: &Task) -> Result<(Vec<String>, Vec<String>), StoreError> {
        let gates = gates::gates(task);
        let asks = |kind: ProofType| gates.iter().any(|gate| matches!(gate, Gate::Proof(proof) if proof.kind == kind));
        let files = async {
            if gates.contains(&Gate::File) || asks(ProofType::File) {
                self.store.file_ids_of_task(task.id.as_str()).await
            } else {
                Ok(Vec::new())
            }
        };
        let artifacts = async {
            if asks(ProofType::Artifact) {
                self.store.approved_artifact_ids(task.id.as_str(), task.bundle_id.text()).await
            } else {
                Ok(Vec::new())
            }
        };
        futures_util::future::try_join(files, artifacts).await
    }

    /// The step of the document that describes the task, or the whole document when it names no step that exists.
    fn instructions(&self, task: &Task) -> Option<Instructions> {
        let document = self.content.documents.get(task.instruction_doc_id.text()?)?;
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

fn skip_statuses(task: &Task) -> Vec<String> {
    let rule = task.validation.get().and_then(|validation| validation.get("skipClosure"));
    let statuses = rule.and_then(|rule| rule.get("allowedStatuses")).and_then(Value::as_array);
    statuses.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
