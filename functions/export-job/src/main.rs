//! The export job as a Lambda function.

use dataops_fleet::{Clock, Config, logs};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let config = Config::from_process();
    logs::init("export-job", &config);
    let job = dataops_export_job::build(&config, Clock::system()).await?;
    dataops_fleet::run(job).await?;
    Ok(())
}
