//! The one way to write: everything that belongs together, in one transaction, each item conditional on what was read.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use dataops_domain::audit::{self, Head, NewEvent};
use dataops_domain::search::Entry;
use dataops_domain::task::Task;
use serde::Serialize;
use serde_json::Value;

use crate::bundles::BundleManifest;
use crate::calls::{self, Fate};
use crate::error::{CommitError, StoreError};
use crate::item::{self, Item, Record, Stored};
use crate::operation::Operation;
use crate::tables::Table;
use crate::trash::Tombstone;
use crate::users::reservation;
use crate::{Store, events, idempotency, restore, tokens};

enum Write {
    /// A record that must not exist yet.
    Create { kind: &'static str, key: String },
    /// A record that must be as it was read.
    Change,
    /// An event: never there before.
    Event,
    /// The recorded answer.
    Answer,
    /// A reservation that must be free.
    Reserve { email: String },
    /// A reservation or a token that is given up.
    Release,
    /// Something that must still be so and is not written.
    Check,
}

/// Writes that are applied together or not at all.
pub struct Transaction<'a> {
    store: &'a Store,
    operation: &'a Operation,
    items: Vec<TransactWriteItem>,
    writes: Vec<Write>,
    listed: Vec<Entry>,
    failed: Option<StoreError>,
}

impl Store {
    /// Begins a transaction of this operation.
    pub fn begin<'a>(&'a self, operation: &'a Operation) -> Transaction<'a> {
        Transaction { store: self, operation, items: Vec::new(), writes: Vec::new(), listed: Vec::new(), failed: None }
    }
}

