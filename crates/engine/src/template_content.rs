//! A template and its definition in Git: what they differ in, taking Git's, and the file to bring back to Git.

use dataops_api::wire::{TemplateCheck, TemplateContent, TemplateFile};
use dataops_content::Workflow;
use dataops_domain::audit::NewEvent;
use dataops_domain::json::Object;
use dataops_domain::refusal::FieldError;
use dataops_domain::template::difference::{self, Difference};
use dataops_domain::template::{Template, advice};
use dataops_store::{Operation, UserRecord};
use serde_json::json;

use crate::Engine;
use crate::error::{Error, Expected, check_version};

impl Engine {
    /// The definition in Git that a template came from.
    pub(crate) fn definition_of(&self, template: &Template) -> Option<&Workflow> {
        self.content.workflows().iter().find(|workflow| workflow.id == template.id)
    }

    /// How a template stands to its definition in Git. The difference says what taking Git's would do.
    pub(crate) fn template_content(&self, template: &Template) -> TemplateContent {
        let Some(workflow) = self.definition_of(template) else { return TemplateContent::default() };
        let difference = difference::between(template, &workflow.template(template.created_at));
        let differs = !difference.is_empty();
        TemplateContent {
            source: Some(format!("content/{}", workflow.source)),
            edited: differs && template.differs_from_git == Some(true),
            newer: differs && template.content_hash.as_deref() != Some(&workflow.hash),
            difference: differs.then_some(difference),
        }
    }

    /// As [`Self::template_content`], by id.
    ///
    /// # Errors
    /// 404 when there is no such template.
    pub async fn template_content_get(&self, id: &str) -> Result<TemplateContent, Error> {
        Ok(self.template_content(&self.template(id).await?.record))
    }

    /// Takes Git's definition: what was edited here is given up. Taking what is there already changes nothing.
    ///
    /// # Errors
    /// 404; 400 when Git has no such definition.
    pub async fn template_take_content(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<Template, Error> {
        self.decide(operation, || async {
            let stored = self.template(id).await?;
            check_version(seen, stored.record.version)?;
            let none = || Expected::new(400, "no_content", "This template does not come from Git; there is nothing to take");
            let workflow = self.definition_of(&stored.record).ok_or_else(none)?;
            let wanted = workflow.template(operation.now);
            let after = stored.record.defined_as(&wanted);
            let mut after = after.triggered_from(&stored.record, &operation.actor, operation.now, self.timezone)?;
            if after == stored.record {
                return Ok(self.template_shown(operation, &after));
            }
            after.updated_at = operation.now;
            let found = difference::between(&stored.record, &after);
            let visible = !found.is_empty();
            let mut transaction = self.store.begin(operation);
            let template = self.template_shown(operation, &transaction.change(&stored, after, taken(&wanted.name, &found), visible).record);
            transaction.commit(200, &json!({ "template": template })).await?;
            Ok(template)
        })
        .await
    }

    /// The template as a file for review. What Git would refuse or lose is said with it.
    ///
    /// # Errors
    /// 404 when there is no such template.
    pub async fn template_file(&self, id: &str) -> Result<TemplateFile, Error> {
        let written = dataops_content::written(&self.template(id).await?.record);
        Ok(TemplateFile { name: written.name, text: written.text, problems: written.problems })
    }

    /// The template as a change would leave it, or a new one, and advice on it. Nothing is written.
    ///
    /// # Errors
    /// As the change itself.
    pub async fn template_check(
        &self,
        operation: &Operation,
        id: Option<&str>,
        body: &Object,
        seen: Option<u64>,
    ) -> Result<TemplateCheck, Error> {
        let template = match id {
            Some(id) => {
                let stored = self.template(id).await?;
                let after = self.template_changed(&stored.record, body, operation)?;
                check_version(seen, stored.record.version)?;
                after
            }
            None => template_made(operation, body)?,
        };
        let people: Vec<String> =
            self.store.catalog::<UserRecord>().await?.into_iter().map(|stored| stored.record.user.id.to_string()).collect();
        Ok(TemplateCheck { advice: self.template_advice(&template, &people), template: self.template_shown(operation, &template) })
    }

    /// Everything that is allowed and hardly meant.
    pub(crate) fn template_advice(&self, template: &Template, people: &[String]) -> Vec<FieldError> {
        let mut found = advice::advice(template);
        let mut say = |pointer: String, message: Option<String>| found.extend(message.map(|message| FieldError { pointer, message }));
        let person = |id: Option<&str>| {
            let unknown = id.filter(|id| !id.is_empty() && !people.iter().any(|known| known == id))?;
            Some(format!("nobody has the id '{unknown}'"))
        };
        say("/defaultAssigneeId".into(), person(template.default_assignee_id.as_deref()));
        for (index, id) in template.source_doc_ids.iter().flatten().enumerate() {
            say(format!("/sourceDocIds/{index}"), dataops_content::instruction(self.content.documents(), id, None));
        }
        if template.trigger_type.as_deref() == Some("automatic") {
            let schedule = template.trigger_schedule.as_deref().unwrap_or_default();
            say("/triggerSchedule".into(), dataops_content::schedule(schedule));
        }
        for (index, task) in template.definitions().iter().enumerate() {
            let at = |field: &str| format!("/taskDefinitions/{index}/{field}");
            say(at("assigneeId"), person(task.assignee_id.as_deref()));
            let document = task.instruction_doc_id.as_deref().filter(|id| !id.is_empty());
            let step = task.instruction_step_id.as_deref().filter(|step| !step.is_empty());
            if let Some(document) = document {
                let unknown = self.content.documents().get(document).is_none();
                let field = if unknown || step.is_none() { "instructionDocId" } else { "instructionStepId" };
                say(at(field), dataops_content::instruction(self.content.documents(), document, step));
            }
        }
        found
    }
}

/// A new template from a request.
pub(crate) fn template_made(operation: &Operation, body: &Object) -> Result<Template, Error> {
    let fields = dataops_domain::template::parse_new(body)?;
    let id = dataops_domain::id::TemplateId::new(operation.new_id("template"));
    Ok(dataops_domain::template::new(id, &fields, operation.now))
}

/// The event of a template that takes Git's definition.
pub(crate) fn taken(name: &str, found: &Difference) -> NewEvent {
    NewEvent { action: "updated", summary: format!("Brought template '{name}' to the content in Git"), metadata: difference::told(found) }
}
