//! Audit events in their table: appended, never changed.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use dataops_domain::audit::Event;

use crate::Store;
use crate::error::StoreError;
use crate::item::{self, Item};
use crate::tables::{EVENTS_BY_DAY, Table};

/// The key of an entity in the audit table.
pub(crate) fn entity(kind: &str, id: &str) -> String {
    format!("{kind}#{id}")
}

pub(crate) fn write(event: &Event) -> Result<Item, StoreError> {
    let unreadable = |error: serde_json::Error| StoreError::Unreadable { kind: "event", key: event.id.clone(), reason: error.to_string() };
    let time = event.created_at.to_string();
    let key = entity(&event.entity_type, &event.entity_id);
    Ok(Item::from([
        (EVENTS_BY_DAY.partition.to_owned(), item::text(&time[..10])),
        (EVENTS_BY_DAY.sort.to_owned(), item::text(format!("{time}#{key}#{:08}", event.sequence))),
        ("entity".to_owned(), item::text(key)),
        ("sequence".to_owned(), item::number(event.sequence)),
        ("doc".to_owned(), item::text(serde_json::to_string(event).map_err(unreadable)?)),
        ("v".to_owned(), item::number(1)),
    ]))
}

impl Store {
    /// The last events of an entity, newest first.
    ///
    /// # Errors
    /// When the database refuses or an event can't be read.
    pub async fn events(&self, kind: &str, id: &str, limit: i32) -> Result<Vec<Event>, StoreError> {
        let request = self
            .client
            .query()
            .table_name(self.name(Table::AuditEvents)?)
            .key_condition_expression("entity = :entity")
            .expression_attribute_values(":entity", item::text(entity(kind, id)))
            .scan_index_forward(false)
            .limit(limit)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
        self.note("Query", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
        reply.items().iter().map(read).collect()
    }
}

fn read(item: &Item) -> Result<Event, StoreError> {
    let key = item::read_text(item, "entity").unwrap_or_default().to_owned();
    let unreadable = |reason: String| StoreError::Unreadable { kind: "event", key: key.clone(), reason };
    let doc = item::read_text(item, "doc").ok_or_else(|| unreadable("it has no doc".to_owned()))?;
    serde_json::from_str(doc).map_err(|error| unreadable(error.to_string()))
}