impl Transaction<'_> {
    /// How many items it has.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// True before anything was added.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Makes a record with its first event (none for tasks that a bundle's event lists). Returns it as it will be.
    pub fn create<R: Record>(&mut self, mut record: R, event: Option<NewEvent>) -> Stored<R> {
        record.set_version(1);
        let head = self.append(&record, &Head::default(), event, false);
        self.put_new(&record, &head, Vec::new());
        Stored { record, head }
    }

    /// Makes a bundle that is still to get its tasks: its plan is kept with it.
    pub fn create_with_manifest(
        &mut self,
        mut bundle: dataops_domain::bundle::Bundle,
        manifest: &BundleManifest,
    ) -> Stored<dataops_domain::bundle::Bundle> {
        bundle.set_version(1);
        match manifest.attribute() {
            Ok(plan) => self.put_new(&bundle, &Head::default(), vec![("manifest", plan)]),
            Err(error) => self.failed = Some(error),
        }
        Stored { record: bundle, head: Head::default() }
    }

    /// Makes a record as it was once: with its version and the end of its chain, without an event.
    pub(crate) fn put_back<R: Record>(&mut self, record: &R, head: &Head) {
        let unchained = (head.sequence == 0).then(|| (restore::UNCHAINED, item::number(1)));
        self.put_new(record, head, unchained.into_iter().collect());
    }

    /// Puts a record that is not there yet, with attributes beside it that its first change takes away.
    fn put_new<R: Record>(&mut self, record: &R, head: &Head, beside: Vec<(&str, aws_sdk_dynamodb::types::AttributeValue)>) {
        // Any attribute that every item has says whether there is one; `source` is a reserved word.
        let key = R::TABLE.entity_attribute();
        let Some(mut item) = self.item(record, head) else { return };
        item.extend(beside.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self.put(
            R::TABLE,
            item,
            &format!("attribute_not_exists({key})"),
            &[],
            Write::Create { kind: R::KIND, key: record.key().to_owned() },
        );
    }

    /// Replaces a record as it was read. `visible` raises the version that clients see. Returns it as it will be.
    pub fn change<R: Record>(&mut self, before: &Stored<R>, mut after: R, mut event: NewEvent, visible: bool) -> Stored<R> {
        after.set_version(before.record.version() + u64::from(visible));
        if visible {
            name_version(&mut event, after.version());
        }
        let head = self.append(&after, &before.head, Some(event), false);
        self.replace(before, &after, &head);
        Stored { record: after, head }
    }

    /// Replaces a record as it was read by one step that takes several events, told in order. Each raises the version that
    /// clients see, which therefore equals their number. Returns it as it will be.
    pub fn advance<R: Record>(&mut self, before: &Stored<R>, mut after: R, events: Vec<NewEvent>) -> Stored<R> {
        after.set_version(before.record.version() + events.len() as u64);
        let mut head = before.head.clone();
        for event in events {
            head = self.append(&after, &head, Some(event), false);
        }
        self.replace(before, &after, &head);
        Stored { record: after, head }
    }

    /// Replaces a record as it was read with one that nothing has happened to: a lease renewed, progress noted. No event, and
    /// no version that clients see; a later write must only meet the same head, so this is never awaited by anybody.
    pub fn touch<R: Record>(&mut self, before: &Stored<R>, after: &R) {
        self.replace(before, after, &before.head);
    }

    fn replace<R: Record>(&mut self, before: &Stored<R>, after: &R, head: &Head) {
        if let Some(item) = self.item(after, head) {
            let read = [(":head", item::text(&before.head.hash)), (":sequence", item::number(before.head.sequence))];
            self.put(R::TABLE, item, "#hash = :head AND #sequence = :sequence AND attribute_not_exists(deleted_at)", &read, Write::Change);
        }
    }

    /// Insists that a stored record still has an index attribute as this one has it, without writing it.
    pub fn check_still<R: Record>(&mut self, record: &R, attribute: &'static str) {
        let Some(table) = self.table(R::TABLE) else { return };
        let value = record.attributes().into_iter().find(|(name, _)| *name == attribute).map(|(_, value)| value).unwrap_or_default();
        let check = ConditionCheck::builder()
            .table_name(table)
            .key(R::TABLE.key(), item::text(record.key()))
            .condition_expression("#attribute = :value AND attribute_not_exists(deleted_at)")
            .expression_attribute_names("#attribute", attribute)
            .expression_attribute_values(":value", item::text(value))
            .build();
        match check {
            Ok(check) => self.items.push(TransactWriteItem::builder().condition_check(check).build()),
            Err(error) => self.failed = Some(StoreError::Database(error.to_string())),
        }
        self.writes.push(Write::Check);
    }

    /// Deletes a record as it was read: a tombstone stays, out of every index but the trash.
    pub fn delete<R: Record>(&mut self, before: &Stored<R>, event: NewEvent) {
        let head = self.append(&before.record, &before.head, Some(event), true);
        let Some(mut item) = self.item(&before.record, &head) else { return };
        crate::restore::bury::<R>(&mut item, &before.record, self.operation.now, &self.operation.actor.id);
        let read = [(":head", item::text(&before.head.hash)), (":sequence", item::number(before.head.sequence))];
        self.put(R::TABLE, item, "#hash = :head AND #sequence = :sequence AND attribute_not_exists(deleted_at)", &read, Write::Change);
    }

    /// Takes a record out of the trash: the tombstone as it was read becomes a record again. Returns it as it will be.
    pub fn restore<R: Record>(&mut self, tombstone: &Tombstone<R>, mut after: R, event: NewEvent) -> Stored<R> {
        let before = &tombstone.stored;
        after.set_version(before.record.version() + 1);
        let head = self.append(&after, &before.head, Some(event), false);
        if let Some(item) = self.item(&after, &head) {
            let read = [(":head", item::text(&before.head.hash)), (":sequence", item::number(before.head.sequence))];
            self.put(R::TABLE, item, "#hash = :head AND #sequence = :sequence AND attribute_exists(deleted_at)", &read, Write::Change);
        }
        Stored { record: after, head }
    }

    /// Makes the whole transaction depend on a record that it does not write being as it was read.
    pub fn unchanged<R: Record>(&mut self, seen: &Stored<R>) {
        let Some(table) = self.table(R::TABLE) else { return };
        let check = ConditionCheck::builder()
            .table_name(table)
            .key(R::TABLE.key(), item::text(seen.record.key()))
            .condition_expression("#hash = :head AND #sequence = :sequence AND attribute_not_exists(deleted_at)")
            .expression_attribute_names("#hash", "hash")
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":head", item::text(&seen.head.hash))
            .expression_attribute_values(":sequence", item::number(seen.head.sequence))
            .build();
        match check {
            Ok(check) => self.items.push(TransactWriteItem::builder().condition_check(check).build()),
            Err(error) => self.failed = Some(StoreError::Database(error.to_string())),
        }
        self.writes.push(Write::Change);
    }

    /// Ends an API token for good. Only an event of its owner tells of it.
    pub fn end_token(&mut self, id: &str) {
        let Some(table) = self.table(Table::Sessions) else { return };
        match Delete::builder().table_name(table).key(Table::Sessions.key(), item::text(tokens::key(id))).build() {
            Ok(delete) => self.items.push(TransactWriteItem::builder().delete(delete).build()),
            Err(error) => self.failed = Some(StoreError::Database(error.to_string())),
        }
        self.writes.push(Write::Release);
    }

    /// Reserves an e-mail address for a user.
    pub fn reserve_email(&mut self, email: &str, owner: &str) {
        let item = Item::from([
            (Table::Users.key().to_owned(), item::text(reservation(email))),
            ("owner".to_owned(), item::text(owner)),
            ("op".to_owned(), item::text(&self.operation.id)),
            ("v".to_owned(), item::number(1)),
        ]);
        let owner = [(":owner", item::text(owner))];
        self.put(
            Table::Users,
            item,
            "attribute_not_exists(user_id) OR #owner = :owner",
            &owner,
            Write::Reserve { email: email.to_owned() },
        );
    }

    /// Gives up a user's reservation of an address.
    pub fn release_email(&mut self, email: &str, owner: &str) {
        let Some(table) = self.table(Table::Users) else { return };
        let delete = Delete::builder()
            .table_name(table)
            .key(Table::Users.key(), item::text(reservation(email)))
            .condition_expression("#owner = :owner")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", item::text(owner))
            .build();
        match delete {
            Ok(delete) => self.items.push(TransactWriteItem::builder().delete(delete).build()),
            Err(error) => self.failed = Some(StoreError::Database(error.to_string())),
        }
        self.writes.push(Write::Release);
    }

    /// Applies everything, and records the answer when the caller sent an Idempotency-Key.
    ///
    /// # Errors
    /// See [`CommitError`]. A lost reply of this very operation counts as applied.
    pub async fn commit(mut self, status: u16, answer: &impl Serialize) -> Result<(), CommitError> {
        self.record_answer(status, answer)?;
        self.apply().await
    }

    fn record_answer(&mut self, status: u16, answer: &impl Serialize) -> Result<(), StoreError> {
        if let Some(key) = &self.operation.idempotency {
            let body = serde_json::to_value(answer).unwrap_or(Value::Null);
            let item = idempotency::write(key, self.operation, status, &body)?;
            let now = [(":now", item::number(self.operation.now.millis() / 1_000))];
            self.put(Table::Idempotency, item, "attribute_not_exists(#key) OR expires_at < :now", &now, Write::Answer);
        }
        Ok(())
    }

    /// Applies everything without recording an answer: a step of a request that takes several transactions.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn apply(self) -> Result<(), CommitError> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        if self.items.is_empty() {
            return Ok(());
        }
        const NAME: &str = "TransactWriteItems";
        let fate = self.store.fate(NAME);
        if fate == Fate::Lost {
            return Err(calls::lost(NAME).into());
        }
        let request = self.store.client.transact_write_items().set_transact_items(Some(self.items));
        let answer = match Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await {
            Ok(reply) => {
                self.store.note(NAME, None, reply.consumed_capacity());
                Ok(())
            }
            Err(error) => {
                self.store.note(NAME, None, &[]);
                refused(error, &self.writes, self.operation)
            }
        };
        if fate == Fate::Unanswered { Err(calls::lost(NAME).into()) } else { answer }
    }

    /// Says which tasks the next event lists. They have no event of their own that would tell search of them.
    pub fn listing(&mut self, tasks: &[Task]) {
        self.listed.extend(tasks.iter().filter_map(Record::found));
    }

    fn append<R: Record>(&mut self, record: &R, head: &Head, event: Option<NewEvent>, gone: bool) -> Head {
        let Some(event) = event else { return head.clone() };
        debug_assert!(crate::audited::is_audited(R::KIND), "say in audited.rs where chains of a {} are found", R::KIND);
        let event = audit::chained(R::KIND, record.entity(), head, event, Some(self.operation.actor.id.as_str()), self.operation.now);
        let own = record.found().map(|entry| if gone { entry.gone(self.operation.now) } else { entry }.at(event.sequence));
        let found = own.into_iter().chain(std::mem::take(&mut self.listed)).collect();
        match events::write(&event, found) {
            Ok(item) => self.put(Table::AuditEvents, item, "attribute_not_exists(entity)", &[], Write::Event),
            Err(error) => self.failed = Some(error),
        }
        Head { sequence: event.sequence, hash: event.hash }
    }

    fn item<R: Record>(&mut self, record: &R, head: &Head) -> Option<Item> {
        item::write(record, head, &self.operation.id).map_err(|error| self.failed = Some(error)).ok()
    }

    fn table(&mut self, table: Table) -> Option<String> {
        self.store.name(table).map(str::to_owned).map_err(|error| self.failed = Some(error)).ok()
    }

    fn put(&mut self, table: Table, item: Item, condition: &str, values: &[(&str, aws_sdk_dynamodb::types::AttributeValue)], write: Write) {
        let Some(name) = self.table(table) else { return };
        let mut put = Put::builder()
            .table_name(name)
            .set_item(Some(item))
            .condition_expression(condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for word in ["hash", "sequence", "owner", "key"].iter().filter(|word| condition.contains(&format!("#{word}"))) {
            put = put.expression_attribute_names(format!("#{word}"), *word);
        }
        for (name, value) in values {
            put = put.expression_attribute_values(*name, value.clone());
        }
        match put.build() {
            Ok(put) => self.items.push(TransactWriteItem::builder().put(put).build()),
            Err(error) => self.failed = Some(StoreError::Database(error.to_string())),
        }
        self.writes.push(write);
    }
}

