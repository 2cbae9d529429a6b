//! What a decision about a task looks at besides the task: its bundle, its files, and artifacts that may prove it.
//!
//! All of it is read by the ids that the task and its bundle hold, never by an index, and the transaction that completes
//! a task is conditional on every file and artifact it rests on.

use std::collections::BTreeSet;

use dataops_domain::artifact::{Artifact, ArtifactStatus};
use dataops_domain::audit::NewEvent;
use dataops_domain::bundle::Bundle;
use dataops_domain::file::{File, FileStatus};
use dataops_domain::input::links_inside;
use dataops_domain::json::Object;
use dataops_domain::proof::ProofType;
use dataops_domain::task::gates::{self, Facts, Gate};
use dataops_domain::task::{Evidence, Status, Task};
use dataops_store::{StoreError, Stored, Transaction};
use serde_json::{Value, json};

use crate::Engine;
use crate::error::Error;

/// The most files that are recorded as evidence of one task.
const MOST_FILES: usize = 20;
/// The most artifacts that are recorded as evidence of one task.
const MOST_ARTIFACTS: usize = 10;

/// What was read for a decision.
#[derive(Default)]
pub(crate) struct Loaded {
    pub(crate) bundle: Option<Stored<Bundle>>,
    pub(crate) files: Vec<Stored<File>>,
    pub(crate) artifacts: Vec<Stored<Artifact>>,
}

impl Loaded {
    /// What the gates look at.
    pub(crate) fn facts(&self, task: &Task) -> Facts<'_> {
        let bundle = self.bundle.as_ref().map(|stored| &stored.record);
        let ready = |file: &&File| file.status == FileStatus::Ready && task.linked.files.iter().any(|id| id == file.id.as_str());
        let files: Vec<&File> = self.files.iter().map(|stored| &stored.record).filter(ready).take(MOST_FILES).collect();
        let approved = || self.artifacts.iter().map(|stored| &stored.record).filter(|each| each.status == ArtifactStatus::Approved);
        let own: BTreeSet<String> = ids_of_task(task).collect();
        let mut artifacts: Vec<&Artifact> = approved().filter(|each| own.contains(each.id.as_str())).collect();
        if artifacts.is_empty() {
            let shared: BTreeSet<String> = bundle.into_iter().flat_map(ids_of_bundle).collect();
            artifacts = approved().filter(|each| shared.contains(each.id.as_str())).collect();
        }
        artifacts.truncate(MOST_ARTIFACTS);
        let file_sums = files.iter().map(|file| (file.id.to_string(), file.checksum.clone()));
        let artifact_sums = artifacts.iter().filter_map(|each| Some((each.id.to_string(), each.checksum.clone()?)));
        Facts {
            bundle,
            checksums: file_sums.chain(artifact_sums).collect(),
            file_ids: files.iter().map(|file| file.id.to_string()).collect(),
            approved_artifact_ids: artifacts.iter().map(|each| each.id.to_string()).collect(),
        }
    }

    /// The task as it comes back from the trash: to be done again when a file or approval that proved it has gone meanwhile.
    pub(crate) fn without_lost_evidence(&self, task: &Task) -> Task {
        let Some(evidence) = &task.evidence else { return task.clone() };
        let has_file = |id: &String| self.files.iter().any(|file| file.record.id.as_str() == id && file.record.status == FileStatus::Ready);
        let has_artifact =
            |id: &String| self.artifacts.iter().any(|each| each.record.id.as_str() == id && each.record.status != ArtifactStatus::Rejected);
        if evidence.file_ids.iter().all(has_file) && evidence.artifact_ids.iter().all(has_artifact) {
            return task.clone();
        }
        Task { status: Status::Todo, completed_at: None, completed_by: None, evidence: None, ..task.clone() }
    }

    /// The task's files, newest first.
    pub(crate) fn files_of(&self, task: &Task) -> Vec<File> {
        let own = |file: &&File| file.status == FileStatus::Ready && task.linked.files.iter().any(|id| id == file.id.as_str());
        let mut files: Vec<File> = self.files.iter().map(|stored| &stored.record).filter(own).cloned().collect();
        files.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| b.id.cmp(&a.id)));
        files
    }

    /// The artifacts that were read, newest first.
    pub(crate) fn artifacts_shown(&self) -> Vec<Artifact> {
        let mut artifacts: Vec<Artifact> = self.artifacts.iter().map(|stored| stored.record.clone()).collect();
        artifacts.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| b.id.cmp(&a.id)));
        artifacts
    }

    /// Marks what proves the task from now on and releases what proved it until now.
    pub(crate) fn mark(&self, transaction: &mut Transaction<'_>, before: Option<&Task>, after: &Task) {
        let empty = Evidence::default();
        let old = before.and_then(|task| task.evidence.as_ref()).unwrap_or(&empty);
        let new = after.evidence.as_ref().unwrap_or(&empty);
        let task = after.id.as_str();
        for stored in &self.files {
            let id = stored.record.id.to_string();
            let changed = match (new.file_ids.contains(&id), old.file_ids.contains(&id)) {
                (true, _) => stored.record.marked(task),
                (false, true) => stored.record.released(task),
                (false, false) => None,
            };
            if let Some(file) = changed {
                let event = event(after, new.file_ids.contains(&id));
                transaction.change(stored, file, event, false);
            }
        }
        for stored in &self.artifacts {
            let id = stored.record.id.to_string();
            let changed = match (new.artifact_ids.contains(&id), old.artifact_ids.contains(&id)) {
                (true, _) => stored.record.marked(task),
                (false, true) => stored.record.released(task),
                (false, false) => None,
            };
            if let Some(artifact) = changed {
                let event = event(after, new.artifact_ids.contains(&id));
                transaction.change(stored, artifact, event, false);
            }
        }
    }
}

