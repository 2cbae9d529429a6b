//! The window ledger in its table: one item a source and local date.
//!
//! What is unsettled is asked by date, so that the answer is as long as the days that are asked for, whatever lies before
//! them. An index finds rows; the transactions that write them are conditional on what is there.

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use dataops_domain::generation::{self, SourceKey, Window};
use dataops_domain::id;
use dataops_domain::time::Date;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::StoreError;
use crate::item::{self, Item, Record, Stored};
use crate::query::{Range, shard};
use crate::tables::{Table, WINDOWS_BY_DATE};

/// The partition of the index that holds all rows.
pub(crate) const WINDOWS: &str = "windows";

/// A row of the ledger with the texts of its keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Window", into = "Window")]
pub struct WindowRow {
    /// The row.
    pub window: Window,
    source: String,
    id: String,
}

impl From<Window> for WindowRow {
    fn from(window: Window) -> Self {
        Self { source: window.source.to_string(), id: window.id(), window }
    }
}

impl From<WindowRow> for Window {
    fn from(row: WindowRow) -> Self {
        row.window
    }
}

impl Record for WindowRow {
    const TABLE: Table = Table::GenerationWindows;
    const KIND: &'static str = "window";

    fn key(&self) -> &str {
        &self.source
    }

    fn entity(&self) -> &str {
        &self.id
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("date", self.window.date.to_string()),
            ("window_id", self.id.clone()),
            (WINDOWS_BY_DATE.partition, shard(WINDOWS)),
            (WINDOWS_BY_DATE.sort, format!("{}#{}", self.window.date, self.source)),
        ]
    }

    fn version(&self) -> u64 {
        self.window.version
    }

    fn set_version(&mut self, version: u64) {
        self.window.version = version;
    }
}

fn key(source: &SourceKey, date: Date) -> Item {
    Item::from([("source".to_owned(), item::text(source.to_string())), ("date".to_owned(), item::text(date.to_string()))])
}

impl Store {
    /// Reads one row, consistently.
    ///
    /// # Errors
    /// When the database refuses or the item can't be read.
    pub async fn window(&self, source: &SourceKey, date: Date) -> Result<Option<Stored<WindowRow>>, StoreError> {
        self.window_get(source, date).await?.as_ref().map_or(Ok(None), item::read)
    }

    /// Reads many rows, consistently, in one request for each hundred; those that don't exist are left out.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn windows(&self, wanted: &[(SourceKey, Date)]) -> Result<Vec<Stored<WindowRow>>, StoreError> {
        let mut rows = Vec::new();
        for chunk in wanted.chunks(100) {
            let mut pending = Some(chunk.iter().map(|(source, date)| key(source, *date)).collect::<Vec<_>>());
            while let Some(keys) = pending.take() {
                let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
                let keys = keys.map_err(|error| StoreError::Database(error.to_string()))?;
                let request = self.client.batch_get_item().request_items(self.name(Table::GenerationWindows)?, keys);
                let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
                let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
                self.note("BatchGetItem", None, reply.consumed_capacity());
                for item in reply.responses.unwrap_or_default().into_values().flatten() {
                    rows.extend(item::read(&item)?);
                }
                let left = reply.unprocessed_keys.unwrap_or_default().into_values().next();
                pending = left.map(|left| left.keys).filter(|keys| !keys.is_empty());
            }
        }
        Ok(rows)
    }

    /// The rows of some days, both included, by date and source: as many requests as the days are long.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn windows_of_days(&self, from: Date, to: Date) -> Result<Vec<Stored<WindowRow>>, StoreError> {
        let mut range = Range { from: Some(from.to_string()), to: Some(to.to_string()), ..Range::default() };
        let mut rows = Vec::new();
        loop {
            let page = self.query::<WindowRow>(WINDOWS_BY_DATE, &[shard(WINDOWS)], &range, None).await?;
            rows.extend(page.records);
            range.after = page.next;
            if range.after.is_none() {
                return Ok(rows);
            }
        }
    }

    /// The item of the row that audit events name `id`: its date is part of the id.
    pub(crate) async fn window_item(&self, id: &str) -> Result<Option<Item>, StoreError> {
        let Some(date) = id::day_of(id) else { return Ok(None) };
        let rows = self.windows_of_days(date, date).await?;
        let Some(row) = rows.into_iter().map(|stored| stored.record.window).find(|row| generation::window::id_of(&row.source, date) == id)
        else {
            return Ok(None);
        };
        self.window_get(&row.source, date).await
    }

    async fn window_get(&self, source: &SourceKey, date: Date) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(self.name(Table::GenerationWindows)?).set_key(Some(key(source, date)));
        let request = request.consistent_read(true).return_consumed_capacity(ReturnConsumedCapacity::Total);
        let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
        self.note("GetItem", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
        Ok(reply.item)
    }
}
