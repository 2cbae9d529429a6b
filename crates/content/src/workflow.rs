//! A workflow definition: one file under `workflows/`, as the body that makes a template.

mod definition;
mod writing;

use dataops_domain::id::TemplateId;
use dataops_domain::json::Object;
use dataops_domain::template::{self, Template};
use dataops_domain::{FieldError, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::Problem;
use crate::files::File;
use crate::yaml;
use definition::WorkflowYaml;

pub use writing::{Written, written};

/// A workflow definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    /// The file inside the content folder, such as `workflows/podcast.yaml`.
    pub source: String,
    /// SHA-256 of the file's bytes, in hex; tells whether a seeded template is still the same.
    pub hash: String,
    /// The template's id.
    pub id: TemplateId,
    /// The body of `POST /api/templates` that makes this template, and `anchorMeaning`.
    pub fields: Object,
}

impl Workflow {
    /// The template this definition makes.
    pub fn template(&self, now: Timestamp) -> Template {
        Template { content_hash: Some(self.hash.clone()), ..template::new(self.id.clone(), &self.fields, now) }
    }

    /// The file as people know it.
    pub(crate) fn shown(&self) -> String {
        format!("content/{}", self.source)
    }
}

/// Reads a definition.
///
/// # Errors
/// What can't be understood, or what the API would refuse.
pub(crate) fn read(file: &File) -> Result<Workflow, Vec<Problem>> {
    let text = file.text().map_err(|problem| vec![problem])?;
    let yaml: WorkflowYaml = yaml::parse(file, &text, 0).map_err(|problem| vec![problem])?;
    let id = TemplateId::parse(&yaml.id).ok_or_else(|| {
        let words = format!("id: '{}' is not an id; expected at most 128 characters from A-Z a-z 0-9 . _ : -", yaml.id);
        vec![file.problem(yaml::line_of(&text, "id:"), words)]
    })?;
    let fields = yaml.fields().map_err(|words| vec![file.problem(yaml::line_of(&text, "trigger:"), words)])?;
    template::parse_new(&fields).map_err(|refusal| {
        refusal.errors.iter().map(|error| file.problem(line_at(&text, &fields, error), located(&fields, error))).collect::<Vec<_>>()
    })?;
    Ok(Workflow { source: file.path.clone(), hash: format!("{:x}", Sha256::digest(&file.bytes)), id, fields })
}

/// The line where the task of a refused field starts.
fn line_at(text: &str, fields: &Object, error: &FieldError) -> Option<usize> {
    yaml::line_of(text, &format!("id: {}", task_at(fields, error)?))
}

fn located(fields: &Object, error: &FieldError) -> String {
    match task_at(fields, error) {
        Some(task) => format!("task {task}: {}", error.message),
        None => error.message.clone(),
    }
}

fn task_at<'a>(fields: &'a Object, error: &FieldError) -> Option<&'a str> {
    let rest = error.pointer.strip_prefix("/taskDefinitions/")?;
    let index: usize = rest.split('/').next()?.parse().ok()?;
    fields.get("taskDefinitions")?.get(index)?.get("refId").and_then(Value::as_str)
}
