//! Taking things out of the trash. What was never deleted stays as it is: restoring twice is restoring once.

use dataops_domain::audit::NewEvent;
use dataops_domain::bundle::Bundle;
use dataops_domain::id::{BundleId, TaskId, TemplateId};
use dataops_domain::task::{Task, restore};
use dataops_domain::template::Template;
use dataops_store::{Found, Operation, Range, Record, TaskFilter, Tombstone};
use serde_json::{Value, json};

use crate::Engine;
use crate::error::{Error, Expected, check_version};
use crate::tasks::context;

/// What restoring finds under an id.
enum Wanted<R> {
    /// It lies in the trash.
    Back(Tombstone<R>),
    /// It is there already.
    There(R),
}

impl Engine {
    /// Takes a task out of the trash, and gives its workflow back what deleting it took.
    ///
    /// # Errors
    /// 404 when there never was such a task.
    pub async fn task_restore(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<Task, Error> {
        self.decide(operation, || async {
            let tombstone = match self.wanted::<Task>(TaskId::parse(id).is_some(), id, seen, "Task not found").await? {
                Wanted::Back(tombstone) => tombstone,
                Wanted::There(task) => return self.task_shown(task).await,
            };
            let loaded = self.load(&[&tombstone.stored.record]).await?;
            let deleted = &loaded.without_lost_evidence(&tombstone.stored.record);
            let bundle = &loaded.bundle;
            let decision = restore::restore(deleted, bundle.as_ref().map(|bundle| &bundle.record), context(operation));
            let mut transaction = self.store.begin(operation);
            let task = transaction.restore(&tombstone, decision.task, decision.event).record;
            if let (Some((after, event)), Some(bundle)) = (decision.bundle, bundle) {
                transaction.change(bundle, after, event, false);
            }
            loaded.mark(&mut transaction, None, &task);
            let shown = self.task_shown(task).await?;
            transaction.commit(200, &shown).await?;
            Ok(shown)
        })
        .await
    }

    /// Takes a bundle out of the trash, archived as it was. Its tasks were deleted and restored without it, so they are
    /// counted again.
    ///
    /// # Errors
    /// 404 when there never was such a bundle.
    pub async fn bundle_restore(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<Bundle, Error> {
        self.decide(operation, || async {
            let tombstone = match self.wanted::<Bundle>(BundleId::parse(id).is_some(), id, seen, "Bundle not found").await? {
                Wanted::Back(tombstone) => tombstone,
                Wanted::There(bundle) => return self.bundle_shown(bundle).await,
            };
            let mut after = Bundle { updated_at: operation.now, being_made: false, ..tombstone.stored.record.clone() };
            if after.planned_tasks.is_some() {
                let tasks = self.store.tasks(&TaskFilter::OfBundle(id.to_owned()), &Range::default()).await?.into_records();
                let planned = tasks.iter().filter(|task| task.template_task_ref.is_some()).count();
                after.planned_tasks = u32::try_from(planned).ok();
            }
            let event = restored(format!("Restored '{}' from the trash", after.title));
            let mut transaction = self.store.begin(operation);
            let bundle = self.bundle_shown(transaction.restore(&tombstone, after, event).record).await?;
            transaction.commit(200, &json!({ "bundle": bundle })).await?;
            Ok(bundle)
        })
        .await
    }

    /// Takes a template out of the trash.
    ///
    /// # Errors
    /// 404 when there never was such a template.
    pub async fn template_restore(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<Template, Error> {
        self.decide(operation, || async {
            let tombstone = match self.wanted::<Template>(TemplateId::parse(id).is_some(), id, seen, "Template not found").await? {
                Wanted::Back(tombstone) => tombstone,
                Wanted::There(template) => return Ok(self.template_shown(operation, &template)),
            };
            // Nothing was expected of its schedule while it lay there.
            let scheduled_since = Some(operation.now).filter(|_| tombstone.stored.record.is_automatic());
            let after = Template { updated_at: operation.now, scheduled_since, ..tombstone.stored.record.clone() };
            let event = restored(format!("Restored template '{}' from the trash", after.name));
            let mut transaction = self.store.begin(operation);
            let template = self.template_shown(operation, &transaction.restore(&tombstone, after, event).record);
            transaction.commit(200, &json!({ "template": template })).await?;
            Ok(template)
        })
        .await
    }

    async fn wanted<R: Record>(&self, valid: bool, id: &str, seen: Option<u64>, missing: &str) -> Result<Wanted<R>, Error> {
        let found = if valid { self.store.find::<R>(id).await? } else { Found::Nothing };
        match found {
            Found::Nothing => Err(Expected::not_found(missing).into()),
            Found::Live(stored) => Ok(Wanted::There(stored.record)),
            Found::Deleted(tombstone) => {
                check_version(seen, tombstone.stored.record.version())?;
                Ok(Wanted::Back(tombstone))
            }
        }
    }
}

fn restored(summary: String) -> NewEvent {
    NewEvent { action: "restored", summary, metadata: Value::Null }
}
