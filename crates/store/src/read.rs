//! Point reads, batch reads and whole catalogs.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};

use dataops_domain::artifact::Artifact;
use dataops_domain::bundle::Bundle;
use dataops_domain::job::Job;
use dataops_domain::task::Task;

use crate::Store;
use crate::error::StoreError;
use crate::item::{self, Item, Record, Stored};
use crate::operation::Operation;
use crate::tables::Table;

/// Ids of records of several kinds, to be read together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    /// Of tasks.
    pub tasks: Vec<String>,
    /// Of bundles.
    pub bundles: Vec<String>,
    /// Of artifacts.
    pub artifacts: Vec<String>,
    /// Of assistant jobs.
    pub jobs: Vec<String>,
}

/// Records of several kinds that were read together, in no order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Together {
    /// Tasks.
    pub tasks: Vec<Stored<Task>>,
    /// Bundles.
    pub bundles: Vec<Stored<Bundle>>,
    /// Artifacts.
    pub artifacts: Vec<Stored<Artifact>>,
    /// Assistant jobs.
    pub jobs: Vec<Stored<Job>>,
}

impl Store {
    /// Reads one record, consistently. `None` when there is none, or only its tombstone.
    ///
    /// # Errors
    /// When the database refuses or the item can't be read.
    pub async fn get<R: Record>(&self, key: &str) -> Result<Option<Stored<R>>, StoreError> {
        match self.get_item(R::TABLE, key).await? {
            Some(item) => item::read(&item),
            None => Ok(None),
        }
    }

    pub(crate) async fn get_item(&self, table: Table, key: &str) -> Result<Option<Item>, StoreError> {
        if key.is_empty() {
            return Ok(None);
        }
        let request = self.client.get_item().table_name(self.name(table)?).key(table.key(), item::text(key)).consistent_read(true);
        let reply = Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await.map_err(StoreError::from_sdk)?;
        self.note("GetItem", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
        Ok(reply.item)
    }

    /// Reads many records in one request for each hundred keys; those that don't exist are left out.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn get_many<R: Record>(&self, keys: &[String]) -> Result<Vec<Stored<R>>, StoreError> {
        let items = self.get_items(R::TABLE, keys).await?;
        items.iter().filter_map(|item| item::read(item).transpose()).collect()
    }

