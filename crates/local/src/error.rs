//! What can keep a local fleet from running, in words for whoever started it.

use std::path::{Path, PathBuf};

use dataops_fleet::{ConfigError, InvokeError};

use crate::template::TemplateError;

/// Why the local fleet, or a command on its data, cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The template says something the local fleet does not know.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A function could not be built from its settings.
    #[error("{function} cannot start: {problem}")]
    Function {
        /// The function's physical name.
        function: String,
        /// What its settings lack.
        problem: ConfigError,
    },
    /// The data folder cannot be used.
    #[error("the data folder {path} cannot be used: {problem}. Choose another with --data-dir.", path = path.display())]
    Folder {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What the system said.
        problem: String,
    },
    /// Another fleet runs on the data folder.
    #[error(
        "another fleet already runs on the data folder {path}{who}. Stop it first, or choose another folder with --data-dir.",
        path = path.display()
    )]
    Locked {
        /// The folder.
        path: PathBuf,
        /// The other process, as far as known: ` (process 123)`.
        who: String,
    },
    /// A port cannot be listened on.
    #[error("port {port} cannot be used: {problem}. Choose another with {option}.")]
    Port {
        /// The port.
        port: u16,
        /// The option that sets it.
        option: &'static str,
        /// What the system said.
        problem: String,
    },
    /// The stored tables differ from the template in a way that cannot be mended in place.
    #[error("{table}: {problem}. The data folder was made by another version; choose another with --data-dir.")]
    Schema {
        /// The table's name.
        table: String,
        /// How it differs.
        problem: String,
    },
    /// The folder for the record of roles cannot be used.
    #[error("{variable} names {path}, which cannot be written: {problem}. Name another folder, or none.", path = path.display())]
    Record {
        /// The variable that names it.
        variable: &'static str,
        /// The folder.
        path: PathBuf,
        /// What the system said.
        problem: String,
    },
    /// The embedded database refused something.
    #[error("the embedded database: {0}")]
    Database(#[from] dynoxide::DynoxideError),
    /// The embedded object store refused something.
    #[error("the embedded object store: {0}")]
    Objects(String),
    /// A function answered an administration event with an error.
    #[error("the work engine failed: {0}")]
    Invoke(#[from] InvokeError),
    /// A function refused an administration event.
    #[error("{0}")]
    Refused(String),
    /// The system gave no random bytes.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

impl LocalError {
    /// A folder or file that cannot be used.
    pub(crate) fn folder(path: &Path, problem: &std::io::Error) -> Self {
        Self::Folder { path: path.to_owned(), problem: problem.to_string() }
    }
}
