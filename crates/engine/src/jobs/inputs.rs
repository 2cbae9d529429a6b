//! What a job refers to, resolved to data for its assistant. What is not there is said so; nothing outside this stack is
//! fetched, and an input's text is data whatever it says.

use std::collections::BTreeSet;

use dataops_assistants::{AboutBundle, AboutTask, Data, Earlier, Input, MAX_INPUT_TEXT, Request};
use dataops_domain::artifact::Artifact;
use dataops_domain::bundle::Bundle;
use dataops_domain::file::{File, FileStatus};
use dataops_domain::job::{Job, JobStatus};
use dataops_domain::json::Object;
use dataops_domain::task::Task;
use dataops_store::{Ids, Objects, Stored, Together};
use futures_util::future::try_join;
use serde_json::Value;

use super::links;
use crate::Engine;
use crate::error::Error;

/// The most files and artifacts whose texts an attempt reads.
const MOST_READ: usize = 40;

/// What an attempt works from, and the outputs that it would replace.
pub(super) struct Resolved {
    pub(super) request: Request,
    pub(super) earlier: Vec<Stored<Artifact>>,
    /// The job's task and workflow, and everything else that was read.
    pub(super) around: Together,
}

impl Engine {
    /// Reads everything a job refers to: one batch for records, one for files, then the bytes of those that have any.
    pub(super) async fn resolve(&self, job: &Job) -> Result<Resolved, Error> {
        let mut ids = super::steps::ids_around(job, &job.earlier_outputs());
        ids.bundles.extend(job.task_bundle_id.iter().cloned());
        let mut files = Vec::new();
        for input in &job.input_refs {
            let Some(id) = text(input, "id").filter(|id| dataops_domain::id::is_valid(id)) else { continue };
            match text(input, "type").unwrap_or_default() {
                "task" => ids.tasks.push(id.to_owned()),
                "bundle" | "card" => ids.bundles.push(id.to_owned()),
                "artifact" => ids.artifacts.push(id.to_owned()),
                "file" => files.push(id.to_owned()),
                _ => {}
            }
        }
        files.sort();
        files.dedup();
        let (around, files) = try_join(self.store.get_together(&ids), self.store.get_many::<File>(&files)).await?;
        let mut inputs = Vec::with_capacity(job.input_refs.len());
        let mut read = BTreeSet::new();
        for input in &job.input_refs {
            let named = (text(input, "type"), text(input, "id"));
            let has_bytes = matches!(named, (Some("file" | "artifact"), Some(_)));
            let skipped = has_bytes && (read.len() >= MOST_READ || !read.insert(named));
            inputs.push(if skipped { not_read(input) } else { self.input(input, &around, &files).await? });
        }
        let task = links::task_of(&around, job);
        let earlier = around.artifacts.iter().filter(|stored| job.earlier_outputs().iter().any(|id| id == stored.record.id.as_str()));
        let request = Request {
            job_id: job.id.to_string(),
            attempt: job.attempt_number(),
            assistant_type: job.assistant_type.clone(),
            title: job.title.clone(),
            task: task.map(|stored| AboutTask::from(&stored.record)),
            bundle: self.bundle_about(job, &around, task).await?,
            inputs,
            earlier: earlier_attempts(job),
            session: job.attempts.iter().rev().find_map(|attempt| attempt.session.clone()),
        };
        Ok(Resolved { request, earlier: earlier.cloned().collect(), around })
    }

    /// The job's workflow, else its task's.
    async fn bundle_about(&self, job: &Job, around: &Together, task: Option<&Stored<Task>>) -> Result<Option<AboutBundle>, Error> {
        if let Some(bundle) = links::bundle_of(around, job) {
            return Ok(Some(AboutBundle::from(&bundle.record)));
        }
        let Some(id) = task.and_then(|stored| stored.record.bundle_id.text()) else { return Ok(None) };
        if let Some(bundle) = around.bundles.iter().find(|stored| stored.record.id.as_str() == id) {
            return Ok(Some(AboutBundle::from(&bundle.record)));
        }
        Ok(self.store.get::<Bundle>(id).await?.map(|stored| AboutBundle::from(&stored.record)))
    }

