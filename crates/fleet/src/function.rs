//! What a function is to whoever runs it: bytes in, bytes out.
//!
//! AWS runs it through [`run`]; the local fleet calls [`Function::invoke`] behind its own Invoke endpoint. Both see the
//! same handler.

use std::sync::Arc;

use dataops_domain::time::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::value::RawValue;

pub use futures_util::future::BoxFuture;

/// What the platform says about one invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The id the platform gave this invocation; it is the same when the platform repeats it.
    pub request_id: String,
    /// When the platform will end it, in real time. `None` when nothing will.
    pub deadline: Option<Timestamp>,
    /// The platform's trace of it, when it traces.
    pub trace_id: Option<String>,
}

/// A failed invocation, as Lambda reports one to the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{error_type}: {error_message}")]
#[serde(rename_all = "camelCase")]
pub struct InvokeError {
    /// A short stable name, such as `BadEvent`.
    pub error_type: String,
    /// Words for the operator.
    pub error_message: String,
}

impl InvokeError {
    /// A failure with a short stable name and words for the operator.
    pub fn new(error_type: impl Into<String>, error_message: impl Into<String>) -> Self {
        Self { error_type: error_type.into(), error_message: error_message.into() }
    }

    /// The payload is not an event this function understands.
    pub fn bad_event(problem: impl std::fmt::Display) -> Self {
        Self::new("BadEvent", format!("the event cannot be read: {problem}"))
    }
}

impl From<InvokeError> for Diagnostic {
    fn from(error: InvokeError) -> Self {
        Self { error_type: error.error_type, error_message: error.error_message }
    }
}

/// A Lambda function: a JSON payload in, a JSON answer out.
pub trait Function: Send + Sync + 'static {
    /// Handles one invocation. A request that the function refuses is an answer, not an error.
    fn invoke<'a>(&'a self, payload: &'a [u8], invocation: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>>;
}

/// Runs a function on AWS until the platform ends the process.
pub async fn run(function: Arc<dyn Function>) -> Result<(), lambda_runtime::Error> {
    let handler = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let function = Arc::clone(&function);
        async move { handle(function.as_ref(), event).await }
    });
    lambda_runtime::run(handler).await
}

async fn handle(function: &dyn Function, event: LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, InvokeError> {
    let deadline = i64::try_from(event.context.deadline).ok().filter(|millis| *millis > 0).map(Timestamp::from_millis);
    let invocation = Invocation { request_id: event.context.request_id, deadline, trace_id: event.context.xray_trace_id };
    let answer = function.invoke(event.payload.get().as_bytes(), invocation).await?;
    serde_json::from_slice(&answer).map_err(|error| InvokeError::new("BadAnswer", format!("the function's answer is not JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Echo;

    impl Function for Echo {
        fn invoke<'a>(&'a self, payload: &'a [u8], invocation: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
            Box::pin(async move {
                match invocation.request_id.as_str() {
                    "fail" => Err(InvokeError::bad_event("no")),
                    "garbage" => Ok(b"{".to_vec()),
                    _ => Ok(payload.to_vec()),
                }
            })
        }
    }

    async fn handle_as(request_id: &str) -> Result<String, InvokeError> {
        let mut context = lambda_runtime::Context::default();
        context.request_id = request_id.to_owned();
        let payload = RawValue::from_string(r#"{"a":1.50}"#.to_owned()).expect("JSON");
        handle(&Echo, LambdaEvent { payload, context }).await.map(|answer| answer.get().to_owned())
    }

    #[tokio::test]
    async fn bytes_pass_unchanged_and_failures_keep_their_name() {
        assert_eq!(handle_as("a").await.expect("an answer"), r#"{"a":1.50}"#);
        assert_eq!(handle_as("fail").await.expect_err("a failure").error_type, "BadEvent");
        assert_eq!(handle_as("garbage").await.expect_err("a failure").error_type, "BadAnswer");
    }
}
