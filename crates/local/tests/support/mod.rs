//! Functions that show what reaches them, and a bare HTTP client.

use std::sync::Arc;

use axum::http::{HeaderMap, Request};
use dataops_fleet::{BoxFuture, Clock, Config, ConfigError, Function, Invocation, InvokeError, aws};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// Builds a function that echoes its event.
pub(crate) fn build(id: &'static str, config: Config, _clock: Clock) -> BoxFuture<'static, Result<Arc<dyn Function>, ConfigError>> {
    Box::pin(async move { Ok(Arc::new(Echo { id, config, seeds: true }) as Arc<dyn Function>) })
}

/// Builds functions that refuse to be seeded.
pub(crate) fn build_refusing(
    id: &'static str,
    config: Config,
    _clock: Clock,
) -> BoxFuture<'static, Result<Arc<dyn Function>, ConfigError>> {
    Box::pin(async move { Ok(Arc::new(Echo { id, config, seeds: false }) as Arc<dyn Function>) })
}

struct Echo {
    id: &'static str,
    config: Config,
    seeds: bool,
}

impl Function for Echo {
    fn invoke<'a>(&'a self, payload: &'a [u8], _: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
        Box::pin(async move {
            let event: Value = serde_json::from_slice(payload).map_err(InvokeError::bad_event)?;
            if event.get("dataopsAdmin").is_some() {
                let refused = json!({ "ok": false, "error": "content/workflows/a.yaml:3: expected a text" });
                return Ok(if self.seeds { json!({ "ok": true }) } else { refused }.to_string().into_bytes());
            }
            if self.id == dataops_local::functions::WORK_ENGINE && event["rawPath"].is_null() {
                return if event["fail"] == true { Err(InvokeError::new("Odd", "odd")) } else { Ok(payload.to_vec()) };
            }
            let text = match event["rawPath"].as_str().unwrap_or_default() {
                "/panic" => panic!("on purpose"),
                "/via-engine" => self.engine(r#"{"hello":1}"#).await,
                "/failing-engine" => self.engine(r#"{"fail":true}"#).await,
                "/lambda-url" => self.config.get("AWS_ENDPOINT_URL_LAMBDA").unwrap_or_default().to_owned(),
                _ => {
                    let mut event = event;
                    if event["body"].as_str().is_some_and(|body| body.len() > 1000) {
                        event["body"] = Value::Null;
                    }
                    let answer = json!({ "statusCode": 201, "cookies": ["a=1", "b=2"], "body": event.to_string() });
                    return Ok(answer.to_string().into_bytes());
                }
            };
            Ok(json!({ "statusCode": 200, "body": text }).to_string().into_bytes())
        })
    }
}

impl Echo {
    async fn engine(&self, payload: &str) -> String {
        let client = aws::lambda_client(&self.config, &aws::sdk_config(&self.config));
        let name = self.config.require("WORK_ENGINE_FUNCTION").expect("the engine's name");
        let answer = client.invoke().function_name(name).payload(payload.as_bytes().to_vec().into()).send().await;
        let answer = answer.expect("an answer");
        let body: Vec<u8> = answer.payload.map(|blob| blob.into_inner()).unwrap_or_default();
        match answer.function_error {
            Some(kind) => {
                let error: Value = serde_json::from_slice(&body).expect("an error");
                format!("{kind}: {}", error["errorType"].as_str().unwrap_or_default())
            }
            None => format!("engine says {}", String::from_utf8_lossy(&body)),
        }
    }
}

/// Sends one request and reads the whole answer.
pub(crate) async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (u16, HeaderMap, Vec<u8>) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<bytes::Bytes>>();
    let request = Request::builder().method(method).uri(url);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = client.request(request.body(Full::from(body)).expect("a request")).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    (parts.status.as_u16(), parts.headers, body.collect().await.expect("a body").to_bytes().to_vec())
}
