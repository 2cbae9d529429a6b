//! The files of the content folder, from the binary or from disk, in the order of their paths.

use std::path::Path;
use std::{fs, io};

use dataops_domain::secrets;
use rust_embed::RustEmbed;

use crate::error::{ContentError, Problem};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../content"]
struct Embedded;

/// One file.
pub(crate) struct File {
    /// The path inside the content folder, such as `workflows/podcast.yaml`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
    /// When it was last written, in seconds since 1970, as far as the disk or the build could tell.
    pub(crate) written: Option<u64>,
}

impl File {
    /// The path as people know it, such as `content/workflows/podcast.yaml`.
    pub(crate) fn shown(&self) -> String {
        format!("content/{}", self.path)
    }

    /// The file name without folder and ending.
    pub(crate) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// A problem in this file.
    pub(crate) fn problem(&self, line: Option<usize>, message: impl Into<String>) -> Problem {
        Problem { file: self.shown(), line, message: message.into() }
    }

    /// The text, with `\n` as line ending.
    ///
    /// # Errors
    /// The file is not UTF-8, or holds a credential.
    pub(crate) fn text(&self) -> Result<String, Problem> {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => {
                let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
                let Some(found) = secrets::first(&text) else { return Ok(text) };
                let line = 1 + text[..found.range.start].matches('\n').count();
                Err(self.problem(Some(line), found.words()))
            }
            Err(error) => {
                let good = &self.bytes[..error.valid_up_to()];
                let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
                Err(self.problem(Some(line), "expected UTF-8 text"))
            }
        }
    }
}

/// What a file is, by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `workflows/*.yaml`.
    Workflow,
    /// `duties.yaml`.
    Duties,
    /// `documents/**/*.md`.
    Document,
    /// `playbooks/*.yaml`.
    Playbook,
    /// `prompts/*.md`.
    Prompt,
}

/// The files of one kind in the binary.
pub(crate) fn embedded(wanted: Kind) -> Vec<File> {
    let read = |path: &str| {
        let file = Embedded::get(path)?;
        Some(File { path: path.to_owned(), written: file.metadata.last_modified(), bytes: file.data.into_owned() })
    };
    sorted(Embedded::iter().filter(|path| kind(path) == Some(wanted)).filter_map(|path| read(&path)).collect())
}

/// The files of a folder on disk.
///
/// # Errors
/// The folder, or something in it, can't be read.
pub(crate) fn read(folder: &Path) -> Result<Vec<File>, ContentError> {
    let mut files = Vec::new();
    collect(folder, "", &mut files)?;
    Ok(sorted(files))
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> ContentError {
    let path = path.to_owned();
    move |source| ContentError::Unreadable { path, source }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<(), ContentError> {
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let entry = entry.map_err(unreadable(folder))?;
        let disk = entry.path();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if disk.is_dir() {
            collect(&disk, &format!("{path}/"), files)?;
        } else if kind(&path).is_some() {
            let modified = entry.metadata().and_then(|about| about.modified()).ok();
            let written = modified.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok()).map(|since| since.as_secs());
            files.push(File { path, bytes: fs::read(&disk).map_err(unreadable(&disk))?, written });
        }
    }
    Ok(())
}

pub(crate) fn kind(path: &str) -> Option<Kind> {
    match path.split_once('/') {
        None if path == "duties.yaml" => Some(Kind::Duties),
        Some(("workflows", name)) if name.ends_with(".yaml") => Some(Kind::Workflow),
        Some(("documents", name)) if name.ends_with(".md") => Some(Kind::Document),
        Some(("playbooks", name)) if name.ends_with(".yaml") => Some(Kind::Playbook),
        Some(("prompts", name)) if name.ends_with(".md") => Some(Kind::Prompt),
        _ => None,
    }
}

fn sorted(mut all: Vec<File>) -> Vec<File> {
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}
