//! What was answered to a request with an Idempotency-Key, kept for 24 hours, in the transaction it protects.

use std::io::{Read, Write};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dataops_domain::Timestamp;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::Store;
use crate::error::{CommitError, StoreError};
use crate::item::{self, Item};
use crate::operation::{IdempotencyKey, Operation};
use crate::tables::Table;

/// How long an answer is kept, in seconds.
const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// The most bytes of a compressed answer.
const MAX_ANSWER: usize = 300 * 1024;

/// An answer that was given before.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// HTTP status.
    pub status: u16,
    /// The JSON body; `None` when it was too big to keep.
    pub body: Option<Value>,
}

pub(crate) fn compress(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let failed = |error: std::io::Error| StoreError::Database(error.to_string());
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).map_err(failed)?;
    encoder.finish().map_err(failed)
}

pub(crate) fn decompress(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).map_err(|error| StoreError::Database(error.to_string()))?;
    Ok(plain)
}

/// The item that records an answer.
pub(crate) fn write(key: &IdempotencyKey, operation: &Operation, status: u16, body: &Value) -> Result<Item, StoreError> {
    let mut item = Item::from([
        ("key".to_owned(), item::text(&key.record)),
        ("body_hash".to_owned(), item::text(&key.body_hash)),
        ("status".to_owned(), item::number(status)),
        ("op".to_owned(), item::text(&operation.id)),
        ("expires_at".to_owned(), item::number(operation.now.plus_seconds(KEPT_SECONDS).millis() / 1_000)),
        ("v".to_owned(), item::number(1)),
    ]);
    let answer = compress(body.to_string().as_bytes())?;
    if answer.len() <= MAX_ANSWER {
        item.insert("answer".to_owned(), AttributeValue::B(Blob::new(answer)));
    }
    Ok(item)
}

/// What an earlier record says of the same key: the same request, or another one.
pub(crate) fn judge(item: &Item, key: &IdempotencyKey) -> CommitError {
    if item::read_text(item, "body_hash") != Some(key.body_hash.as_str()) {
        return CommitError::KeyReused;
    }
    let status = item::read_number(item, "status").and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    let answer = item.get("answer").and_then(|answer| answer.as_b().ok());
    let body = answer.and_then(|answer| decompress(answer.as_ref()).ok()).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    CommitError::Replayed(Recorded { status, body })
}

pub(crate) fn is_live(item: &Item, now: Timestamp) -> bool {
    item::read_number(item, "expires_at").is_some_and(|at| i64::try_from(at).unwrap_or(i64::MAX) > now.millis() / 1_000)
}

impl Store {
    /// What was answered to this operation before, if anything: for requests that are refused now because they
    /// succeeded earlier.
    ///
    /// # Errors
    /// `Replayed` or `KeyReused` when there is a live record; a store error when it can't be read.
    pub async fn replay(&self, operation: &Operation) -> Result<(), CommitError> {
        let Some(key) = &operation.idempotency else { return Ok(()) };
        match self.get_item(Table::Idempotency, &key.record).await? {
            Some(item) if is_live(&item, operation.now) => Err(judge(&item, key)),
            _ => Ok(()),
        }
    }
}
