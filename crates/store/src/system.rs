//! Small facts of the product itself, by name: locks, watermarks, heartbeats.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use serde_json::Value;

use crate::Store;
use crate::calls::{self, Fate};
use crate::error::StoreError;
use crate::item::{self, Item};
use crate::search::{self, SearchRow};
use crate::tables::Table;

impl Store {
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
