//! Tasks in their table.

use dataops_domain::search::Entry;
use dataops_domain::task::{Status, Task};
use dataops_domain::time::Date;

use crate::Store;
use crate::error::StoreError;
use crate::item::Record;
use crate::query::{MAX_KEY, Page, Range, shard};
use crate::tables::{CLOSED, FOLLOW_UPS, OPEN, TASKS_BY_BUNDLE, TASKS_BY_RECURRING, Table};

impl Record for Task {
    const TABLE: Table = Table::Tasks;
    const KIND: &'static str = "task";
    const TRASH: Option<crate::tables::Index> = Some(CLOSED);

    fn key(&self) -> &str {
        self.id.as_str()
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let sort = format!("{}#{}", self.date, self.id);
        let mut attributes = vec![("status", self.status.as_str().to_owned())];
        let mut index = |index: crate::tables::Index, partition: String, sort: String| {
            attributes.push((index.partition, partition));
            attributes.push((index.sort, sort));
        };
        if self.is_open() {
            index(OPEN, shard("open"), sort.clone());
        } else {
            index(CLOSED, shard(self.status.as_str()), sort.clone());
        }
        if let Some(at) = self.follow_up_at.text().filter(|_| self.status == Status::Waiting) {
            index(FOLLOW_UPS, shard("waiting"), format!("{at}#{}", self.id));
        }
        if !self.is_open() && self.reminded.iter().any(|mark| !mark.over) {
            index(FOLLOW_UPS, shard("settle"), sort.clone());
        }
        if let Some(bundle) = self.bundle_id.text() {
            index(TASKS_BY_BUNDLE, bundle.to_owned(), sort.clone());
        }
        if let Some(config) = &self.recurring_config_id {
            index(TASKS_BY_RECURRING, config.clone(), sort);
        }
        attributes
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn set_version(&mut self, version: u64) {
        self.version = version;
    }

    fn found(&self) -> Option<Entry> {
        Some(Entry::from(self))
    }
}

/// Which tasks to list. Every list but [`TaskFilter::On`] is by date, then id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskFilter {
    /// Of one day.
    On(Date),
    /// From one day to another, both included.
    Between(Date, Date),
    /// Of a bundle.
    OfBundle(String),
    /// In a status.
    In(Status),
    /// To be done or waiting.
    Open,
}

impl Store {
    /// Lists tasks.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn tasks(&self, filter: &TaskFilter, range: &Range) -> Result<Page<Task>, StoreError> {
        match filter {
            TaskFilter::Open => self.query(OPEN, &[shard("open")], range, None).await,
            TaskFilter::In(status @ (Status::Todo | Status::Waiting)) => {
                self.query(OPEN, &[shard("open")], range, Some(("status", status.as_str()))).await
            }
            TaskFilter::In(status) => self.query(CLOSED, &[shard(status.as_str())], range, None).await,
            TaskFilter::OfBundle(id) if id.is_empty() || id.len() > MAX_KEY => Ok(Page { records: Vec::new(), next: None }),
            TaskFilter::OfBundle(id) => self.query(TASKS_BY_BUNDLE, std::slice::from_ref(id), range, None).await,
            TaskFilter::On(date) => self.tasks_of_days(*date, *date, range).await,
            TaskFilter::Between(from, to) => self.tasks_of_days(*from, *to, range).await,
        }
    }

    /// Open and closed tasks of some days: two indexes read at once and merged.
    async fn tasks_of_days(&self, from: Date, to: Date, range: &Range) -> Result<Page<Task>, StoreError> {
        let days = Range { from: Some(from.to_string()), to: Some(to.to_string()), ..range.clone() };
        let limit = range.limit.unwrap_or(crate::MAX_LIST).min(crate::MAX_LIST);
        let (open_partition, closed_partitions) = ([shard("open")], [shard("done"), shard("archived")]);
        let open = self.query::<Task>(OPEN, &open_partition, &days, None);
        let closed = self.query::<Task>(CLOSED, &closed_partitions, &days, None);
        let (open, closed) = futures_util::future::try_join(open, closed).await?;
        // What either part has not told yet can't be merged: stop before it.
        let horizon = [&open.next, &closed.next].into_iter().flatten().min().cloned();
        let mut records: Vec<_> = open.records.into_iter().chain(closed.records).collect();
        let sort = |task: &Task| format!("{}#{}", task.date, task.id);
        records.sort_by_key(|stored| sort(&stored.record));
        let before = records.len();
        if let Some(horizon) = &horizon {
            records.retain(|stored| sort(&stored.record) <= *horizon);
        }
        let cut = records.len() < before || horizon.is_some() || records.len() > limit;
        records.truncate(limit);
        let next = records.last().filter(|_| cut).map(|stored| sort(&stored.record));
        Ok(Page { records, next })
    }

    /// Waiting tasks by follow-up date.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn tasks_waiting(&self, range: &Range) -> Result<Page<Task>, StoreError> {
        self.query(FOLLOW_UPS, &[shard("waiting")], range, None).await
    }

    /// Closed tasks whose reminders are still to be settled, by date.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn tasks_to_settle(&self, range: &Range) -> Result<Page<Task>, StoreError> {
        self.query(FOLLOW_UPS, &[shard("settle")], range, None).await
    }

    /// Tasks a duty made, by date.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn tasks_of_recurring(&self, config: &str, range: &Range) -> Result<Page<Task>, StoreError> {
        self.query(TASKS_BY_RECURRING, &[config.to_owned()], range, None).await
    }
}
