//! `/api/me`: who the portal says is asking.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use serde_json::json;

use super::not_found;
use crate::App;
use crate::http::{Call, Reply};

pub(super) fn router() -> Router<App> {
    Router::new().route("/api/me", routing::get(me).fallback(not_found))
}

#[utoipa::path(get, path = "/api/me", tag = "users", responses((status = 200, description = "The actor")))]
pub(crate) async fn me(State(_): State<App>, call: Call) -> Response {
    call.answer(Reply::ok(json!({ "user": { "id": call.operation.actor.id, "name": "Portal user" } })))
}
