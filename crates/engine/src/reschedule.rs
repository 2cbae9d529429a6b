//! Moving a workflow's anchor date. What fits goes into one transaction. A bigger move sets the new date first and then
//! lets the tasks follow in portions; each task says by itself whether it has followed, so whoever repeats the request
//! finishes it, and every portion insists that the workflow still stands at the date it moves to.

use std::collections::HashMap;
use std::sync::OnceLock;

use chrono::Datelike;
use dataops_api::reschedule::{KeptTask, MovedTask, Rescheduled};
use dataops_domain::audit::NewEvent;
use dataops_domain::bundle::{Bundle, BundleStatus, Moving};
use dataops_domain::json::Object;
use dataops_domain::reschedule::{self, Planned, Request, Step};
use dataops_domain::task::Task;
use dataops_domain::template::Template;
use dataops_domain::time::Date;
use dataops_store::{BUNDLE_ANCHOR, Operation, Stored, Transaction};
use serde_json::json;

use crate::Engine;
use crate::error::{Error, Expected, check_version};

/// Tasks that follow in one transaction: each takes two places of a hundred, bundle, event and answer three.
const MOVES_AT_ONCE: usize = 48;
/// Bytes of tasks beyond which a transaction is not filled; DynamoDB takes 4 MB.
const BYTES_AT_ONCE: usize = 2_500_000;
/// Seconds after which others may finish a move.
const MOVE_SECONDS: i64 = 60;

/// What a move means: every task with its step.
struct Plan {
    from: Date,
    tasks: Vec<(Stored<Task>, Step)>,
}

impl Plan {
    fn pending(&self) -> Vec<(&Stored<Task>, Planned)> {
        let pending = |step: &Step| if let Step::Follow { to, pending: true, .. } = step { Some(*to) } else { None };
        self.tasks.iter().filter_map(|(task, step)| Some((task, pending(step)?))).collect()
    }
}

