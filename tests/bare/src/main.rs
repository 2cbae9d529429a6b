//! A Lambda function in Rust with nothing in it but the runtime: it answers what it was sent. `scripts/measure` sets it beside
//! the real functions, so that their figures say what the product costs and what the platform does.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move { Ok::<_, Error>(event.payload) })).await
}
