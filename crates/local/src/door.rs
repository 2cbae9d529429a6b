//! The public door on loopback: HTTP in, an API Gateway event to a function, its answer out.
//!
//! The function sees what API Gateway would send it, so local requests take the same path as those on AWS.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use dataops_fleet::InvokeError;
use dataops_fleet::gateway::{HttpAnswer, HttpEvent};
use http_body_util::BodyExt;
use serde_json::json;

use crate::host::{Host, MAX_PAYLOAD};
use crate::random;

/// How much of a body that is too big is still read, so that its sender can hear the answer.
const MAX_DRAINED: usize = 64 * 1024 * 1024;

/// The door to one function of a host.
#[derive(Clone)]
struct Door {
    host: Arc<Host>,
    function: String,
}

/// A router that sends every request to one function.
pub fn router(host: Arc<Host>, function: impl Into<String>) -> Router {
    Router::new().fallback(pass).with_state(Door { host, function: function.into() })
}

async fn pass(State(door): State<Door>, ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = match read(body).await {
        Ok(Some(body)) => body,
        Ok(None) => return too_large(),
        Err(error) => {
            tracing::debug!(%error, "a request's body broke off");
            return StatusCode::BAD_REQUEST.into_response();
        }
    };
    for (name, value) in [("x-forwarded-for", from.ip().to_string()), ("x-forwarded-proto", "http".to_owned())] {
        if let Ok(value) = HeaderValue::try_from(value) {
            parts.headers.insert(name, value);
        }
    }
    let mut event = HttpEvent::from_request(&parts, &body);
    event.request_context.request_id = random::request_id(door.host.clock());
    event.request_context.time_epoch = door.host.clock().now().millis();
    event.request_context.http.source_ip = Some(from.ip().to_string());
    match serde_json::to_vec(&event) {
        Ok(payload) if payload.len() > MAX_PAYLOAD => too_large(),
        Ok(payload) => answer(door.host.invoke(&door.function, payload).await),
        Err(_) => failed(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// The body's bytes; `None` when there are too many.
async fn read(mut body: Body) -> Result<Option<Bytes>, axum::Error> {
    let (mut bytes, mut seen) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            seen += data.len();
            if seen > MAX_DRAINED {
                break;
            }
            if seen <= MAX_PAYLOAD {
                bytes.extend_from_slice(&data);
            }
        }
    }
    Ok((seen <= MAX_PAYLOAD).then(|| bytes.into()))
}

fn answer(answered: Result<Vec<u8>, InvokeError>) -> Response {
    let response = match &answered {
        Ok(payload) => serde_json::from_slice::<HttpAnswer>(payload).ok().and_then(|answer| {
            let body = answer.body_bytes().ok()?;
            answer.response(Body::from(body)).ok()
        }),
        Err(error) if error.error_type == "Sandbox.Timedout" => return failed(StatusCode::SERVICE_UNAVAILABLE),
        Err(_) => None,
    };
    response.unwrap_or_else(|| failed(StatusCode::INTERNAL_SERVER_ERROR))
}

/// What API Gateway says when a function fails.
fn failed(status: StatusCode) -> Response {
    let words = status.canonical_reason().unwrap_or_default();
    (status, Json(json!({ "message": words, "error": words }))).into_response()
}

fn too_large() -> Response {
    let words = format!("Request body too large: at most {MAX_PAYLOAD} bytes fit, encoded");
    (StatusCode::PAYLOAD_TOO_LARGE, Json(json!({ "error": words }))).into_response()
}
