//! A job's page: what was asked, what came of each attempt, and what can be done now.

use dataops_api::views::job::{JobInput, JobMay, JobPage, Preview};
use dataops_domain::artifact::Artifact;
use dataops_domain::job::state::{Action, judge};
use dataops_domain::job::{Job, work};
use dataops_domain::json::Object;
use dataops_domain::task::Task;
use dataops_store::{Ids, Objects, Operation, Together};
use serde_json::Value;

use super::assistants;
use crate::Engine;
use crate::error::Error;

/// The most bytes of an output that the page shows.
const MAX_PREVIEW: usize = 64 * 1024;
/// The most outputs whose text the page shows.
const MOST_PREVIEWS: usize = 4;

impl Engine {
    /// What a job's page shows: the job and its events at once, then everything it names in one batch.
    ///
    /// # Errors
    /// 404 when there is no such job.
    pub async fn view_job(&self, operation: &Operation, id: &str) -> Result<JobPage, Error> {
        let scene = async { Ok(self.scene(operation).await?) };
        let (job, events, scene) = futures_util::future::try_join3(self.job(id), self.job_events(id), scene).await?;
        let job = job.record;
        let around = self.store.get_together(&named(&job)).await?;
        let tasks: Vec<Task> = around.tasks.iter().map(|stored| stored.record.clone()).collect();
        let mut artifacts: Vec<Artifact> = around.artifacts.iter().map(|stored| stored.record.clone()).collect();
        let is_output = |artifact: &Artifact| job.output_artifact_ids.iter().any(|id| id == artifact.id.as_str());
        artifacts.retain(|artifact| is_output(artifact) || artifact.assistant_job_id.as_deref() == Some(job.id.as_str()));
        artifacts.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| b.id.cmp(&a.id)));
        Ok(JobPage {
            checked_at: operation.now,
            row: assistants::row(&job, &tasks, &around, &scene),
            may: may(&job),
            inputs: job.input_refs.iter().map(|input| self.job_input(input, &around)).collect(),
            previews: self.previews(&job, &artifacts).await,
            artifacts,
            tail: job.tail.clone(),
            events: events.events,
            people: scene.people.clone(),
            job: job.shown(),
        })
    }

    fn job_input(&self, input: &Object, around: &Together) -> JobInput {
        let text = |key: &str| input.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let (kind, id, uri) = (text("type").unwrap_or_default(), text("id"), text("uri"));
        let found = id.as_deref().and_then(|id| match kind.as_str() {
            "task" => Some(around.tasks.iter().find(|one| one.record.id.as_str() == id).map(|one| one.record.description.clone())),
            "bundle" | "card" => Some(around.bundles.iter().find(|one| one.record.id.as_str() == id).map(|one| one.record.title.clone())),
            "artifact" => Some(around.artifacts.iter().find(|one| one.record.id.as_str() == id).map(|one| one.record.title.clone())),
            "doc" | "document" => Some(self.content.documents().get(id).map(|document| document.title.clone())),
            _ => None,
        });
        let title = text("title").or_else(|| found.clone().flatten()).or_else(|| uri.clone()).or_else(|| id.clone());
        JobInput { missing: found == Some(None), title: title.unwrap_or_else(|| kind.clone()), kind, id, uri }
    }

    /// The text of the current outputs, each beside that of the attempt before.
    async fn previews(&self, job: &Job, artifacts: &[Artifact]) -> Vec<Preview> {
        let mut previews = Vec::new();
        for id in &job.output_artifact_ids {
            let Some(artifact) = artifacts.iter().find(|artifact| artifact.id.as_str() == id) else { continue };
            let Some(mut preview) = self.preview(artifact).await else { continue };
            if let Some(before) = before(job, artifact, artifacts) {
                preview.before = self.preview(before).await.map(Box::new);
            }
            previews.push(preview);
            if previews.len() == MOST_PREVIEWS {
                break;
            }
        }
        previews
    }

    /// The beginning of a text that lies here. One that cannot be read has no preview; the artifact is still there to open.
    async fn preview(&self, artifact: &Artifact) -> Option<Preview> {
        let kind = artifact.content_type.as_deref().unwrap_or_default();
        let key = Objects::key_of(&artifact.storage_uri).filter(|_| kind.starts_with("text/") || kind.contains("json"))?;
        let read = self.store.objects().ok()?.get_start(key, MAX_PREVIEW + 4).await;
        let bytes =
            read.inspect_err(|error| tracing::warn!(artifact = %artifact.id, error = ?error, "an output cannot be shown")).ok()??;
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        let cut = text.len() > MAX_PREVIEW;
        text.truncate(text.floor_char_boundary(MAX_PREVIEW));
        Some(Preview { artifact_id: artifact.id.to_string(), text, cut, before: None })
    }
}

/// The output of the last attempt before that has the same file name.
fn before<'a>(job: &Job, artifact: &Artifact, artifacts: &'a [Artifact]) -> Option<&'a Artifact> {
    let mine = job.attempts.iter().find(|attempt| attempt.output_artifact_ids.iter().any(|id| id == artifact.id.as_str()))?;
    let earlier = job.attempts.iter().rev().filter(|attempt| attempt.number < mine.number);
    let of = |id: &String| artifacts.iter().find(|known| known.id.as_str() == id && known.filename == artifact.filename);
    earlier.flat_map(|attempt| attempt.output_artifact_ids.iter()).find_map(of)
}

/// Everything a job names: task, workflow, what it was given, what every attempt made.
fn named(job: &Job) -> Ids {
    let mut ids = assistants::work_of(std::iter::once(job));
    ids.artifacts.clone_from(&job.output_artifact_ids);
    for attempt in &job.attempts {
        ids.artifacts.extend(attempt.output_artifact_ids.iter().chain(&attempt.log_artifact_id).cloned());
    }
    for input in &job.input_refs {
        let Some(id) = input.get("id").and_then(Value::as_str) else { continue };
        match input.get("type").and_then(Value::as_str).unwrap_or_default() {
            "task" => ids.tasks.push(id.to_owned()),
            "bundle" | "card" => ids.bundles.push(id.to_owned()),
            "artifact" => ids.artifacts.push(id.to_owned()),
            _ => {}
        }
    }
    ids
}

/// What the table allows.
fn may(job: &Job) -> JobMay {
    let may = |action| judge(job.status, action, job.rules()).is_ok();
    JobMay {
        edit: may(Action::Edit),
        submit: may(Action::Submit),
        run_dry: work::may_run_dry(job).is_ok(),
        decide: may(Action::Approve),
        retry: may(Action::Retry),
        cancel: may(Action::Cancel),
        acknowledge: may(Action::Acknowledge) && job.acknowledged_at.is_none(),
    }
}
