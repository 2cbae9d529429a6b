//! `/api/health` and `/api/openapi.json`: open to everyone who reaches the engine.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use serde_json::json;

use super::not_found;
use crate::App;
use crate::http::{Call, Reply};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/health", routing::get(health).fallback(not_found))
        .route("/api/openapi.json", routing::get(document).fallback(not_found))
}

#[utoipa::path(get, path = "/api/health", tag = "health", security(()), responses((status = 200, description = "The engine answers")))]
pub(crate) async fn health(State(_): State<App>, call: Call) -> Response {
    call.answer(Reply::ok(json!({ "status": "ok" })))
}

#[utoipa::path(get, path = "/api/openapi.json", tag = "health", security(()), responses((status = 200, description = "This document")))]
pub(crate) async fn document(State(_): State<App>, call: Call) -> Response {
    call.answer(Reply::ok(crate::openapi::document()))
}
