//! Exports and imports of everything that is stored (EX-1 to EX-6).
//!
//! `snapshot` reads the store into a writer of `dataops-portable`, `run` is the export job around it (lock, deadline, resume,
//! telling of failures), `publish` puts the archive where it is kept. `checks` is what was found when an archive was looked
//! at again. `import` is the way back. What a record looks like on its way
//! out and in is in `kinds`.

mod archives;
mod checks;
mod folder;
mod import;
mod kinds;
mod objects;
mod publish;
mod run;
mod snapshot;
mod state;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dataops_domain::Timestamp;
use dataops_portable::Origin;
use serde::Serialize;

use crate::error::Error;
use dataops_api::exports::ExportMade;

pub use checks::archive_checksum;
pub use folder::Exported;
pub use import::{ImportMode, Imported};
pub use objects::{Copied, Owned, Shelf, copy as objects_copy, missing as objects_missing};

/// Where an export goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The bucket of archives of the store.
    Bucket,
    /// A folder of archives, under the keys the bucket would have.
    Archives(PathBuf),
    /// A folder that holds the export itself.
    Folder(PathBuf),
}

/// How exports are made in this stack.
#[derive(Debug, Clone)]
pub struct ExportSettings {
    /// Where they go; none is an error once one is asked for.
    pub destination: Option<Destination>,
    /// What begins every key of an archive.
    pub prefix: String,
    /// What the manifest says of the stack; its moment is that of each run.
    pub origin: Origin,
    /// A folder for runs, archives and checks meanwhile: there, and with room for three exports.
    pub scratch: PathBuf,
}

/// What bounds one invocation of the export job.
#[derive(Clone)]
pub struct ExportLimits {
    /// The moment.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// How long the invocation may still take; `None` when nothing ends it.
    pub left: Arc<dyn Fn() -> Option<Duration> + Send + Sync>,
    /// A name that no other invocation has.
    pub holder: String,
}

/// Less than this, and reading stops for the next invocation to go on.
const READING_RESERVE: Duration = Duration::from_secs(60);
/// Less than this, and what was read is sorted, checked and published by the next invocation.
const FINISHING_RESERVE: Duration = Duration::from_secs(300);

impl ExportLimits {
    fn has(&self, reserve: Duration) -> bool {
        (self.left)().is_none_or(|left| left > reserve)
    }
}

/// What an invocation of the export job did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportOutcome {
    /// It made an export.
    Made(ExportMade),
    /// Its time was over; the next one goes on from here.
    Suspended {
        /// Records read so far.
        records: u64,
        /// The moment of the newest archive there is meanwhile.
        newest: Option<Timestamp>,
    },
    /// There was nothing to go on with.
    Idle {
        /// The moment of the newest archive.
        newest: Option<Timestamp>,
    },
}

/// Work that would hold other requests up, done on a thread of its own.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(format!("an export's thread ended: {error}")))?
}

fn disk(error: std::io::Error) -> Error {
    Error::Internal(format!("the disk refused: {error}"))
}

impl From<dataops_portable::WriteError> for Error {
    fn from(error: dataops_portable::WriteError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<dataops_portable::Failure> for Error {
    fn from(error: dataops_portable::Failure) -> Self {
        Self::Internal(error.to_string())
    }
}
