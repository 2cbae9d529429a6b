//! Records put back as they were: ids, moments, versions and ends of chains. For imports, and for nothing else.
//!
//! Each is written on the condition that nothing lies under its key, so an import overwrites nothing and can be repeated. No
//! event tells of it; the events of the time before come with the import.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use dataops_domain::audit::Event;
use futures_util::future::try_join_all;

use crate::calls::{self, Fate};
use crate::error::{CommitError, StoreError};
use crate::item::{self, Item, Record};
use crate::operation::Operation;
use crate::tables::Table;
use crate::whole::Kept;
use crate::{Store, UserRecord, events, trash};

/// Marks a record that came from an older system, without an audit chain, until its first change.
pub(crate) const UNCHAINED: &str = "unchained";
/// How many are written at once.
const AT_ONCE: usize = 16;

impl Store {
    /// Puts records back. Says of each whether it was written: false when something lies under its key that this operation
    /// did not write.
    ///
    /// # Errors
    /// When the database refuses or a record is too large.
    pub async fn restore<R: Record>(&self, operation: &Operation, records: &[Kept<R>]) -> Result<Vec<bool>, StoreError> {
        let mut written = Vec::with_capacity(records.len());
        for some in records.chunks(AT_ONCE) {
            let puts = some.iter().map(|kept| async {
                let mut item = item::write(&kept.record, &kept.head, &operation.id)?;
                if kept.head.sequence == 0 {
                    // Its chain begins with its first change here; nothing tells of its making.
                    item.insert(UNCHAINED.to_owned(), item::number(1));
                }
                if let Some((at, by)) = &kept.deleted {
                    bury::<R>(&mut item, &kept.record, *at, by);
                }
                self.put_if_free(R::TABLE, R::TABLE.entity_attribute(), item, &operation.id).await
            });
            written.extend(try_join_all(puts).await?);
        }
        Ok(written)
    }

    /// Puts a user back, without a password, and reserves the address. False when there is such a user.
    ///
    /// # Errors
    /// When the database refuses, or the address is another user's.
    pub async fn restore_user(&self, operation: &Operation, kept: &Kept<UserRecord>) -> Result<bool, CommitError> {
        let user = &kept.record.user;
        if user.email.trim().is_empty() {
            return Ok(self.restore(operation, std::slice::from_ref(kept)).await?.first() == Some(&true));
        }
        let part = operation.part(&format!("user.{}", user.id));
        let mut transaction = self.begin(&part);
        transaction.put_back(&kept.record, &kept.head);
        transaction.reserve_email(&user.email, user.id.as_str());
        match transaction.apply().await {
            Ok(()) => Ok(true),
            Err(CommitError::Exists { kind: UserRecord::KIND, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Puts events back to their places in their chains. Says of each whether it was written.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn restore_events(&self, operation: &Operation, restored: &[Event]) -> Result<Vec<bool>, StoreError> {
        let mut written = Vec::with_capacity(restored.len());
        for some in restored.chunks(AT_ONCE) {
            let puts = some.iter().map(|event| async {
                let item = events::write(event, Vec::new())?;
                self.put_if_free(Table::AuditEvents, "entity", item, &operation.id).await
            });
            written.extend(try_join_all(puts).await?);
        }
        Ok(written)
    }

    async fn put_if_free(&self, table: Table, attribute: &str, item: Item, operation: &str) -> Result<bool, StoreError> {
        const NAME: &str = "PutItem";
        let fate = self.fate(NAME);
        if fate == Fate::Lost {
            return Err(calls::lost(NAME));
        }
        let request = self
            .client
            .put_item()
            .table_name(self.name(table)?)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#key)")
            .expression_attribute_names("#key", attribute)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let written = match Box::pin(request.send()).await {
            Ok(reply) => {
                self.note(NAME, None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
                true
            }
            Err(error) => match error.as_service_error() {
                // One's own, when the answer to the first try was lost.
                Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                    self.note(NAME, None, &[]);
                    refused.item().is_some_and(|item| item::read_text(item, "op") == Some(operation))
                }
                _ => return Err(StoreError::from_sdk(error)),
            },
        };
        if fate == Fate::Unanswered { Err(calls::lost(NAME)) } else { Ok(written) }
    }
}

/// Makes a tombstone of an item: out of every index but the trash.
pub(crate) fn bury<R: Record>(item: &mut Item, record: &R, at: dataops_domain::Timestamp, by: &str) {
    for (name, _) in record.attributes() {
        item.remove(name);
    }
    if let Some(index) = R::TRASH {
        item.insert(index.partition.to_owned(), item::text(trash::partition()));
        item.insert(index.sort.to_owned(), item::text(trash::sort(at, record.key())));
    }
    item.insert("deleted_at".to_owned(), item::text(at.to_string()));
    item.insert("deleted_by".to_owned(), item::text(by));
}
