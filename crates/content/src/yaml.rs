//! Reading YAML, with errors that name the line.

use dataops_domain::proof::{ProofRequirement, ProofType};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::files::File;

/// Reads `text`, which stands in `file` after `lines_before` other lines.
///
/// # Errors
/// What was expected, and on which line of the file.
pub(crate) fn parse<T: DeserializeOwned>(file: &File, text: &str, lines_before: usize) -> Result<T, Problem> {
    yaml_serde::from_str(text).map_err(|error| {
        let line = error.location().map(|at| at.line() + lines_before);
        let words = error.to_string().replace("expected i64", "expected a whole number").replace("expected u32", "expected a whole number");
        let message = words.rsplit_once(" at line ").map_or(words.as_str(), |(message, _)| message);
        file.problem(line, message)
    })
}

/// True when `text`, written without quotes, is read as that text and not as a number or a date.
pub(crate) fn is_text(text: &str) -> bool {
    yaml_serde::from_str::<yaml_serde::Value>(text).is_ok_and(|value| value.as_str() == Some(text))
}

/// The number of the first line that starts with `start`, leaving spaces and list dashes aside.
pub(crate) fn line_of(text: &str, start: &str) -> Option<usize> {
    let starts = |line: &str| line.trim_start_matches([' ', '-']).starts_with(start);
    text.lines().position(starts).map(|index| index + 1)
}

/// The proof a task or duty asks for.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProofYaml {
    #[serde(rename = "type")]
    kind: ProofType,
    label: String,
    required: bool,
}

impl From<ProofYaml> for ProofRequirement {
    fn from(yaml: ProofYaml) -> Self {
        Self { kind: yaml.kind, label: Some(yaml.label), required: Some(yaml.required) }
    }
}