fn event(task: &Task, used: bool) -> NewEvent {
    let (action, verb) = if used { ("evidence-marked", "Used as") } else { ("evidence-released", "No longer") };
    let summary = format!("{verb} proof of '{}'", task.description);
    NewEvent { action, summary, metadata: json!({ "taskId": task.id }) }
}

/// True when an approved artifact is among what the task needs.
pub(crate) fn asks_for_artifact(task: &Task) -> bool {
    gates::gates(task).iter().any(|gate| matches!(gate, Gate::Proof(proof) if proof.kind == ProofType::Artifact))
}

/// Artifacts of a task: its own, attached ones, and those a caller refers to.
pub(crate) fn ids_of_task(task: &Task) -> impl Iterator<Item = String> + '_ {
    task.linked.artifact_ids().map(str::to_owned).chain(referred(task.artifact_refs.get()))
}

/// Artifacts of a bundle: its own, attached ones, and those a caller refers to.
pub(crate) fn ids_of_bundle(bundle: &Bundle) -> impl Iterator<Item = String> + '_ {
    bundle.linked.artifact_ids().map(str::to_owned).chain(referred(bundle.artifact_refs.get()))
}

fn referred(references: Option<&Vec<dataops_domain::refs::Reference>>) -> impl Iterator<Item = String> + '_ {
    references.into_iter().flatten().filter_map(|reference| Some(reference.get("artifactId")?.as_str()?.to_owned()))
}

impl Engine {
    /// Reads what the gates of these states of a task look at (the last one is the task as it would be), and what proved
    /// it until now.
    pub(crate) async fn load(&self, states: &[&Task]) -> Result<Loaded, Error> {
        self.load_linked(states, false).await
    }

    /// Reads everything that is linked to a task, for its page.
    pub(crate) async fn load_all(&self, task: &Task) -> Result<Loaded, Error> {
        self.load_linked(&[task], true).await
    }

    async fn load_linked(&self, states: &[&Task], everything: bool) -> Result<Loaded, Error> {
        let gates: Vec<Gate> = states.iter().flat_map(|task| gates::gates(task)).collect();
        let asks = |kind: ProofType| gates.iter().any(|gate| matches!(gate, Gate::Proof(proof) if proof.kind == kind));
        let evidence = || states.iter().filter_map(|task| task.evidence.as_ref());
        let mut file_ids: BTreeSet<String> = evidence().flat_map(|evidence| evidence.file_ids.iter().cloned()).collect();
        if everything || gates.contains(&Gate::File) || asks(ProofType::File) {
            file_ids.extend(states.iter().flat_map(|task| task.linked.files.iter().cloned()));
        }
        let bundle = async {
            match states.last().and_then(|task| task.bundle_id.text()) {
                Some(bundle) => self.store.get::<Bundle>(bundle).await,
                None => Ok(None),
            }
        };
        let file_ids: Vec<String> = file_ids.into_iter().collect();
        let mut own: BTreeSet<String> = evidence().flat_map(|evidence| evidence.artifact_ids.iter().cloned()).collect();
        if everything || asks(ProofType::Artifact) {
            own.extend(states.iter().flat_map(|task| ids_of_task(task)));
        }
        let (bundle, files, mut artifacts) =
            futures_util::future::try_join3(bundle, self.store.get_many::<File>(&file_ids), self.artifacts_by_id(&own)).await?;
        if asks(ProofType::Artifact) {
            let shared: BTreeSet<String> = bundle.iter().flat_map(|stored| ids_of_bundle(&stored.record)).collect();
            artifacts.extend(self.artifacts_by_id(&shared.difference(&own).cloned().collect()).await?);
        }
        Ok(Loaded { bundle, files, artifacts })
    }

    /// The addresses of artifacts that are a task's or its workflow's, when a body has a link that needs one of them.
    pub(crate) async fn owned_by_task(&self, body: &Object, task: Option<&Task>) -> Result<Vec<String>, StoreError> {
        if !links_inside(body) {
            return Ok(Vec::new());
        }
        let named = body.get("bundleId").and_then(Value::as_str);
        let bundle = match named.or_else(|| task.and_then(|task| task.bundle_id.text())).filter(|id| dataops_domain::id::is_valid(id)) {
            Some(id) => self.store.get::<Bundle>(id).await?,
            None => None,
        };
        let of_bundle = bundle.iter().flat_map(|stored| ids_of_bundle(&stored.record));
        self.addresses(task.into_iter().flat_map(ids_of_task).chain(of_bundle).collect()).await
    }

    /// The same for a bundle.
    pub(crate) async fn owned_by_bundle(&self, body: &Object, bundle: &Bundle) -> Result<Vec<String>, StoreError> {
        if links_inside(body) { self.addresses(ids_of_bundle(bundle).collect()).await } else { Ok(Vec::new()) }
    }

    async fn addresses(&self, ids: BTreeSet<String>) -> Result<Vec<String>, StoreError> {
        Ok(self.artifacts_by_id(&ids).await?.into_iter().map(|stored| stored.record.storage_uri).collect())
    }

    async fn artifacts_by_id(&self, ids: &BTreeSet<String>) -> Result<Vec<Stored<Artifact>>, StoreError> {
        let ids: Vec<String> = ids.iter().filter(|id| dataops_domain::id::is_valid(id)).cloned().collect();
        self.store.get_many(&ids).await
    }
}
