//! Bundles in their table, and the manifest of one that is still being made.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dataops_domain::bundle::{Bundle, BundleStatus};
use dataops_domain::generation::Window;
use dataops_domain::notification::Notification;
use dataops_domain::search::Entry;
use dataops_domain::task::Task;
use dataops_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{CommitError, StoreError};
use crate::item::Record;
use crate::operation::Operation;
use crate::query::{Page, Range, shard};
use crate::tables::{BUNDLES_BY_STATUS, BUNDLES_BY_TEMPLATE, Table};
use crate::{Store, idempotency};

/// The most bytes of a compressed plan.
const MAX_PLAN: usize = 300 * 1024;
/// Tasks written by one transaction of a big start.
const TASKS_A_TRANSACTION: usize = 100;
/// Bytes written by one transaction of a big start; DynamoDB takes 4 MB.
const BYTES_A_TRANSACTION: usize = 2_500_000;

impl Record for Bundle {
    const TABLE: Table = Table::Bundles;
    const KIND: &'static str = "bundle";
    const TRASH: Option<crate::tables::Index> = Some(BUNDLES_BY_STATUS);

    fn key(&self) -> &str {
        self.id.as_str()
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let sort = format!("{}#{}", self.anchor_date, self.id);
        let status = if self.status == BundleStatus::Active { "active" } else { "archived" };
        let mut attributes = vec![(BUNDLES_BY_STATUS.partition, shard(status)), (BUNDLES_BY_STATUS.sort, sort.clone())];
        if let Some(template) = &self.template_id {
            attributes.push((BUNDLES_BY_TEMPLATE.partition, template.to_string()));
            attributes.push((BUNDLES_BY_TEMPLATE.sort, sort));
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

/// The attribute that holds a bundle's anchor date, for [`crate::Transaction::check_still`].
pub const BUNDLE_ANCHOR: &str = BUNDLES_BY_STATUS.sort;

/// The plan of a bundle with more tasks than one transaction takes: kept on the bundle until all of them are there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BundleManifest {
    /// Who is writing it.
    pub operation: String,
    /// Until then nobody else touches it.
    pub deadline: Timestamp,
    /// The tasks to make.
    pub tasks: Vec<Task>,
    /// The window that is settled when all of them are there, for a bundle that a schedule makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// What is told then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notification>,
}

impl BundleManifest {
    pub(crate) fn attribute(&self) -> Result<AttributeValue, StoreError> {
        let bytes = serde_json::to_vec(self).map_err(|error| StoreError::Database(error.to_string()))?;
        let plan = idempotency::compress(&bytes)?;
        if plan.len() > MAX_PLAN {
            return Err(StoreError::TooLarge { kind: "workflow's plan", bytes: plan.len(), most: MAX_PLAN });
        }
        Ok(AttributeValue::B(Blob::new(plan)))
    }
}

impl Store {
    /// Lists bundles of these statuses by anchor date.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn bundles(&self, statuses: &[BundleStatus], range: &Range) -> Result<Page<Bundle>, StoreError> {
        let name = |status: &BundleStatus| shard(if *status == BundleStatus::Active { "active" } else { "archived" });
        let partitions: Vec<String> = statuses.iter().map(name).collect();
        self.query(BUNDLES_BY_STATUS, &partitions, range, None).await
    }

    /// Lists a template's bundles by anchor date.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn bundles_of_template(&self, template: &str, range: &Range) -> Result<Page<Bundle>, StoreError> {
        self.query(BUNDLES_BY_TEMPLATE, &[template.to_owned()], range, None).await
    }

    /// The plan of a bundle that is still being made.
    ///
    /// # Errors
    /// When the database refuses or the plan can't be read.
    pub async fn bundle_manifest(&self, id: &str) -> Result<Option<BundleManifest>, StoreError> {
        let Some(item) = self.get_item(Table::Bundles, id).await? else { return Ok(None) };
        let Some(plan) = item.get("manifest").and_then(|plan| plan.as_b().ok()) else { return Ok(None) };
        let bytes = idempotency::decompress(plan.as_ref())?;
        let unreadable =
            |error: serde_json::Error| StoreError::Unreadable { kind: "bundle manifest", key: id.to_owned(), reason: error.to_string() };
        serde_json::from_slice(&bytes).map(Some).map_err(unreadable)
    }

    /// Writes those of a bundle's planned tasks that are not there yet; a deleted one stays deleted. Returns how many it wrote.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn bundle_tasks_put_missing(&self, operation: &Operation, tasks: &[Task]) -> Result<usize, CommitError> {
        let mut written = 0;
        for chunk in chunks(tasks) {
            match self.put_together(operation, chunk).await {
                Ok(()) => written += chunk.len(),
                Err(CommitError::Exists { .. } | CommitError::Lost) => written += self.put_unknown(operation, chunk).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(written)
    }

    async fn put_together(&self, operation: &Operation, tasks: &[Task]) -> Result<(), CommitError> {
        let mut transaction = self.begin(operation);
        for task in tasks {
            transaction.create(task.clone(), None);
        }
        transaction.apply().await
    }

    /// Some are there: those that are not, together, and one by one when somebody else writes them at the same time.
    async fn put_unknown(&self, operation: &Operation, tasks: &[Task]) -> Result<usize, CommitError> {
        let keys: Vec<String> = tasks.iter().map(|task| task.id.to_string()).collect();
        let known = self.known::<Task>(&keys).await?;
        let missing: Vec<Task> = tasks.iter().filter(|task| !known.contains(task.id.as_str())).cloned().collect();
        match self.put_together(operation, &missing).await {
            Ok(()) => Ok(missing.len()),
            Err(CommitError::Exists { .. } | CommitError::Lost) => self.put_one_by_one(operation, &missing).await,
            Err(error) => Err(error),
        }
    }

    async fn put_one_by_one(&self, operation: &Operation, tasks: &[Task]) -> Result<usize, CommitError> {
        let mut written = 0;
        for task in tasks {
            match self.put_together(operation, std::slice::from_ref(task)).await {
                Ok(()) => written += 1,
                Err(CommitError::Exists { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(written)
    }
}

/// Tasks cut into what one transaction takes, by count and by size.
fn chunks(tasks: &[Task]) -> Vec<&[Task]> {
    let (mut chunks, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (place, task) in tasks.iter().enumerate() {
        let size = serde_json::to_vec(task).map_or(0, |bytes| bytes.len());
        if place > start && (place - start == TASKS_A_TRANSACTION || bytes + size > BYTES_A_TRANSACTION) {
            chunks.push(&tasks[start..place]);
            (start, bytes) = (place, 0);
        }
        bytes += size;
    }
    chunks.push(&tasks[start..]);
    chunks
}
