//! Lambda's Invoke call on loopback, for functions that invoke one another through the AWS SDK.
//!
//! It invokes for a function what its role allows. Both invocation types: one that waits for the answer, and `Event`, which is
//! accepted at once and runs by itself. Not emulated: retries of a failed `Event` invocation, and dead letters.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use dataops_fleet::InvokeError;
use serde_json::json;
use tokio::net::TcpListener;

use crate::host::{Host, MAX_PAYLOAD};
use crate::roles::{Refused, Roles, evaluate};
use crate::serve::{Served, listen_anywhere, url};
use crate::template::ACCOUNT;
use crate::{LocalError, random};

/// The most bytes the payload of an `Event` invocation may have, as on AWS.
const MAX_EVENT: usize = 1024 * 1024;

/// The endpoint before it serves: functions are built with its address, and it then serves those functions.
pub struct InvokeEndpoint {
    listener: TcpListener,
    /// Where it listens: the functions' `AWS_ENDPOINT_URL_LAMBDA`.
    pub url: String,
}

/// The serving endpoint. Dropping it ends it.
pub struct Invoking(Served);

impl InvokeEndpoint {
    /// Takes a free loopback port.
    pub async fn bind() -> Result<Self, LocalError> {
        let listener = listen_anywhere().await?;
        Ok(Self { url: url(&listener), listener })
    }

    /// Serves the host's functions to whoever `roles` allow. With `background` off, `Event` invocations are accepted and not run.
    pub fn serve(self, host: Arc<Host>, roles: Arc<Roles>, background: bool) -> Invoking {
        let router = Router::new()
            .route("/2015-03-31/functions/{name}/invocations", post(invoke))
            .layer(DefaultBodyLimit::max(MAX_PAYLOAD))
            .with_state((host, roles, background));
        Invoking(Served::router(self.listener, router))
    }
}

impl Invoking {
    /// Ends it, letting invocations under way finish.
    pub async fn stop(self) {
        self.0.stop().await;
    }
}

async fn invoke(
    State((host, roles, background)): State<(Arc<Host>, Arc<Roles>, bool)>,
    Path(name): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    if let Err(refusal) = judge(&roles, &name, &headers, request.uri()) {
        return refusal;
    }
    let name = function_name(&name);
    if !host.has(name) {
        return refused(StatusCode::NOT_FOUND, "ResourceNotFoundException", &format!("Function not found: {name}"));
    }
    let too_large = |limit: usize| {
        let words = format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
        refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &words)
    };
    let Ok(payload) = Bytes::from_request(request, &()).await else { return too_large(MAX_PAYLOAD) };
    let asked = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match asked("x-amz-invocation-type") {
        "Event" if payload.len() > MAX_EVENT => too_large(MAX_EVENT),
        "Event" => {
            if background {
                let name = name.to_owned();
                tokio::spawn(async move { drop(host.invoke(&name, payload.to_vec()).await) });
            }
            StatusCode::ACCEPTED.into_response()
        }
        "DryRun" => StatusCode::NO_CONTENT.into_response(),
        _ => {
            let request_id = random::request_id(host.clock());
            let mut response = answered(host.invoke(name, payload.to_vec()).await);
            if let Ok(id) = request_id.parse() {
                response.headers_mut().insert("x-amzn-requestid", id);
            }
            response
        }
    }
}

/// Lets through what the caller's role allows. A page in a browser cannot send a signature to another origin, so only the SDK gets here.
#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn judge(roles: &Roles, name: &str, headers: &HeaderMap, uri: &Uri) -> Result<(), Response> {
    let caller = roles.caller(headers, uri).map_err(|stranger| {
        let (kind, words) = stranger.words();
        refused(StatusCode::FORBIDDEN, kind, words)
    })?;
    let arn = function_arn(name, uri, &caller.region);
    let wanted = evaluate::Request::new("lambda:InvokeFunction", &arn);
    caller.ask("Invoke", vec![wanted]).map_err(|Refused(words)| refused(StatusCode::FORBIDDEN, "AccessDeniedException", &words))?;
    match caller.is_here() {
        true => Ok(()),
        false => Err(refused(StatusCode::NOT_FOUND, "ResourceNotFoundException", &format!("Function not found: {arn}"))),
    }
}

/// The ARN that a caller names: the function's, or that of an alias or version, which is another resource.
fn function_arn(name: &str, uri: &Uri, region: &str) -> String {
    let parts: Vec<&str> = name.split(':').collect();
    let (name, named) = match parts.as_slice() {
        ["arn", _, "lambda", _, _, "function", name, rest @ ..] | [name, rest @ ..] => (*name, rest.first().copied()),
        [] => (name, None),
    };
    let asked = uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("Qualifier=")));
    let qualifier = named.or(asked).map(|qualifier| format!(":{qualifier}")).unwrap_or_default();
    format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{name}{qualifier}")
}

fn answered(answer: Result<Vec<u8>, InvokeError>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json"), (header::HeaderName::from_static("x-amz-executed-version"), "$LATEST")];
    match answer {
        Ok(bytes) => (kind, Body::from(bytes)).into_response(),
        Err(error) => (kind, [("x-amz-function-error", "Unhandled")], Json(error)).into_response(),
    }
}

fn refused(status: StatusCode, kind: &'static str, words: &str) -> Response {
    (status, [("x-amzn-errortype", kind)], Json(json!({ "Type": "User", "Message": words }))).into_response()
}

/// The name in a name, a qualified name or an ARN.
fn function_name(text: &str) -> &str {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "lambda", _, _, "function", name, ..] | [name, ..] => name,
        [] => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{function_arn, function_name};

    #[test]
    fn a_function_is_found_by_name_and_by_arn() {
        let arn = "arn:aws:lambda:us-east-1:0:function:engine";
        for text in ["engine", "engine:$LATEST", "engine:live", arn, &format!("{arn}:live")] {
            assert_eq!(function_name(text), "engine");
        }
    }

    #[test]
    fn an_alias_is_another_resource_than_its_function() {
        let plain = "arn:aws:lambda:us-east-1:000000000000:function:engine";
        let live = format!("{plain}:live");
        for (name, query, expected) in [
            ("engine", "/", plain),
            (plain, "/", plain),
            ("engine:live", "/", &live),
            (&live, "/", &live),
            ("engine", "/?a=b&Qualifier=live", &live),
        ] {
            assert_eq!(function_arn(name, &query.parse().expect("an address"), "us-east-1"), expected);
        }
    }
}
