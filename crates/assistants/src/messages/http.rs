//! One kind of HTTP request: a POST of JSON, answered by a stream. No redirect is followed, so the credential goes
//! nowhere but to the configured address.

use std::error::Error;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use serde_json::Value;

use crate::clean;

/// The most bytes of a refusal's body that are read.
const MAX_REFUSAL: usize = 64 * 1024;
/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// The protocol's version.
const VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

type Https = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Whom the system trusts; read once, since there are many.
static TLS: LazyLock<Result<ClientConfig, Broken>> = LazyLock::new(|| {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let roots = versions.map_err(|error| Broken::of(&error))?.with_native_roots();
    Ok(roots.map_err(|error| Broken::of(&error))?.with_no_client_auth())
});

/// The client, which keeps its connections; or why there is none.
#[derive(Debug)]
pub(super) struct Client(Result<Https, Broken>);

/// A connection or stream that did not work, in clean words.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    pub(super) words: String,
}

impl Broken {
    /// The error with what caused it.
    fn of(error: &dyn Error) -> Self {
        let mut words = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            words = format!("{words}: {error}");
            cause = error.source();
        }
        Self { words: clean::line(&words, 300) }
    }
}

/// An answer that is no success.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) words: String,
    /// How long the service asked to wait.
    pub(super) wait: Option<Duration>,
}

/// An answer whose body is still to come.
#[derive(Debug)]
pub(super) struct Answered {
    status: http::StatusCode,
    headers: HeaderMap,
    body: BoxBody<Bytes, Broken>,
}

impl Client {
    /// A client that trusts what the system trusts.
    pub(super) fn new() -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT));
        tcp.enforce_http(false);
        Self(TLS.clone().map(|tls| {
            let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
            legacy::Client::builder(TokioExecutor::new()).build(https)
        }))
    }

    /// Sends the body; the answer's head has come when this returns.
    pub(super) async fn post(&self, url: &str, key: &str, body: Bytes) -> Result<Answered, Broken> {
        let client = self.0.as_ref().map_err(Clone::clone)?;
        let mut key = HeaderValue::from_str(key).map_err(|error| Broken::of(&error))?;
        key.set_sensitive(true);
        let request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "text/event-stream")
            .header("anthropic-version", VERSION)
            .header("x-api-key", key)
            .body(Full::new(body))
            .map_err(|error| Broken::of(&error))?;
        let (head, body) = client.request(request).await.map_err(|error| Broken::of(&error))?.into_parts();
        Ok(Answered { status: head.status, headers: head.headers, body: body.map_err(|error| Broken::of(&error)).boxed() })
    }
}

impl Answered {
    /// What the service says when it does not answer with a stream.
    pub(super) async fn refusal(&mut self) -> Option<Refusal> {
        let streams = self.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        if self.status.is_success() && streams {
            return None;
        }
        let mut said = Vec::new();
        while said.len() < MAX_REFUSAL
            && let Some(Ok(chunk)) = self.chunk().await
        {
            said.extend_from_slice(&chunk[..chunk.len().min(MAX_REFUSAL - said.len())]);
        }
        Some(Refusal { status: self.status.as_u16(), words: words(&said), wait: self.wait() })
    }

    /// The next piece of the body.
    pub(super) async fn chunk(&mut self) -> Option<Result<Bytes, Broken>> {
        loop {
            match self.body.frame().await? {
                Ok(frame) => {
                    if let Ok(data) = frame.into_data() {
                        return Some(Ok(data));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// `Retry-After` in seconds; a date is not waited for.
    fn wait(&self) -> Option<Duration> {
        let seconds = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }
}

/// The words of an error body: its message, or its beginning.
fn words(said: &[u8]) -> String {
    let message = serde_json::from_slice::<Value>(said).ok().and_then(|body| {
        let error = &body["error"];
        Some(format!("{}: {}", error["type"].as_str()?, error["message"].as_str()?))
    });
    clean::line(&message.unwrap_or_else(|| String::from_utf8_lossy(said).into_owned()), 300)
}
