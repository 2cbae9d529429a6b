//! Every request to the database, told to an observer with the capacity it consumed.

use std::sync::Arc;

use aws_sdk_dynamodb::types::ConsumedCapacity;

use crate::Store;

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

impl Store {
    pub(crate) fn note(&self, operation: &'static str, index: Option<&str>, consumed: &[ConsumedCapacity]) {
        let Some(observer) = &self.observer else { return };
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