impl Engine {
    /// Moves a workflow to another anchor date: open tasks that nobody moved by hand follow. With `preview` nothing is
    /// written.
    ///
    /// # Errors
    /// Every field that is wrong; 404; 409 when the workflow stands at another date than the caller has seen.
    pub async fn bundle_reschedule(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Rescheduled, Error> {
        let request = reschedule::parse(body)?;
        let begun = OnceLock::new();
        self.decide(operation, || async {
            let stored = self.bundle(id).await?;
            if begun.get().is_none() {
                check_version(seen, stored.record.version)?;
            }
            check_movable(&stored.record, &request, begun.get().is_some())?;
            let moving = stored.record.moving.map_or(stored.record.anchor_date, |moving| moving.from);
            let from = begun.get().copied().unwrap_or(moving);
            let plan = self.reschedule_plan(&stored.record, from, request.anchor_date).await?;
            if request.preview {
                return Ok(self.rescheduled(operation, stored.record, &plan, &request));
            }
            let pending = plan.pending();
            let bytes: usize = pending.iter().map(|(task, _)| size(&task.record)).sum();
            if pending.len() > MOVES_AT_ONCE || bytes > BYTES_AT_ONCE || stored.record.moving.is_some() || begun.get().is_some() {
                self.reschedule_in_portions(operation, stored, &plan, &request, &begun).await
            } else {
                self.reschedule_at_once(operation, stored, &plan, &request).await
            }
        })
        .await
    }

    async fn reschedule_plan(&self, bundle: &Bundle, from: Date, to: Date) -> Result<Plan, Error> {
        let stored = self.tasks_of(bundle).await?;
        let forgot = |task: &Task| task.is_open() && task.planned.is_none() && task.template_task_ref.is_some();
        let offsets = match &bundle.template_id {
            Some(template) if stored.iter().any(|task| forgot(&task.record)) => {
                self.store.get::<Template>(template.as_str()).await?.map(|template| reschedule::offsets(&template.record))
            }
            _ => None,
        };
        let offsets: HashMap<String, i64> = offsets.unwrap_or_default();
        let mut tasks = Vec::with_capacity(stored.len());
        for task in stored {
            let step = reschedule::step(&task.record, from, to, &offsets)?;
            tasks.push((task, step));
        }
        Ok(Plan { from, tasks })
    }

    async fn reschedule_at_once(
        &self,
        operation: &Operation,
        stored: Stored<Bundle>,
        plan: &Plan,
        request: &Request,
    ) -> Result<Rescheduled, Error> {
        let mut transaction = self.store.begin(operation);
        let pending = plan.pending();
        let mut bundle = stored.record.clone();
        if bundle.anchor_date != request.anchor_date || !pending.is_empty() {
            let after = Bundle { updated_at: operation.now, ..bundle.with_anchor(request.anchor_date) };
            let event = moved(&stored.record, request.anchor_date, pending.len());
            bundle = transaction.change(&stored, after, event, true).record;
        }
        for (task, to) in pending {
            follow(&mut transaction, operation, task, to);
        }
        let answer = self.rescheduled(operation, bundle, plan, request);
        transaction.commit(200, &answer).await?;
        Ok(answer)
    }

    async fn reschedule_in_portions(
        &self,
        operation: &Operation,
        stored: Stored<Bundle>,
        plan: &Plan,
        request: &Request,
        begun: &OnceLock<Date>,
    ) -> Result<Rescheduled, Error> {
        self.store.replay(operation).await?;
        let part = operation.part("move");
        let mut bundle = stored;
        if bundle.record.anchor_date != request.anchor_date || (bundle.record.moving.is_none() && begun.get().is_none()) {
            let moving = Moving { from: plan.from, deadline: operation.now.plus_seconds(MOVE_SECONDS) };
            let anchored = bundle.record.with_anchor(request.anchor_date);
            let after = Bundle { moving: Some(moving), updated_at: operation.now, ..anchored };
            let event = moved(&bundle.record, request.anchor_date, plan.pending().len());
            let mut transaction = self.store.begin(&part);
            bundle = transaction.change(&bundle, after, event, true);
            transaction.apply().await?;
        }
        begun.get_or_init(|| plan.from);
        for portion in portions(&plan.pending()) {
            let mut transaction = self.store.begin(&part);
            transaction.check_still(&bundle.record, BUNDLE_ANCHOR);
            for (task, to) in portion {
                follow(&mut transaction, operation, task, *to);
            }
            transaction.apply().await?;
        }
        self.reschedule_finish(operation, bundle.record.id.as_str(), plan.from, request).await
    }

    /// Looks once more whether every task has followed, and says so on the workflow.
    async fn reschedule_finish(&self, operation: &Operation, id: &str, from: Date, request: &Request) -> Result<Rescheduled, Error> {
        let current = self.bundle(id).await?;
        check_movable(&current.record, request, true)?;
        let plan = self.reschedule_plan(&current.record, from, request.anchor_date).await?;
        if !plan.pending().is_empty() {
            return Err(Error::Lost);
        }
        let mut transaction = self.store.begin(operation);
        let mut bundle = current.record.clone();
        if bundle.moving.is_some() {
            let event = NewEvent {
                action: "move-finished",
                summary: format!("Every task that follows stands at its new date for {}", request.anchor_date),
                metadata: json!({}),
            };
            bundle = transaction.change(&current, Bundle { moving: None, ..bundle }, event, false).record;
        }
        let answer = self.rescheduled(operation, bundle, &plan, request);
        transaction.commit(200, &answer).await?;
        Ok(answer)
    }

    /// Finishes moves that were interrupted more than a minute ago. Returns the workflows concerned.
    ///
    /// # Errors
    /// When the store refuses.
    pub(crate) async fn moves_recover(&self, operation: &Operation, bundles: &[Bundle]) -> Result<Vec<String>, Error> {
        let mut recovered = Vec::new();
        let late = |bundle: &&Bundle| bundle.moving.is_some_and(|moving| moving.deadline <= operation.now);
        for bundle in bundles.iter().filter(late) {
            let body = dataops_domain::json::object(&json!({ "anchorDate": bundle.anchor_date }));
            match self.bundle_reschedule(&operation.part(bundle.id.as_str()), bundle.id.as_str(), &body, None).await {
                Ok(_) => recovered.push(bundle.id.to_string()),
                Err(Error::Expected(left)) => tracing::info!(bundle = %bundle.id, "its move was left: {left}"),
                Err(error) => return Err(error),
            }
        }
        Ok(recovered)
    }

    fn rescheduled(&self, operation: &Operation, bundle: Bundle, plan: &Plan, request: &Request) -> Rescheduled {
        let today = operation.now.local_date(self.timezone());
        let (mut moved, mut kept) = (Vec::new(), Vec::new());
        for (task, step) in &plan.tasks {
            let (id, description) = (task.record.id.to_string(), task.record.description.clone());
            match step {
                Step::Follow { from, to, .. } => moved.push(MovedTask {
                    id,
                    description,
                    status: task.record.status,
                    from: *from,
                    to: to.date,
                    weekend: to.date.weekday().number_from_monday() > 5,
                    past: to.date < today,
                }),
                Step::Stay(reason) => kept.push(KeptTask { id, description, date: task.record.date, reason: *reason }),
            }
        }
        moved.sort_by_key(|task| task.to);
        Rescheduled { bundle, anchor_date: request.anchor_date, from: plan.from, preview: request.preview, moved, kept }
    }
}

fn check_movable(bundle: &Bundle, request: &Request, begun: bool) -> Result<(), Expected> {
    if bundle.status == BundleStatus::Archived {
        return Err(Expected::new(400, "archived", "The workflow is archived; bring it back before moving it"));
    }
    if bundle.being_made {
        return Err(Expected::conflict("being_made", "This workflow is still being made; try again in a minute"));
    }
    let elsewhere = bundle.anchor_date != request.anchor_date && (begun || request.from.is_some_and(|from| from != bundle.anchor_date));
    if elsewhere {
        let words = format!("The workflow has been moved to {} in the meantime; look at it again", bundle.anchor_date);
        return Err(Expected::conflict("moved_since", words));
    }
    Ok(())
}

fn moved(before: &Bundle, to: Date, tasks: usize) -> NewEvent {
    let following = if tasks == 1 { "1 task follows".to_owned() } else { format!("{tasks} tasks follow") };
    NewEvent {
        action: "rescheduled",
        summary: format!("Moved from {} to {to}, {following}", before.anchor_date),
        metadata: json!({ "changes": { "anchorDate": { "from": before.anchor_date, "to": to } }, "tasks": tasks }),
    }
}

fn follow(transaction: &mut Transaction<'_>, operation: &Operation, task: &Stored<Task>, to: Planned) {
    let before = &task.record;
    let after = Task { date: to.date, planned: Some(to), updated_at: operation.now, ..before.clone() };
    let event = NewEvent {
        action: "rescheduled",
        summary: format!("Moved '{}' to {} with its workflow", before.description, to.date),
        metadata: json!({ "bundleId": before.bundle_id.text(), "changes": { "date": { "from": before.date, "to": to.date } } }),
    };
    transaction.change(task, after, event, true);
}

fn size(task: &Task) -> usize {
    serde_json::to_vec(task).map_or(0, |bytes| bytes.len())
}

/// The moves cut into what one transaction takes, by count and by size.
fn portions<'a>(pending: &'a [(&'a Stored<Task>, Planned)]) -> Vec<&'a [(&'a Stored<Task>, Planned)]> {
    let (mut portions, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (place, (task, _)) in pending.iter().enumerate() {
        let size = size(&task.record);
        if place > start && (place - start == MOVES_AT_ONCE || bytes + size > BYTES_AT_ONCE) {
            portions.push(&pending[start..place]);
            (start, bytes) = (place, 0);
        }
        bytes += size;
    }
    if start < pending.len() {
        portions.push(&pending[start..]);
    }
    portions
}