    pub(crate) async fn get_items(&self, table: Table, keys: &[String]) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        for chunk in keys.chunks(100) {
            let keys: Vec<Item> = chunk.iter().map(|key| Item::from([(table.key().to_owned(), item::text(key))])).collect();
            let mut pending = Some(keys);
            while let Some(keys) = pending.take() {
                let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
                let wanted = wanted.map_err(|error| StoreError::Database(error.to_string()))?;
                let request = self.client.batch_get_item().request_items(self.name(table)?, wanted);
                let reply =
                    Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await.map_err(StoreError::from_sdk)?;
                self.note("BatchGetItem", None, reply.consumed_capacity());
                items.extend(reply.responses.unwrap_or_default().into_values().flatten());
                pending =
                    reply.unprocessed_keys.unwrap_or_default().into_values().next().map(|left| left.keys).filter(|keys| !keys.is_empty());
            }
        }
        Ok(items)
    }

    /// True when this very operation has written the record last: how one whose answer was lost finds out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn was_written_by<R: Record>(&self, key: &str, operation: &Operation) -> Result<bool, StoreError> {
        let item = self.get_item(R::TABLE, key).await?;
        Ok(item.is_some_and(|item| item::read_text(&item, "op") == Some(operation.id.as_str())))
    }

    /// Reads records of several kinds in one request for each hundred keys; those that don't exist are left out.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn get_together(&self, ids: &Ids) -> Result<Together, StoreError> {
        let of = |table: Table, ids: &[String]| {
            let mut ids: Vec<String> = ids.iter().filter(|id| dataops_domain::id::is_valid(id)).cloned().collect();
            ids.sort();
            ids.dedup();
            ids.into_iter().map(move |id| (table, id)).collect::<Vec<_>>()
        };
        let keys = [
            of(Table::Tasks, &ids.tasks),
            of(Table::Bundles, &ids.bundles),
            of(Table::Artifacts, &ids.artifacts),
            of(Table::AssistantJobs, &ids.jobs),
        ]
        .concat();
        let mut found = Together::default();
        for chunk in keys.chunks(100) {
            let mut wanted: HashMap<String, Vec<Item>> = HashMap::new();
            for (table, id) in chunk {
                let key = Item::from([(table.key().to_owned(), item::text(id))]);
                wanted.entry(self.name(*table)?.to_owned()).or_default().push(key);
            }
            self.get_keys(wanted, &mut found).await?;
        }
        Ok(found)
    }

    async fn get_keys(&self, mut wanted: HashMap<String, Vec<Item>>, found: &mut Together) -> Result<(), StoreError> {
        while !wanted.is_empty() {
            let mut request = self.client.batch_get_item().return_consumed_capacity(ReturnConsumedCapacity::Total);
            for (table, keys) in wanted.drain() {
                let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
                request = request.request_items(table, keys.map_err(|error| StoreError::Database(error.to_string()))?);
            }
            let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
            self.note("BatchGetItem", None, reply.consumed_capacity());
            for (name, items) in reply.responses.unwrap_or_default() {
                let table = self.tables.find(&name);
                for item in &items {
                    match table {
                        Some(Table::Tasks) => found.tasks.extend(item::read(item)?),
                        Some(Table::Bundles) => found.bundles.extend(item::read(item)?),
                        Some(Table::Artifacts) => found.artifacts.extend(item::read(item)?),
                        Some(Table::AssistantJobs) => found.jobs.extend(item::read(item)?),
                        _ => {}
                    }
                }
            }
            let left = reply.unprocessed_keys.unwrap_or_default().into_iter();
            wanted = left.map(|(table, left)| (table, left.keys)).filter(|(_, keys)| !keys.is_empty()).collect();
        }
        Ok(())
    }

    /// Which of these keys hold anything: a record or its tombstone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn known<R: Record>(&self, keys: &[String]) -> Result<HashSet<String>, StoreError> {
        let mut known = HashSet::new();
        for chunk in keys.chunks(100) {
            let keys: Vec<Item> = chunk.iter().map(|key| Item::from([(R::TABLE.key().to_owned(), item::text(key))])).collect();
            let mut pending = Some(keys);
            while let Some(keys) = pending.take() {
                let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).projection_expression(R::TABLE.key());
                let wanted = wanted.build().map_err(|error| StoreError::Database(error.to_string()))?;
                let request = self.client.batch_get_item().request_items(self.name(R::TABLE)?, wanted);
                let reply =
                    Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await.map_err(StoreError::from_sdk)?;
                self.note("BatchGetItem", None, reply.consumed_capacity());
                let items = reply.responses.unwrap_or_default().into_values().flatten();
                known.extend(items.filter_map(|item| item::read_text(&item, R::TABLE.key()).map(str::to_owned)));
                pending =
                    reply.unprocessed_keys.unwrap_or_default().into_values().next().map(|left| left.keys).filter(|keys| !keys.is_empty());
            }
        }
        Ok(known)
    }

    /// Reads a catalog whole: tens of rows, never a table that grows.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn catalog<R: Record>(&self) -> Result<Vec<Stored<R>>, StoreError> {
        let mut records = Vec::new();
        for item in self.catalog_items(R::TABLE).await? {
            records.extend(item::read(&item)?);
        }
        Ok(records)
    }

    /// As [`Self::catalog`], but a record that can't be read keeps no other back: its key and why.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn catalog_readable<R: Record>(&self) -> Result<(Vec<Stored<R>>, Vec<(String, String)>), StoreError> {
        let (mut records, mut unreadable) = (Vec::new(), Vec::new());
        for item in self.catalog_items(R::TABLE).await? {
            match item::read(&item) {
                Ok(record) => records.extend(record),
                Err(error) => {
                    unreadable.push((item::read_text(&item, R::TABLE.key()).unwrap_or_default().to_owned(), error.to_string()));
                }
            }
        }
        Ok((records, unreadable))
    }

    /// The items of a catalog that hold records, tombstones too.
    pub(crate) async fn catalog_items(&self, table: Table) -> Result<Vec<Item>, StoreError> {
        debug_assert!(table.is_catalog(), "only catalogs are read whole");
        let mut items = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let request = self.client.scan().table_name(self.name(table)?).consistent_read(true).set_exclusive_start_key(start);
            let reply =
                Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await.map_err(StoreError::from_sdk)?;
            self.note("Scan", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
            items.extend(reply.items.unwrap_or_default().into_iter().filter(|item| item.contains_key("doc")));
            start = reply.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }
}
