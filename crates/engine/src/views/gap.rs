//! The form that reports a gap in a process: what it is about, and who looks at it.

use dataops_api::documents::{GapForm, Named};
use dataops_domain::bundle::Bundle;
use dataops_store::Operation;

use crate::Engine;
use crate::documents;
use crate::error::Error;

impl Engine {
    /// What the form shows for a document, a step of it and a task, each if it is given and there. A task without a
    /// document lends its own.
    ///
    /// # Errors
    /// 404 when a task is named that does not exist.
    pub async fn view_gap(
        &self,
        operation: &Operation,
        document: Option<&str>,
        step: Option<&str>,
        task: Option<&str>,
    ) -> Result<GapForm, Error> {
        let task = match task {
            Some(id) => Some(self.task_get(id).await?),
            None => None,
        };
        let bundle_id = task.as_ref().and_then(|task| task.bundle_id.text());
        let bundle = async {
            match bundle_id {
                Some(id) => Ok(self.store.get::<Bundle>(id).await?.map(|stored| stored.record)),
                None => Ok(None),
            }
        };
        let (scene, bundle) = futures_util::future::try_join(self.scene(operation), bundle).await?;
        let own = task.as_ref().and_then(|task| task.instruction_doc_id.text());
        let wanted = document.or(own);
        let step = step.or_else(|| task.as_ref().filter(|_| document.is_none()).and_then(|task| task.instruction_step_id.text()));
        let found = wanted.and_then(|id| self.content.documents().get(id));
        let step = found.and_then(|document| document.step(step?));
        let template = task.as_ref().and_then(|task| task.template_id.text()).and_then(|id| scene.templates.get(id));
        let named = template.and_then(|template| template.default_assignee_id.as_deref());
        let active = |id: &&str| scene.people.iter().any(|person| person.id == *id && !person.disabled);
        Ok(GapForm {
            today: scene.today,
            document: wanted.map(|id| documents::link(&self.content, id)),
            steps: found
                .into_iter()
                .flat_map(|document| &document.steps)
                .map(|step| Named { id: step.id.clone(), name: step.title.clone() })
                .collect(),
            step_id: step.map(|step| step.id.clone()),
            step_title: step.map(|step| step.title.clone()),
            owner_id: named.into_iter().chain([OWNER, operation.actor.id.as_str()]).find(active).map(str::to_owned),
            task: task.as_ref().map(|task| Named { id: task.id.to_string(), name: task.description.clone() }),
            workflow: bundle.map(|bundle| Named { id: bundle.id.to_string(), name: bundle.title }),
            people: scene.people,
        })
    }
}

/// The role that owns the processes, where a user has it as id; else the one who reports looks at it.
const OWNER: &str = "operator";
