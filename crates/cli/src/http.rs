//! One JSON request over HTTP, with the client the AWS SDK uses: to a fleet's control endpoint or to a deployed fleet.

use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::Value;

use crate::error::CliError;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was answered, whatever its status.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    headers: Headers,
    body: Vec<u8>,
}

impl Answer {
    /// The value of a header, by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Reads an address as anybody may, following nothing.
pub(crate) async fn get(url: &str) -> Result<Answer, CliError> {
    exchange("GET", url, None, SdkBody::empty()).await
}

/// Sends a request and reads the JSON answer; a status other than 2xx is an error with the answer's words.
pub(crate) async fn call(method: &str, url: &str, token: &str, body: Option<&Value>) -> Result<Value, CliError> {
    let body = body.map_or_else(SdkBody::empty, |body| SdkBody::from(body.to_string()));
    let answered = exchange(method, url, Some(token), body).await?;
    let answer: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
    let status = answered.status;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let words = answer["error"].as_str().or_else(|| answer["message"].as_str()).unwrap_or(hint(status));
    Err(CliError::Refused { url: url.to_owned(), status, words: words.to_owned() })
}

async fn exchange(method: &str, url: &str, token: Option<&str>, body: SdkBody) -> Result<Answer, CliError> {
    let no_answer = |problem: String| CliError::NoAnswer { url: url.to_owned(), problem };
    let mut request = HttpRequest::new(body);
    request.set_method(method).map_err(|error| no_answer(error.to_string()))?;
    request.set_uri(url).map_err(|error| no_answer(error.to_string()))?;
    let headers = request.headers_mut();
    headers.insert("user-agent", "dataops-cli");
    if let Some(token) = token {
        for (name, value) in [("accept", "application/json"), ("content-type", "application/json")] {
            headers.insert(name, value);
        }
        let authorization = format!("Bearer {token}");
        headers.try_insert("authorization", authorization).map_err(|_| no_answer("the token is not plain text".to_owned()))?;
    }
    let connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build();
    let answered = tokio::time::timeout(PATIENCE, connector.call(request)).await;
    let response = answered.map_err(|_| no_answer("no answer within a minute".to_owned()))?;
    let response = response.map_err(|error| no_answer(chain(&error)))?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = ByteStream::new(response.into_body()).collect().await.map_err(|error| no_answer(chain(&error)))?;
    Ok(Answer { status, headers, body: bytes.to_vec() })
}

fn hint(status: u16) -> &'static str {
    match status {
        300..=399 | 401 | 403 => "the token is not accepted",
        404 => "there is no such thing there",
        _ => "no reason given",
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
