//! In front of the embedded DynamoDB: who calls is known by their keys, and what their role does not allow never gets there.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, Uri, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use super::items::Keys;
use super::{Refused, Roles};
use crate::template::Template;

/// The most bytes of a request, as on AWS.
const MAX_BODY: usize = 16 * 1024 * 1024;
/// The header that names the operation: `DynamoDB_20120810.GetItem`.
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

#[derive(Clone)]
struct Tap {
    roles: Arc<Roles>,
    keys: Arc<Keys>,
    database: http::uri::Authority,
    client: Client<HttpConnector, Body>,
}

/// A router that lets through to the database at `authority` what roles allow.
pub(crate) fn router(roles: Arc<Roles>, template: &Template, authority: http::uri::Authority) -> Router {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let tap = Tap { roles, keys: Arc::new(Keys::of(template)), database: authority, client };
    Router::new().fallback(answer).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(tap)
}

async fn answer(State(tap): State<Tap>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let judged = match headers.get(TARGET).and_then(|target| target.to_str().ok()?.split_once('.')) {
        Some((_, operation)) if method == Method::POST => tap.judge(operation, &headers, &uri, &body),
        // No call of the API: the database says so itself.
        _ => Ok(()),
    };
    match judged {
        Ok(()) => tap.pass(method, uri, headers, body).await,
        Err(refusal) => refusal,
    }
}

impl Tap {
    #[expect(clippy::result_large_err, reason = "the error is the answer")]
    fn judge(&self, operation: &str, headers: &HeaderMap, uri: &Uri, body: &Bytes) -> Result<(), Response> {
        let caller = self.roles.caller(headers, uri).map_err(|stranger| {
            let (kind, words) = stranger.words();
            refusal(kind, words)
        })?;
        if !caller.is_admin() {
            let body: Value =
                serde_json::from_slice(body).map_err(|_| refusal("SerializationException", "the body is no JSON that can be read"))?;
            let requests = self.keys.requests(operation, &body, &caller.region);
            caller.ask(operation, requests).map_err(|Refused(words)| refusal("AccessDeniedException", &words))?;
        }
        if caller.is_here() { Ok(()) } else { Err(refusal("ResourceNotFoundException", "Requested resource not found")) }
    }

    async fn pass(&self, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
        let mut parts = uri.into_parts();
        parts.scheme = Some(http::uri::Scheme::HTTP);
        parts.authority = Some(self.database.clone());
        let request = Uri::from_parts(parts).map(|uri| {
            let mut request = Request::new(Body::from(body));
            (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
            request
        });
        let Ok(request) = request else { return StatusCode::BAD_REQUEST.into_response() };
        match self.client.request(request).await {
            Ok(answer) => answer.map(Body::new),
            Err(error) => {
                tracing::error!(%error, "the embedded DynamoDB does not answer");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

fn refusal(code: &str, words: &str) -> Response {
    let body = json!({ "__type": format!("com.amazon.coral.service#{code}"), "Message": words, "message": words });
    (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], body.to_string()).into_response()
}
