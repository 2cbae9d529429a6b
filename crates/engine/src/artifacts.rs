//! Artifacts: made, listed, changed, attached, reviewed (wire contract 11). Whose an artifact is, is written on both sides in
//! one transaction: on the artifact, and as an id on its task and bundle.

use dataops_api::wire::ArtifactList;
use dataops_domain::artifact::{Artifact, ArtifactStatus, input, review};
use dataops_domain::audit::NewEvent;
use dataops_domain::bundle::Bundle;
use dataops_domain::file::File;
use dataops_domain::id::ArtifactId;
use dataops_domain::input::Fields;
use dataops_domain::json::Object;
use dataops_domain::linked;
use dataops_domain::task::Task;
use dataops_store::{ArtifactFilter, Objects, Operation, Range, Stored, Transaction};
use serde_json::json;

use crate::Engine;
use crate::error::{Error, Expected, check_version};
use crate::files::Download;
use crate::tasks::context;

/// Whose an artifact is, before and after, as read.
#[derive(Default)]
struct Owners {
    tasks: Vec<Stored<Task>>,
    bundles: Vec<Stored<Bundle>>,
    files: Vec<Stored<File>>,
}

impl Engine {
    /// Makes an artifact.
    ///
    /// # Errors
    /// Every field that is wrong; 404 for a task, bundle or file that does not exist.
    pub async fn artifact_create(&self, operation: &Operation, body: &Object) -> Result<Artifact, Error> {
        self.decide_eagerly(operation, || async {
            let fields = input::parse_new(&self.with_content_of_file(body).await?)?;
            let (artifact, event) = review::create(ArtifactId::new(operation.new_id("artifact")), &fields, context(operation));
            let owners = self.owners(None, &artifact, &fields).await?;
            let mut transaction = self.store.begin(operation);
            link(&mut transaction, &owners, &artifact, None)?;
            let artifact = transaction.create(artifact, Some(event)).record;
            transaction.commit(201, &json!({ "artifact": artifact })).await?;
            Ok(artifact)
        })
        .await
    }

    /// An artifact made of an uploaded file shows that file's content, so that nobody copies addresses and checksums.
    async fn with_content_of_file(&self, body: &Object) -> Result<Object, Error> {
        let mut body = body.clone();
        let given = |key: &str| body.get(key).and_then(serde_json::Value::as_str).filter(|text| !text.trim().is_empty());
        if let (Some(id), None) = (given("fileId"), given("storageUri")) {
            let file = self.file(id).await?.record;
            let facts = [
                ("storageUri", json!(file.storage_uri)),
                ("checksum", json!(file.checksum)),
                ("filename", json!(file.filename)),
                ("contentType", json!(file.content_type)),
                ("sizeBytes", json!(file.size_bytes)),
                ("sourceType", json!("manual-upload")),
            ];
            for (key, value) in facts {
                body.entry(key).or_insert(value);
            }
        }
        Ok(body)
    }

