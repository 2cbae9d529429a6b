//! The portal as a Lambda function.

use std::process::ExitCode;

fn main() -> ExitCode {
    dataops_fleet::boot("portal", |config, clock| async move { dataops_portal::build(&config, clock).await })
}
