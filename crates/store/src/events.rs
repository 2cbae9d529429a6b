//! Audit events in their table: appended, never changed. Lists of them, and chains as they lie there.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use dataops_domain::audit::verify::{Kept, day_sort};
use dataops_domain::audit::{Entity, Event};
use dataops_domain::search::Entry;
use dataops_domain::{Date, Timestamp};

use crate::error::StoreError;
use crate::item::{self, Item};
use crate::tables::{EVENTS_BY_DAY, Table};
use crate::{MAX_LIST_BYTES, Store, search};

/// Events, and where the list goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct EventPage {
    /// The events, in the order asked for.
    pub events: Vec<Event>,
    /// The place to go on after, when there is more.
    pub next: Option<String>,
}

/// The item of an event, with what search finds of the records concerned beside it.
pub(crate) fn write(event: &Event, found: Vec<Entry>) -> Result<Item, StoreError> {
    let unreadable = |error: serde_json::Error| StoreError::Unreadable { kind: "event", key: event.id.clone(), reason: error.to_string() };
    let mut item = Item::from([
        (EVENTS_BY_DAY.partition.to_owned(), item::text(&event.created_at.to_string()[..10])),
        (EVENTS_BY_DAY.sort.to_owned(), item::text(day_sort(event))),
        ("entity".to_owned(), item::text(format!("{}#{}", event.entity_type, event.entity_id))),
        ("sequence".to_owned(), item::number(event.sequence)),
        ("doc".to_owned(), item::text(serde_json::to_string(event).map_err(unreadable)?)),
        ("v".to_owned(), item::number(1)),
    ]);
    item.extend(search::found(found)?);
    Ok(item)
}

impl Store {
    /// The last events of an entity, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn events(&self, kind: &str, id: &str, limit: i32) -> Result<Vec<Event>, StoreError> {
        let newest = usize::try_from(limit).unwrap_or_default();
        Ok(self.events_of(&Entity::new(kind, id), None, newest, true).await?.events)
    }

    /// Events of an entity after a place in its chain, oldest first or `newest_first`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn events_of(&self, entity: &Entity, after: Option<u64>, limit: usize, newest_first: bool) -> Result<EventPage, StoreError> {
        let mut request = self
            .client
            .query()
            .table_name(self.name(Table::AuditEvents)?)
            .expression_attribute_values(":entity", item::text(entity.to_string()))
            .scan_index_forward(!newest_first);
        request = match after {
            Some(after) => request
                .key_condition_expression(if newest_first {
                    "entity = :entity AND #sequence < :after"
                } else {
                    "entity = :entity AND #sequence > :after"
                })
                .expression_attribute_names("#sequence", "sequence")
                .expression_attribute_values(":after", item::number(after)),
            None => request.key_condition_expression("entity = :entity"),
        };
        let (items, more) = self.event_items(request, None, limit).await?;
        let next = items.last().filter(|_| more).and_then(|item| item::read_number(item, "sequence"));
        Ok(EventPage { events: items.iter().map(read).collect(), next: next.map(|sequence| sequence.to_string()) })
    }

    /// Events of a UTC day after a place in it, oldest first or `newest_first`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn events_of_day(&self, day: Date, after: Option<&str>, limit: usize, newest_first: bool) -> Result<EventPage, StoreError> {
        let request = self.day(day, after, newest_first)?;
        let (items, more) = self.event_items(request, Some(EVENTS_BY_DAY.name), limit).await?;
        let next = items.last().filter(|_| more).and_then(|item| item::read_text(item, EVENTS_BY_DAY.sort));
        let next = next.map(str::to_owned);
        Ok(EventPage { events: items.iter().map(read).collect(), next })
    }

    /// The entities with an event on a UTC day after a place in it, of `limit` events, and the place to go on after.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn entities_of_day(
        &self,
        day: Date,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(BTreeSet<Entity>, Option<String>), StoreError> {
        let request =
            self.day(day, after, false)?.projection_expression("entity, #sort").expression_attribute_names("#sort", EVENTS_BY_DAY.sort);
        let (items, more) = self.event_items(request, Some(EVENTS_BY_DAY.name), limit).await?;
        let next = items.last().filter(|_| more).and_then(|item| item::read_text(item, EVENTS_BY_DAY.sort)).map(str::to_owned);
        let named = |item: &Item| item::read_text(item, "entity")?.split_once('#').map(|(kind, id)| Entity::new(kind, id));
        Ok((items.iter().filter_map(named).collect(), next))
    }

    fn day(&self, day: Date, after: Option<&str>, newest_first: bool) -> Result<QueryFluentBuilder, StoreError> {
        let request = self
            .client
            .query()
            .table_name(self.name(Table::AuditEvents)?)
            .index_name(EVENTS_BY_DAY.name)
            .expression_attribute_names("#day", EVENTS_BY_DAY.partition)
            .expression_attribute_values(":day", item::text(day.to_string()))
            .scan_index_forward(!newest_first);
        Ok(match after {
            Some(after) => request
                .key_condition_expression(if newest_first { "#day = :day AND #sort < :after" } else { "#day = :day AND #sort > :after" })
                .expression_attribute_names("#sort", EVENTS_BY_DAY.sort)
                .expression_attribute_values(":after", item::text(after)),
            None => request.key_condition_expression("#day = :day"),
        })
    }

    /// An entity's whole chain as it lies in the table, in order, read consistently.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn chain(&self, entity: &Entity) -> Result<Vec<Kept>, StoreError> {
        let request = self
            .client
            .query()
            .table_name(self.name(Table::AuditEvents)?)
            .consistent_read(true)
            .key_condition_expression("entity = :entity")
            .expression_attribute_values(":entity", item::text(entity.to_string()));
        let (mut kept, mut start) = (Vec::new(), None);
        loop {
            let request = request.clone().set_exclusive_start_key(start).return_consumed_capacity(ReturnConsumedCapacity::Total);
            let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
            self.note("Query", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
            kept.extend(reply.items().iter().map(as_kept));
            start = reply.last_evaluated_key;
            if start.is_none() {
                return Ok(kept);
            }
        }
    }

    /// At most `limit` items that are not too big to answer together, and whether there are more.
    async fn event_items(&self, request: QueryFluentBuilder, index: Option<&str>, limit: usize) -> Result<(Vec<Item>, bool), StoreError> {
        let (mut items, mut start, mut bytes): (Vec<Item>, _, usize) = (Vec::new(), None, 0);
        loop {
            let wanted = i32::try_from(limit + 1 - items.len()).unwrap_or(i32::MAX);
            let request = request.clone().limit(wanted).set_exclusive_start_key(start);
            let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
            let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
            self.note("Query", index, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
            for item in reply.items.unwrap_or_default() {
                bytes += item::read_text(&item, "doc").map_or(0, str::len);
                if items.len() == limit || (bytes > MAX_LIST_BYTES && !items.is_empty()) {
                    return Ok((items, true));
                }
                items.push(item);
            }
            start = reply.last_evaluated_key;
            if start.is_none() {
                return Ok((items, false));
            }
        }
    }
}

