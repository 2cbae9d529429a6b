//! Reads the files of an export one after the other, wherever they are: a folder, a bag, or an archive of either. Nothing is
//! unpacked, and no input makes it read or keep more than the limits say.

mod folder;
mod hashing;
mod lines;
mod tar;

use std::io::Read;
use std::path::{Path, PathBuf};

pub(crate) use lines::{Line, Lines};

/// Why something could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is nothing at this path.
    #[error("there is no export at {path}: {reason}", path = .path.display())]
    Nothing {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
    /// The scratch folder cannot be used.
    #[error("the scratch folder cannot be used: {0}")]
    Scratch(std::io::Error),
    /// Reading stopped before the end.
    #[error("reading the export stopped: {0}")]
    Stopped(std::io::Error),
}

/// What is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a line.
    pub line: usize,
    /// Bytes of a file that is read whole, such as the manifest.
    pub whole: u64,
    /// Files.
    pub files: usize,
    /// How many times its own size an archive may hold.
    pub ratio: u64,
    /// Bytes that any archive may hold, however small it is.
    pub harmless: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 4 * 1024 * 1024, whole: 4 * 1024 * 1024, files: 200, ratio: 200, harmless: 64 * 1024 * 1024 }
    }
}

/// What takes the files.
pub(crate) trait Files {
    /// Takes a file: its plain name, whether it is part of a bag's own files, and its bytes. What is left unread is read on.
    fn file(&mut self, name: &str, of_bag: bool, bytes: &mut dyn Read) -> std::io::Result<()>;
    /// Takes what is wrong with the folder or archive itself.
    fn broken(&mut self, file: &str, code: &'static str, message: String) -> std::io::Result<()>;
}

/// Reads all files at a path.
pub(crate) fn read(path: &Path, limits: &Limits, files: &mut impl Files) -> Result<(), Failure> {
    let nothing = |reason| Failure::Nothing { path: path.to_owned(), reason };
    let about = std::fs::metadata(path).map_err(nothing)?;
    let end = if about.is_dir() {
        folder::read(path, limits, files)
    } else {
        let file = std::fs::File::open(path).map_err(nothing)?;
        tar::read(file, about.len(), limits, files)
    };
    end.map_err(Failure::Stopped)
}

/// A bag's own files.
fn is_of_bag(name: &str) -> bool {
    use crate::bag::{DECLARATION, INFO, PAYLOAD, TAGS};
    [DECLARATION, INFO, PAYLOAD, TAGS].contains(&name)
}

/// The order in which files are best read: what says what there is, then what many records name, then the rest by name.
pub(crate) fn order(name: &str) -> (usize, String) {
    let plain = name.rsplit('/').next().unwrap_or(name);
    let first = [crate::bag::DECLARATION, crate::manifest::FILE, "users.jsonl", "templates.jsonl", "recurring_configs.jsonl"];
    (first.iter().position(|known| *known == plain).unwrap_or(first.len()), name.to_owned())
}
