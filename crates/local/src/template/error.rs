//! What is wrong with the template, and where.

/// A template the local fleet cannot read, in words that name the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template.full.yaml: {path}: {problem}")]
pub struct TemplateError {
    /// Where: `Resources.TasksTable.Properties.KeySchema`, or the line of a YAML mistake.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

impl TemplateError {
    /// A mistake at a place.
    pub(super) fn at(path: &str, problem: impl Into<String>) -> Self {
        Self { path: path.to_owned(), problem: problem.into() }
    }

    /// A construct the local fleet does not know.
    pub(crate) fn unknown(path: &str, construct: impl std::fmt::Display) -> Self {
        Self::at(path, format!("{construct} is not known to the local fleet (crates/local/src/template)"))
    }
}
