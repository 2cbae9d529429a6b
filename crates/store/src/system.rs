//! Small facts of the product itself, by name: locks, watermarks, heartbeats.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use serde_json::Value;

use crate::Store;
use crate::calls::{self, Fate};
use crate::error::StoreError;
use crate::item::{self, Item};
use crate::search::{self, SearchRow};
use crate::tables::Table;

/// A fact with what its next write must be conditional on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SystemFact {
    /// What it says; `None` before it was written.
    pub value: Option<Value>,
    /// How often it was written.
    pub revision: u64,
}

impl Store {
    /// Reads a fact that is written by [`Self::system_swap`].
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn system_fact(&self, name: &str) -> Result<SystemFact, StoreError> {
        let Some(item) = self.get_item(Table::System, name).await? else { return Ok(SystemFact::default()) };
        let value = item::read_text(&item, "doc").and_then(|doc| serde_json::from_str(doc).ok());
        Ok(SystemFact { value, revision: item::read_number(&item, "revision").unwrap_or(0) })
    }

    /// Writes a fact as it was read. False when somebody else has written it since.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn system_swap(&self, name: &str, before: u64, value: &Value, operation: &str) -> Result<bool, StoreError> {
        let item = Item::from([
            (Table::System.key().to_owned(), item::text(name)),
            ("doc".to_owned(), item::text(value.to_string())),
            ("revision".to_owned(), item::number(before + 1)),
            ("op".to_owned(), item::text(operation)),
            ("v".to_owned(), item::number(1)),
        ]);
        let fate = self.fate("PutItem");
        if fate == Fate::Lost {
            return Err(calls::lost("PutItem"));
        }
        let mut request = self.client.put_item().table_name(self.name(Table::System)?).set_item(Some(item));
        request = if before == 0 {
            request.condition_expression("attribute_not_exists(#name)").expression_attribute_names("#name", Table::System.key())
        } else {
            request.condition_expression("revision = :before").expression_attribute_values(":before", item::number(before))
        };
        let request = request
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let written = match Box::pin(request.send()).await {
            Ok(reply) => {
                self.note("PutItem", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
                true
            }
            Err(error) => match error.as_service_error() {
                // One's own, when the answer to the first try was lost.
                Some(PutItemError::ConditionalCheckFailedException(refused)) => refused.item().is_some_and(|item| {
                    item::read_text(item, "op") == Some(operation) && item::read_number(item, "revision") == Some(before + 1)
                }),
                _ => return Err(StoreError::from_sdk(error)),
            },
        };
        if fate == Fate::Unanswered { Err(calls::lost("PutItem")) } else { Ok(written) }
    }

    /// Reads a fact.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn system_get(&self, name: &str) -> Result<Option<Value>, StoreError> {
        let item = self.get_item(Table::System, name).await?;
        Ok(item.and_then(|item| serde_json::from_str(item::read_text(&item, "doc")?).ok()))
    }

    /// Writes a fact.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn system_put(&self, name: &str, value: &Value) -> Result<(), StoreError> {
        let item = Item::from([
            (Table::System.key().to_owned(), item::text(name)),
            ("doc".to_owned(), item::text(value.to_string())),
            ("v".to_owned(), item::number(1)),
        ]);
        let fate = self.fate("PutItem");
        if fate == Fate::Lost {
            return Err(calls::lost("PutItem"));
        }
        let request = self.client.put_item().table_name(self.name(Table::System)?).set_item(Some(item));
        let reply = Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await.map_err(StoreError::from_sdk)?;
        self.note("PutItem", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
        if fate == Fate::Unanswered { Err(calls::lost("PutItem")) } else { Ok(()) }
    }

    /// Reads a fact and the row of the search index at once: what a tick begins with.
    ///
    /// # Errors
    /// When the database refuses or the row can't be read.
    pub async fn system_get_with_search(&self, name: &str) -> Result<(Option<Value>, Option<SearchRow>), StoreError> {
        let items = self.get_items(Table::System, &[name.to_owned(), search::ROW.to_owned()]).await?;
        let of = |name: &str| items.iter().find(|item| item::read_text(item, Table::System.key()) == Some(name));
        let fact = of(name).and_then(|item| serde_json::from_str(item::read_text(item, "doc")?).ok());
        Ok((fact, of(search::ROW).map(search::read_row).transpose()?))
    }
}
