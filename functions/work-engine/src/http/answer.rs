//! Answers: JSON with an ETag, refusals as `{"error": …}` or RFC 9457, failures logged once and named by request id.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use dataops_api::Problem;
use dataops_api::problem::MEDIA_TYPE;
use dataops_domain::secrets;
use dataops_engine::{Error, Expected};
use dataops_store::StoreError;
use http::{HeaderValue, Method, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Call;

/// What a handler answers.
pub(crate) struct Reply {
    status: StatusCode,
    body: Option<Value>,
}

impl Reply {
    /// 200 with a JSON body.
    pub(crate) fn ok(body: impl Serialize) -> Result<Self, Error> {
        Self::with(StatusCode::OK, body)
    }

    /// 201 with a JSON body.
    pub(crate) fn created(body: impl Serialize) -> Result<Self, Error> {
        Self::with(StatusCode::CREATED, body)
    }

    fn with(status: StatusCode, body: impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_value(body).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { status, body: Some(body) })
    }

    /// 204.
    pub(crate) fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None }
    }
}

impl Call {
    /// Writes what a handler decided.
    pub(crate) fn answer(&self, result: Result<Reply, Error>) -> Response {
        match result {
            Ok(reply) => self.write(reply),
            Err(Error::Replayed(recorded)) => {
                let Some(body) = recorded.body else {
                    return refused(
                        self,
                        &Expected::conflict("already_done", "This request was carried out before; read the result again"),
                    );
                };
                let status = StatusCode::from_u16(recorded.status).unwrap_or(StatusCode::OK);
                let mut response = self.write(Reply { status, body: Some(body).filter(|body| !body.is_null()) });
                response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
                response
            }
            Err(Error::Expected(expected)) => refused(self, &expected),
            Err(Error::Lost) => refused(self, &Expected::conflict("version_conflict", "The record is being changed by others; try again")),
            Err(Error::Store(StoreError::Busy(_))) => {
                let mut response = refused(self, &Expected::new(503, "busy", "The service is busy; try again in a moment"));
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
                response
            }
            Err(error @ (Error::Store(_) | Error::Internal(_))) => {
                tracing::error!(request_id = %self.request_id, method = %self.method, path = %self.path, error = ?error, "request failed");
                refused(self, &Expected::new(500, "internal", "Internal server error"))
            }
        }
    }

    fn write(&self, reply: Reply) -> Response {
        let Some(body) = reply.body else { return reply.status.into_response() };
        let text = body.to_string();
        let tag = etag(&text, version_of(&body));
        let cached = self.header(header::IF_NONE_MATCH.as_str());
        let unchanged =
            cached.is_some_and(|seen| seen.split(',').any(|seen| seen.trim().trim_start_matches("W/") == tag || seen.trim() == "*"));
        if unchanged && matches!(self.method, Method::GET | Method::HEAD) {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            insert(&mut response, header::ETAG, &tag);
            return response;
        }
        let mut response = (reply.status, Body::from(text)).into_response();
        insert(&mut response, header::CONTENT_TYPE, "application/json");
        insert(&mut response, header::ETAG, &tag);
        response
    }
}

/// The version of the single resource that a body is or wraps.
fn version_of(body: &Value) -> Option<u64> {
    let version = |value: &Value| value.get("version").and_then(Value::as_u64);
    version(body).or_else(|| {
        ["bundle", "template", "user", "notification", "file", "job", "artifact", "recurringConfig", "window"]
            .iter()
            .find_map(|key| version(body.get(*key)?))
    })
}

/// `"<version>-<8 hex of the body's SHA-256>"` of a single resource, the hash alone of everything else.
fn etag(body: &str, version: Option<u64>) -> String {
    let hash: String = Sha256::digest(body).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    version.map_or_else(|| format!("\"{hash}\""), |version| format!("\"{version}-{hash}\""))
}

fn insert(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Writes a refusal in the form the caller asks for. Words may quote what was sent, so secrets in them are redacted (AJ-6).
pub(crate) fn refused(call: &Call, expected: &Expected) -> Response {
    let expected = &redacted(expected.clone());
    let status = StatusCode::from_u16(expected.status).unwrap_or(StatusCode::BAD_REQUEST);
    let (kind, body) = if call.wants_problem() {
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: expected.status,
            detail: expected.message.clone(),
            instance: secrets::redact(&call.path).into_owned(),
            error: expected.message.clone(),
            code: expected.code.to_owned(),
            errors: expected.errors.clone(),
            missing: expected.missing.clone(),
            request_id: call.request_id.clone(),
        };
        (MEDIA_TYPE, serde_json::to_value(problem).unwrap_or_else(|_| json!({ "error": expected.message })))
    } else if expected.missing.is_empty() {
        ("application/json", json!({ "error": expected.message }))
    } else {
        ("application/json", json!({ "error": expected.message, "missing": expected.missing }))
    };
    let mut body = body;
    if let (Value::Object(body), Some(more)) = (&mut body, &expected.more) {
        body.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    let mut response = (status, Body::from(body.to_string())).into_response();
    insert(&mut response, header::CONTENT_TYPE, kind);
    response
}

fn redacted(mut expected: Expected) -> Expected {
    let redact = |text: &mut String| {
        if secrets::first(text).is_some() {
            *text = secrets::redact(text).into_owned();
        }
    };
    redact(&mut expected.message);
    expected.missing.iter_mut().for_each(redact);
    for error in &mut expected.errors {
        redact(&mut error.pointer);
        redact(&mut error.message);
    }
    expected
}
