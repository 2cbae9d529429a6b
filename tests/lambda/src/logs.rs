//! What the functions wrote: kept in files, and looked through afterwards.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dataops_domain::secrets;
use serde_json::Value;
use tempfile::TempDir;

use crate::Settings;

/// The folder of one test's logs.
#[derive(Debug, Clone)]
pub struct Logs {
    folder: PathBuf,
    _temporary: Option<Arc<TempDir>>,
}

/// A line that a function wrote, and where.
#[derive(Debug, Clone)]
pub struct Line {
    /// The name of its file.
    pub file: String,
    /// Its text.
    pub text: String,
}

impl Logs {
    /// The logs of a test: below the folder of this run, or in one that goes with the test.
    pub fn of(settings: &Settings, test: &str) -> Self {
        let (folder, temporary) = match &settings.logs {
            Some(folder) => (folder.join(test), None),
            None => {
                let temporary = tempfile::tempdir().expect("a temporary folder");
                (temporary.path().to_owned(), Some(Arc::new(temporary)))
            }
        };
        if temporary.is_none() && folder.exists() {
            std::fs::remove_dir_all(&folder).expect("an earlier run's logs can be removed");
        }
        std::fs::create_dir_all(&folder).expect("the log folder can be made");
        Self { folder, _temporary: temporary }
    }

    /// The file a process writes to.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    /// Everything that was written, the emulator's own lines too.
    pub fn lines(&self) -> Vec<Line> {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(&self.folder).expect("the log folder").flatten().map(|entry| entry.path()).collect();
        files.sort();
        files.iter().flat_map(|file| lines(file)).collect()
    }

    /// What the functions of this name wrote, the emulator's own lines left out.
    pub fn of_function(&self, name: &str) -> Vec<Line> {
        self.lines().into_iter().filter(|line| line.file.starts_with(name) && !is_the_emulators(&line.text)).collect()
    }

    /// The functions' lines as JSON.
    pub fn events(&self, name: &str) -> Vec<Value> {
        self.of_function(name).iter().filter_map(|line| serde_json::from_str(&line.text).ok()).collect()
    }

    /// What no log may hold: a secret by the product's own rules, or one of these words.
    pub fn secrets(&self, words: &[&str]) -> Vec<String> {
        let of = |line: &Line| {
            let rule = secrets::first(&line.text).map(|found| format!("{}: {}: {}", line.file, found.rule, line.text));
            rule.or_else(|| words.iter().find(|word| line.text.contains(*word)).map(|word| format!("{}: {word}: {}", line.file, line.text)))
        };
        self.lines().iter().filter_map(of).collect()
    }
}

fn lines(file: &Path) -> Vec<Line> {
    let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let text = String::from_utf8_lossy(&std::fs::read(file).expect("a log")).into_owned();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| Line { file: name.clone(), text: line.to_owned() }).collect()
}

/// The emulator stands where the platform does, so it writes the platform's lines, and notes of its own with the time in front.
fn is_the_emulators(line: &str) -> bool {
    let platform = ["START RequestId: ", "END RequestId: ", "REPORT RequestId: ", "INIT_REPORT ", "EXTENSION"];
    platform.iter().any(|start| line.starts_with(start)) || line.contains("] (rapid)") || line.contains("[INFO] ") || line.contains("[WARN")
}
