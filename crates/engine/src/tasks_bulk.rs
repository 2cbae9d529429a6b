//! One action on many tasks: each task is a decision and a transaction of its own, and has a result of its own.

use std::collections::HashSet;

use dataops_api::bulk::{BulkAnswer, BulkResult};
use dataops_domain::json::Object;
use dataops_domain::task::Task;
use dataops_domain::task::bulk::{self, BulkAction};
use dataops_store::Operation;

use crate::Engine;
use crate::error::{Error, Expected};

/// Bytes of tasks from which on results go without them: an answer takes 4 MB.
const MAX_BYTES: usize = 3_000_000;

impl Engine {
    /// Does one thing to many tasks. Under an Idempotency-Key each task's part is answered once, so a repetition finishes
    /// what an interrupted attempt left over and repeats nothing.
    ///
    /// # Errors
    /// Every field that is wrong, before anything is done. What is refused for one task is in its result.
    pub async fn tasks_bulk(&self, operation: &Operation, body: &Object) -> Result<BulkAnswer, Error> {
        let bulk = bulk::parse(body)?;
        self.store.replay(operation).await?;
        let (mut seen, mut bytes, mut results) = (HashSet::new(), 0, Vec::with_capacity(bulk.ids.len()));
        for id in &bulk.ids {
            let done = if seen.insert(id.as_str()) {
                self.task_of_bulk(operation, id, &bulk.action).await
            } else {
                Err(Expected::new(400, "duplicate", "This task is named twice; it was handled the first time").into())
            };
            let mut result = result(id, done)?;
            bytes += result.task.as_ref().map_or(0, |task| serde_json::to_vec(task).map_or(0, |json| json.len()));
            result.task = result.task.filter(|_| bytes <= MAX_BYTES);
            results.push(result);
        }
        let answer = BulkAnswer { results };
        self.store.begin(operation).commit(200, &answer).await?;
        Ok(answer)
    }

    async fn task_of_bulk(&self, operation: &Operation, id: &str, action: &BulkAction) -> Result<Option<Task>, Error> {
        let part = operation.answered_part(id);
        let done = self.task_bulk_decide(&part, id, action).await;
        match self.settle(&part, done).await {
            Err(Error::Replayed(recorded)) => {
                Ok(recorded.body.filter(|body| !body.is_null()).and_then(|body| serde_json::from_value(body).ok()))
            }
            done => done,
        }
    }

    async fn task_bulk_decide(&self, part: &Operation, id: &str, action: &BulkAction) -> Result<Option<Task>, Error> {
        if *action == BulkAction::Delete {
            self.task(id).await?;
            return self.task_delete(part, id, None).await.map(|()| None);
        }
        self.decide(part, || async {
            let stored = self.task(id).await?;
            if let Some(changes) = action.changes(&stored.record)? {
                return self.task_change(part, &stored, &changes, None).await.map(Some);
            }
            let BulkAction::Undo(versions) = action else { return Ok(None) };
            let unnamed = || Expected::new(400, "invalid_field", "fields.versions must name the version of each task");
            self.task_undo_change(part, &stored, *versions.get(id).ok_or_else(unnamed)?).await.map(Some)
        })
        .await
    }
}

/// The result of one task. Failures of ours are no results: the whole request fails, and can be repeated.
fn result(id: &str, done: Result<Option<Task>, Error>) -> Result<BulkResult, Error> {
    let refused = |expected: Expected| BulkResult {
        id: id.to_owned(),
        ok: false,
        task: None,
        error: Some(expected.message),
        code: Some(expected.code.to_owned()),
        missing: expected.missing,
    };
    match done {
        Ok(task) => Ok(BulkResult { id: id.to_owned(), ok: true, task, error: None, code: None, missing: Vec::new() }),
        Err(Error::Expected(expected)) => Ok(refused(expected)),
        Err(error) => Err(error),
    }
}
