//! Runs functions as Lambda would: by name, with a time limit, each invocation on its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dataops_fleet::{Clock, Function, Invocation, InvokeError};

use crate::random;

/// The most bytes a payload or an answer of a synchronous invocation may have, as on AWS.
pub const MAX_PAYLOAD: usize = 6_291_556;

/// The functions of a fleet.
pub struct Host {
    functions: BTreeMap<String, Hosted>,
    clock: Clock,
}

#[derive(Clone)]
struct Hosted {
    function: Arc<dyn Function>,
    timeout: Duration,
}

impl Host {
    /// A host without functions.
    pub fn new(clock: Clock) -> Self {
        Self { functions: BTreeMap::new(), clock }
    }

    /// Adds a function under its physical name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, timeout: Duration, function: Arc<dyn Function>) -> Self {
        self.functions.insert(name.into(), Hosted { function, timeout });
        self
    }

    /// Whether there is a function of this name.
    pub fn has(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    /// The clock requests are stamped with.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Runs one invocation to its end, even when whoever asked for it goes away. A panic, the time limit and an answer
    /// that is too big are errors, as on AWS.
    pub async fn invoke(&self, name: &str, payload: Vec<u8>) -> Result<Vec<u8>, InvokeError> {
        let hosted = self.functions.get(name).cloned();
        let unknown = || InvokeError::new("ResourceNotFoundException", format!("Function not found: {name}"));
        let Hosted { function, timeout } = hosted.ok_or_else(unknown)?;
        let seconds = i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX);
        let request_id = random::request_id(&self.clock);
        let deadline = Some(Clock::system().now().plus_seconds(seconds));
        let invocation = Invocation { request_id: request_id.clone(), deadline, trace_id: None };
        let running = tokio::spawn(async move { tokio::time::timeout(timeout, function.invoke(&payload, invocation)).await });
        let answer = match running.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => {
                let words = format!("RequestId: {request_id} Error: Task timed out after {seconds}.00 seconds");
                Err(InvokeError::new("Sandbox.Timedout", words))
            }
            Err(_) => {
                let words = format!("RequestId: {request_id} Error: Runtime exited with error: the function panicked");
                Err(InvokeError::new("Runtime.ExitError", words))
            }
        };
        let answer = answer.inspect_err(|error| tracing::error!(function = name, %error, "an invocation failed"))?;
        if answer.len() > MAX_PAYLOAD {
            let words = format!("Response payload size ({} bytes) exceeded maximum allowed ({MAX_PAYLOAD})", answer.len());
            return Err(InvokeError::new("Function.ResponseSizeTooLarge", words));
        }
        Ok(answer)
    }
}
