//! Tasks: create, update, follow-up actions, delete, list (wire contract 4).

use dataops_api::wire::TaskList;
use dataops_domain::audit::NewEvent;
use dataops_domain::id::TaskId;
use dataops_domain::json::Object;
use dataops_domain::task::change::{self, Context, Decision};
use dataops_domain::task::state::Action;
use dataops_domain::task::{Status, Task, actions, input};
use dataops_domain::time::Date;
use dataops_store::{MAX_LIST, MAX_LIST_BYTES, Operation, Range, Stored, TaskFilter};
use serde_json::Value;

use crate::Engine;
use crate::error::{Error, Expected, check_version};
use crate::proof::Loaded;

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

impl Engine {
    /// Makes a task.
    ///
    /// # Errors
    /// Every field that is wrong; missing proof when it is made as done.
    pub async fn task_create(&self, operation: &Operation, body: &Object) -> Result<Task, Error> {
        let owned = self.owned_by_task(body, None).await?;
        let fields = input::parse_new(body, &owned)?;
        self.decide(operation, || async {
            let id = TaskId::new(operation.new_id("task"));
            let draft = change_preview(&fields);
            let loaded = self.load_if(draft.status == Status::Done || draft.link.text().is_some(), &[&draft]).await?;
            let decision = change::create(id, &fields, &loaded.facts(&draft), context(operation))?;
            self.task_commit(operation, None, decision, &loaded, 201).await
        })
        .await
    }

    /// Reads a task.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn task_get(&self, id: &str) -> Result<Task, Error> {
        let task = self.task(id).await?.record;
        self.task_shown(task).await
    }

    pub(crate) async fn task(&self, id: &str) -> Result<Stored<Task>, Error> {
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
                    input::parse_changes(body, None, &[])?;
                    return Err(missing);
                }
            };
            self.task_change(operation, &stored, body, seen).await
        })
        .await
    }

    /// Decides and commits an update of a task as it was read.
    pub(crate) async fn task_change(
        &self,
        operation: &Operation,
        stored: &Stored<Task>,
        body: &Object,
        seen: Option<u64>,
    ) -> Result<Task, Error> {
        let owned = self.owned_by_task(body, Some(&stored.record)).await?;
        let changes = input::parse_changes(body, Some(&stored.record), &owned)?;
        check_version(seen, stored.record.version)?;
        let stored = &kept_attached(stored.clone(), &changes);
        let merged = dataops_domain::json::merged(&stored.record, &changes);
        let gated = merged.status == Status::Done || stored.record.status == Status::Done;
        let fills = ["link", "bundleId", "requiredLinkName"].iter().any(|key| changes.contains_key(*key)) && merged.link.text().is_some();
        let touches_bundle = gated || fills || stored.record.completed_at.is_some();
        let loaded = self.load_if(touches_bundle, &[&stored.record, &merged]).await?;
        let decision = change::update(&stored.record, &changes, &loaded.facts(&merged), context(operation))?;
        self.task_commit(operation, Some(stored), decision, &loaded, 200).await
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
            let referring = actions::preview(&stored.record, body);
            let loaded = self.load_if(touches_bundle, &[&stored.record, &referring]).await?;
            let decision = actions::act(&stored.record, action, body, &loaded.facts(&referring), context(operation))?;
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
            let loaded = self.load(&[task]).await?;
            let mut transaction = self.store.begin(operation);
            loaded.mark(&mut transaction, Some(task), &Task { evidence: None, ..task.clone() });
            transaction.delete(
                &stored,
                NewEvent { action: "deleted", summary: format!("Deleted task '{}'", task.description), metadata: Value::Null },
            );
            self.reminders_of_deleted(operation, &mut transaction, task).await?;
            if let Some(bundle) = loaded.bundle {
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
        Ok(TaskList { tasks: self.tasks_shown(page.into_records()).await?, next_cursor })
    }

    /// One day's tasks are in order of status, so they are read whole and cut here.
    async fn tasks_of_day(&self, date: Date, range: &Range) -> Result<TaskList, Error> {
        let (mut tasks, mut whole) = (Vec::new(), Range::default());
        loop {
            let page = self.store.tasks(&TaskFilter::On(date), &whole).await?;
            whole.after.clone_from(&page.next);
            tasks.extend(page.into_records());
            if whole.after.is_none() {
                break;
            }
        }
        let place = |task: &Task| format!("{}#{}", task.status.as_str(), task.id);
        tasks.sort_by_cached_key(place);
        tasks.retain(|task| range.after.as_ref().is_none_or(|after| place(task) > *after));
        let most = range.limit.unwrap_or(MAX_LIST).min(MAX_LIST);
        let mut bytes = 0;
        let fits = |task: &Task| {
            let before = bytes;
            bytes += serde_json::to_vec(task).map_or(0, |json| json.len());
            before == 0 || bytes <= MAX_LIST_BYTES
        };
        let shown = tasks.iter().take(most).map(fits).take_while(|fits| *fits).count();
        let more = tasks.len() > shown;
        tasks.truncate(shown);
        let next_cursor = tasks.last().filter(|_| more).map(place);
        Ok(TaskList { tasks: self.tasks_shown(tasks).await?, next_cursor })
    }

    /// Reads what a decision needs, when it needs anything.
    pub(crate) async fn load_if(&self, needed: bool, states: &[&Task]) -> Result<Loaded, Error> {
        if needed { self.load(states).await } else { Ok(Loaded::default()) }
    }

    pub(crate) async fn task_commit(
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
            transaction.change(bundle, after, event, visible);
        }
        loaded.mark(&mut transaction, before.map(|before| &before.record), &task.record);
        let shown = self.task_shown(task.record).await?;
        transaction.commit(status, &shown).await?;
        Ok(shown)
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

/// A list of references replaces the whole list that was shown: what was attached and is not in it any more is detached.
fn kept_attached(mut stored: Stored<Task>, changes: &Object) -> Stored<Task> {
    if let Some(references) = changes.get("artifactRefs") {
        let listed: Vec<&str> = references.as_array().into_iter().flatten().filter_map(|each| each["artifactId"].as_str()).collect();
        stored.record.linked.attached.retain(|id| listed.contains(&id.as_str()));
    }
    stored
}
