//! Errors for two readers: the caller, who can act on words, and the operator of the stack, who reads logs.

use dataops_domain::{FieldError, Refusal};
use dataops_store::{Recorded, StoreError};

/// Something the caller can understand and act on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Expected {
    /// HTTP status.
    pub status: u16,
    /// Stable snake_case code.
    pub code: &'static str,
    /// The words.
    pub message: String,
    /// Each field concerned.
    pub errors: Vec<FieldError>,
    /// For a refused completion: everything that is missing.
    pub missing: Vec<String>,
    /// What else the body says, beside the words.
    pub more: Option<Box<serde_json::Map<String, serde_json::Value>>>,
}

impl Expected {
    /// An answer without field details.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), errors: Vec::new(), missing: Vec::new(), more: None }
    }

    /// The same with more in its body.
    #[must_use]
    pub fn saying(mut self, more: serde_json::Value) -> Self {
        if let serde_json::Value::Object(more) = more {
            self.more.get_or_insert_default().extend(more);
        }
        self
    }

    /// 404.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "not_found", message)
    }

    /// 409.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(409, code, message)
    }

    /// 412: the record has another version than `If-Match` names.
    pub fn precondition(version: u64) -> Self {
        Self::new(412, "precondition_failed", format!("The record has changed: it is at version {version} now; read it again"))
    }
}

impl From<Refusal> for Expected {
    fn from(refusal: Refusal) -> Self {
        Self { status: 400, code: refusal.code, message: refusal.message, errors: refusal.errors, missing: refusal.missing, more: None }
    }
}

/// Why a use case gave no answer of its own.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's world.
    #[error(transparent)]
    Expected(#[from] Expected),
    /// The same request was answered before; this is its answer.
    #[error("the request was answered before")]
    Replayed(Recorded),
    /// A race was lost: read and decide again.
    #[error("a record changed in the meantime")]
    Lost,
    /// The product's world: logged with its chain; the caller sees a request id.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something of ours that should never happen.
    #[error("{0}")]
    Internal(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Expected(refusal.into())
    }
}

/// Refuses when the caller has seen another version.
pub(crate) fn check_version(seen: Option<u64>, version: u64) -> Result<(), Expected> {
    match seen {
        Some(seen) if seen != version => Err(Expected::precondition(version)),
        _ => Ok(()),
    }
}
