//! Answers of one action on many tasks.

use dataops_domain::task::Task;
use serde::{Deserialize, Serialize};

/// What became of one of the tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BulkResult {
    /// The id as it was given.
    pub id: String,
    /// True when it was carried out.
    pub ok: bool,
    /// The task as it is now; left out when it was deleted, and when the answer would grow too big.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Stable code of the refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// For a refused completion: everything that is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// `POST /api/tasks/bulk`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BulkAnswer {
    /// One result for each id, in their order.
    pub results: Vec<BulkResult>,
}
