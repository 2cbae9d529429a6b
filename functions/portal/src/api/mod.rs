//! The JSON side of the door: `/work/api/*`.

pub(crate) mod broker;
pub(crate) mod session;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

/// A JSON answer with exactly `application/json`.
fn json(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A refusal: `{"error": words}`.
pub(crate) fn error(status: StatusCode, words: &str) -> Response {
    json(status, &serde_json::json!({ "error": words }))
}