/// Says in the event which version it made, so that the change behind a version can be found.
fn name_version(event: &mut NewEvent, version: u64) {
    match &mut event.metadata {
        Value::Object(metadata) => {
            metadata.insert("version".to_owned(), version.into());
        }
        other @ Value::Null => *other = serde_json::json!({ "version": version }),
        _ => {}
    }
}

/// Reads why a transaction was refused.
fn refused(error: SdkError<TransactWriteItemsError>, writes: &[Write], operation: &Operation) -> Result<(), CommitError> {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error() else {
        return Err(StoreError::from_sdk(error).into());
    };
    let reasons = canceled.cancellation_reasons();
    let answer = writes
        .iter()
        .zip(reasons)
        .find(|(write, reason)| matches!(write, Write::Answer) && reason.code() == Some("ConditionalCheckFailed"));
    if let (Some((_, reason)), Some(key)) = (answer, &operation.idempotency)
        && let Some(item) = reason.item()
    {
        return Err(idempotency::judge(item, key));
    }
    let mine = |reason: &CancellationReason| reason.item().is_some_and(|item| item::read_text(item, "op") == Some(operation.id.as_str()));
    if operation.idempotency.is_none() && reasons.iter().any(|reason| reason.code() == Some("ConditionalCheckFailed") && mine(reason)) {
        return Ok(());
    }
    let throttled = |reason: &CancellationReason| matches!(reason.code(), Some("ThrottlingError" | "ProvisionedThroughputExceeded"));
    if reasons.iter().any(throttled) {
        return Err(StoreError::Busy(canceled.message().unwrap_or_default().to_owned()).into());
    }
    // What exists already says more than the events and changes that fail with it; everything else is a lost race.
    let refused = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let exists = reasons.iter().zip(writes).filter(|(reason, _)| refused(reason)).find_map(|(_, write)| match write {
        Write::Create { kind, key } => Some(CommitError::Exists { kind, key: key.clone() }),
        Write::Reserve { email } => Some(CommitError::Exists { kind: "email", key: email.clone() }),
        Write::Change | Write::Event | Write::Answer | Write::Release | Write::Check => None,
    });
    let lost = |reason: &CancellationReason| matches!(reason.code(), Some("ConditionalCheckFailed" | "TransactionConflict"));
    match exists {
        Some(error) => Err(error),
        None if reasons.iter().any(lost) => Err(CommitError::Lost),
        None => Err(StoreError::Database(format!("transaction canceled: {}", canceled.message().unwrap_or_default())).into()),
    }
}
