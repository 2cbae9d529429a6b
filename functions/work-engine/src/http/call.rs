//! One request as the handlers see it.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use dataops_domain::json::Object;
use dataops_domain::{Actor, Timestamp};
use dataops_engine::{Error, Expected};
use dataops_fleet::gateway::RequestContext;
use dataops_fleet::scope;
use dataops_store::{IdempotencyKey, Operation};
use http::{HeaderMap, Method, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;

use crate::App;
use crate::http::answer;

/// The most bytes of a JSON body.
pub(crate) const MAX_JSON: usize = 1024 * 1024;
/// The most bytes of an upload form: a file of 4 MB and what stands around it.
const MAX_UPLOAD: usize = 4_404_019;
const MAX_KEY: usize = 255;

/// One request: who asks, when, for what, with which body.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) operation: Operation,
    pub(crate) request_id: String,
}

impl FromRequest<App> for Call {
    type Rejection = Response;

    async fn from_request(request: Request<Body>, app: &App) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let context = parts.extensions.get::<RequestContext>().cloned().unwrap_or_default();
        let request_id = context.request_id;
        let path = parts.uri.path().to_owned();
        let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let mut call = Self {
            method: parts.method,
            path,
            query,
            headers: parts.headers,
            body: Bytes::new(),
            operation: Operation::new(&request_id, Actor::new(Actor::PORTAL), app.clock.now(), None),
            request_id,
        };
        let most = if call.method == Method::POST && call.path == "/api/files" { MAX_UPLOAD } else { MAX_JSON };
        call.body = match Limited::new(body, most).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                let words = format!("The body is larger than {most} bytes; send less, or announce a big file with POST /api/files/uploads");
                return Err(answer::refused(&call, &Expected::new(413, "body_too_large", words)));
            }
            Err(error) => {
                return Err(answer::refused(&call, &Expected::new(400, "body_unreadable", format!("The body can't be read: {error}"))));
            }
        };
        let operation = call.operation(app.clock.now(), &app.secret).map_err(|refused| answer::refused(&call, &refused))?;
        call.operation = match context.received_at {
            Some(moment) => operation.received_at(moment),
            None => operation,
        };
        Ok(call)
    }
}

impl Call {
    fn operation(&self, now: Timestamp, secret: &str) -> Result<Operation, Expected> {
        for name in ["x-user-id", "idempotency-key", "if-match"] {
            if self.headers.get(name).is_some_and(|value| value.to_str().is_err()) {
                return Err(Expected::new(400, "invalid_header", format!("{name} must be printable ASCII")));
            }
        }
        let actor = self.header("x-user-id").filter(|id| !id.trim().is_empty()).unwrap_or(Actor::PORTAL);
        scope::actor(actor);
        if actor.len() > dataops_domain::id::MAX_LENGTH {
            return Err(Expected::new(400, "invalid_actor", "x-user-id must have at most 128 characters"));
        }
        let key = self.header("idempotency-key").filter(|_| self.method == Method::POST);
        if key.is_some_and(|key| key.trim().is_empty() || key.len() > MAX_KEY) {
            return Err(Expected::new(400, "invalid_idempotency_key", format!("Idempotency-Key must have 1 to {MAX_KEY} characters")));
        }
        // A body may hold a password: without the secret its stored hash tells nothing of it.
        let key = key.map(|key| IdempotencyKey::new(actor, &self.path, key, &[secret.as_bytes(), &self.body].concat()));
        Ok(Operation::new(&self.request_id, Actor::new(actor), now, key))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The first query parameter of this name that is not empty.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// True when the caller asks for problem bodies.
    pub(crate) fn wants_problem(&self) -> bool {
        self.header(header::ACCEPT.as_str()).is_some_and(|accept| accept.to_ascii_lowercase().contains(dataops_api::problem::MEDIA_TYPE))
    }

    /// The version the caller has seen: the part of `If-Match` before the dash.
    pub(crate) fn seen(&self) -> Result<Option<u64>, Error> {
        let Some(tag) = self.header(header::IF_MATCH.as_str()).map(str::trim).filter(|tag| *tag != "*") else { return Ok(None) };
        let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
        let version = tag.split('-').next().unwrap_or_default().parse();
        let wrong =
            |_| Expected::new(412, "precondition_failed", "If-Match must be the ETag of this resource, such as \"3-1f2e3d4c\"").into();
        version.map(Some).map_err(wrong)
    }

    /// The body as an object; `None` when there is none, it is not JSON, or it is JSON `null`.
    pub(crate) fn object(&self) -> Option<Object> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// The body as an object, for routes that tell malformed JSON from a missing body.
    pub(crate) fn json(&self) -> Result<Object, Error> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Err(Expected::new(400, "body_required", "Request body is required").into());
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(Expected::new(400, "body_not_object", "Request body must be a JSON object").into()),
            Err(_) => Err(Expected::new(400, "invalid_json", "Invalid JSON").into()),
        }
    }

    /// As [`Self::json`], but an empty object counts as no body: there is nothing to change.
    pub(crate) fn changes(&self) -> Result<Object, Error> {
        let object = self.json()?;
        if object.is_empty() {
            return Err(Expected::new(400, "body_required", "Request body is required").into());
        }
        Ok(object)
    }
}
