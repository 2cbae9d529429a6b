//! The search index (see `docs/decisions`): a compacted base in the bucket, and one row that names it and holds what changed
//! since. Readers that hold a row see a whole index: what a row names is there before it is named, and stays for a while
//! after.
//!
//! The index is fed from the audit log. Beside each event its item holds the [`Entry`] of the record as the event left
//! it, so that who reads the day's events knows what to find without reading the records.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use dataops_domain::bundle::BundleStatus;
use dataops_domain::search::{Entries, Entry};
use dataops_domain::task::Status;
use dataops_domain::template::Template;
use dataops_domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::calls::{self, Fate};
use crate::error::StoreError;
use crate::idempotency::{compress, decompress};
use crate::item::{self, Item, Record, Stored};
use crate::query::Range;
use crate::tables::{EVENTS_BY_DAY, Table};
use crate::{ArtifactFilter, FileFilter, Store, TaskFilter, UserRecord};

/// The name of the row.
pub(crate) const ROW: &str = "search-index";
/// The attribute of an event's item that holds what can be found of its record.
const FOUND: &str = "search";

/// What the row says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchState {
    /// Key of the base; none before the first one is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Every event up to this moment is in the base or in the changes.
    pub settled: Timestamp,
    /// A base that is being made from what is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<SearchBuild>,
    /// Objects that are not in use, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<SearchRetired>,
}

/// An object that is not in use: about to be named, or named no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchRetired {
    /// Its key.
    pub key: String,
    /// Since when.
    pub at: Timestamp,
    /// True when no row can come to name it any more: whoever meant to has been overtaken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doomed: bool,
}

/// How far a base is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchBuild {
    /// Key of what is made so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The list being read, as a place in [`SearchSource::ALL`].
    pub source: usize,
    /// Where in that list to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Every event up to this moment is in it when it is done.
    pub settled: Timestamp,
}

/// The row as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRow {
    /// Raised by every write.
    pub version: u64,
    /// What it says.
    pub state: SearchState,
    /// What changed since the base was made.
    pub changes: Entries,
}

impl SearchRow {
    /// What there is before the first row: nothing up to a moment.
    pub fn nothing(settled: Timestamp) -> Self {
        Self { version: 0, state: SearchState { base: None, settled, build: None, retired: Vec::new() }, changes: Entries::default() }
    }

    /// Notes that an object is not in use.
    pub fn retire(&mut self, key: String, at: Timestamp) {
        self.state.retired.push(SearchRetired { key, at, doomed: false });
    }
}

/// A list that a base is made from: together they hold everything that can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchSource {
    /// Users, for their names.
    People,
    /// Templates.
    Templates,
    /// Bundles in this status.
    Bundles(BundleStatus),
    /// Tasks to be done or waiting.
    OpenTasks,
    /// Tasks in this status.
    Tasks(Status),
    /// What the work produced.
    Artifacts,
    /// Uploaded files.
    Files,
}

impl SearchSource {
    /// Every list, in the order they are read.
    pub const ALL: [Self; 9] = [
        Self::People,
        Self::Templates,
        Self::Bundles(BundleStatus::Active),
        Self::Bundles(BundleStatus::Archived),
        Self::OpenTasks,
        Self::Tasks(Status::Done),
        Self::Tasks(Status::Archived),
        Self::Artifacts,
        Self::Files,
    ];
}

/// What happened on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Happened {
    /// What can be found now of the records concerned, in the order of their events.
    pub entries: Vec<Entry>,
    /// When there is more: the moment of the last event that was read.
    pub up_to: Option<Timestamp>,
}

/// The attribute beside an event: the record's entry and those of the records its event lists.
pub(crate) fn found(entries: Vec<Entry>) -> Result<Option<(String, AttributeValue)>, StoreError> {
    if entries.is_empty() {
        return Ok(None);
    }
    let bytes = compress(&entries.into_iter().collect::<Entries>().to_bytes())?;
    Ok(Some((FOUND.to_owned(), AttributeValue::B(Blob::new(bytes)))))
}

