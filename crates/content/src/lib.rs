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

pub use document::{Document, Heading, Step};
pub use documents::{Broken, Documents, Target, Unresolved};
pub use duty::Duty;
pub use error::{ContentError, Problem};
pub use lint::{Finding, instruction, lint, schedule};
pub use playbook::{Group, IntakeField, Item, Live, Mail, Need, Playbook, Question, Section, Theme};
pub use prompt::Prompt;
pub use search::Hit;
pub use workflow::{Workflow, Written, written};

use files::{File, Files};

/// Everything under `content/`.
#[derive(Debug, Clone)]
pub struct Content {
    /// The workflow definitions, by file name.
    pub workflows: Vec<Workflow>,
    /// The recurring duties, in the order of `duties.yaml`.
    pub duties: Vec<Duty>,
    /// The process documents.
    pub documents: Documents,
    /// The playbooks of assistants.
    pub playbooks: Vec<Playbook>,
    /// What executors tell models, by file name.
    pub prompts: Vec<Prompt>,
}

impl Content {
    /// The content the binary was built with.
    ///
    /// # Errors
    /// Every file that can't be understood.
    pub fn embedded() -> Result<Self, ContentError> {
        Self::of(files::embedded())
    }

    /// The content of a folder that holds `workflows/`, `documents/`, `duties.yaml`, `playbooks/` and `prompts/`.
    ///
    /// # Errors
    /// A file or folder that can't be read, or every file that can't be understood.
    pub fn read(folder: &Path) -> Result<Self, ContentError> {
        Self::of(files::read(folder)?)
    }

    /// The playbook for an assistant type.
    pub fn playbook(&self, assistant: &str) -> Option<&Playbook> {
        self.playbooks.iter().find(|playbook| playbook.assistant == assistant)
    }

    /// The prompt of this name.
    pub fn prompt(&self, name: &str) -> Option<&Prompt> {
        self.prompts.iter().find(|prompt| prompt.name == name)
    }

    fn of(files: Files) -> Result<Self, ContentError> {
        let mut problems = Vec::new();
        let workflows = each(&files.workflows, workflow::read, &mut problems);
        let duties = each(&files.duties, duty::read, &mut problems).into_iter().flatten().collect();
        let documents = each(&files.documents, document::read, &mut problems);
        let playbooks = each(&files.playbooks, playbook::read, &mut problems);
        let prompts = each(&files.prompts, prompt::read, &mut problems);
        if problems.is_empty() {
            Ok(Self { workflows, duties, documents: Documents::new(documents), playbooks, prompts })
        } else {
            Err(ContentError::Invalid(problems))
        }
    }
}

/// Reads every file, so that one run names every problem.
fn each<T>(files: &[File], read: fn(&File) -> Result<T, Vec<Problem>>, problems: &mut Vec<Problem>) -> Vec<T> {
    let mut good = Vec::new();
    for file in files {
        match read(file) {
            Ok(value) => good.push(value),
            Err(found) => problems.extend(found),
        }
    }
    good
}