    /// Reads an artifact.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn artifact_get(&self, id: &str) -> Result<Artifact, Error> {
        Ok(self.artifact(id).await?.record)
    }

    pub(crate) async fn artifact(&self, id: &str) -> Result<Stored<Artifact>, Error> {
        let found = match ArtifactId::parse(id) {
            Some(id) => self.store.get::<Artifact>(id.as_str()).await?,
            None => None,
        };
        found.ok_or_else(|| Expected::not_found("Artifact not found").into())
    }

    /// Lists artifacts by the time they were made.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn artifacts_list(&self, filter: &ArtifactFilter, range: &Range) -> Result<ArtifactList, Error> {
        let page = self.store.artifacts(filter, range).await?;
        let next_cursor = page.next.clone();
        Ok(ArtifactList { artifacts: page.into_records(), next_cursor })
    }

    /// Changes or reviews an artifact; `seen` is the version the caller has seen, if it says.
    ///
    /// # Errors
    /// Every field that is wrong, 404, evidence that would be taken away.
    pub async fn artifact_update(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Artifact, Error> {
        self.decide_eagerly(operation, || async {
            let stored = self.artifact(id).await?;
            let changes = input::parse_changes(body)?;
            check_version(seen, stored.record.version)?;
            let (after, event) = review::update(&stored.record, &changes, context(operation))?;
            let owners = self.owners(Some(&stored.record), &after, &changes).await?;
            let mut transaction = self.store.begin(operation);
            link(&mut transaction, &owners, &after, None)?;
            let artifact = transaction.change(&stored, after, event, true).record;
            transaction.commit(200, &json!({ "artifact": artifact })).await?;
            Ok(artifact)
        })
        .await
    }

    /// Puts an artifact away. Archiving an archived one changes nothing.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn artifact_archive(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<Artifact, Error> {
        let stored = self.artifact(id).await?.record;
        if stored.status == ArtifactStatus::Archived {
            check_version(seen, stored.version)?;
            return Ok(stored);
        }
        let body = Object::from_iter([("status".to_owned(), json!(ArtifactStatus::Archived))]);
        self.artifact_update(operation, id, &body, seen).await
    }

    /// Attaches an artifact to a task, a bundle or both: it is theirs, and they show it.
    ///
    /// # Errors
    /// 400 when neither is named; 404 when the artifact, task or bundle does not exist.
    pub async fn artifact_attach(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Artifact, Error> {
        let mut fields = Fields::of(body);
        let (task, bundle) = (fields.text("taskId"), fields.text("bundleId"));
        fields.finish()?;
        let named = [("taskId", task), ("bundleId", bundle)];
        let changes: Object = named
            .into_iter()
            .filter_map(|(key, id)| Some((key.to_owned(), json!(id.filter(|id| !id.trim().is_empty())?.trim()))))
            .collect();
        if changes.is_empty() {
            return Err(Expected::new(400, "owner_required", "taskId or bundleId is required").into());
        }
        self.decide_eagerly(operation, || async {
            let stored = self.artifact(id).await?;
            check_version(seen, stored.record.version)?;
            let mut after = dataops_domain::json::merged(&stored.record, &changes);
            after.updated_at = operation.now;
            let owners = self.owners(Some(&stored.record), &after, &changes).await?;
            let mut transaction = self.store.begin(operation);
            link(&mut transaction, &owners, &after, Some(&changes))?;
            let summary = format!("Attached artifact '{}'", after.title);
            let event = NewEvent { action: "attached", summary, metadata: json!(changes) };
            let artifact = transaction.change(&stored, after, event, true).record;
            transaction.commit(200, &json!({ "artifact": artifact })).await?;
            Ok(artifact)
        })
        .await
    }

    /// An artifact's content, when it lies in this stack's bucket.
    ///
    /// # Errors
    /// 404 when there is no such artifact, or its content lies elsewhere or is gone.
    pub async fn artifact_content(&self, id: &str) -> Result<Download, Error> {
        let artifact = self.artifact(id).await?.record;
        let Some(key) = Objects::key_of(&artifact.storage_uri) else {
            let words = "The content of this artifact lies elsewhere; open its storageUri";
            return Err(Expected::new(404, "content_elsewhere", words).into());
        };
        let last = key.rsplit('/').next().unwrap_or("artifact");
        let name = artifact.filename.clone().unwrap_or_else(|| last.to_owned());
        let kind = artifact.content_type.as_deref().filter(|kind| Some(*kind) == dataops_domain::file::kind::of_name(&name));
        self.download(&artifact.storage_uri, &name, kind.unwrap_or(dataops_domain::file::kind::UNKNOWN), None).await
    }

    /// Reads whose the artifact was and will be. What the request names must exist; what was there before may be gone.
    async fn owners(&self, before: Option<&Artifact>, after: &Artifact, named: &Object) -> Result<Owners, Error> {
        let ids = |old: Option<&String>, new: Option<&String>| {
            let mut ids: Vec<String> = old.into_iter().chain(new).filter(|id| dataops_domain::id::is_valid(id)).cloned().collect();
            ids.dedup();
            ids
        };
        let old = |field: fn(&Artifact) -> Option<&String>| before.and_then(field);
        let task_ids = ids(old(|a| a.task_id.as_ref()), after.task_id.as_ref());
        let bundle_ids = ids(old(|a| a.bundle_id.as_ref()), after.bundle_id.as_ref());
        let file_ids = ids(old(|a| a.file_id.as_ref()), after.file_id.as_ref());
        let (tasks, bundles, files) = futures_util::future::try_join3(
            self.store.get_many(&task_ids),
            self.store.get_many(&bundle_ids),
            self.store.get_many(&file_ids),
        )
        .await?;
        let owners = Owners { tasks, bundles, files };
        let missing = |key: &str, id: Option<&String>, found: bool| named.contains_key(key) && id.is_some() && !found;
        if missing("taskId", after.task_id.as_ref(), owners.task(after.task_id.as_ref()).is_some()) {
            return Err(Expected::not_found("Task not found").into());
        }
        if missing("bundleId", after.bundle_id.as_ref(), owners.bundle(after.bundle_id.as_ref()).is_some()) {
            return Err(Expected::not_found("Bundle not found").into());
        }
        let file_there = owners.file(after.file_id.as_ref()).is_some();
        if missing("fileId", after.file_id.as_ref(), file_there) {
            return Err(Expected::not_found("File not found").into());
        }
        owners.agree(after)?;
        Ok(owners)
    }
}

