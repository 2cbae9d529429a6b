//! A recurring duty: one task on every day its schedule matches.

use dataops_domain::proof::ProofRequirement;
use serde::Deserialize;

use crate::error::Problem;
use crate::files::File;
use crate::yaml::{self, ProofYaml};

/// The file the duties stand in.
pub(crate) const FILE: &str = "content/duties.yaml";

/// A recurring duty.
#[derive(Debug, Clone, PartialEq)]
pub struct Duty {
    /// Stable key, such as `slack-export`.
    pub key: String,
    /// Title of the task it yields.
    pub description: String,
    /// Five-field cron text.
    pub schedule: String,
    /// The role that does it.
    pub assignee: Option<String>,
    /// The document that describes it.
    pub instruction_doc_id: String,
    /// The step in that document.
    pub instruction_step_id: Option<String>,
    /// Systems it touches.
    pub systems: Vec<String>,
    /// Tags of the task.
    pub tags: Vec<String>,
    /// Proof the task needs.
    pub proof: Option<ProofRequirement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DutiesYaml {
    duties: Vec<DutyYaml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DutyYaml {
    key: String,
    description: String,
    schedule: String,
    assignee: Option<String>,
    instruction_doc_id: String,
    instruction_step_id: Option<String>,
    #[serde(default)]
    systems: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    proof: Option<ProofYaml>,
}

impl From<DutyYaml> for Duty {
    fn from(yaml: DutyYaml) -> Self {
        Self {
            key: yaml.key,
            description: yaml.description,
            schedule: yaml.schedule,
            assignee: yaml.assignee,
            instruction_doc_id: yaml.instruction_doc_id,
            instruction_step_id: yaml.instruction_step_id,
            systems: yaml.systems,
            tags: yaml.tags,
            proof: yaml.proof.map(Into::into),
        }
    }
}

/// Reads the duties.
///
/// # Errors
/// What can't be understood.
pub(crate) fn read(file: &File) -> Result<Vec<Duty>, Vec<Problem>> {
    let text = file.text().map_err(|problem| vec![problem])?;
    let yaml: DutiesYaml = yaml::parse(file, &text, 0).map_err(|problem| vec![problem])?;
    Ok(yaml.duties.into_iter().map(Into::into).collect())
}
