//! The work-engine as a Lambda function.

use std::process::ExitCode;

fn main() -> ExitCode {
    dataops_fleet::boot("work-engine", |config, clock| async move { dataops_work_engine::build(&config, clock).await })
}
