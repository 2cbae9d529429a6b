//! Starting another function: without waiting for it, by Lambda's asynchronous Invoke, or for its answer.

use std::time::Duration;

use aws_sdk_lambda::error::DisplayErrorContext;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use serde_json::Value;

use crate::aws::{endpoint, is_local, lambda_client};
use crate::{Config, event, scope};

/// Why a function gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It was not waited for any longer.
    #[error("it is still running")]
    StillRunning,
    /// It failed, or could not be reached.
    #[error("{0}")]
    Failed(String),
}

/// Starts one function.
#[derive(Debug, Clone)]
pub struct Starter {
    client: aws_sdk_lambda::Client,
    function: String,
}

impl Starter {
    /// A starter of the function that this variable names. `None` when it names none, or when the stack is local and nothing
    /// there answers Invoke: whatever is not started is found by its own schedule.
    pub fn new(config: &Config, sdk: &SdkConfig, variable: &str) -> Option<Self> {
        let function = config.get(variable)?.to_owned();
        (!is_local(config) || endpoint(config, "LAMBDA").is_some()).then(|| Self { client: lambda_client(config, sdk), function })
    }

    /// Runs it with this event and waits so long for its answer. A function that is not waited for any longer goes on.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn ask(&self, event: &Value, patience: Duration) -> Result<Value, AskError> {
        let payload = payload(event);
        // One that is asked again works a second time: nothing here repeats the question.
        let once = aws_sdk_lambda::config::Builder::new().retry_config(RetryConfig::disabled());
        let request = self.client.invoke().function_name(&self.function).payload(payload).customize().config_override(once);
        let reply = match tokio::time::timeout(patience, request.send()).await {
            Err(_) => return Err(AskError::StillRunning),
            Ok(reply) => reply.map_err(|error| AskError::Failed(DisplayErrorContext(&error).to_string()))?,
        };
        let answer = reply.payload.map(Blob::into_inner).unwrap_or_default();
        if reply.function_error.is_some() {
            return Err(AskError::Failed(String::from_utf8_lossy(&answer).into_owned()));
        }
        serde_json::from_slice(&answer).map_err(|error| AskError::Failed(format!("its answer can't be read: {error}")))
    }

    /// Starts it with this event. True when the platform took the event; it runs some time after.
    pub async fn start(&self, event: &Value) -> bool {
        let payload = payload(event);
        let request = self.client.invoke().function_name(&self.function).invocation_type(InvocationType::Event).payload(payload);
        match request.send().await {
            Ok(_) => true,
            Err(error) => {
                tracing::warn!(function = self.function, error = %DisplayErrorContext(&error), "a function could not be started");
                false
            }
        }
    }
}

/// The event, with the id that the functions of one request share.
fn payload(event: &Value) -> Blob {
    let mut event = event.clone();
    if let (Some(fields), Some(id)) = (event.as_object_mut(), scope::correlation()) {
        fields.insert(event::CORRELATION.to_owned(), id.into());
    }
    Blob::new(event.to_string().into_bytes())
}
