//! Undo of a task's last change, as long as nobody has changed it since.

use dataops_domain::audit::Event;
use dataops_domain::json::Object;
use dataops_domain::refusal::Refusal;
use dataops_domain::task::{Task, undo};
use dataops_store::{Operation, Stored, UserRecord};
use serde_json::Value;

use crate::Engine;
use crate::error::{Error, Expected};
use crate::tasks::context;

/// Events looked through for the one that made a version: what follows it is never visible, so it is among the last.
const EVENTS: i32 = 20;

impl Engine {
    /// Takes back the change that made the version that `body` names.
    ///
    /// # Errors
    /// 404; 409 when somebody has changed it since, with who did; a change that can't be taken back.
    pub async fn task_undo(&self, operation: &Operation, id: &str, body: Option<&Object>) -> Result<Task, Error> {
        self.decide(operation, || async {
            let stored = self.task(id).await?;
            let body = body.ok_or_else(|| Expected::new(400, "body_required", "Request body is required"))?;
            let version = body.get("version").and_then(Value::as_u64);
            let version = version.ok_or_else(|| Refusal::field("/version", "version must be the version that the change made"))?;
            self.task_undo_change(operation, &stored, version).await
        })
        .await
    }

    /// Decides and commits the undo of a task as it was read.
    pub(crate) async fn task_undo_change(&self, operation: &Operation, stored: &Stored<Task>, version: u64) -> Result<Task, Error> {
        let task = &stored.record;
        let events = self.store.events("task", task.id.as_str(), EVENTS).await?;
        let Some(last) = undo::made(&events, task.version) else {
            return Err(Expected::new(400, "not_undoable", "This change can't be undone; change the task instead").into());
        };
        if task.version != version {
            if undo::undoes(last) == Some(version) {
                return Ok(task.clone());
            }
            return Err(self.changed_since(last).await?);
        }
        let loaded = self.load_if(task.completed_at.is_some(), &[task]).await?;
        let stage = match loaded.facts(task).bundle.filter(|_| task.stage_on_complete.is_some()) {
            Some(bundle) => undo::stage_before(&self.store.events("bundle", bundle.id.as_str(), EVENTS).await?, task, bundle.stage),
            None => None,
        };
        let decision = undo::undo(task, last, stage, &loaded.facts(task), context(operation))?;
        self.task_commit(operation, Some(stored), decision, &loaded, 200).await
    }

    async fn changed_since(&self, last: &Event) -> Result<Error, Error> {
        let who = match last.actor_id.as_deref() {
            Some(id) => self.store.get::<UserRecord>(id).await?.map_or_else(|| id.to_owned(), |user| user.record.user.name),
            None => "Somebody".to_owned(),
        };
        let words = format!("{who} has changed it since: {}", last.summary);
        Ok(Expected::conflict("changed_since", words).into())
    }
}
