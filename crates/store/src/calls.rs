//! Every request to the database, told to an observer with the capacity it consumed; and what may become of a write on its
//! way, so that proofs can lose one.

use std::sync::Arc;

use aws_sdk_dynamodb::types::ConsumedCapacity;

use crate::Store;
use crate::error::StoreError;

/// One request to DynamoDB.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The API's name for it, such as `GetItem`.
    pub operation: &'static str,
    /// Table, or `table/index`, by the names of this stack; several joined by `, ` for transactions and batches.
    pub target: String,
    /// Capacity units consumed.
    pub capacity: f64,
}

/// Told of every call.
pub type Observer = Arc<dyn Fn(Call) + Send + Sync>;

/// What becomes of a write on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives, and so does its answer.
    Arrives,
    /// It is lost.
    Lost,
    /// It arrives, and its answer is lost.
    Unanswered,
}

/// Asked before every write, with the API's name for it.
pub type Fates = Arc<dyn Fn(&'static str) -> Fate + Send + Sync>;

/// What went wrong with one try of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The database had too much to do.
    Throttled,
    /// The database failed, or gave no answer.
    Failed,
}

/// Told of every try that went wrong, also of those that are repeated.
pub type Troubles = Arc<dyn Fn(Trouble) + Send + Sync>;

/// What looks at every call.
#[derive(Clone, Default)]
pub struct Hooks {
    /// Told of every call.
    pub observer: Option<Observer>,
    /// Told of every try that went wrong.
    pub troubles: Option<Troubles>,
    /// Asked before every write; nothing outside of tests.
    pub fates: Option<Fates>,
}

impl Hooks {
    /// Tells the capacity of each call, and of tries that were throttled or failed.
    pub fn counting(call: fn(f64), throttled: fn(), failed: fn()) -> Self {
        Self {
            observer: Some(Arc::new(move |done| call(done.capacity))),
            troubles: Some(Arc::new(move |trouble| match trouble {
                Trouble::Throttled => throttled(),
                Trouble::Failed => failed(),
            })),
            fates: None,
        }
    }
}

/// What a lost write or a lost answer looks like to whoever sent it.
pub(crate) fn lost(operation: &'static str) -> StoreError {
    StoreError::Database(format!("{operation}: the connection broke"))
}

impl Store {
    /// What becomes of the write that is about to be sent.
    pub(crate) fn fate(&self, operation: &'static str) -> Fate {
        self.hooks.fates.as_ref().map_or(Fate::Arrives, |fates| fates(operation))
    }

    pub(crate) fn note(&self, operation: &'static str, index: Option<&str>, consumed: &[ConsumedCapacity]) {
        let Some(observer) = &self.hooks.observer else { return };
        let mut names: Vec<String> = consumed.iter().filter_map(|part| part.table_name().map(str::to_owned)).collect();
        names.sort();
        names.dedup();
        let mut target = names.join(", ");
        if let Some(index) = index {
            target = format!("{target}/{index}");
        }
        observer(Call { operation, target, capacity: consumed.iter().filter_map(ConsumedCapacity::capacity_units).sum() });
    }
}
