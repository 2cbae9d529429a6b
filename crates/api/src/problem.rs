//! The body of a refused request: `{"error": …}` by default, RFC 9457 when asked for.

use dataops_domain::FieldError;
use serde::{Deserialize, Serialize};

/// The media type that asks for problem bodies.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem body (RFC 9457) with the keys of ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened, for a person.
    pub detail: String,
    /// The path that was asked for.
    pub instance: String,
    /// The same words as `detail`; what plain bodies carry.
    pub error: String,
    /// Stable snake_case code.
    pub code: String,
    /// Each field concerned.
    #[serde(default)]
    pub errors: Vec<FieldError>,
    /// For a refused completion: everything that is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Names the request in our logs.
    pub request_id: String,
}

/// The default body of a refused request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ErrorBody {
    /// What was wrong.
    pub error: String,
    /// For a refused completion: everything that is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}
