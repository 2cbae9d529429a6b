//! Between an API Gateway HTTP API event (payload format 2.0) and an `axum` router.
//!
//! The event and answer types serve all three ends: the function that answers an event, the local door that makes one
//! from a real request, and the portal that passes one on to the engine.

mod answer;
mod event;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use dataops_domain::Timestamp;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::error::Category;
use tower::ServiceExt;

pub use answer::HttpAnswer;
pub use event::{EventContext, EventHttp, HttpEvent};

use crate::event::wrong;
use crate::{InvokeError, scope};

/// What API Gateway knows about a request; every routed request carries it as an extension.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestContext {
    /// The gateway's id of this request. It is the source of the operation's id, so it is never the caller's choice.
    pub request_id: String,
    /// The caller's address as the gateway saw it.
    pub source_ip: Option<String>,
    /// When the request reached the gateway, if it said.
    pub received_at: Option<Timestamp>,
}

/// The header that carries the gateway's request id to handlers when the caller sent none.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers one event with a router: the event's JSON in, the answer's JSON out.
pub async fn answer(router: Router, payload: &[u8]) -> Result<Vec<u8>, InvokeError> {
    let event = read(payload)?;
    let answer = route(router, event).await?;
    serde_json::to_vec(&answer).map_err(|error| InvokeError::new("BadAnswer", error.to_string()))
}

/// Reads an event; one of another kind is refused by its name.
fn read(payload: &[u8]) -> Result<HttpEvent, InvokeError> {
    let event: Result<HttpEvent, _> = serde_json::from_slice(payload);
    match event {
        Ok(event) if event.version == "2.0" && !event.request_context.http.method.is_empty() => Ok(event),
        Err(error) if error.classify() != Category::Data => Err(InvokeError::bad_event(error)),
        _ => {
            let event = serde_json::from_slice(payload).map_err(InvokeError::bad_event)?;
            Err(wrong(&event, "an API Gateway HTTP API event, payload format 2.0"))
        }
    }
}

/// Notes the route of a request for logs: a layer of a router's own routes, where the matched pattern is known.
pub async fn noted(request: Request, next: Next) -> axum::response::Response {
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = request.method().to_string();
    scope::seen(|seen| seen.route = Some((method, route)));
    next.run(request).await
}

/// Answers one event that is already read.
pub async fn route(router: Router, event: HttpEvent) -> Result<HttpAnswer, InvokeError> {
    scope::correlate(&event.request_context.request_id);
    let context = RequestContext {
        request_id: event.request_context.request_id.clone(),
        source_ip: event.request_context.http.source_ip.clone(),
        received_at: Some(event.request_context.time_epoch).filter(|millis| *millis > 0).map(Timestamp::from_millis),
    };
    let body = event.body_bytes()?;
    let Ok(mut request) = event.request(Body::from(body)) else {
        return HttpAnswer::from_response(&refused(), b"{\"error\":\"Bad request\"}");
    };
    if !request.headers().contains_key(REQUEST_ID)
        && let Ok(id) = HeaderValue::from_str(&context.request_id)
        && !id.is_empty()
    {
        request.headers_mut().insert(REQUEST_ID, id);
    }
    request.extensions_mut().insert(context);
    let response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    scope::seen(|seen| seen.status = Some(response.status().as_u16()));
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map_err(|error| InvokeError::new("BodyFailed", error.to_string()))?.to_bytes();
    HttpAnswer::from_response(&Response::from_parts(parts, ()), &bytes)
}

fn refused() -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
