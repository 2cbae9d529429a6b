//! Every try of a request to the database that went wrong, also those that the SDK repeats and nobody else hears of.

use aws_sdk_dynamodb::config::interceptors::FinalizerInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;

use crate::calls::{Trouble, Troubles};

/// Tells of tries that went wrong.
pub(crate) struct Attempts(pub(crate) Troubles);

impl std::fmt::Debug for Attempts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attempts")
    }
}

impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "DatabaseAttempts"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let trouble = match context.response() {
            None => Some(Trouble::Failed),
            Some(response) if response.status().is_server_error() => Some(Trouble::Failed),
            Some(response) if response.status().is_client_error() => {
                let body = response.body().bytes().unwrap_or_default();
                is_throttled(&String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)])).then_some(Trouble::Throttled)
            }
            Some(_) => None,
        };
        if let Some(trouble) = trouble {
            (self.0)(trouble);
        }
        Ok(())
    }
}

/// How much of an answer names its error.
const LOOKED_AT: usize = 2_000;

/// The names DynamoDB has for "too much at once". A transaction that was canceled says so for each of its parts.
fn is_throttled(body: &str) -> bool {
    ["ProvisionedThroughputExceeded", "ThrottlingException", "ThrottlingError", "RequestLimitExceeded"]
        .iter()
        .any(|name| body.contains(name))
}

#[cfg(test)]
mod tests {
    use super::is_throttled;

    #[test]
    fn throttling_has_several_names() {
        let named = |name: &str| format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{name}","message":"slow down"}}"#);
        for name in ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"] {
            assert!(is_throttled(&named(name)), "{name}");
        }
        assert!(is_throttled(r#"{"__type":"TransactionCanceledException","CancellationReasons":[{"Code":"ThrottlingError"}]}"#));
        assert!(!is_throttled(&named("ConditionalCheckFailedException")) && !is_throttled(&named("ResourceNotFoundException")));
    }
}
