//! Giving one person's open tasks to somebody else: each task in a transaction of its own, so that one which changes
//! meanwhile is judged alone. Repeating a request finds what is done already.

use dataops_api::wire::{ReassignAnswer, ReassignResult, Reassigned};
use dataops_domain::id::TaskId;
use dataops_domain::input::Fields;
use dataops_domain::json::Object;
use dataops_domain::refusal::Refusal;
use dataops_domain::task::Task;
use dataops_domain::task::change;
use dataops_domain::task::gates::Facts;
use dataops_store::{Operation, Range, TaskFilter};
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};

use crate::Engine;
use crate::error::Error;
use crate::tasks::context;

/// The most tasks of one request.
const MOST: usize = 100;
/// Tasks that are changed at the same time.
const AT_ONCE: usize = 4;

/// What was asked for: to whom, and which tasks when not all.
struct Asked {
    to: String,
    tasks: Option<Vec<String>>,
}

impl Engine {
    /// Gives open tasks of `from` to somebody else: those named, or up to 100 that are found. The caller has passed the gate.
    ///
    /// # Errors
    /// Every field that is wrong; 404 when there is no such user.
    pub async fn user_reassign(&self, operation: &Operation, from: &str, body: &Object) -> Result<ReassignAnswer, Error> {
        let asked = parse(body)?;
        self.store.replay(operation).await?;
        let from = self.user(from).await?.record.user.id.to_string();
        self.may_take_over(&from, &asked.to).await?;
        let (ids, more) = match asked.tasks {
            Some(ids) => (ids, false),
            None => self.open_of(&from).await?,
        };
        let to = asked.to.as_str();
        let work = ids.into_iter().map(|id| self.hand_over(operation, id, &from, to));
        let results: Vec<Reassigned> = stream::iter(work).buffered(AT_ONCE).collect().await;
        let reassigned = results.iter().filter(|one| one.result == ReassignResult::Reassigned).count();
        let answer = ReassignAnswer { results, reassigned, more };
        // A record of a part that failed would keep a repetition from finishing it.
        if answer.results.iter().all(|one| one.result != ReassignResult::Failed) {
            self.store.begin(operation).commit(200, &answer).await?;
        }
        Ok(answer)
    }

    async fn may_take_over(&self, from: &str, to: &str) -> Result<(), Error> {
        if to == from {
            return Err(Refusal::field("/to", "to must be somebody else").into());
        }
        match self.user(to).await {
            Ok(stored) if stored.record.user.is_enabled() => Ok(()),
            Ok(_) => Err(Refusal::field("/to", "to must be an enabled user; this account is disabled").into()),
            Err(Error::Expected(_)) => Err(Refusal::field("/to", "to must be the id of a user").into()),
            Err(error) => Err(error),
        }
    }

    /// Open tasks of a person, as an index tells them: candidates, each judged again when it is changed.
    async fn open_of(&self, person: &str) -> Result<(Vec<String>, bool), Error> {
        let mut ids = Vec::new();
        let mut range = Range::default();
        loop {
            let page = self.store.tasks(&TaskFilter::Open, &range).await?;
            range.after = page.next.clone();
            let mine = |task: &Task| task.assignee_id.text() == Some(person);
            ids.extend(page.into_records().into_iter().filter(mine).map(|task| task.id.to_string()));
            if ids.len() > MOST || range.after.is_none() {
                let more = ids.len() > MOST;
                ids.truncate(MOST);
                return Ok((ids, more));
            }
        }
    }

    async fn hand_over(&self, operation: &Operation, id: String, from: &str, to: &str) -> Reassigned {
        let part = operation.part(&format!("reassign.{id}"));
        match self.decide(&part, || self.task_reassign(&part, &id, from, to)).await {
            Ok(done) => done,
            Err(error) => {
                tracing::warn!(task = id, error = error.to_string(), "a task can't be reassigned");
                let reason = Some("The task could not be changed now; try again".to_owned());
                Reassigned { id, description: None, result: ReassignResult::Failed, reason }
            }
        }
    }

    async fn task_reassign(&self, operation: &Operation, id: &str, from: &str, to: &str) -> Result<Reassigned, Error> {
        let skipped = |description: Option<&str>, reason: &str| Reassigned {
            id: id.to_owned(),
            description: description.map(str::to_owned),
            result: ReassignResult::Skipped,
            reason: Some(reason.to_owned()),
        };
        let found = match TaskId::parse(id) {
            Some(id) => self.store.get::<Task>(id.as_str()).await?,
            None => None,
        };
        let Some(stored) = found else { return Ok(skipped(None, "There is no such task")) };
        let task = &stored.record;
        let description = Some(task.description.as_str());
        let done = Reassigned { result: ReassignResult::Reassigned, reason: None, ..skipped(description, "") };
        match task.assignee_id.text() {
            Some(assignee) if assignee == to => return Ok(done),
            Some(assignee) if assignee == from => {}
            _ => return Ok(skipped(description, "It is no longer assigned to this person")),
        }
        if !task.is_open() {
            return Ok(skipped(description, "It is not open any more"));
        }
        let changes = dataops_domain::json::object(&json!({ "assigneeId": to }));
        let decision = change::update(task, &changes, &Facts::default(), context(operation))?;
        let mut transaction = self.store.begin(operation);
        transaction.change(&stored, decision.task, decision.event, true);
        transaction.apply().await?;
        Ok(done)
    }
}

fn parse(body: &Object) -> Result<Asked, Refusal> {
    let mut fields = Fields::of(body);
    let to = fields.required_text("to", "to is required: the id of the user who takes over").unwrap_or_default().trim().to_owned();
    let mut tasks = None;
    match fields.value("taskIds") {
        Some(Value::Array(list)) if (1..=MOST).contains(&list.len()) && list.iter().all(Value::is_string) => {
            let mut ids: Vec<String> = Vec::new();
            for id in list.iter().filter_map(Value::as_str) {
                if !ids.iter().any(|known| known == id) {
                    ids.push(id.chars().take(dataops_domain::id::MAX_LENGTH + 1).collect());
                }
            }
            tasks = Some(ids);
        }
        Some(_) => fields.refuse("taskIds", format!("taskIds must be a list of 1 to {MOST} task ids")),
        None => {}
    }
    fields.finish()?;
    Ok(Asked { to, tasks })
}
