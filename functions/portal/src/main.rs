//! The portal as a Lambda function.

use dataops_fleet::{Clock, Config, logs};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    logs::init("portal");
    let portal = dataops_portal::build(&Config::from_process(), Clock::system()).await?;
    dataops_fleet::run(portal).await?;
    Ok(())
}
