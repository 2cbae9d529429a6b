//! A job's page.

use dataops_domain::artifact::Artifact;
use dataops_domain::audit::Event;
use dataops_domain::job::Job;
use dataops_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::assistants::JobRow;
use super::row::Person;

/// What a person or outside worker may do with a job now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobMay {
    /// Change the draft.
    pub edit: bool,
    /// Hand it over.
    pub submit: bool,
    /// Run it dry.
    pub run_dry: bool,
    /// Approve, reject, edit the output.
    pub decide: bool,
    /// Try once more.
    pub retry: bool,
    /// Give it up.
    pub cancel: bool,
    /// Acknowledge a failure or rejection.
    pub acknowledge: bool,
}

/// What an input reference leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobInput {
    /// The type as the job says it.
    pub kind: String,
    /// The id it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The address it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Its title, as the job says it or as the record has it.
    pub title: String,
    /// True when it names a record that is not there.
    #[serde(default)]
    pub missing: bool,
}

/// The text of an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The artifact.
    pub artifact_id: String,
    /// Its text, at most 64 KB.
    pub text: String,
    /// True when there is more.
    #[serde(default)]
    pub cut: bool,
    /// The output of the attempt before that it takes the place of, for showing what differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub before: Option<Box<Preview>>,
}

/// `GET /api/views/jobs/:id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobPage {
    /// When this was computed.
    pub checked_at: Timestamp,
    /// The job, with its attempts.
    pub job: Job,
    /// Its line, as lists show it, with its task and workflow.
    pub row: JobRow,
    /// What can be done now.
    pub may: JobMay,
    /// What it was given.
    pub inputs: Vec<JobInput>,
    /// Its artifacts: outputs of every attempt and logs.
    pub artifacts: Vec<Artifact>,
    /// The text of what waits for a decision, or was decided last.
    pub previews: Vec<Preview>,
    /// The last lines of the running attempt's log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tail: Vec<String>,
    /// The last 50 events, oldest first.
    pub events: Vec<Event>,
    /// Users, for names.
    pub people: Vec<Person>,
}