fn as_kept(item: &Item) -> Kept {
    let text = |name: &str| item::read_text(item, name).unwrap_or_default().to_owned();
    let (day, day_sort) = (text(EVENTS_BY_DAY.partition), text(EVENTS_BY_DAY.sort));
    let on_its_day = day_sort.starts_with(&day) && day.len() == 10;
    Kept {
        sequence: item::read_number(item, "sequence").unwrap_or(0),
        day_sort: if on_its_day { day_sort } else { String::new() },
        text: text("doc"),
    }
}

/// An event of a list. One that can't be read says so in its place: it must not hide the others.
fn read(item: &Item) -> Event {
    let doc = item::read_text(item, "doc").unwrap_or_default();
    serde_json::from_str(doc).unwrap_or_else(|_| {
        let entity = item::read_text(item, "entity").unwrap_or_default();
        let (kind, id) = entity.split_once('#').unwrap_or((entity, ""));
        let sequence = item::read_number(item, "sequence").unwrap_or(0);
        Event {
            id: format!("{kind}.{id}.{sequence:08}"),
            entity_type: kind.to_owned(),
            entity_id: id.to_owned(),
            assistant_job_id: None,
            sequence,
            action: "unreadable".to_owned(),
            actor_id: None,
            summary: "This event can't be read; check the chain".to_owned(),
            metadata: serde_json::Value::Null,
            created_at: item::read_text(item, EVENTS_BY_DAY.sort)
                .and_then(|sort| Timestamp::parse(sort.split('#').next()?))
                .unwrap_or(Timestamp::from_millis(0)),
            previous_hash: String::new(),
            hash: String::new(),
            redacted: false,
        }
    })
}
