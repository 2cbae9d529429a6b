//! The control endpoint of a running fleet, on loopback: shows and moves its clock.
//!
//! Its address and token are in the data folder's `fleet.json`, so whoever can read the folder may use it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use dataops_domain::time::Timestamp;
use dataops_fleet::Clock;
use serde::{Deserialize, Serialize};
use serde_json::json;

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
    /// `None` when the fleet runs no schedules.
    pub(crate) scheduler: Option<Arc<Scheduler>>,
}

impl Control {
    pub(crate) fn router(self) -> Router {
        Router::new().route("/clock", post(clock)).with_state(self)
    }
}

async fn clock(State(control): State<Control>, headers: HeaderMap, Json(wanted): Json<MoveClock>) -> Response {
    let expected = format!("Bearer {}", control.token);
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given.as_bytes() != expected.as_bytes()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if let Some(moment) = wanted.set {
        control.clock.set(moment);
    }
    if let Some(seconds) = wanted.advance_seconds {
        control.clock.advance(seconds);
    }
    let ran: Vec<Ran> = match &control.scheduler {
        Some(scheduler) if wanted != MoveClock::default() => scheduler.run_due().await,
        _ => Vec::new(),
    };
    let answer = json!({
        "now": control.clock.now(),
        "offsetMillis": control.clock.offset_millis(),
        "background": control.scheduler.is_some(),
        "ran": ran,
    });
    Json(answer).into_response()
}
