//! Closing a workflow, and the counts that say how it stands.

use std::collections::HashMap;

use dataops_api::views::row::Risk;
use dataops_api::wire::{BundleDetail, BundleWithRisk};
use dataops_domain::audit::NewEvent;
use dataops_domain::bundle::{Bundle, BundleStatus};
use dataops_domain::task::Task;
use dataops_domain::{closing, json as fields};
use dataops_store::{Operation, Range, StoreError, Stored, TaskFilter};
use serde_json::json;

use crate::Engine;
use crate::error::{Error, check_version};
use crate::views::{MOST_LOOKED_AT, Scene, card};

impl Engine {
    /// Reads a bundle with what endangers it.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn bundle_detail(&self, operation: &Operation, id: &str) -> Result<BundleDetail, Error> {
        let (filter, everything) = (TaskFilter::OfBundle(id.to_owned()), Range::default());
        let tasks = async { Ok(self.store.tasks(&filter, &everything).await?.into_records()) };
        let (stored, tasks) = futures_util::future::try_join(self.bundle(id), tasks).await?;
        let risk = self.bundle_risk(operation, &stored.record, &tasks).await?;
        Ok(BundleDetail { bundle: BundleWithRisk { bundle: self.bundle_shown(stored.record).await?, risk } })
    }

    async fn bundle_risk(&self, operation: &Operation, bundle: &Bundle, tasks: &[Task]) -> Result<Risk, Error> {
        let mut scene = Scene::bare(operation.now, self.timezone());
        let by_id = HashMap::from([(bundle.id.as_str(), bundle)]);
        scene.approved = self.approved(tasks.iter(), &by_id, MOST_LOOKED_AT).await?;
        Ok(card::risk_of(bundle, tasks, &scene))
    }

    /// The tasks of a bundle, each read consistently by its key. The index only says which they are.
    pub(crate) async fn tasks_of(&self, bundle: &Bundle) -> Result<Vec<Stored<Task>>, StoreError> {
        let listed = self.store.tasks(&TaskFilter::OfBundle(bundle.id.to_string()), &Range::default()).await?;
        let ids: Vec<String> = listed.records.iter().map(|stored| stored.record.id.to_string()).collect();
        let mut tasks = self.store.get_many::<Task>(&ids).await?;
        tasks.retain(|stored| stored.record.bundle_id.text() == Some(bundle.id.as_str()));
        tasks.sort_by(|a, b| (a.record.date, &a.record.id).cmp(&(b.record.date, &b.record.id)));
        Ok(tasks)
    }

    /// Closes a workflow: its last stage, and put away. Refused while something is open. A task that is reopened or
    /// added at the same moment comes after the closing, which is allowed: a closed workflow can be worked on.
    ///
    /// # Errors
    /// 404; everything that speaks against it.
    pub async fn bundle_close(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<Bundle, Error> {
        self.decide(operation, || async {
            let stored = self.bundle(id).await?;
            check_version(seen, stored.record.version)?;
            let tasks: Vec<Task> = self.tasks_of(&stored.record).await?.into_iter().map(|task| task.record).collect();
            if let Some(refusal) = closing::refusal(&closing::blockers(&stored.record, &tasks)) {
                return Err(refusal.into());
            }
            let after = Bundle { updated_at: operation.now, ..closing::closed(&stored.record) };
            let mut transaction = self.store.begin(operation);
            let mut bundle = stored.record.clone();
            if bundle.status != BundleStatus::Archived || bundle.stage != after.stage {
                let event = NewEvent {
                    action: "closed",
                    summary: format!("Closed '{}'", after.title),
                    metadata: json!({ "changes": fields::changes(&stored.record, &after) }),
                };
                bundle = transaction.change(&stored, after, event, true).record;
            }
            let bundle = self.bundle_shown(bundle).await?;
            transaction.commit(200, &json!({ "bundle": bundle })).await?;
            Ok(bundle)
        })
        .await
    }
}
