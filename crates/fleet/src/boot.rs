//! From the start of a process to its first event: configuration, logs, the function itself, then the platform's events.
//!
//! A function that cannot start says why in one line, tells the platform, and ends: nothing is served by half a function.

use std::process::ExitCode;
use std::sync::Arc;

use http::{Method, Request};
use lambda_runtime_api_client::body::Body;
use lambda_runtime_api_client::{PooledClient, build_request};
use serde_json::json;

use crate::{Clock, Config, ConfigError, Function, Observed, logs, observed};

/// Where the platform hears that a function could not start.
const INIT_ERROR: &str = "/2018-06-01/runtime/init/error";
/// What it calls that.
const ERROR_TYPE: &str = "Runtime.InitError";

/// Builds a function of this short name from the process environment and runs it until the platform ends the process.
///
/// One thread is enough: the platform gives a process one event at a time, and less than one processor to most.
pub fn boot<B, F>(service: &str, build: B) -> ExitCode
where
    B: FnOnce(Config, Clock) -> F,
    F: Future<Output = Result<Arc<dyn Function>, ConfigError>>,
{
    let config = Config::from_process();
    logs::init(service, &config);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "the function cannot start: no runtime");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let function = match build(config.clone(), Clock::system()).await {
            Ok(function) => function,
            Err(error) => {
                tracing::error!(%error, "the function cannot start");
                tell(&error).await;
                return ExitCode::FAILURE;
            }
        };
        let function = Observed::new(service, &config, function).with_sink(observed::stdout());
        match crate::run(Arc::new(function)).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tracing::error!(%error, "the platform cannot be asked for events");
                ExitCode::FAILURE
            }
        }
    })
}

/// Tells the platform why there is no function. It hears from the end of the process anyhow, but not why.
async fn tell(error: &ConfigError) {
    let body = json!({ "errorType": ERROR_TYPE, "errorMessage": error.to_string() }).to_string();
    let request: Result<Request<Body>, _> = build_request()
        .method(Method::POST)
        .uri(INIT_ERROR)
        .header("lambda-runtime-function-error-type", ERROR_TYPE)
        .body(Body::from(body));
    let Ok(request) = request else { return };
    if let Err(error) = PooledClient::builder().build().call(request).await {
        tracing::debug!(%error, "the platform was not told");
    }
}
