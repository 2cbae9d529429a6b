//! The assistant-runner as a Lambda function.

use std::process::ExitCode;

fn main() -> ExitCode {
    dataops_fleet::boot("assistant-runner", |config, clock| async move { dataops_assistant_runner::build(&config, clock).await })
}
