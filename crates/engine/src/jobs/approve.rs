//! Approving, and editing before: what a person saw is what is approved, or nothing is.

use dataops_domain::artifact::Artifact;
use dataops_domain::bundle::Bundle;
use dataops_domain::job::outputs::{self, Around, made_event};
use dataops_domain::job::{Action, Job, input, state};
use dataops_domain::json::Object;
use dataops_domain::refusal::Refusal;
use dataops_domain::task::Task;
use dataops_store::{Operation, Stored, Together};
use serde_json::json;

use super::outputs::{File, put};
use super::steps::ids_around;
use super::{links, refused};
use crate::Engine;
use crate::error::{Error, Expected, check_version};
use crate::tasks::context;

/// The longest edited text, in bytes.
const MAX_EDITED: usize = 512 * 1024;

impl Engine {
    /// The output is good: job, artifacts, and the empty link of task and workflow, in one transaction.
    ///
    /// # Errors
    /// 404, nothing waits for approval; 409 when an output is not the one that was seen.
    pub async fn job_approve(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Job, Error> {
        self.decide_eagerly(operation, || async {
            let stored = self.job(id).await?;
            check_version(seen, stored.record.version)?;
            state::transition(stored.record.status, Action::Approve)?;
            let named = input::parse_seen(body)?;
            let around = self.around_approval(&stored.record).await?;
            let task = links::task_of(&around, &stored.record);
            let bundle = approved_bundle(&around, &stored.record, task);
            let artifacts = in_order(&stored.record, &around);
            let outputs: Vec<Artifact> = artifacts.iter().map(|one| one.record.clone()).collect();
            let looked_at =
                Around { outputs: &outputs, task: task.map(|stored| &stored.record), bundle: bundle.map(|stored| &stored.record) };
            let approved = outputs::approve(&stored.record, looked_at, named.as_deref(), context(operation)).map_err(refused)?;
            let mut transaction = self.store.begin(operation);
            for stored in &artifacts {
                match approved.outputs.iter().find(|(after, _)| after.id == stored.record.id) {
                    Some((after, event)) => drop(transaction.change(stored, after.clone(), event.clone(), true)),
                    // What was looked at and stays must not change under the decision either.
                    None => transaction.unchanged(stored),
                }
            }
            if let (Some(stored), Some((after, event))) = (task, approved.task) {
                transaction.change(stored, after, event, true);
            }
            if let (Some(stored), Some((after, event))) = (bundle, approved.bundle) {
                transaction.change(stored, after, event, true);
            }
            let job = self.job_step(operation, &mut transaction, &stored, approved.step);
            transaction.commit(200, &json!({ "job": job })).await?;
            Ok(job)
        })
        .await
    }

    /// Outputs, task and workflow in one batch. The workflow of a task that has moved on is the one read more.
    async fn around_approval(&self, job: &Job) -> Result<Together, Error> {
        let mut ids = ids_around(job, &job.output_artifact_ids);
        if job.bundle_id.is_none() {
            ids.bundles.extend(job.task_bundle_id.iter().cloned());
        }
        let mut around = self.store.get_together(&ids).await?;
        let moved = links::task_of(&around, job).and_then(|task| task.record.bundle_id.text().map(str::to_owned));
        let unread = |id: &String| !around.bundles.iter().any(|bundle| bundle.record.id.as_str() == id);
        if let Some(id) = moved.filter(|id| job.bundle_id.is_none() && !ids.bundles.contains(id) && unread(id)) {
            around.bundles.extend(self.store.get::<Bundle>(&id).await?);
        }
        Ok(around)
    }

    /// An edited version takes the place of an output; both are kept. Approving it is the next request.
    ///
    /// # Errors
    /// 404, nothing waits for approval, no output of the job; 409 when it has changed since it was seen.
    pub async fn job_revise(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<(Job, Artifact), Error> {
        self.decide_eagerly(operation, || async {
            let stored = self.job(id).await?;
            check_version(seen, stored.record.version)?;
            state::transition(stored.record.status, Action::Revise)?;
            let edit = read_edit(body)?;
            let around = self.store.get_together(&ids_around(&stored.record, std::slice::from_ref(&edit.artifact_id))).await?;
            let old = around.artifacts.first().ok_or_else(|| Expected::not_found("Artifact not found"))?;
            outputs::may_revise(&stored.record, &old.record, edit.checksum.as_deref()).map_err(refused)?;
            let name = old.record.filename.clone().unwrap_or_else(|| "output.md".to_owned());
            let file = File {
                kind: old.record.kind,
                title: old.record.title.clone(),
                media_type: old.record.content_type.clone().unwrap_or_else(|| "text/markdown; charset=utf-8".to_owned()),
                metadata: old.record.metadata.clone(),
                ..File::new(&name, edit.content.into_bytes())
            };
            let made = put(&self.store, &stored.record, file).await?;
            let revised = outputs::revise(&stored.record, &old.record, &made, edit.checksum.as_deref(), context(operation));
            let (step, artifact, (superseded, told)) = revised.map_err(refused)?;
            let mut transaction = self.store.begin(operation);
            transaction.change(old, superseded, told, true);
            links::link_artifacts(&mut transaction, &around, &step.job, &[&artifact])?;
            let event = made_event(&artifact);
            let artifact = transaction.create(artifact, Some(event)).record;
            let job = self.job_step(operation, &mut transaction, &stored, step);
            transaction.commit(200, &json!({ "job": job, "artifact": artifact })).await?;
            Ok((job, artifact))
        })
        .await
    }
}

/// The workflow that an approval fills a slot of: the job's, else its task's.
fn approved_bundle<'a>(around: &'a Together, job: &Job, task: Option<&Stored<Task>>) -> Option<&'a Stored<Bundle>> {
    links::bundle_of(around, job).or_else(|| {
        let id = task?.record.bundle_id.text().filter(|_| job.bundle_id.is_none())?;
        around.bundles.iter().find(|stored| stored.record.id.as_str() == id)
    })
}

/// The outputs that are still there, in the job's order.
fn in_order<'a>(job: &Job, around: &'a Together) -> Vec<&'a Stored<Artifact>> {
    let find = |id: &String| around.artifacts.iter().find(|stored| stored.record.id.as_str() == id);
    job.output_artifact_ids.iter().filter_map(find).collect()
}

/// An edited text, and what it was made from.
struct Edit {
    artifact_id: String,
    content: String,
    checksum: Option<String>,
}

fn read_edit(body: &Object) -> Result<Edit, Refusal> {
    let mut fields = dataops_domain::input::Fields::of(body);
    let artifact_id = fields.required_text("artifactId", "artifactId is required").unwrap_or_default().trim().to_owned();
    let content = fields.value("content").and_then(serde_json::Value::as_str).filter(|text| !text.trim().is_empty());
    match content {
        None => fields.refuse("content", "content is required: the edited text"),
        Some(text) if text.len() > MAX_EDITED => fields.refuse("content", format!("content must be at most {MAX_EDITED} bytes")),
        Some(text) if dataops_domain::secrets::first(text).is_some() => fields.refuse("content", "content must not contain secrets"),
        Some(_) => {}
    }
    let content = content.map(str::to_owned);
    let checksum = fields.text_up_to("checksum", 200).map(str::to_owned);
    fields.finish()?;
    Ok(Edit { artifact_id, content: content.unwrap_or_default(), checksum })
}
