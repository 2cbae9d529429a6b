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
/// everything else that a function does until it is ready.
#[derive(Debug, Clone)]
pub struct Content {
    workflows: Part<Vec<Workflow>>,
    duties: Part<Vec<Duty>>,
    documents: Part<Documents>,
    playbooks: Part<Vec<Playbook>>,
    prompts: Part<Vec<Prompt>>,
}

/// One kind of content: how it is read, and what was read.
#[derive(Debug, Clone)]
struct Part<T> {
    kind: Kind,
    read: fn(&[File]) -> Result<T, Vec<Problem>>,
    value: OnceLock<T>,
}

impl Content {
    /// The content the binary was built with, one for the whole process.
    ///
    /// # Errors
    /// In a debug build, which takes the folder as it is now: every file that can't be understood. What is released was read by the tests.
    pub fn embedded() -> Result<Arc<Self>, ContentError> {
        static CONTENT: LazyLock<Arc<Content>> = LazyLock::new(|| Arc::new(Content::unread()));
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
        let content = Self::unread();
        let mut files = files::read(folder)?;
        content.fill(|wanted| files.extract_if(.., |file| files::kind(&file.path) == Some(wanted)).collect())?;
        Ok(content)
    }

    fn unread() -> Self {
        Self {
            workflows: Part::new(Kind::Workflow, |files| each(files, workflow::read)),
            duties: Part::new(Kind::Duties, |files| Ok(each(files, duty::read)?.into_iter().flatten().collect())),
            documents: Part::new(Kind::Document, |files| Ok(Documents::new(each(files, document::read)?))),
            playbooks: Part::new(Kind::Playbook, |files| each(files, playbook::read)),
            prompts: Part::new(Kind::Prompt, |files| each(files, prompt::read)),
        }
    }

    /// Reads every kind that is not read yet, so that one run names every problem.
    fn fill(&self, mut files: impl FnMut(Kind) -> Vec<File>) -> Result<(), ContentError> {
        let Self { workflows, duties, documents, playbooks, prompts } = self;
        let problems = [
            workflows.fill(&mut files),
            duties.fill(&mut files),
            documents.fill(&mut files),
            playbooks.fill(&mut files),
            prompts.fill(&mut files),
        ]
        .concat();
        if problems.is_empty() { Ok(()) } else { Err(ContentError::Invalid(problems)) }
    }

    /// The workflow definitions, by file name.
    pub fn workflows(&self) -> &[Workflow] {
        self.workflows.get()
    }

    /// The recurring duties, in the order of `duties.yaml`.
    pub fn duties(&self) -> &[Duty] {
        self.duties.get()
    }

    /// The process documents.
    pub fn documents(&self) -> &Documents {
        self.documents.get()
    }

    /// The playbooks of assistants.
    pub fn playbooks(&self) -> &[Playbook] {
        self.playbooks.get()
    }

    /// What executors tell models, by file name.
    pub fn prompts(&self) -> &[Prompt] {
        self.prompts.get()
    }

    /// The playbook for an assistant type.
    pub fn playbook(&self, assistant: &str) -> Option<&Playbook> {
        self.playbooks().iter().find(|playbook| playbook.assistant == assistant)
    }

    /// The prompt of this name.
    pub fn prompt(&self, name: &str) -> Option<&Prompt> {
        self.prompts().iter().find(|prompt| prompt.name == name)
    }
}

impl<T> Part<T> {
    fn new(kind: Kind, read: fn(&[File]) -> Result<T, Vec<Problem>>) -> Self {
        Self { kind, read, value: OnceLock::new() }
    }

    /// What was read; else what the binary holds, of which a test of this crate has read the same files.
    fn get(&self) -> &T {
        self.value.get_or_init(|| {
            (self.read)(&files::embedded(self.kind)).unwrap_or_else(|problems| panic!("{}", ContentError::Invalid(problems)))
        })
    }

    /// Reads these files, unless something was read; answers with what was wrong.
    fn fill(&self, files: &mut impl FnMut(Kind) -> Vec<File>) -> Vec<Problem> {
        if self.value.get().is_some() {
            return Vec::new();
        }
        match (self.read)(&files(self.kind)) {
            Ok(value) => {
                // Whoever was faster has read the same.
                drop(self.value.set(value));
                Vec::new()
            }
            Err(problems) => problems,
        }
    }
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
