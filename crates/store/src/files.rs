//! Files in their table. Uploads under way and files being deleted stand in partitions of their own of the `recent` index, where the
//! sweep finds what was left behind; nothing else sees them.

use dataops_domain::Timestamp;
use dataops_domain::file::{File, FileStatus};
use dataops_domain::search::Entry;

use crate::Store;
use crate::error::StoreError;
use crate::item::Record;
use crate::query::{Page, Range, shard};
use crate::tables::{FILES_BY_BUNDLE, FILES_BY_TASK, FILES_RECENT, Table};

impl Record for File {
    const TABLE: Table = Table::Files;
    const KIND: &'static str = "file";
    const TRASH: Option<crate::tables::Index> = Some(FILES_RECENT);

    fn key(&self) -> &str {
        self.id.as_str()
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let sort = format!("{}#{}", self.created_at, self.id);
        let partition = match self.status {
            FileStatus::Ready => "files",
            FileStatus::Uploading => "uploading",
            FileStatus::Deleting => "deleting",
        };
        let mut attributes = vec![(FILES_RECENT.partition, shard(partition)), (FILES_RECENT.sort, sort.clone())];
        if self.status == FileStatus::Ready {
            attributes.push(("category", self.category.as_str().to_owned()));
            attributes.push((FILES_BY_TASK.partition, self.task_id.clone()));
            attributes.push((FILES_BY_TASK.sort, sort.clone()));
            if let Some(bundle) = &self.bundle_id {
                attributes.push((FILES_BY_BUNDLE.partition, bundle.clone()));
                attributes.push((FILES_BY_BUNDLE.sort, sort));
            }
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
        match self.status {
            FileStatus::Ready => Some(Entry::from(self)),
            FileStatus::Uploading => None,
            FileStatus::Deleting => Some(Entry::from(self).gone(self.created_at)),
        }
    }
}

/// Which files to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFilter {
    /// Of a task.
    OfTask(String),
    /// Of a category and with a tag, as far as given.
    All {
        /// The category's word.
        category: Option<String>,
        /// One of the tags.
        tag: Option<String>,
    },
}

impl Store {
    /// Lists files that are there, by the time they were uploaded.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn files(&self, filter: &FileFilter, range: &Range) -> Result<Page<File>, StoreError> {
        match filter {
            FileFilter::OfTask(task) => self.query_of(FILES_BY_TASK, task, range, |_| true).await,
            FileFilter::All { category, tag } => {
                let wanted = |file: &File| {
                    category.as_ref().is_none_or(|category| category == file.category.as_str())
                        && tag.as_ref().is_none_or(|tag| file.tags.iter().flatten().any(|known| known == tag))
                };
                self.query_of(FILES_RECENT, &shard("files"), range, wanted).await
            }
        }
    }

    /// Files that were left uploading or being deleted since before `moment`, oldest first.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn files_left_behind(&self, status: FileStatus, moment: Timestamp, most: usize) -> Result<Page<File>, StoreError> {
        let partition = if status == FileStatus::Uploading { "uploading" } else { "deleting" };
        let range = Range { to: Some(moment.to_string()), limit: Some(most), ..Range::default() };
        self.query(FILES_RECENT, &[shard(partition)], &range, None).await
    }
}
