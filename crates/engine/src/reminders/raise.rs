//! Notifications that come with something that happens: something that runs by itself fails.

use dataops_domain::reminder::{self, Failure};
use dataops_store::{CommitError, Operation};

use crate::Engine;
use crate::error::Error;

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
