//! What can go wrong between the product and its tables.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata};

use crate::idempotency::Recorded;

/// A read or write that did not work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A function was not given a table or bucket that it uses.
    #[error("no table or bucket is configured: {0} is missing")]
    NotConfigured(&'static str),
    /// The database refused for now; the same call may work later.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The database refused or could not be reached.
    #[error("the database refused: {0}")]
    Database(String),
    /// The bucket sent something that can't be read, or nothing could be signed.
    #[error("the object store failed: {0}")]
    Objects(String),
    /// A record is larger than an item may be.
    #[error("the {kind} is {bytes} bytes large; at most {most} are kept")]
    TooLarge {
        /// Kind of record.
        kind: &'static str,
        /// Its size.
        bytes: usize,
        /// The most that is kept.
        most: usize,
    },
    /// An item does not hold what it should.
    #[error("the stored {kind} {key} can't be read: {reason}")]
    Unreadable {
        /// Kind of record.
        kind: &'static str,
        /// Its key.
        key: String,
        /// Why.
        reason: String,
    },
}

impl StoreError {
    pub(crate) fn from_sdk<E>(error: E) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let code = error.code().unwrap_or_default().to_owned();
        let text = DisplayErrorContext(&error).to_string();
        match code.as_str() {
            "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "TransactionInProgressException"
            | "SlowDown" => Self::Busy(text),
            _ => Self::Database(text),
        }
    }
}

/// Why a transaction was not applied.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Something that was read has changed since: read and decide again.
    #[error("a record changed in the meantime")]
    Lost,
    /// A record that was to be made exists already.
    #[error("the {kind} {key} exists already")]
    Exists {
        /// Kind of record.
        kind: &'static str,
        /// Its key.
        key: String,
    },
    /// The same request was answered before: this is its answer.
    #[error("the request was answered before")]
    Replayed(Recorded),
    /// The Idempotency-Key was used for another request.
    #[error("the Idempotency-Key was used for another request")]
    KeyReused,
    /// The database did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
