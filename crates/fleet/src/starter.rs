//! Starting another function without waiting for it: Lambda's asynchronous Invoke.

use aws_config::SdkConfig;
use aws_sdk_lambda::error::DisplayErrorContext;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::Value;

use crate::Config;
use crate::aws::{ENDPOINT_PREFIX, endpoint, lambda_client};

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
        let is_local = config.iter().any(|(name, _)| name.starts_with(ENDPOINT_PREFIX));
        (!is_local || endpoint(config, "LAMBDA").is_some()).then(|| Self { client: lambda_client(config, sdk), function })
    }

    /// Starts it with this event. True when the platform took the event; it runs some time after.
    pub async fn start(&self, event: &Value) -> bool {
        let payload = Blob::new(event.to_string().into_bytes());
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
