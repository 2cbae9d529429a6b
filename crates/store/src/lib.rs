//! DynamoDB for the product: one table per entity, one transaction builder, conditional writes, audit chains and
//! idempotency records. It decides nothing and is the only crate that names `aws-sdk-dynamodb` and
//! `aws-sdk-s3`.
//!
//! An item is its key, the attributes its indexes need, and the record itself as JSON text in `doc`: free-form values
//! come back with their keys in order, and an index change never touches a record.

mod artifacts;
mod attempts;
mod audited;
mod bundles;
mod calls;
mod error;
mod events;
mod files;
mod idempotency;
mod item;
mod jobs;
pub mod notifications;
mod objects;
mod objects_large;
mod operation;
mod probe;
mod query;
mod read;
mod recurring_configs;
mod restore;
mod search;
mod sessions;
mod system;
mod tables;
mod tasks;
mod templates;
mod tokens;
mod transaction;
mod trash;
mod users;
mod whole;
mod windows;

pub use artifacts::ArtifactFilter;
pub use audited::{AUDITED, Ending, Listing, ListingPage};
pub use bundles::{BUNDLE_ANCHOR, BundleManifest};
pub use calls::{Call, Fate, Fates, Hooks, Observer, Trouble, Troubles};
pub use error::{CommitError, StoreError};
pub use events::EventPage;
pub use files::FileFilter;
pub use idempotency::Recorded;
pub use item::{Record, Stored};
pub use jobs::JobFilter;
pub use objects::{ExpectedObject, ObjectHead, Objects, SignedRequest};
pub use objects_large::{LargeObject, LargeUpload};
pub use operation::{IdempotencyKey, Operation};
pub use probe::{NOBODY, ProbeError, Reach};
pub use query::{Page, Range};
pub use read::{Ids, Together};
pub use search::{Happened, SearchBuild, SearchRetired, SearchRow, SearchSource, SearchState};
pub use sessions::Session;
pub use system::SystemFact;
pub use tables::{INDEXES, Index, Table, Tables};
pub use tasks::TaskFilter;
pub use tokens::TokenRecord;
pub use transaction::Transaction;
pub use trash::{Found, Tombstone};
pub use users::{SetupLink, TokenMark, UserRecord};
pub use whole::{EXPORT_SCAN, Kept, WholePage};
pub use windows::WindowRow;

use std::sync::Arc;
use std::time::Duration;

use attempts::Attempts;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;

/// How long one try of a request to the database may take before it is tried again.
const ATTEMPT: Duration = Duration::from_secs(3);
/// How long a request may take with everything that is tried again: whoever waits for it hears that there is no answer.
const PATIENCE: Duration = Duration::from_secs(6);
/// The largest list that is answered in one piece.
pub const MAX_LIST: usize = 1_000;
/// The most bytes of records that are answered in one piece.
pub const MAX_LIST_BYTES: usize = 4 * 1024 * 1024;

/// The data of one stack.
#[derive(Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    tables: Arc<Tables>,
    hooks: Hooks,
    objects: Option<Objects>,
    exports: Option<Objects>,
}

impl Store {
    /// A store over the tables named; `endpoint` points it at another DynamoDB than AWS's own.
    pub fn connect(sdk: &aws_types::SdkConfig, endpoint: Option<String>, tables: Tables) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(PATIENCE).build();
        let mut config = aws_sdk_dynamodb::config::Builder::from(sdk).timeout_config(timeouts);
        if let Some(endpoint) = endpoint {
            config = config.endpoint_url(endpoint);
        }
        Self {
            client: aws_sdk_dynamodb::Client::from_conf(config.build()),
            tables: Arc::new(tables),
            hooks: Hooks::default(),
            objects: None,
            exports: None,
        }
    }

    /// The same store with something that looks at every call it makes.
    #[must_use]
    pub fn hooked(mut self, hooks: Hooks) -> Self {
        if let Some(troubles) = &hooks.troubles {
            let watched = self.client.config().to_builder().interceptor(Attempts(Arc::clone(troubles)));
            self.client = aws_sdk_dynamodb::Client::from_conf(watched.build());
        }
        self.hooks = hooks;
        self
    }

    fn name(&self, table: Table) -> Result<&str, StoreError> {
        self.tables.name(table)
    }
}
