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
    /// The system does not let the process listen for signals.
    #[error("signals cannot be listened for: {0}")]
    Signals(std::io::Error),
}