fn read_entries(item: &Item, name: &str) -> Option<Entries> {
    Entries::from_bytes(&decompress(item.get(name)?.as_b().ok()?.as_ref()).ok()?)
}

/// The row of an item.
pub(crate) fn read_row(item: &Item) -> Result<SearchRow, StoreError> {
    let unreadable = |reason: &str| StoreError::Unreadable { kind: "search index", key: ROW.to_owned(), reason: reason.to_owned() };
    let doc = item::read_text(item, "doc").ok_or_else(|| unreadable("it has no doc"))?;
    Ok(SearchRow {
        version: item::read_number(item, "version").unwrap_or(0),
        state: serde_json::from_str(doc).map_err(|error| unreadable(&error.to_string()))?,
        changes: if item.contains_key("changes") {
            read_entries(item, "changes").ok_or_else(|| unreadable("its changes are damaged"))?
        } else {
            Entries::default()
        },
    })
}

impl Store {
    /// Reads the row.
    ///
    /// # Errors
    /// When the database refuses or the row can't be read.
    pub async fn search_row(&self) -> Result<Option<SearchRow>, StoreError> {
        self.get_item(Table::System, ROW).await?.as_ref().map(read_row).transpose()
    }

    /// Writes the row over the one that was read at version `before` (none: the first). False when somebody else was faster.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn search_row_put(&self, row: &SearchRow, before: Option<u64>) -> Result<bool, StoreError> {
        let unwritable = |error: serde_json::Error| StoreError::Database(error.to_string());
        let mut item = Item::from([
            (Table::System.key().to_owned(), item::text(ROW)),
            ("doc".to_owned(), item::text(serde_json::to_string(&row.state).map_err(unwritable)?)),
            ("version".to_owned(), item::number(row.version)),
            ("v".to_owned(), item::number(1)),
        ]);
        if !row.changes.is_empty() {
            item.insert("changes".to_owned(), AttributeValue::B(Blob::new(compress(&row.changes.to_bytes())?)));
        }
        let mut request = self.client.put_item().table_name(self.name(Table::System)?).set_item(Some(item));
        request = match before {
            None => request.condition_expression("attribute_not_exists(#version)"),
            Some(version) => {
                request.condition_expression("#version = :version").expression_attribute_values(":version", item::number(version))
            }
        };
        let request = request.expression_attribute_names("#version", "version");
        let fate = self.fate("PutItem");
        if fate == Fate::Lost {
            return Err(calls::lost("PutItem"));
        }
        let written = match Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await {
            Ok(reply) => {
                self.note("PutItem", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
                Ok(true)
            }
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                self.note("PutItem", None, &[]);
                Ok(false)
            }
            Err(error) => Err(StoreError::from_sdk(error)),
        };
        if fate == Fate::Unanswered { Err(calls::lost("PutItem")) } else { written }
    }

    /// How many bytes these changes take in the row.
    ///
    /// # Errors
    /// When they can't be compressed.
    pub fn search_changes_size(&self, changes: &Entries) -> Result<usize, StoreError> {
        Ok(compress(&changes.to_bytes())?.len())
    }

    /// Reads a base; `None` when it is gone.
    ///
    /// # Errors
    /// When the bucket refuses or the base can't be read.
    pub async fn search_base(&self, key: &str) -> Result<Option<Entries>, StoreError> {
        let Some(bytes) = self.objects()?.get(key).await? else { return Ok(None) };
        let unreadable = || StoreError::Unreadable { kind: "search index", key: key.to_owned(), reason: "it is damaged".to_owned() };
        decompress(&bytes).ok().and_then(|bytes| Entries::from_bytes(&bytes)).map(Some).ok_or_else(unreadable)
    }

    /// Writes a base.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn search_base_put(&self, key: &str, entries: &Entries) -> Result<(), StoreError> {
        let bytes = compress(&entries.to_bytes())?;
        let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        self.objects()?.put(key, bytes.into(), "application/gzip", &sha256).await
    }

    /// Deletes a base; none is no error.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn search_base_delete(&self, key: &str) -> Result<(), StoreError> {
        self.objects()?.delete(key).await
    }

    /// What happened on a UTC day from a moment on, oldest first, at most `requests` requests long.
    ///
    /// # Errors
    /// When the database refuses or an entry can't be read.
    pub async fn search_happened(&self, day: Date, from: Timestamp, requests: usize) -> Result<Happened, StoreError> {
        self.happened(day, from, requests, true).await
    }

    /// The newest of what happened on a UTC day from a moment on: one request.
    ///
    /// # Errors
    /// When the database refuses or an entry can't be read.
    pub async fn search_happened_last(&self, day: Date, from: Timestamp) -> Result<Happened, StoreError> {
        self.happened(day, from, 1, false).await
    }

    async fn happened(&self, day: Date, from: Timestamp, requests: usize, forward: bool) -> Result<Happened, StoreError> {
        let mut happened = Happened::default();
        let mut start = None;
        for _ in 0..requests {
            let request = self
                .client
                .query()
                .table_name(self.name(Table::AuditEvents)?)
                .index_name(EVENTS_BY_DAY.name)
                .key_condition_expression("#day = :day AND #sort >= :from")
                .projection_expression("#sort, #found")
                .expression_attribute_names("#day", EVENTS_BY_DAY.partition)
                .expression_attribute_names("#sort", EVENTS_BY_DAY.sort)
                .expression_attribute_names("#found", FOUND)
                .expression_attribute_values(":day", item::text(day.to_string()))
                .expression_attribute_values(":from", item::text(from.to_string()))
                .scan_index_forward(forward)
                .set_exclusive_start_key(start)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
            self.note("Query", Some(EVENTS_BY_DAY.name), reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
            for item in reply.items() {
                happened.up_to = item::read_text(item, EVENTS_BY_DAY.sort).and_then(|sort| Timestamp::parse(sort.split('#').next()?));
                if item.contains_key(FOUND) {
                    let unreadable =
                        || StoreError::Unreadable { kind: "event", key: day.to_string(), reason: "its search entry is damaged".to_owned() };
                    happened.entries.extend(read_entries(item, FOUND).ok_or_else(unreadable)?.iter().cloned());
                }
            }
            start = reply.last_evaluated_key;
            if start.is_none() {
                return Ok(Happened { up_to: None, ..happened });
            }
        }
        Ok(happened)
    }

    /// A part of a list that a base is made from, and where to go on.
    ///
    /// # Errors
    /// When the database refuses or a record can't be read.
    pub async fn search_source(&self, source: SearchSource, after: Option<&str>) -> Result<(Vec<Entry>, Option<String>), StoreError> {
        let range = Range { after: after.map(str::to_owned), ..Range::default() };
        Ok(match source {
            SearchSource::People => (entries(&self.catalog::<UserRecord>().await?), None),
            SearchSource::Templates => (entries(&self.catalog::<Template>().await?), None),
            SearchSource::Bundles(status) => {
                let page = self.bundles(&[status], &range).await?;
                (entries(&page.records), page.next)
            }
            SearchSource::Artifacts => {
                let page = self.artifacts(&ArtifactFilter::default(), &range).await?;
                (entries(&page.records), page.next)
            }
            SearchSource::Files => {
                let page = self.files(&FileFilter::All { category: None, tag: None }, &range).await?;
                (entries(&page.records), page.next)
            }
            SearchSource::OpenTasks => {
                let page = self.tasks(&TaskFilter::Open, &range).await?;
                (entries(&page.records), page.next)
            }
            SearchSource::Tasks(status) => {
                let page = self.tasks(&TaskFilter::In(status), &range).await?;
                (entries(&page.records), page.next)
            }
        })
    }
}

fn entries<R: Record>(records: &[Stored<R>]) -> Vec<Entry> {
    records.iter().filter_map(|stored| Some(stored.record.found()?.at(stored.head.sequence))).collect()
}
