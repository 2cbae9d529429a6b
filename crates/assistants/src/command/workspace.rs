//! The working folder of one attempt: made new, readable by nobody else, gone afterwards.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::brief::Brief;
use crate::output::MAX_OUTPUT_BYTES;

/// A folder that is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    /// A new folder below `parent`, with the inputs in it. No earlier attempt's folder is ever used again.
    ///
    /// # Errors
    /// It can't be made or written.
    pub(super) fn new(parent: &Path, job_id: &str, attempt: u32, brief: &Brief) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
        let parent = parent.canonicalize()?;
        let job: String = job_id.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').take(64).collect();
        let mut number = 0;
        let workspace = loop {
            let folder = parent.join(format!("job-{job}-{attempt}-{number}"));
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => break Self { folder },
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => number += 1,
                Err(error) => return Err(error),
            }
        };
        workspace.fill(brief)?;
        Ok(workspace)
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn fill(&self, brief: &Brief) -> io::Result<()> {
        let inputs = self.folder.join("inputs");
        fs::create_dir(&inputs)?;
        fs::create_dir(self.folder.join("output"))?;
        let mut sources: Vec<Value> = Vec::new();
        for (index, source) in brief.sources.iter().enumerate() {
            let mut about = source.about.clone();
            if let Some(text) = &source.text {
                let name = format!("S{}.txt", index + 1);
                fs::write(inputs.join(&name), text)?;
                about["file"] = Value::from(name);
            }
            sources.push(about);
        }
        fs::write(inputs.join("job.json"), serde_json::to_vec_pretty(&brief.job)?)?;
        fs::write(inputs.join("sources.json"), serde_json::to_vec_pretty(&json!(sources))?)?;
        if let Some(draft) = &brief.draft {
            fs::write(inputs.join("draft.md"), draft)?;
        }
        Ok(())
    }

    /// The document that was written, `None` when there is none. Only a regular file in the folder itself counts: a link
    /// could lead to anything this process may read.
    ///
    /// # Errors
    /// It can't be read, or is longer than is taken.
    pub(super) fn document(&self, name: &str) -> io::Result<Option<String>> {
        let output = self.folder.join("output");
        let file = output.join(name);
        let is = |path: &Path, wanted: fn(&fs::Metadata) -> bool| fs::symlink_metadata(path).is_ok_and(|about| wanted(&about));
        if !is(&output, fs::Metadata::is_dir) || !is(&file, fs::Metadata::is_file) {
            return Ok(None);
        }
        let most = u64::try_from(MAX_OUTPUT_BYTES).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        File::open(&file)?.take(most + 1).read_to_end(&mut bytes)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // What can't be removed stays for whoever looks after the machine; the attempt has ended either way.
        drop(fs::remove_dir_all(&self.folder));
    }
}
