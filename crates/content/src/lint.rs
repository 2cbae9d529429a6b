//! What is wrong with content that can be read: references that lead nowhere, plans that can't be kept, documents
//! that lack a part. The shipped content has no finding.

mod documents;
mod duties;
mod links;
mod playbooks;
mod prompts;
mod slots;
mod words;
mod workflows;

use std::collections::BTreeSet;
use std::fmt;

use crate::Content;

pub use links::instruction;
pub use words::schedule;

/// Something to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, from `content/` on.
    pub file: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.message)
    }
}

/// Every finding: workflows, duties, documents, playbooks, prompts, each in the order of its files.
pub fn lint(content: &Content) -> Vec<Finding> {
    let mut findings = workflows::check(content);
    findings.extend(duties::check(content));
    findings.extend(documents::check(content));
    findings.extend(playbooks::check(content));
    findings.extend(prompts::check(content));
    findings
}

/// The names that occur more than once, each once.
fn repeated<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    names.into_iter().filter(|name| !seen.insert(*name)).collect()
}
