//! Notifications in their table.
//!
//! `inbox` holds what nobody has dismissed, a partition for each reader and one for everybody. `recent` holds all of them,
//! those in the inbox before those out of it when it is read backwards.

use dataops_domain::notification::Notification;

use crate::Store;
use crate::error::StoreError;
use crate::item::Record;
use crate::query::{Page, Range, shard};
use crate::tables::{INBOX, Index, NOTIFICATIONS_BY_SOURCE, NOTIFICATIONS_BY_TASK, RECENT_NOTIFICATIONS, Table};

/// What begins the place of a notification that is in the inbox; `0#` of one that is out of it.
const LIVE: &str = "1#";

impl Record for Notification {
    const TABLE: Table = Table::Notifications;
    const KIND: &'static str = "notification";

    fn key(&self) -> &str {
        self.id.as_str()
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let sort = place(self);
        let mut attributes = Vec::new();
        let mut index = |index: Index, partition: String, sort: String| {
            attributes.push((index.partition, partition));
            attributes.push((index.sort, sort));
        };
        if !self.dismissed {
            index(INBOX, reader_partition(self.user_id.as_deref()), sort.clone());
        }
        index(RECENT_NOTIFICATIONS, shard("all"), recent_place(self));
        if let Some(task) = self.task_id.as_deref().filter(|task| !task.is_empty()) {
            index(NOTIFICATIONS_BY_TASK, task.to_owned(), sort.clone());
        }
        let in_metadata = || Some(self.metadata.as_ref()?.get("recurringConfigId")?.as_str()?.to_owned());
        let source = match (self.recurring_config_id.clone().or_else(in_metadata), &self.template_id) {
            (Some(config), _) => Some(format!("recurring#{config}")),
            (None, Some(template)) => Some(format!("template#{template}")),
            (None, None) => None,
        };
        if let Some(source) = source {
            index(NOTIFICATIONS_BY_SOURCE, source, sort);
        }
        attributes
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn set_version(&mut self, version: u64) {
        self.version = version;
    }
}

/// Where a notification stands in an inbox: by its moment, then its id.
pub fn place(notification: &Notification) -> String {
    format!("{}#{}", notification.created_at, notification.id)
}

/// Where a notification stands among all: those in the inbox come last, so first when read backwards.
pub fn recent_place(notification: &Notification) -> String {
    format!("{}{}", if notification.dismissed { "0#" } else { LIVE }, place(notification))
}

fn reader_partition(reader: Option<&str>) -> String {
    reader.map_or_else(|| shard("everybody"), |user| format!("user#{user}"))
}

impl Store {
    /// What is in a reader's inbox, their own and everybody's, newest first.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn inbox(&self, reader: &str, range: &Range) -> Result<Page<Notification>, StoreError> {
        let partitions = [reader_partition(Some(reader)), reader_partition(None)];
        self.query(INBOX, &partitions, &Range { descending: true, ..range.clone() }, None).await
    }

    /// What is in anybody's inbox, newest first.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn inbox_of_all(&self, range: &Range) -> Result<Page<Notification>, StoreError> {
        let live = Some(LIVE.to_owned());
        self.query(RECENT_NOTIFICATIONS, &[shard("all")], &Range { from: live.clone(), to: live, descending: true, ..range.clone() }, None)
            .await
    }

    /// All notifications: those in an inbox first, each group newest first.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn notifications(&self, range: &Range) -> Result<Page<Notification>, StoreError> {
        self.query(RECENT_NOTIFICATIONS, &[shard("all")], &Range { descending: true, ..range.clone() }, None).await
    }

    /// All notifications about a task.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn notifications_of_task(&self, task: &str, range: &Range) -> Result<Page<Notification>, StoreError> {
        self.query(NOTIFICATIONS_BY_TASK, &[task.to_owned()], range, None).await
    }

    /// All notifications about a source: `recurring#<id>` or `template#<id>`.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn notifications_of_source(&self, source: &str, range: &Range) -> Result<Page<Notification>, StoreError> {
        self.query(NOTIFICATIONS_BY_SOURCE, &[source.to_owned()], range, None).await
    }
}