impl Owners {
    fn task(&self, id: Option<&String>) -> Option<&Stored<Task>> {
        self.tasks.iter().find(|stored| Some(stored.record.id.as_str()) == id.map(String::as_str))
    }

    fn bundle(&self, id: Option<&String>) -> Option<&Stored<Bundle>> {
        self.bundles.iter().find(|stored| Some(stored.record.id.as_str()) == id.map(String::as_str))
    }

    fn file(&self, id: Option<&String>) -> Option<&Stored<File>> {
        self.files.iter().find(|stored| Some(stored.record.id.as_str()) == id.map(String::as_str))
    }

    /// A task and a bundle that own the same artifact belong together.
    fn agree(&self, after: &Artifact) -> Result<(), Error> {
        let of_task = self.task(after.task_id.as_ref()).and_then(|stored| stored.record.bundle_id.text());
        match (of_task, after.bundle_id.as_deref()) {
            (Some(task), Some(bundle)) if task != bundle => {
                let words = "taskId names a task of another workflow than bundleId; name a task of that workflow, or its own bundleId";
                Err(dataops_domain::Refusal::field("/taskId", words).into())
            }
            _ => Ok(()),
        }
    }
}

/// Writes the ids on both sides: removes the artifact from whom it leaves, adds it to whose it becomes. `attached` names
/// the owners that shall show it. What it proves keeps a reference to it.
fn link(transaction: &mut Transaction<'_>, owners: &Owners, after: &Artifact, attached: Option<&Object>) -> Result<(), Error> {
    let id = after.id.as_str();
    let shows = |key: &str| attached.is_some_and(|changes| changes.contains_key(key));
    let event = |added: bool| {
        let (action, verb) = if added { ("artifact-added", "Added") } else { ("artifact-removed", "Removed") };
        NewEvent {
            action,
            summary: format!("{verb} artifact '{}'", after.title),
            metadata: json!({ "artifactId": id, "title": after.title }),
        }
    };
    for stored in &owners.tasks {
        let mut task = stored.record.clone();
        let own = after.task_id.as_deref() == Some(task.id.as_str());
        let proves = after.evidence_for.iter().any(|proved| proved == task.id.as_str());
        relink(&mut task.linked, id, own, (own && shows("taskId")) || (!own && proves))?;
        if task.linked != stored.record.linked {
            transaction.change(stored, task, event(own), false);
        }
    }
    for stored in &owners.bundles {
        let mut bundle = stored.record.clone();
        let own = after.bundle_id.as_deref() == Some(bundle.id.as_str());
        let proves = !after.evidence_for.is_empty();
        relink(&mut bundle.linked, id, own, (own && shows("bundleId")) || (!own && proves))?;
        if bundle.linked != stored.record.linked {
            transaction.change(stored, bundle, event(own), false);
        }
    }
    for stored in &owners.files {
        let mut file = stored.record.clone();
        let own = after.file_id.as_deref() == Some(file.id.as_str());
        if own && !file.artifact_ids.iter().any(|known| known == id) {
            linked::add(&mut file.artifact_ids, id, "artifacts")?;
        } else if !own {
            linked::remove(&mut file.artifact_ids, id);
        }
        if file != stored.record {
            transaction.change(stored, file, event(own), false);
        }
    }
    Ok(())
}

fn relink(links: &mut linked::Linked, id: &str, own: bool, shown: bool) -> Result<(), Error> {
    match own {
        true if !links.artifacts.iter().any(|known| known == id) => linked::add(&mut links.artifacts, id, "artifacts")?,
        true => {}
        false => linked::remove(&mut links.artifacts, id),
    }
    if shown {
        linked::add(&mut links.attached, id, "artifacts")?;
    }
    Ok(())
}
