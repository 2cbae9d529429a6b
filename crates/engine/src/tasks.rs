//! Tasks: create, update, follow-up actions, delete, list (wire contract 4).

use dataops_api::wire::TaskList;
use dataops_domain::audit::NewEvent;
use dataops_domain::bundle::Bundle;
use dataops_domain::id::TaskId;
use dataops_domain::json::Object;
use dataops_domain::proof::ProofType;
use dataops_domain::task::change::{self, Context, Decision};
use dataops_domain::task::gates::{self, Facts, Gate};
use dataops_domain::task::state::Action;
use dataops_domain::task::{Status, Task, actions, input};
use dataops_domain::time::Date;
use dataops_store::{Operation, Range, Stored, TaskFilter};
use serde_json::Value;

use crate::Engine;
use crate::error::{Error, Expected, check_version};

/// Which tasks to list, as the wire names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskQuery {
    /// Of one day, by status.
    On(Date),
    /// From one day to another, both included.
    Between(Date, Date),
    /// Of a bundle, by date.
    OfBundle(String),
    /// In a status, by date.
    In(Status),
}

/// What a decision about a task looks at besides the task.
struct Loaded {
    bundle: Option<Stored<Bundle>>,
    file_ids: Vec<String>,
    approved_artifact_ids: Vec<String>,
}

impl Loaded {
    fn facts(&self) -> Facts<'_> {
        Facts {
            bundle: self.bundle.as_ref().map(|stored| &stored.record),
            file_ids: self.file_ids.clone(),
            approved_artifact_ids: self.approved_artifact_ids.clone(),
        }
    }
}

impl Engine {
    /// Makes a task.
    ///
    /// # Errors
    /// Every field that is wrong; missing proof when it is made as done.
    pub async fn task_create(&self, operation: &Operation, body: &Object) -> Result<Task, Error> {
        let fields = input::parse_new(body)?;
        self.decide(operation, || async {
            let id = TaskId::new(operation.new_id("task"));
            let draft = change_preview(&fields);
            let loaded = self.load(&id, &[&draft], draft.status == Status::Done || draft.link.text().is_some()).await?;
            let decision = change::create(id, &fields, &loaded.facts(), context(operation))?;
            self.task_commit(operation, None, decision, &loaded, 201).await
        })
        .await
    }

