//! Tombstones: what a delete leaves, listed newest first until somebody takes one back.
//!
//! A tombstone stands in one index, under a partition of its own that no list reads. Tombstones of catalogs are found by
//! reading the catalog, which happens anyway.

use dataops_domain::Timestamp;

use crate::Store;
use crate::error::StoreError;
use crate::item::{self, Item, Record, Stored};
use crate::query::{Range, shard};

/// A record that was deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct Tombstone<R> {
    /// The record as it was, and the head of its chain.
    pub stored: Stored<R>,
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// Who deleted it.
    pub deleted_by: String,
}

/// What lies under a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<R> {
    /// A record.
    Live(Stored<R>),
    /// The tombstone of one.
    Deleted(Tombstone<R>),
    /// Nothing, and there never was.
    Nothing,
}

/// The partition of tombstones in an index of statuses.
pub(crate) fn partition() -> String {
    shard("deleted")
}

/// A tombstone's place in the trash.
pub(crate) fn sort(deleted_at: Timestamp, key: &str) -> String {
    format!("{deleted_at}#{key}")
}

impl<R: Record> Tombstone<R> {
    /// Its place in the trash, by which a list goes on.
    pub fn place(&self) -> String {
        sort(self.deleted_at, self.stored.record.key())
    }

    fn read(item: &Item) -> Result<Self, StoreError> {
        let stored = item::read_whatever::<R>(item)?;
        let unreadable = || StoreError::Unreadable {
            kind: R::KIND,
            key: stored.record.key().to_owned(),
            reason: "its tombstone does not say when it was deleted".to_owned(),
        };
        let deleted_at = item::read_text(item, "deleted_at").and_then(Timestamp::parse).ok_or_else(unreadable)?;
        let deleted_by = item::read_text(item, "deleted_by").unwrap_or_default().to_owned();
        Ok(Self { stored, deleted_at, deleted_by })
    }
}

impl Store {
    /// Reads what lies under a key, consistently: a record, or its tombstone.
    ///
    /// # Errors
    /// When the database refuses or the item can't be read.
    pub async fn find<R: Record>(&self, key: &str) -> Result<Found<R>, StoreError> {
        match self.get_item(R::TABLE, key).await? {
            None => Ok(Found::Nothing),
            Some(item) if item.contains_key("deleted_at") => Tombstone::read(&item).map(Found::Deleted),
            Some(item) => item::read_whatever(&item).map(Found::Live),
        }
    }

    /// The newest tombstones of a kind that come after (were deleted before) the place `after`, at most `limit`.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn trash<R: Record>(&self, after: Option<&str>, limit: usize) -> Result<Vec<Tombstone<R>>, StoreError> {
        let items = match R::TRASH {
            Some(index) => {
                let range = Range { after: after.map(str::to_owned), descending: true, limit: Some(limit), ..Range::default() };
                self.query_items(index, &[partition()], &range).await?
            }
            None => self.catalog_items(R::TABLE).await?.into_iter().filter(|item| item.contains_key("deleted_at")).collect(),
        };
        let mut tombstones = items.iter().map(Tombstone::<R>::read).collect::<Result<Vec<_>, _>>()?;
        tombstones.sort_by_cached_key(|tombstone| std::cmp::Reverse(tombstone.place()));
        tombstones.retain(|tombstone| after.is_none_or(|after| tombstone.place().as_str() < after));
        tombstones.truncate(limit);
        Ok(tombstones)
    }
}
