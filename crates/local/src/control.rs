//! The control endpoint of a running fleet, on loopback: shows and moves its clock, ticks, and invokes a function as somebody with AWS
//! credentials may on a stack.
//!
//! Its address and token are in the data folder's `fleet.json`, so whoever can read the folder may use it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use dataops_domain::time::Timestamp;
use dataops_fleet::Clock;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::Host;
use crate::scheduler::{Ran, Scheduler};

/// What to do with the clock; neither only shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MoveClock {
    /// Make it show this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Timestamp>,
    /// Move it by so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advance_seconds: Option<i64>,
}

/// The control endpoint's state.
#[derive(Clone)]
pub(crate) struct Control {
    pub(crate) token: String,
    pub(crate) clock: Clock,
    pub(crate) scheduler: Arc<Scheduler>,
    pub(crate) host: Arc<Host>,
    /// Whether schedules run by themselves.
    pub(crate) background: bool,
}

impl Control {
    pub(crate) fn router(self) -> Router {
        Router::new().route("/clock", post(clock)).route("/tick", post(tick)).route("/invoke/{function}", post(invoke)).with_state(self)
    }

    fn is_allowed(&self, headers: &HeaderMap) -> bool {
        let expected = format!("Bearer {}", self.token);
        headers.get(header::AUTHORIZATION).is_some_and(|given| given.as_bytes() == expected.as_bytes())
    }
}

/// Runs every schedule once, whether or not it is due, also in a fleet that runs none by itself.
async fn tick(State(control): State<Control>, headers: HeaderMap) -> Response {
    if !control.is_allowed(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let ran = control.scheduler.run_all().await;
    Json(json!({ "now": control.clock.now(), "ran": ran })).into_response()
}

/// Invokes a function by its name and waits: its answer, or 502 with what it failed with.
async fn invoke(State(control): State<Control>, Path(function): Path<String>, headers: HeaderMap, payload: Bytes) -> Response {
    if !control.is_allowed(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if !control.host.has(&function) {
        return (StatusCode::NOT_FOUND, Json(json!({ "error": format!("there is no function {function}") }))).into_response();
    }
    match control.host.invoke(&function, payload.to_vec()).await {
        Ok(answer) => ([(header::CONTENT_TYPE, "application/json")], answer).into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, Json(json!({ "error": error.to_string() }))).into_response(),
    }
}

async fn clock(State(control): State<Control>, headers: HeaderMap, Json(wanted): Json<MoveClock>) -> Response {
    if !control.is_allowed(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if let Some(moment) = wanted.set {
        control.clock.set(moment);
    }
    if let Some(seconds) = wanted.advance_seconds {
        control.clock.advance(seconds);
    }
    let moved = wanted != MoveClock::default();
    let ran: Vec<Ran> = if moved && control.background { control.scheduler.run_due().await } else { Vec::new() };
    let answer = json!({
        "now": control.clock.now(),
        "offsetMillis": control.clock.offset_millis(),
        "background": control.background,
        "ran": ran,
    });
    Json(answer).into_response()
}
