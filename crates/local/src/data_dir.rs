//! The data folder: where everything a local fleet keeps lies, and the lock that lets one fleet run on it.
//!
//! ```text
//! .dataops/
//!   dynamodb.db   the embedded DynamoDB      s3/          the embedded S3, a folder per bucket
//!   secret        between portal and engine  seeded       marks that first-start seeding is done
//!   lock          held while a fleet runs    fleet.json   where the running fleet listens
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{LocalError, random};

/// A data folder that is there and can be written.
#[derive(Debug, Clone)]
pub struct DataDir {
    root: PathBuf,
}

/// The right to run a fleet on a folder. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Where a running fleet listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// The fleet's process.
    pub pid: u32,
    /// The portal.
    pub url: String,
    /// The engine's own router, when it is exposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_url: Option<String>,
    /// The control endpoint.
    pub control_url: String,
    /// What the control endpoint asks for.
    pub token: String,
}

impl DataDir {
    /// Makes the folder if needed and makes sure it can be written.
    pub fn open(root: &Path) -> Result<Self, LocalError> {
        let dir = Self { root: root.to_owned() };
        fs::create_dir_all(dir.objects()).map_err(|error| LocalError::folder(root, &error))?;
        let probe = root.join(format!(".probe-{}", std::process::id()));
        fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)).map_err(|error| LocalError::folder(root, &error))?;
        Ok(dir)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.root.join("dynamodb.db")
    }

    /// The folder of buckets.
    pub fn objects(&self) -> PathBuf {
        self.root.join("s3")
    }

    /// Takes the folder for one fleet; an error when another has it.
    pub fn lock(&self) -> Result<Lock, LocalError> {
        let path = self.root.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| LocalError::folder(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => {
                let who = self.running().map(|fleet| format!(" (process {}, {})", fleet.pid, fleet.url));
                Err(LocalError::Locked { path: self.root.clone(), who: who.unwrap_or_default() })
            }
            Err(TryLockError::Error(error)) => Err(LocalError::folder(&path, &error)),
        }
    }

    /// The secret between portal and engine, made on first use.
    pub fn secret(&self) -> Result<String, LocalError> {
        let path = self.root.join("secret");
        if !path.exists() {
            let temporary = self.root.join(format!(".secret-{}", std::process::id()));
            write_private(&temporary, random::secret()?.as_bytes()).map_err(|error| LocalError::folder(&path, &error))?;
            // Whoever links first wins; the other reads the winner's.
            let linked = fs::hard_link(&temporary, &path);
            fs::remove_file(&temporary).map_err(|error| LocalError::folder(&temporary, &error))?;
            if let Err(error) = linked
                && error.kind() != ErrorKind::AlreadyExists
            {
                return Err(LocalError::folder(&path, &error));
            }
        }
        fs::read_to_string(&path).map_err(|error| LocalError::folder(&path, &error))
    }

    /// Whether first-start seeding is done.
    pub fn is_seeded(&self) -> bool {
        self.root.join("seeded").exists()
    }

    /// Marks first-start seeding as done.
    pub fn mark_seeded(&self) -> Result<(), LocalError> {
        let path = self.root.join("seeded");
        fs::write(&path, b"").map_err(|error| LocalError::folder(&path, &error))
    }

    /// The fleet that said it runs here; it may have been killed since.
    pub fn running(&self) -> Option<Running> {
        serde_json::from_slice(&fs::read(self.root.join("fleet.json")).ok()?).ok()
    }

    /// Says where this fleet listens.
    pub fn set_running(&self, running: &Running) -> Result<(), LocalError> {
        let path = self.root.join("fleet.json");
        let temporary = self.root.join(".fleet.json");
        let json = serde_json::to_vec_pretty(running).unwrap_or_default();
        let written = write_private(&temporary, &json).and_then(|()| fs::rename(&temporary, &path));
        written.map_err(|error| LocalError::folder(&path, &error))
    }

    /// Forgets the fleet that ran here.
    pub fn clear_running(&self) {
        if let Err(error) = fs::remove_file(self.root.join("fleet.json")) {
            tracing::debug!(%error, "fleet.json stays");
        }
    }
}

/// Writes a file that only its owner can read.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fleet_per_folder_and_the_secret_stays() {
        let temporary = tempfile::tempdir().expect("a folder");
        let dir = DataDir::open(&temporary.path().join("data")).expect("a data folder");
        let lock = dir.lock().expect("the lock");
        let words = dir.lock().expect_err("taken").to_string();
        assert!(words.contains("already runs") && words.contains("--data-dir"), "{words}");
        drop(lock);
        dir.lock().expect("free again");
        let secret = dir.secret().expect("a secret");
        assert_eq!((secret.len(), dir.secret().expect("a secret")), (64, secret));
    }

    #[test]
    fn a_folder_that_cannot_be_is_named() {
        let temporary = tempfile::tempdir().expect("a folder");
        let file = temporary.path().join("file");
        fs::write(&file, b"").expect("a file");
        let words = DataDir::open(&file.join("data")).expect_err("no folder").to_string();
        assert!(words.contains("file/data") && words.contains("--data-dir"), "{words}");
    }
}
