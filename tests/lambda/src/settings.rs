//! Where the bootstraps, the emulator and the logs are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use dataops_local::functions;

/// The binary of each function, by its logical id.
pub const BINARIES: [(&str, &str); 5] = [
    (functions::PORTAL, "dataops-portal"),
    (functions::WORK_ENGINE, "dataops-work-engine"),
    (functions::CRON_RUNNER, "dataops-cron-runner"),
    (functions::ASSISTANT_RUNNER, "dataops-assistant-runner"),
    (functions::EXPORT_JOB, "dataops-export-job"),
];

/// Where things are, as `scripts/test` says it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder of the functions' binaries: `DATAOPS_LAMBDA_BIN`.
    pub binaries: PathBuf,
    /// AWS's runtime interface emulator: `DATAOPS_RIE`.
    pub emulator: PathBuf,
    /// Where logs are kept: `DATAOPS_LOGS_DIR`.
    pub logs: Option<PathBuf>,
}

/// One bootstrap and what it is started with.
#[derive(Debug, Clone)]
pub struct Program {
    /// The binary.
    pub bootstrap: PathBuf,
    /// Its whole environment.
    pub environment: Vec<(String, String)>,
}

impl Settings {
    /// The settings of this run; what is missing is named with what would set it.
    pub fn of_this_run() -> Self {
        let path = |name: &str| std::env::var_os(name).filter(|value: &OsString| !value.is_empty()).map(PathBuf::from);
        let needed = |name: &str| {
            let found = path(name).unwrap_or_else(|| panic!("{name} is not set: run `scripts/test`, which builds what these tests need"));
            assert!(found.exists(), "{name} names {}, which is not there", found.display());
            found
        };
        Self { binaries: needed("DATAOPS_LAMBDA_BIN"), emulator: needed("DATAOPS_RIE"), logs: path("DATAOPS_LOGS_DIR") }
    }

    /// The bootstrap of a function.
    pub fn bootstrap(&self, id: &str) -> PathBuf {
        let (_, name) = BINARIES.iter().find(|(known, _)| *known == id).unwrap_or_else(|| panic!("no binary is known for {id}"));
        binary(&self.binaries, name)
    }
}

fn binary(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    assert!(path.is_file(), "{} is not there: `cargo build --profile bootstrap --package {name}` makes it", path.display());
    path
}
