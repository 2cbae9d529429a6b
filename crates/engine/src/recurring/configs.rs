//! Duties: list, make, read, change, delete (wire contract 7).

use dataops_api::recurring::RecurringConfigList;
use dataops_domain::audit::NewEvent;
use dataops_domain::id::RecurringConfigId;
use dataops_domain::json::Object;
use dataops_domain::recurring::{self, RecurringConfig, change, input};
use dataops_store::{Operation, Range, Stored};
use futures_util::future::try_join;
use serde_json::{Value, json};

use crate::Engine;
use crate::catalog::catalog_page;
use crate::error::{Error, Expected, check_version};

impl Engine {
    pub(crate) async fn recurring_config(&self, id: &str) -> Result<Stored<RecurringConfig>, Error> {
        let found = match RecurringConfigId::parse(id) {
            Some(id) => self.store.get::<RecurringConfig>(id.as_str()).await?,
            None => None,
        };
        found.ok_or_else(|| Expected::not_found("Recurring config not found").into())
    }

    /// A duty as it is answered.
    pub(crate) fn recurring_shown(&self, operation: &Operation, config: &RecurringConfig) -> RecurringConfig {
        config.shown(operation.now, self.timezone)
    }

    /// Lists duties by description.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn recurring_list(&self, operation: &Operation, range: &Range) -> Result<RecurringConfigList, Error> {
        let stored = self.store.catalog::<RecurringConfig>().await?;
        let mut configs: Vec<RecurringConfig> = stored.iter().map(|one| self.recurring_shown(operation, &one.record)).collect();
        configs.sort_by(|a, b| a.description.cmp(&b.description).then_with(|| a.id.cmp(&b.id)));
        let (recurring_configs, next_cursor) = catalog_page(configs, range, |config| config.id.as_str())?;
        Ok(RecurringConfigList { recurring_configs, next_cursor })
    }

    /// Reads a duty.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn recurring_get(&self, operation: &Operation, id: &str) -> Result<RecurringConfig, Error> {
        Ok(self.recurring_shown(operation, &self.recurring_config(id).await?.record))
    }

    /// Makes a duty. Two may have the same description.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub async fn recurring_create(&self, operation: &Operation, body: &Object) -> Result<RecurringConfig, Error> {
        let fields = input::parse_new(body, operation.now, self.timezone)?;
        let id = RecurringConfigId::new(operation.new_id("recurring"));
        let config = input::new(id, &fields, &operation.actor, operation.now, self.timezone);
        let event = NewEvent { action: "created", summary: format!("Made the duty '{}'", config.description), metadata: Value::Null };
        let mut transaction = self.store.begin(operation);
        let config = self.recurring_shown(operation, &transaction.create(config, Some(event)).record);
        transaction.commit(201, &json!({ "recurringConfig": config })).await?;
        Ok(config)
    }

    /// Changes a duty; tasks it has made stay as they are. `enabled` pauses without a reason, and resumes.
    ///
    /// # Errors
    /// 404, every field that is wrong, an archived duty that would be paused or resumed.
    pub async fn recurring_update(
        &self,
        operation: &Operation,
        id: &str,
        body: &Object,
        seen: Option<u64>,
    ) -> Result<RecurringConfig, Error> {
        self.decide(operation, || async {
            let stored = self.recurring_config(id).await?;
            let changes = input::parse_changes(body, &stored.record, operation.now, self.timezone)?;
            check_version(seen, stored.record.version)?;
            let change = change::edit(&stored.record, &changes, &operation.actor, operation.now, self.timezone)?;
            self.recurring_commit(operation, &stored, change).await
        })
        .await
    }

    /// Writes a duty as it becomes; one that stays as it is, is answered.
    pub(super) async fn recurring_commit(
        &self,
        operation: &Operation,
        stored: &Stored<RecurringConfig>,
        change: change::Change,
    ) -> Result<RecurringConfig, Error> {
        let Some((after, event)) = change else {
            self.store.replay(operation).await?;
            return Ok(self.recurring_shown(operation, &stored.record));
        };
        let mut transaction = self.store.begin(operation);
        let config = self.recurring_shown(operation, &transaction.change(stored, after, event, true).record);
        transaction.commit(200, &json!({ "recurringConfig": config })).await?;
        Ok(config)
    }

    /// Deletes a duty that has made nothing.
    ///
    /// # Errors
    /// 404; 409 with counts when it has made tasks or notifications (RW-5).
    pub async fn recurring_delete(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<(), Error> {
        self.decide(operation, || async {
            let stored = self.recurring_config(id).await?;
            check_version(seen, stored.record.version)?;
            let (everything, source) = (Range::default(), format!("recurring#{id}"));
            let tasks = self.store.tasks_of_recurring(id, &everything);
            let notifications = self.store.notifications_of_source(&source, &everything);
            let (tasks, notifications) = try_join(tasks, notifications).await?;
            let (tasks, notifications) = (tasks.records.len(), notifications.records.len());
            if tasks + notifications > 0 {
                return Err(in_use(id, tasks, notifications).into());
            }
            let mut transaction = self.store.begin(operation);
            let summary = format!("Deleted the duty '{}'", stored.record.description);
            transaction.delete(&stored, NewEvent { action: "deleted", summary, metadata: Value::Null });
            Ok(transaction.commit(204, &Value::Null).await?)
        })
        .await
    }
}

/// The refusal to delete a duty with history, in the contract's shape.
fn in_use(id: &str, tasks: usize, notifications: usize) -> Expected {
    const CODE: &str = "recurring_config_has_generated_history";
    Expected::conflict(CODE, recurring::in_use_words(tasks, notifications)).saying(json!({
        "code": CODE,
        "recurringConfigId": id,
        "references": { "tasks": tasks, "notifications": notifications, "total": tasks + notifications },
    }))
}
