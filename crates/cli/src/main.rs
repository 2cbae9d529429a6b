//! The `dataops` command: the fleet on this machine, and administration of any fleet.
//!
//! It parses, calls and prints; what happens is in `dataops-local` and behind the engine's administration events. Results
//! go to standard output, failures to standard error with exit status 1.

mod args;
mod audit;
mod clock;
mod dev;
mod error;
mod generate;
mod http;
mod moment;
mod output;
mod search;
mod seed;
mod target;
mod tick;
mod user;

use std::process::ExitCode;

use clap::Parser;
use dataops_fleet::Config;

use args::{Arguments, AuditCommand, Command, SearchCommand, UserCommand};
use error::CliError;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match Box::pin(run(arguments, &Config::from_process())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments, environment: &Config) -> Result<(), CliError> {
    match arguments.command {
        None => dev::run(arguments.dev, environment).await,
        Some(Command::Dev(dev)) => dev::run(dev, environment).await,
        Some(Command::Seed { target }) => seed::run(&target).await,
        Some(Command::User(UserCommand::Add(new))) => user::add(&new).await,
        Some(Command::User(UserCommand::List { target })) => user::list(&target).await,
        Some(Command::User(UserCommand::SetupLink { id, target })) => user::setup_link(&id, &target).await,
        Some(Command::User(UserCommand::Disable { id, target })) => user::disable(&id, &target).await,
        Some(Command::Audit(AuditCommand::Verify(wanted))) => audit::verify(&wanted).await,
        Some(Command::Search(SearchCommand::Rebuild { data_dir })) => search::rebuild(&data_dir).await,
        Some(Command::Clock(wanted)) => clock::run(&wanted).await,
        Some(Command::Generate(wanted)) => generate::run(&wanted).await,
        Some(Command::Tick(wanted)) => tick::run(&wanted).await,
    }
}
