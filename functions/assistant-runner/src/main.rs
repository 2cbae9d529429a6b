//! The assistant-runner as a Lambda function.

use dataops_fleet::{Clock, Config, logs};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let config = Config::from_process();
    logs::init("assistant-runner", &config);
    let runner = dataops_assistant_runner::build(&config, Clock::system()).await?;
    dataops_fleet::run(runner).await?;
    Ok(())
}