    /// Reads a task.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn task_get(&self, id: &str) -> Result<Task, Error> {
        Ok(self.task(id).await?.record)
    }

    async fn task(&self, id: &str) -> Result<Stored<Task>, Error> {
        let found = match TaskId::parse(id) {
            Some(id) => self.store.get::<Task>(id.as_str()).await?,
            None => None,
        };
        found.ok_or_else(|| Expected::not_found("Task not found").into())
    }

    /// Changes a task; `seen` is the version the caller has seen, if it says.
    ///
    /// # Errors
    /// Every field that is wrong, 404, a refused transition, missing proof, evidence that would be taken away.
    pub async fn task_update(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Task, Error> {
        self.decide(operation, || async {
            let stored = match self.task(id).await {
                Ok(stored) => stored,
                Err(missing) => {
                    input::parse_changes(body, None)?;
                    return Err(missing);
                }
            };
            let changes = input::parse_changes(body, Some(&stored.record))?;
            check_version(seen, stored.record.version)?;
            let merged = dataops_domain::json::merged(&stored.record, &changes);
            let gated = merged.status == Status::Done || stored.record.status == Status::Done;
            let fills =
                ["link", "bundleId", "requiredLinkName"].iter().any(|key| changes.contains_key(*key)) && merged.link.text().is_some();
            let touches_bundle = gated || fills || stored.record.completed_at.is_some();
            let loaded = self.load(&stored.record.id, &[&stored.record, &merged], touches_bundle).await?;
            let decision = change::update(&stored.record, &changes, &loaded.facts(), context(operation))?;
            self.task_commit(operation, Some(&stored), decision, &loaded, 200).await
        })
        .await
    }

    /// Does a follow-up action.
    ///
    /// # Errors
    /// 404, a state that does not allow it, a field that is wrong, missing proof.
    pub async fn task_act(
        &self,
        operation: &Operation,
        id: &str,
        action: &str,
        body: Option<&Object>,
        seen: Option<u64>,
    ) -> Result<Task, Error> {
        self.decide(operation, || async {
            let stored = self.task(id).await?;
            let body = body.ok_or_else(|| Expected::new(400, "body_required", "Request body is required"))?;
            let action = actions::parse(action).ok_or_else(|| Expected::not_found("Not found"))?;
            check_version(seen, stored.record.version)?;
            let touches_bundle = action == Action::ResolveDone || (action == Action::MarkWaiting && stored.record.completed_at.is_some());
            let loaded = self.load(&stored.record.id, &[&stored.record], touches_bundle).await?;
            let decision = actions::act(&stored.record, action, body, &loaded.facts(), context(operation))?;
            self.task_commit(operation, Some(&stored), decision, &loaded, 200).await
        })
        .await
    }

    /// Deletes a task: it is hidden and its record kept. Unknown ids are no error.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn task_delete(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<(), Error> {
        self.decide(operation, || async {
            let stored = match self.task(id).await {
                Ok(stored) => stored,
                Err(Error::Expected(_)) => return Ok(()),
                Err(error) => return Err(error),
            };
            let task = &stored.record;
            check_version(seen, task.version)?;
            let bundle = match task.bundle_id.text() {
                Some(bundle) => self.store.get::<Bundle>(bundle).await?,
                None => None,
            };
            let mut transaction = self.store.begin(operation);
            transaction.delete(
                &stored,
                NewEvent { action: "deleted", summary: format!("Deleted task '{}'", task.description), metadata: Value::Null },
            );
            self.reminders_of_deleted(operation, &mut transaction, task).await?;
            if let Some(bundle) = bundle {
                let mut after = change::without_evidence(&bundle.record, task).unwrap_or_else(|| bundle.record.clone());
                if task.template_task_ref.is_some() {
                    after.planned_tasks = after.planned_tasks.map(|planned| planned.saturating_sub(1));
                }
                if after != bundle.record {
                    let event = NewEvent {
                        action: "task-deleted",
                        summary: format!("Task '{}' was deleted", task.description),
                        metadata: serde_json::json!({ "taskId": task.id }),
                    };
                    transaction.change(&bundle, after, event, false);
                }
            }
            Ok(transaction.commit(204, &Value::Null).await?)
        })
        .await
    }

    /// Lists tasks.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn tasks_list(&self, query: &TaskQuery, range: &Range) -> Result<TaskList, Error> {
        let filter = match query {
            TaskQuery::On(date) => return self.tasks_of_day(*date, range).await,
            TaskQuery::Between(from, to) => TaskFilter::Between(*from, *to),
            TaskQuery::OfBundle(id) => TaskFilter::OfBundle(id.clone()),
            TaskQuery::In(status) => TaskFilter::In(*status),
        };
        let page = self.store.tasks(&filter, range).await?;
        let next_cursor = page.next.clone();
        Ok(TaskList { tasks: page.into_records(), next_cursor })
    }

    /// One day's tasks are in order of status, so they are read whole and cut here.
    async fn tasks_of_day(&self, date: Date, range: &Range) -> Result<TaskList, Error> {
        let mut tasks = self.store.tasks(&TaskFilter::On(date), &Range::default()).await?.into_records();
        let place = |task: &Task| format!("{}#{}", task.status.as_str(), task.id);
        tasks.sort_by_cached_key(place);
        tasks.retain(|task| range.after.as_ref().is_none_or(|after| place(task) > *after));
        let limit = range.limit.unwrap_or(dataops_store::MAX_LIST);
        let more = tasks.len() > limit;
        tasks.truncate(limit);
        let next_cursor = tasks.last().filter(|_| more).map(place);
        Ok(TaskList { tasks, next_cursor })
    }

    /// Reads what the gates of these states of a task look at, and the bundle when the task may change it.
    async fn load(&self, id: &TaskId, states: &[&Task], gated: bool) -> Result<Loaded, Error> {
        let mut loaded = Loaded { bundle: None, file_ids: Vec::new(), approved_artifact_ids: Vec::new() };
        if !gated {
            return Ok(loaded);
        }
        let gates: Vec<Gate> = states.iter().flat_map(|task| gates::gates(task)).collect();
        let asks = |kind: ProofType| gates.iter().any(|gate| matches!(gate, Gate::Proof(proof) if proof.kind == kind));
        let needs_files = gates.contains(&Gate::File) || asks(ProofType::File);
        let bundle_id = states.last().and_then(|task| task.bundle_id.text());
        let bundle = async {
            match bundle_id {
                Some(bundle) => self.store.get::<Bundle>(bundle).await,
                None => Ok(None),
            }
        };
        let files = async { if needs_files { self.store.file_ids_of_task(id.as_str()).await } else { Ok(Vec::new()) } };
        let artifacts = async {
            if asks(ProofType::Artifact) { self.store.approved_artifact_ids(id.as_str(), bundle_id).await } else { Ok(Vec::new()) }
        };
        (loaded.bundle, loaded.file_ids, loaded.approved_artifact_ids) = futures_util::future::try_join3(bundle, files, artifacts).await?;
        Ok(loaded)
    }

    async fn task_commit(
        &self,
        operation: &Operation,
        before: Option<&Stored<Task>>,
        decision: Decision,
        loaded: &Loaded,
        status: u16,
    ) -> Result<Task, Error> {
        let mut transaction = self.store.begin(operation);
        let task = match before {
            Some(before) => transaction.change(before, decision.task, decision.event, true),
            None => transaction.create(decision.task, Some(decision.event)),
        };
        if let (Some((after, event)), Some(bundle)) = (decision.bundle, &loaded.bundle) {
            let visible = !event.action.starts_with("evidence");
            crate::reminders::stage_changed(&mut transaction, bundle, &after, &task.record, self.today(operation));
            transaction.change(bundle, after, event, visible);
        }
        transaction.commit(status, &task.record).await?;
        Ok(task.record)
    }
}

pub(crate) fn context(operation: &Operation) -> Context<'_> {
    Context { actor: &operation.actor, now: operation.now, operation: &operation.id }
}

/// The task that these fields would make, to see which gates it would have.
fn change_preview(fields: &Object) -> Task {
    let bare = Task::bare(TaskId::new("new"), "", Date::default(), "manual", dataops_domain::Timestamp::from_millis(0));
    dataops_domain::json::merged(&bare, fields)
}
