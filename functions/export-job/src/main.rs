//! The export job as a Lambda function.

use std::process::ExitCode;

fn main() -> ExitCode {
    dataops_fleet::boot("export-job", |config, clock| async move { dataops_export_job::build(&config, clock).await })
}
