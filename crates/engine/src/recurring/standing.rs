//! Pausing, resuming and archiving: duties, and what starts a workflow by itself (RW-5). Repeating any of them changes nothing.

use dataops_domain::json::Object;
use dataops_domain::pause::Ask;
use dataops_domain::recurring::{RecurringConfig, change};
use dataops_domain::template::{Template, trigger};
use dataops_store::{Operation, Stored};
use serde_json::json;

use crate::Engine;
use crate::error::{Error, check_version};

impl Engine {
    /// Pauses a duty; `body` says why and until when.
    ///
    /// # Errors
    /// 404, no reason, an end that is past, an archived duty.
    pub async fn recurring_pause(
        &self,
        operation: &Operation,
        id: &str,
        body: &Object,
        seen: Option<u64>,
    ) -> Result<RecurringConfig, Error> {
        self.decide(operation, || async {
            let stored = self.recurring_config(id).await?;
            let zone = stored.record.zone(self.timezone).unwrap_or(self.timezone);
            let ask = Ask::parse(body, operation.now, zone)?;
            check_version(seen, stored.record.version)?;
            let change = change::pause(&stored.record, ask, &operation.actor, operation.now, self.timezone)?;
            self.recurring_commit(operation, &stored, change).await
        })
        .await
    }

    /// Resumes a duty; only windows to come are made.
    ///
    /// # Errors
    /// 404, an archived duty.
    pub async fn recurring_resume(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<RecurringConfig, Error> {
        self.decide(operation, || async {
            let stored = self.recurring_config(id).await?;
            check_version(seen, stored.record.version)?;
            let change = change::resume(&stored.record, &operation.actor, operation.now, self.timezone)?;
            self.recurring_commit(operation, &stored, change).await
        })
        .await
    }

    /// Puts a duty away: it never makes anything again, and what it made stays.
    ///
    /// # Errors
    /// 404.
    pub async fn recurring_archive(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<RecurringConfig, Error> {
        self.decide(operation, || async {
            let stored = self.recurring_config(id).await?;
            check_version(seen, stored.record.version)?;
            let change = change::archive(&stored.record, operation.now);
            self.recurring_commit(operation, &stored, change).await
        })
        .await
    }

    /// Pauses the schedule of a template.
    ///
    /// # Errors
    /// 404, no reason, an end that is past, a template without a schedule or with an archived one.
    pub async fn trigger_pause(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Template, Error> {
        self.decide(operation, || async {
            let stored = self.template(id).await?;
            let zone = stored.record.zone(self.timezone).unwrap_or(self.timezone);
            let ask = Ask::parse(body, operation.now, zone)?;
            check_version(seen, stored.record.version)?;
            let change = trigger::pause(&stored.record, ask, &operation.actor, operation.now, self.timezone)?;
            self.trigger_commit(operation, &stored, change).await
        })
        .await
    }

    /// Resumes the schedule of a template.
    ///
    /// # Errors
    /// 404, a template without a schedule or with an archived one.
    pub async fn trigger_resume(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<Template, Error> {
        self.decide(operation, || async {
            let stored = self.template(id).await?;
            check_version(seen, stored.record.version)?;
            let change = trigger::resume(&stored.record, &operation.actor, operation.now, self.timezone)?;
            self.trigger_commit(operation, &stored, change).await
        })
        .await
    }

    /// Puts the schedule of a template away; the template can still be started by hand.
    ///
    /// # Errors
    /// 404, a template without a schedule.
    pub async fn trigger_archive(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<Template, Error> {
        self.decide(operation, || async {
            let stored = self.template(id).await?;
            check_version(seen, stored.record.version)?;
            let change = trigger::archive(&stored.record, operation.now)?;
            self.trigger_commit(operation, &stored, change).await
        })
        .await
    }

    async fn trigger_commit(&self, operation: &Operation, stored: &Stored<Template>, change: trigger::Change) -> Result<Template, Error> {
        let Some((after, event)) = change else {
            self.store.replay(operation).await?;
            return Ok(self.template_shown(operation, &stored.record));
        };
        let mut transaction = self.store.begin(operation);
        let template = self.template_shown(operation, &transaction.change(stored, after, event, true).record);
        transaction.commit(200, &json!({ "template": template })).await?;
        Ok(template)
    }
}
