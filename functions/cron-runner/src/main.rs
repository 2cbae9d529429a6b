//! The cron-runner as a Lambda function.

use std::process::ExitCode;

fn main() -> ExitCode {
    dataops_fleet::boot("cron-runner", |config, clock| async move { dataops_cron_runner::build(&config, clock).await })
}
