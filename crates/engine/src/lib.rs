//! Use cases: load what a decision needs, let `dataops-domain` decide, commit the decision in one transaction.
//!
//! One file per verb group. Nothing here knows HTTP, and nothing here decides a rule of the product.

mod admin;
mod artifacts;
mod audit;
mod bundle_close;
mod bundles;
mod catalog;
mod documents;
mod error;
mod exports;
mod files;
mod jobs;
mod joined;
mod passwords;
mod proof;
mod reassign;
mod recurring;
mod reminders;
mod reschedule;
mod search;
mod seed;
mod sign_in;
mod standing;
mod start;
mod tasks;
mod tasks_bulk;
mod tasks_undo;
mod template_content;
mod template_difference;
mod templates;
mod tokens;
mod trash;
mod users;
mod views;

pub use admin::{AdminAnswer, AdminCommand};
pub use audit::{AuditQuery, AuditScope, audit_days, audit_entity};
pub use documents::DocumentQuery;
pub use error::{Error, Expected};
pub use exports::{
    Copied, Destination, ExportLimits, ExportOutcome, ExportSettings, Exported, ImportMode, Imported, Owned, Shelf, archive_checksum,
    objects_copy, objects_missing,
};
pub use files::{Download, Upload, UploadStarted};
pub use jobs::{JobQuery, RunOutcome, RunnerLimits, SweepReport, job_is_waiting};
pub use recurring::{DutyReport, Limits, TickReport, WindowQuery};
pub use reminders::ReminderReport;
pub use search::{SearchAsk, SearchReport};
pub use seed::{LOCAL_EMAIL, LOCAL_PASSWORD, SeedReport};
pub use standing::{ExportStanding, Standing};
pub use tasks::TaskQuery;
pub use template_difference::TakeParts;
pub use tokens::shown_once;
pub use views::tasks::TaskListFilter;

use std::sync::Arc;

use dataops_content::Content;
use dataops_domain::time::Tz;
use dataops_store::{CommitError, Operation, ProbeError, Reach, Store, StoreError, Table};

/// Everything the use cases work with.
#[derive(Clone)]
pub struct Engine {
    store: Store,
    content: Arc<Content>,
    timezone: Tz,
    search: Arc<search::Cache>,
}

/// How often a lost race is re-read and decided again before the caller hears of it.
const TRIES: u32 = 4;
/// The same for requests that only link records to each other.
const EAGER_TRIES: u32 = 12;

impl Engine {
    /// The use cases over one stack's data and the reviewed content.
    pub fn new(store: Store, content: Arc<Content>, timezone: Tz) -> Self {
        Self { store, content, timezone, search: Arc::default() }
    }

    /// Asks for the tables that a function works with, before it serves.
    ///
    /// # Errors
    /// The first that is not named, not there or not for this function.
    pub async fn probe(&self, tables: &[(Table, Reach)]) -> Result<(), ProbeError> {
        self.store.probe(tables).await
    }

    /// The application timezone, in which *today* is judged.
    pub fn timezone(&self) -> Tz {
        self.timezone
    }

    /// What this operation was answered before, in place of a refusal: a repeated request gets its first answer although
    /// the state has moved on, and another request under the same key is told so.
    ///
    /// # Errors
    /// The first answer, the reused key, or what was decided now.
    pub async fn settle<T>(&self, operation: &Operation, decided: Result<T, Error>) -> Result<T, Error> {
        if let Err(Error::Expected(_)) = &decided {
            self.store.replay(operation).await?;
        }
        decided
    }

    /// Runs an attempt until it is decided: a lost race is read and decided again, three times.
    async fn decide<T, A, F>(&self, operation: &Operation, attempt: A) -> Result<T, Error>
    where
        A: Fn() -> F,
        F: Future<Output = Result<T, Error>>,
    {
        self.decide_within(operation, TRIES, attempt).await
    }

    /// The same for what only links records: nobody who attaches a file hears that the task was edited meanwhile.
    async fn decide_eagerly<T, A, F>(&self, operation: &Operation, attempt: A) -> Result<T, Error>
    where
        A: Fn() -> F,
        F: Future<Output = Result<T, Error>>,
    {
        self.decide_within(operation, EAGER_TRIES, attempt).await
    }

    async fn decide_within<T, A, F>(&self, operation: &Operation, tries: u32, attempt: A) -> Result<T, Error>
    where
        A: Fn() -> F,
        F: Future<Output = Result<T, Error>>,
    {
        for tried in 1..=tries {
            match attempt().await {
                Err(Error::Lost) if tried < tries => pause(operation, tried).await,
                Err(Error::Lost) => {
                    return Err(Expected::conflict("version_conflict", "The record is being changed by others; try again").into());
                }
                done => return done,
            }
        }
        Err(Error::Lost)
    }
}

/// Waits a little, differently for each operation, so that those who raced don't race again.
async fn pause(operation: &Operation, tried: u32) {
    let spread = operation.id.bytes().fold(0u64, |sum, byte| sum * 31 % 97 + u64::from(byte)) % 23;
    tokio::time::sleep(std::time::Duration::from_millis((5 + spread) * u64::from(tried))).await;
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Lost => Self::Lost,
            CommitError::Exists { kind, key } => Expected::conflict("already_exists", format!("The {kind} {key} exists already")).into(),
            CommitError::Replayed(recorded) => Self::Replayed(recorded),
            CommitError::KeyReused => {
                Expected::new(422, "idempotency_key_reused", "This Idempotency-Key was used for another request; use a new one").into()
            }
            CommitError::Store(error @ StoreError::TooLarge { .. }) => {
                Expected::new(413, "record_too_large", format!("The record is too large: {error}")).into()
            }
            CommitError::Store(error) => error.into(),
        }
    }
}
