//! Reads `content/`: the workflow definitions, the recurring duties, the process documents, and what assistants work
//! with (playbooks and prompts); and lints them.
//!
//! [`Content::embedded`] holds what the binary was built with (a debug build reads the folder at run time instead).
//! Reading refuses what can't be understood, with file, line and what was expected; [`mod@lint`] judges what was understood,
//! such as a task that names an unknown document. Nothing here writes, and nothing knows the store.

mod document;
mod documents;
mod duty;
mod error;
mod files;
mod lint;
mod plain;
mod playbook;
mod prompt;
mod search;
mod workflow;
mod yaml;

use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

pub use document::{Document, Heading, Step};
pub use documents::{Broken, Documents, Target, Unresolved};
pub use duty::Duty;
pub use error::{ContentError, Problem};
pub use lint::{Finding, instruction, lint, schedule};
pub use playbook::{Group, IntakeField, Item, Live, Mail, Need, Playbook, Question, Section, Theme};
pub use prompt::Prompt;
pub use search::Hit;
pub use workflow::{Workflow, Written, written};

use files::{File, Kind};

/// Everything under `content/`.
///
/// What the binary was built with is read kind by kind, when it is first asked for: reading all of it takes ten times as long as
/// everything else that a function does until it is ready. Each kind names its reader where it is asked for, so that a binary holds
/// only the readers it uses: a list of all of them takes up to a quarter of a megabyte more of a zip.
#[derive(Debug, Clone, Default)]
pub struct Content {
    workflows: OnceLock<Vec<Workflow>>,
    duties: OnceLock<Vec<Duty>>,
    documents: OnceLock<Documents>,
    playbooks: OnceLock<Vec<Playbook>>,
    prompts: OnceLock<Vec<Prompt>>,
}

impl Content {
    /// The content the binary was built with, one for the whole process.
    ///
    /// # Errors
    /// In a debug build, which takes the folder as it is now: every file that can't be understood. What is released was read by the tests.
    pub fn embedded() -> Result<Arc<Self>, ContentError> {
        static CONTENT: LazyLock<Arc<Content>> = LazyLock::new(Arc::default);
        if cfg!(debug_assertions) {
            CONTENT.fill(files::embedded)?;
        }
        Ok(Arc::clone(&CONTENT))
    }

    /// The content of a folder that holds `workflows/`, `documents/`, `duties.yaml`, `playbooks/` and `prompts/`.
    ///
    /// # Errors
    /// A file or folder that can't be read, or every file that can't be understood.
    pub fn read(folder: &Path) -> Result<Self, ContentError> {
        let content = Self::default();
        let mut files = files::read(folder)?;
        content.fill(|wanted| files.extract_if(.., |file| files::kind(&file.path) == Some(wanted)).collect())?;
        Ok(content)
    }

    /// The workflow definitions, by file name.
    pub fn workflows(&self) -> &[Workflow] {
        self.workflows.get_or_init(|| shipped(Kind::Workflow, workflow::read))
    }

    /// The recurring duties, in the order of `duties.yaml`.
    pub fn duties(&self) -> &[Duty] {
        self.duties.get_or_init(|| shipped(Kind::Duties, duty::read).into_iter().flatten().collect())
    }

    /// The process documents.
    pub fn documents(&self) -> &Documents {
        self.documents.get_or_init(|| Documents::new(shipped(Kind::Document, document::read)))
    }

    /// The playbooks of assistants.
    pub fn playbooks(&self) -> &[Playbook] {
        self.playbooks.get_or_init(|| shipped(Kind::Playbook, playbook::read))
    }

    /// What executors tell models, by file name.
    pub fn prompts(&self) -> &[Prompt] {
        self.prompts.get_or_init(|| shipped(Kind::Prompt, prompt::read))
    }

    /// The playbook for an assistant type.
    pub fn playbook(&self, assistant: &str) -> Option<&Playbook> {
        self.playbooks().iter().find(|playbook| playbook.assistant == assistant)
    }

    /// The prompt of this name.
    pub fn prompt(&self, name: &str) -> Option<&Prompt> {
        self.prompts().iter().find(|prompt| prompt.name == name)
    }

    /// Reads every kind that is not read yet, so that one run names every problem.
    fn fill(&self, mut files: impl FnMut(Kind) -> Vec<File>) -> Result<(), ContentError> {
        let mut problems = Vec::new();
        let mut found = |more: Vec<Problem>| problems.extend(more);
        fill(&self.workflows, || each(&files(Kind::Workflow), workflow::read), &mut found);
        let duties = |read: Vec<Vec<Duty>>| read.into_iter().flatten().collect();
        fill(&self.duties, || each(&files(Kind::Duties), duty::read).map(duties), &mut found);
        fill(&self.documents, || each(&files(Kind::Document), document::read).map(Documents::new), &mut found);
        fill(&self.playbooks, || each(&files(Kind::Playbook), playbook::read), &mut found);
        fill(&self.prompts, || each(&files(Kind::Prompt), prompt::read), &mut found);
        if problems.is_empty() { Ok(()) } else { Err(ContentError::Invalid(problems)) }
    }
}

fn fill<T>(part: &OnceLock<T>, read: impl FnOnce() -> Result<T, Vec<Problem>>, found: &mut impl FnMut(Vec<Problem>)) {
    if part.get().is_some() {
        return;
    }
    match read() {
        // Whoever was faster has read the same.
        Ok(value) => drop(part.set(value)),
        Err(problems) => found(problems),
    }
}

/// The files of a kind that the binary holds. A test of this crate has read the same files.
fn shipped<T>(kind: Kind, read: fn(&File) -> Result<T, Vec<Problem>>) -> Vec<T> {
    each(&files::embedded(kind), read).unwrap_or_else(|problems| panic!("{}", ContentError::Invalid(problems)))
}

/// Reads every file, or names every problem.
fn each<T>(files: &[File], read: fn(&File) -> Result<T, Vec<Problem>>) -> Result<Vec<T>, Vec<Problem>> {
    let (mut good, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        match read(file) {
            Ok(value) => good.push(value),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(good) } else { Err(problems) }
}
