//! What is wrong with content that can't be understood: file, line and what was expected.

use std::fmt;
use std::path::PathBuf;

/// One problem in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, from `content/` on.
    pub file: String,
    /// The line, counted from 1, when it is known.
    pub line: Option<usize>,
    /// What is wrong and what was expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// Why content could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// A file or folder could not be read at all.
    #[error("{}: cannot be read", path.display())]
    Unreadable {
        /// What was to be read.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Files that can't be understood; shown one problem per line.
    #[error("{}", lines(.0))]
    Invalid(Vec<Problem>),
}

impl ContentError {
    /// The problems inside files; empty when a file could not be read.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Unreadable { .. } => &[],
            Self::Invalid(problems) => problems,
        }
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
