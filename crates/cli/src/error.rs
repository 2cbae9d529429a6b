//! Why a command failed, in words for whoever typed it.

use std::path::PathBuf;

use dataops_local::LocalError;

/// A failed command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The fleet on this machine cannot do it.
    #[error(transparent)]
    Local(#[from] LocalError),
    /// A request got no answer.
    #[error("{url} does not answer: {problem}")]
    NoAnswer {
        /// Where the request went.
        url: String,
        /// Why there is no answer.
        problem: String,
    },
    /// A request was refused.
    #[error("{url} answered {status}: {words}")]
    Refused {
        /// Where the request went.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What it said.
        words: String,
    },
    /// No fleet runs where one is needed.
    #[error("no fleet is running on the data folder {path}; start one with `dataops dev`", path = .0.display())]
    NotRunning(PathBuf),
    /// A deployed fleet asks for a token.
    #[error("a deployed fleet needs --token or --token-stdin")]
    NoToken,
    /// Standard input could not be read.
    #[error("standard input cannot be read: {0}")]
    Input(std::io::Error),
    /// Standard input held nothing where something was expected.
    #[error("standard input holds no {0}")]
    EmptyInput(&'static str),
    /// The audit log is not whole.
    #[error("the audit log is not whole: {0} found")]
    Broken(usize),
    /// An export is not valid.
    #[error("the export is not valid: {0} found")]
    Invalid(u64),
    /// An export could not be looked at.
    #[error(transparent)]
    Export(#[from] dataops_portable::Failure),
    /// Something was found, and told.
    #[error("{0}")]
    Found(String),
    /// A piece of work on stored data could not be carried out.
    #[error("{0}")]
    CouldNot(String),
    /// What was found could not be told.
    #[error("the findings cannot be told: {0}")]
    Telling(std::io::Error),
    /// The system does not let the process listen for signals.
    #[error("signals cannot be listened for: {0}")]
    Signals(std::io::Error),
}

impl CliError {
    /// Why a use case gave no answer: what is stored gives no valid export is something found, everything else kept it from
    /// looking.
    pub(crate) fn of_engine(error: &dataops_engine::Error) -> Self {
        match error {
            dataops_engine::Error::Expected(refused) if refused.code == "export_invalid" => Self::Found(refused.message.clone()),
            error => Self::CouldNot(error.to_string()),
        }
    }

    /// For commands whose 1 says that something was found: what kept one from looking ends with 3, whatever it was.
    pub(crate) fn of_looking(self) -> Self {
        match self {
            Self::Broken(_) | Self::Invalid(_) | Self::Found(_) | Self::Export(_) | Self::CouldNot(_) | Self::Telling(_) => self,
            other => Self::CouldNot(other.to_string()),
        }
    }

    /// The exit status: 1, or 3 where 1 says that something was found and this could not even look.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Export(_) | Self::Telling(_) | Self::CouldNot(_) => 3,
            _ => 1,
        }
    }
}
