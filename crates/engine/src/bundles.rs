//! Bundles: read, change, archive, delete, list (wire contract 5).

use dataops_api::wire::{BundleList, TaskList};
use dataops_domain::artifact::Artifact;
use dataops_domain::audit::NewEvent;
use dataops_domain::bundle::{self, Bundle, BundleStatus};
use dataops_domain::id::BundleId;
use dataops_domain::json::{self, Object};
use dataops_domain::refusal::Refusal;
use dataops_store::{Operation, Range, Stored};
use serde_json::{Value, json};

use crate::Engine;
use crate::error::{Error, Expected, check_version};
use crate::proof::ids_of_bundle;
use crate::tasks::TaskQuery;

impl Engine {
    pub(crate) async fn bundle(&self, id: &str) -> Result<Stored<Bundle>, Error> {
        let found = match BundleId::parse(id) {
            Some(id) => self.store.get::<Bundle>(id.as_str()).await?,
            None => None,
        };
        found.ok_or_else(|| Expected::not_found("Bundle not found").into())
    }

    /// Lists bundles, archived ones too, by anchor date.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn bundles_list(&self, range: &Range) -> Result<BundleList, Error> {
        let page = self.store.bundles(&[BundleStatus::Active, BundleStatus::Archived], range).await?;
        let next_cursor = page.next.clone();
        Ok(BundleList { bundles: self.bundles_shown(page.into_records()).await?, next_cursor })
    }

    /// Changes a bundle; `seen` is the version the caller has seen, if it says.
    ///
    /// # Errors
    /// 404, every field that is wrong, evidence that would be taken away.
    pub async fn bundle_update(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Bundle, Error> {
        self.decide(operation, || async {
            let stored = self.bundle(id).await?;
            let owned = self.owned_by_bundle(body, &stored.record).await?;
            let changes = bundle::parse_changes(body, &stored.record, &owned)?;
            check_version(seen, stored.record.version)?;
            let mut after = json::merged(&stored.record, &changes);
            if let Some(references) = changes.get("artifactRefs") {
                let listed: Vec<&str> =
                    references.as_array().into_iter().flatten().filter_map(|each| each["artifactId"].as_str()).collect();
                after.linked.attached.retain(|id| listed.contains(&id.as_str()));
                self.keep_proofs(&stored.record, &after).await?;
            }
            after.started_for = stored.record.with_anchor(after.anchor_date).started_for;
            after.updated_at = operation.now;
            self.bundle_commit(operation, &stored, after, "updated").await
        })
        .await
    }

    /// Refuses to let go of an artifact that proves a done task.
    async fn keep_proofs(&self, before: &Bundle, after: &Bundle) -> Result<(), Error> {
        let kept: Vec<String> = ids_of_bundle(after).collect();
        let dropped: Vec<String> = ids_of_bundle(before).filter(|id| !kept.contains(id) && dataops_domain::id::is_valid(id)).collect();
        let artifacts = self.store.get_many::<Artifact>(&dropped).await?;
        match artifacts.iter().find(|stored| !stored.record.evidence_for.is_empty()) {
            Some(stored) => {
                let words = format!("The artifact '{}' is evidence of a done task; reopen the task first", stored.record.title);
                Err(Refusal { code: "evidence_in_use", ..Refusal::field("/artifactRefs", words) }.into())
            }
            None => Ok(()),
        }
    }

    /// Puts a bundle away. Archiving an archived bundle changes nothing.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn bundle_archive(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<Bundle, Error> {
        self.decide(operation, || async {
            let stored = self.bundle(id).await?;
            check_version(seen, stored.record.version)?;
            if stored.record.status == BundleStatus::Archived {
                return self.bundle_shown(stored.record).await;
            }
            let after = Bundle { status: BundleStatus::Archived, updated_at: operation.now, ..stored.record.clone() };
            self.bundle_commit(operation, &stored, after, "archived").await
        })
        .await
    }

    async fn bundle_commit(
        &self,
        operation: &Operation,
        stored: &Stored<Bundle>,
        after: Bundle,
        action: &'static str,
    ) -> Result<Bundle, Error> {
        let event = NewEvent {
            action,
            summary: format!("{} '{}'", if action == "archived" { "Archived" } else { "Changed" }, after.title),
            metadata: json!({ "changes": json::changes(&stored.record, &after) }),
        };
        let mut transaction = self.store.begin(operation);
        let bundle = self.bundle_shown(transaction.change(stored, after, event, true).record).await?;
        transaction.commit(200, &json!({ "bundle": bundle })).await?;
        Ok(bundle)
    }

    /// Deletes an archived bundle: it is hidden and its record kept; its tasks stay.
    ///
    /// # Errors
    /// 404, or 400 unless it is archived.
    pub async fn bundle_delete(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<(), Error> {
        self.decide(operation, || async {
            let stored = self.bundle(id).await?;
            check_version(seen, stored.record.version)?;
            if stored.record.status != BundleStatus::Archived {
                return Err(Expected::new(400, "not_archived", "Only archived bundles can be deleted").into());
            }
            let mut transaction = self.store.begin(operation);
            transaction.delete(
                &stored,
                NewEvent { action: "deleted", summary: format!("Deleted '{}'", stored.record.title), metadata: Value::Null },
            );
            Ok(transaction.commit(204, &Value::Null).await?)
        })
        .await
    }

    /// Lists a bundle's tasks by date.
    ///
    /// # Errors
    /// 404 when there is no such bundle.
    pub async fn bundle_tasks(&self, id: &str, range: &Range) -> Result<TaskList, Error> {
        let bundle = self.bundle(id).await?;
        self.tasks_list(&TaskQuery::OfBundle(bundle.record.id.to_string()), range).await
    }
}
