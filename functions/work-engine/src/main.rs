//! The work-engine Lambda.

use std::process::ExitCode;

use dataops_fleet::{Clock, Config, logs};

#[tokio::main]
async fn main() -> ExitCode {
    let config = Config::from_process();
    logs::init("work-engine", &config);
    match dataops_work_engine::build(&config, Clock::system()).await {
        Ok(function) => match dataops_fleet::run(function).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error),
        },
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn std::fmt::Display) -> ExitCode {
    tracing::error!("the function cannot start: {error}");
    ExitCode::FAILURE
}
