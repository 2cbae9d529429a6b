//! Tables read whole, a page at a time, and records as they lie there: for exports and imports, and for nothing else.

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity};
use dataops_domain::Timestamp;
use dataops_domain::audit::{Entity, Event, Head};
use dataops_domain::json::Object;
use serde_json::Value;

use crate::Store;
use crate::error::StoreError;
use crate::item::{self, Item, Record};
use crate::tables::Table;

/// What observers hear of a Scan that an export makes: no other part of the product reads a table whole that is no catalog.
pub const EXPORT_SCAN: &str = "Scan for an export";

/// A record as it lies in its table: live, or what a delete left of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept<R> {
    /// The record.
    pub record: R,
    /// The head of its audit chain.
    pub head: Head,
    /// When it was deleted and by whom; `None` for a live record.
    pub deleted: Option<(Timestamp, String)>,
}

/// A page of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct WholePage<T> {
    /// What is on it, in no order.
    pub records: Vec<T>,
    /// Where the next page begins, when there is one.
    pub next: Option<String>,
}

impl Store {
    /// A page of a table that holds records, read consistently, tombstones too.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn whole<R: Record>(&self, after: Option<&str>) -> Result<WholePage<Kept<R>>, StoreError> {
        let (items, next) = self.scan_page(R::TABLE, after, None).await?;
        // Beside users lie the reservations of their addresses.
        let records = items.iter().filter(|item| item.contains_key("doc")).map(kept).collect::<Result<_, _>>()?;
        Ok(WholePage { records, next })
    }

    /// A page of the audit log, read consistently.
    ///
    /// # Errors
    /// When the database refuses or an event can't be read.
    pub async fn whole_events(&self, after: Option<&str>) -> Result<WholePage<Event>, StoreError> {
        let (items, next) = self.scan_page(Table::AuditEvents, after, None).await?;
        Ok(WholePage { records: items.iter().map(event).collect::<Result<_, _>>()?, next })
    }

    /// How many items a page of a table has, and where the next begins: reading alone, nothing made of it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn whole_count(&self, table: Table, after: Option<&str>) -> Result<(usize, Option<String>), StoreError> {
        let (items, next) = self.scan_page(table, after, None).await?;
        Ok((items.len(), next))
    }

    /// True when a table holds nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_empty(&self, table: Table) -> Result<bool, StoreError> {
        Ok(self.scan_page(table, None, Some(1)).await?.0.is_empty())
    }

    /// The records under these ids, as audit events name them, read consistently, tombstones too.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn kept<R: Record>(&self, ids: &[String]) -> Result<Vec<Kept<R>>, StoreError> {
        if R::TABLE != Table::GenerationWindows {
            return self.get_items(R::TABLE, ids).await?.iter().map(kept).collect();
        }
        let mut rows = Vec::new();
        for id in ids {
            rows.extend(self.window_item(id).await?.as_ref().map(kept).transpose()?);
        }
        Ok(rows)
    }

    /// The events at these places of chains, read consistently; those that don't exist are left out.
    ///
    /// # Errors
    /// When the database refuses or an event can't be read.
    pub async fn kept_events(&self, places: &[(Entity, u64)]) -> Result<Vec<Event>, StoreError> {
        let mut events = Vec::with_capacity(places.len());
        for chunk in places.chunks(100) {
            let key = |(entity, sequence): &(Entity, u64)| {
                Item::from([("entity".to_owned(), item::text(entity.to_string())), ("sequence".to_owned(), item::number(sequence))])
            };
            let mut pending = Some(chunk.iter().map(key).collect::<Vec<_>>());
            while let Some(keys) = pending.take() {
                let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
                let wanted = wanted.map_err(|error| StoreError::Database(error.to_string()))?;
                let request = self.client.batch_get_item().request_items(self.name(Table::AuditEvents)?, wanted);
                let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
                let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
                self.note("BatchGetItem", None, reply.consumed_capacity());
                for item in reply.responses.unwrap_or_default().into_values().flatten() {
                    events.push(event(&item)?);
                }
                let left = reply.unprocessed_keys.unwrap_or_default().into_values().next();
                pending = left.map(|left| left.keys).filter(|keys| !keys.is_empty());
            }
        }
        Ok(events)
    }

    async fn scan_page(&self, table: Table, after: Option<&str>, limit: Option<i32>) -> Result<(Vec<Item>, Option<String>), StoreError> {
        let request = self
            .client
            .scan()
            .table_name(self.name(table)?)
            .consistent_read(true)
            .set_limit(limit)
            .set_exclusive_start_key(after.map(read_place).transpose()?)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
        self.note(EXPORT_SCAN, None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
        let next = reply.last_evaluated_key.as_ref().map(write_place);
        Ok((reply.items.unwrap_or_default(), next))
    }
}

fn kept<R: Record>(item: &Item) -> Result<Kept<R>, StoreError> {
    let stored = item::read_whatever::<R>(item)?;
    let deleted = item::read_text(item, "deleted_at").map(|at| {
        let at = Timestamp::parse(at).unwrap_or(Timestamp::from_millis(0));
        (at, item::read_text(item, "deleted_by").unwrap_or_default().to_owned())
    });
    Ok(Kept { record: stored.record, head: stored.head, deleted })
}

fn event(item: &Item) -> Result<Event, StoreError> {
    serde_json::from_str(item::read_text(item, "doc").unwrap_or_default()).map_err(|error| StoreError::Unreadable {
        kind: "event",
        key: format!("{} {}", item::read_text(item, "entity").unwrap_or_default(), item::read_number(item, "sequence").unwrap_or_default()),
        reason: error.to_string(),
    })
}

/// A key as JSON: texts are texts and numbers are numbers, so that a place can be kept and gone on from.
fn write_place(key: &Item) -> String {
    let mut place = Object::new();
    for (name, value) in key {
        match value {
            AttributeValue::N(number) => place.insert(name.clone(), number.parse::<u64>().unwrap_or_default().into()),
            other => place.insert(name.clone(), other.as_s().cloned().unwrap_or_default().into()),
        };
    }
    Value::Object(place).to_string()
}

fn read_place(place: &str) -> Result<Item, StoreError> {
    let key: Object = serde_json::from_str(place).map_err(|error| StoreError::Database(format!("no place in a table: {error}")))?;
    Ok(key
        .into_iter()
        .map(|(name, value)| match value {
            Value::Number(value) => (name, item::number(value)),
            value => (name, item::text(value.as_str().unwrap_or_default())),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_goes_there_and_back() {
        let key = Item::from([("entity".to_owned(), item::text("task#t\"1")), ("sequence".to_owned(), item::number(7))]);
        assert_eq!(read_place(&write_place(&key)).ok(), Some(key));
        assert!(read_place("nowhere").is_err());
    }
}
