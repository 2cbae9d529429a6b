//! Notifications that come with something that happens: a workflow moves on, something that runs by itself fails.

use dataops_domain::bundle::Bundle;
use dataops_domain::reminder::{self, Failure, Today};
use dataops_domain::task::Task;
use dataops_store::{CommitError, Operation, Stored, Transaction};

use crate::Engine;
use crate::error::Error;

/// Adds to the transaction that completes a milestone that its workflow moved on.
pub(crate) fn stage_changed(transaction: &mut Transaction<'_>, bundle: &Stored<Bundle>, after: &Bundle, task: &Task, today: Today) {
    if let Some(notification) = reminder::stage_changed(&bundle.record, after, task, bundle.head.sequence + 1, today) {
        transaction.create(notification, None);
    }
}

impl Engine {
    /// Tells that something which runs by itself failed. The same failure, by subject and occasion, is told once.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn automation_failed(&self, operation: &Operation, failure: Failure) -> Result<(), Error> {
        let part = operation.part(&format!("failed.{}.{}", failure.subject, failure.occasion));
        let mut transaction = self.store.begin(&part);
        transaction.create(reminder::automation_failed(failure, self.today(operation)), None);
        match transaction.apply().await {
            Ok(()) | Err(CommitError::Exists { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
