//! Opens the data that exports and imports are about: a data folder, or the AWS account of this process.

use std::path::Path;

use dataops_export_job::ExportJob;
use dataops_fleet::{Clock, Config};
use dataops_local::exports::Data;
use dataops_local::functions;
use dataops_store::{Hooks, Operation};

use crate::args::Place;
use crate::credentials;
use crate::error::CliError;
use crate::target::clock;

/// Data that is open.
pub(crate) enum Opened {
    /// A data folder.
    Local(Box<Data>),
    /// The account of this process.
    Aws(Box<(ExportJob, Config)>),
}

impl Place {
    /// Opens what is there. Whatever keeps it from being opened is no finding.
    pub(crate) async fn open(&self, environment: &Config) -> Result<Opened, CliError> {
        if !self.aws {
            must_be_there(&self.data_dir)?;
        }
        self.open_or_make(environment).await
    }

    /// True for a data folder that some fleet or command has made.
    pub(crate) fn is_there(&self) -> bool {
        must_be_there(&self.data_dir).is_ok()
    }

    /// Opens it; a data folder that is not there is made.
    pub(crate) async fn open_or_make(&self, environment: &Config) -> Result<Opened, CliError> {
        if self.aws {
            return Opened::account(environment).await;
        }
        let data = Data::open(&self.data_dir, clock(&self.data_dir).await?, functions::exports(environment)).await;
        Ok(Opened::Local(Box::new(data.map_err(|error| CliError::CouldNot(error.to_string()))?)))
    }
}

impl Opened {
    /// The account of this process.
    pub(crate) async fn account(environment: &Config) -> Result<Self, CliError> {
        let config = credentials::found(environment.clone()).await;
        let job = dataops_export_job::job(&config, Clock::system(), Hooks::default());
        let job = job.map_err(|error| CliError::CouldNot(error.to_string()))?;
        Ok(Self::Aws(Box::new((job, config))))
    }

    /// The use cases over it.
    pub(crate) fn job(&self) -> &ExportJob {
        match self {
            Self::Local(data) => &data.job,
            Self::Aws(aws) => &aws.0,
        }
    }

    /// What they are given.
    pub(crate) fn config(&self) -> &Config {
        match self {
            Self::Local(data) => &data.config,
            Self::Aws(aws) => &aws.1,
        }
    }

    /// What the stack is; nothing is imported into production unless its name was typed. It is what it says itself, whatever the
    /// environment of this process says. An account that holds something and has never said what it is, is taken for production.
    pub(crate) async fn environment(&self) -> Result<String, CliError> {
        let failed = |error: dataops_engine::Error| CliError::of_engine(&error);
        let engine = self.job().engine();
        let named = self.job().settings().origin.environment.clone();
        let named = if named == "unknown" { "production".to_owned() } else { named };
        if is_production(&named) {
            return Ok(named);
        }
        let said = match engine.stack_environment().await.map_err(failed)? {
            None if matches!(self, Self::Aws(_)) && !engine.store_is_empty().await.map_err(failed)? => Some("production".to_owned()),
            said => said,
        };
        Ok(said.filter(|said| is_production(said)).unwrap_or(named))
    }

    /// An operation of this command.
    pub(crate) fn operation(&self, name: &str) -> Operation {
        self.job().operation(&format!("{name}.{}", std::process::id()))
    }

    /// Lets go of it.
    pub(crate) async fn close(self) {
        if let Self::Local(data) = self {
            data.close().await;
        }
    }
}

/// Refuses a folder that no fleet or command has made: what only looks makes nothing.
pub(crate) fn must_be_there(data_dir: &Path) -> Result<(), CliError> {
    if data_dir.join("dynamodb.db").is_file() {
        return Ok(());
    }
    Err(CliError::CouldNot(format!("{} holds no data of a fleet: name another with --data-dir", data_dir.display())))
}

/// True for the name of a stack that people rely on.
pub(crate) fn is_production(environment: &str) -> bool {
    let name = environment.trim().to_lowercase();
    name.is_empty() || name.starts_with("prod") || name == "live"
}

#[cfg(test)]
mod tests {
    use super::is_production;

    #[test]
    fn production_has_several_names() {
        for name in ["production", " Prod ", "PRODUCTION", "", "prod-eu", "Prod EU/Private Operator", "Live"] {
            assert!(is_production(name), "{name}");
        }
        assert!(!is_production("local") && !is_production("staging"));
    }
}
