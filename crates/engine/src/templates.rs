//! Templates: create, read, change, delete, list (wire contract 6).

use dataops_api::wire::TemplateList;
use dataops_domain::audit::NewEvent;
use dataops_domain::id::TemplateId;
use dataops_domain::json::{self, Object};
use dataops_domain::template::{self, Template, difference};
use dataops_store::{Operation, Range, Stored};
use serde_json::{Value, json};

use crate::Engine;
use crate::catalog::catalog_page;
use crate::error::{Error, Expected, check_version};
use crate::template_content::template_made;

impl Engine {
    pub(crate) async fn template(&self, id: &str) -> Result<Stored<Template>, Error> {
        let found = match TemplateId::parse(id) {
            Some(id) => self.store.get::<Template>(id.as_str()).await?,
            None => None,
        };
        found.ok_or_else(|| Expected::not_found("Template not found").into())
    }

    /// Reads a template.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn template_get(&self, operation: &Operation, id: &str) -> Result<Template, Error> {
        Ok(self.template_shown(operation, &self.template(id).await?.record))
    }

    /// A template as it is answered.
    pub(crate) fn template_shown(&self, operation: &Operation, template: &Template) -> Template {
        template.shown(operation.now, self.timezone)
    }

    /// Lists templates by name.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn templates_list(&self, operation: &Operation, range: &Range) -> Result<TemplateList, Error> {
        let stored = self.store.catalog::<Template>().await?;
        let mut templates: Vec<Template> = stored.iter().map(|one| self.template_shown(operation, &one.record)).collect();
        templates.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
        let (templates, next_cursor) = catalog_page(templates, range, |template| template.id.as_str())?;
        Ok(TemplateList { templates, next_cursor })
    }

    /// Makes a template.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub async fn template_create(&self, operation: &Operation, body: &Object) -> Result<Template, Error> {
        let made = template_made(operation, body)?;
        self.decide(operation, || async {
            let template = made.clone();
            let mut transaction = self.store.begin(operation);
            let event = NewEvent { action: "created", summary: format!("Created template '{}'", template.name), metadata: Value::Null };
            let template = transaction.create(template, Some(event)).record;
            transaction.commit(201, &json!({ "template": template })).await?;
            Ok(template)
        })
        .await
    }

    /// Changes a template; running bundles stay as they are. One that came from Git is marked as different from it.
    ///
    /// # Errors
    /// 404, every field that is wrong.
    pub async fn template_update(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Template, Error> {
        self.decide(operation, || async {
            let stored = self.template(id).await?;
            let after = self.template_changed(&stored.record, body, operation)?;
            check_version(seen, stored.record.version)?;
            let event = NewEvent {
                action: "updated",
                summary: format!("Changed template '{}'", after.name),
                metadata: difference::told(&difference::between(&stored.record, &after)),
            };
            let mut transaction = self.store.begin(operation);
            let template = self.template_shown(operation, &transaction.change(&stored, after, event, true).record);
            transaction.commit(200, &json!({ "template": template })).await?;
            Ok(template)
        })
        .await
    }

    /// The template as a request would leave it. One that came from Git is marked as different from it as soon as it
    /// is, and loses the mark when it says the same again.
    pub(crate) fn template_changed(&self, stored: &Template, body: &Object, operation: &Operation) -> Result<Template, Error> {
        let changes = template::parse_changes(body)?;
        let mut after = json::merged(stored, &changes);
        after.updated_at = operation.now;
        if after.content_hash.is_some() && !difference::between(stored, &after).is_empty() {
            let same =
                self.definition_of(&after).filter(|workflow| difference::between(&after, &workflow.template(after.created_at)).is_empty());
            after.differs_from_git = same.is_none().then_some(true);
            if let Some(workflow) = same {
                after.content_hash = Some(workflow.hash.clone());
            }
        }
        Ok(after.triggered_from(stored, &operation.actor, operation.now, self.timezone)?)
    }

    /// Deletes a template: it is hidden and its record kept; what was made from it stays.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn template_delete(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<(), Error> {
        self.decide(operation, || async {
            let stored = self.template(id).await?;
            check_version(seen, stored.record.version)?;
            let mut transaction = self.store.begin(operation);
            transaction.delete(
                &stored,
                NewEvent { action: "deleted", summary: format!("Deleted template '{}'", stored.record.name), metadata: Value::Null },
            );
            Ok(transaction.commit(204, &Value::Null).await?)
        })
        .await
    }
}
