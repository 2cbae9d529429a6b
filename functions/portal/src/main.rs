//! The portal as a Lambda function.

use dataops_fleet::{Clock, Config, logs};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let config = Config::from_process();
    logs::init("portal", &config);
    let portal = dataops_portal::build(&config, Clock::system()).await?;
    dataops_fleet::run(portal).await?;
    Ok(())
}
