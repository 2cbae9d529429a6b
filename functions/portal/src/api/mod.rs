//! The JSON side of the door: `/work/api/*`.

pub(crate) mod broker;
pub(crate) mod session;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dataops_api::problem::{MEDIA_TYPE, Problem};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::routes::id_of;

/// A JSON answer with exactly `application/json`.
fn json(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What a refusal of the portal's own says; [`problems`] writes it as the caller asked.
#[derive(Clone)]
struct Refused(String);

/// A refusal: `{"error": words}`, or a problem body (RFC 9457) for a caller who asks for one.
pub(crate) fn error(status: StatusCode, words: &str) -> Response {
    let mut response = json(status, &serde_json::json!({ "error": words }));
    response.extensions_mut().insert(Refused(words.to_owned()));
    response
}

/// Writes the portal's own refusals as problem bodies where the caller accepts them.
pub(crate) async fn problems(request: Request, next: Next) -> Response {
    let wanted =
        request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains(MEDIA_TYPE));
    let instance = request.uri().path().to_owned();
    let request_id = id_of(&request);
    let response = next.run(request).await;
    let Some(Refused(words)) = response.extensions().get::<Refused>().filter(|_| wanted).cloned() else { return response };
    let status = response.status();
    let title = status.canonical_reason().unwrap_or("Error");
    let problem = Problem {
        kind: "about:blank".to_owned(),
        title: title.to_owned(),
        status: status.as_u16(),
        detail: words.clone(),
        instance,
        error: words,
        code: title.to_lowercase().replace(' ', "_"),
        errors: Vec::new(),
        missing: Vec::new(),
        request_id,
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, serde_json::to_string(&problem).unwrap_or_default().into())
}