    async fn input(&self, input: &Object, around: &Together, files: &[Stored<File>]) -> Result<Input, Error> {
        let data = match (text(input, "type").unwrap_or("other"), text(input, "id")) {
            ("task", Some(id)) => {
                let found = around.tasks.iter().find(|stored| stored.record.id.as_str() == id);
                found.map_or_else(|| missing("task", id), |stored| Data::Task(AboutTask::from(&stored.record)))
            }
            ("bundle" | "card", Some(id)) => {
                let found = around.bundles.iter().find(|stored| stored.record.id.as_str() == id);
                found.map_or_else(|| missing("workflow", id), |stored| Data::Bundle(AboutBundle::from(&stored.record)))
            }
            ("file", Some(id)) => {
                match files.iter().find(|stored| stored.record.id.as_str() == id && stored.record.status == FileStatus::Ready) {
                    Some(stored) => self.bytes(&stored.record.storage_uri, &stored.record.content_type, stored.record.size_bytes).await?,
                    None => missing("file", id),
                }
            }
            ("artifact", Some(id)) => match around.artifacts.iter().find(|stored| stored.record.id.as_str() == id) {
                Some(stored) => self.content(&stored.record).await?,
                None => missing("artifact", id),
            },
            ("doc" | "document", Some(id)) => {
                let found = self.content.documents().get(id);
                found.map_or_else(|| missing("document", id), |document| Data::Text(cut(document.markdown.clone())))
            }
            _ => Data::Reference,
        };
        Ok(with_data(input, data))
    }

    /// An artifact's content where it lies here; elsewhere it is only an address.
    async fn content(&self, artifact: &Artifact) -> Result<Data, Error> {
        if Objects::key_of(&artifact.storage_uri).is_none() {
            return Ok(Data::Reference);
        }
        let kind = artifact.content_type.clone().unwrap_or_default();
        let size = artifact.size_bytes.as_ref().and_then(serde_json::Number::as_u64).unwrap_or(0);
        self.bytes(&artifact.storage_uri, &kind, size).await
    }

    async fn bytes(&self, uri: &str, media_type: &str, size: u64) -> Result<Data, Error> {
        let is_text = media_type.starts_with("text/") || ["json", "yaml", "xml", "markdown"].iter().any(|word| media_type.contains(word));
        if !is_text {
            return Ok(Data::Binary { media_type: media_type.to_owned(), size });
        }
        let Some(key) = Objects::key_of(uri) else { return Ok(Data::Reference) };
        // A little more than is looked at, so that whoever cuts it can say so.
        match self.store.objects()?.get_start(key, MAX_INPUT_TEXT + 4).await? {
            Some(bytes) => Ok(Data::Text(String::from_utf8_lossy(&bytes).into_owned())),
            None => Ok(Data::Missing("its content is not here any more".to_owned())),
        }
    }
}

fn with_data(input: &Object, data: Data) -> Input {
    Input {
        kind: text(input, "type").unwrap_or("other").to_owned(),
        id: text(input, "id").map(str::to_owned),
        uri: text(input, "uri").map(str::to_owned),
        title: text(input, "title").map(str::to_owned),
        metadata: input.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default(),
        data,
    }
}

fn not_read(input: &Object) -> Input {
    with_data(input, Data::Missing(format!("it was named before, or is not among the first {MOST_READ} files and artifacts")))
}

fn missing(what: &str, id: &str) -> Data {
    Data::Missing(format!("there is no {what} {id}"))
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_INPUT_TEXT + 4));
    text
}

fn text<'a>(input: &'a Object, key: &str) -> Option<&'a str> {
    input.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// What earlier attempts came to, so that this one may do better.
fn earlier_attempts(job: &Job) -> Vec<Earlier> {
    let now = job.attempt_number();
    let ended = job.attempts.iter().filter(|attempt| attempt.number < now);
    let told = ended.filter_map(|attempt| {
        let words = attempt.reason.clone().or_else(|| attempt.error.as_ref().map(|error| error.summary.clone()))?;
        Some(Earlier { attempt: attempt.number, rejected: attempt.status == JobStatus::Rejected, words })
    });
    told.collect()
}

/// Nothing but ids: what is read for a step that needs no inputs.
pub(super) fn only_around(job: &Job) -> Ids {
    super::steps::ids_around(job, &job.earlier_outputs())
}
