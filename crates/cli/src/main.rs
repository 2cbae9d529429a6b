//! The `dataops` command: the fleet on this machine, and administration of any fleet.
//!
//! It parses, calls and prints; what happens is in `dataops-local` and behind the engine's administration events. Results
//! go to standard output, failures to standard error with exit status 1 (2 for what cannot be understood, 3 for a check that could not
//! be made).

mod args;
mod audit;
mod clock;
mod credentials;
mod dev;
mod drill;
mod error;
mod export;
mod files;
mod generate;
mod http;
mod import;
mod moment;
mod output;
mod place;
mod search;
mod seed;
mod smoke;
mod stack;
mod target;
mod tick;
mod user;
mod validate;

use std::process::ExitCode;

use clap::Parser;
use dataops_fleet::Config;
use dataops_local::roles::record;

use args::{Arguments, AuditCommand, Command, FilesCommand, SearchCommand, UserCommand};
use error::CliError;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match Box::pin(run(arguments, &Config::from_process())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::from(error.status())
        }
    }
}

async fn run(arguments: Arguments, environment: &Config) -> Result<(), CliError> {
    record::start(|name| environment.get(name))?;
    match arguments.command {
        None => dev::run(arguments.dev, environment).await,
        Some(Command::Dev(dev)) => dev::run(dev, environment).await,
        Some(Command::Seed { target }) => seed::run(&target, environment).await,
        Some(Command::User(UserCommand::Add(new))) => user::add(&new, environment).await,
        Some(Command::User(UserCommand::List { target })) => user::list(&target, environment).await,
        Some(Command::User(UserCommand::SetupLink { id, target })) => user::setup_link(&id, &target, environment).await,
        Some(Command::User(UserCommand::Disable { id, target })) => user::disable(&id, &target, environment).await,
        Some(Command::Audit(AuditCommand::Verify(wanted))) => audit::verify(&wanted, environment).await.map_err(CliError::of_looking),
        Some(Command::Smoke(wanted)) => smoke::run(&wanted, environment).await.map_err(CliError::of_looking),
        Some(Command::Validate(wanted)) => validate::run(&wanted),
        Some(Command::Export(wanted)) => export::run(&wanted, environment).await.map_err(CliError::of_looking),
        Some(Command::DryRunImport(wanted)) => import::dry_run(&wanted, environment).await.map_err(CliError::of_looking),
        Some(Command::Import(wanted)) => import::run(&wanted, environment).await.map_err(CliError::of_looking),
        Some(Command::RestoreDrill(wanted)) => drill::run(&wanted, environment).await.map_err(CliError::of_looking),
        Some(Command::Files(FilesCommand::Copy(wanted))) => files::copy(&wanted, environment).await.map_err(CliError::of_looking),
        Some(Command::Search(SearchCommand::Rebuild { data_dir })) => search::rebuild(&data_dir).await,
        Some(Command::Clock(wanted)) => clock::run(&wanted).await,
        Some(Command::Generate(wanted)) => generate::run(&wanted, environment).await,
        Some(Command::Tick(wanted)) => tick::run(&wanted).await,
    }
}
