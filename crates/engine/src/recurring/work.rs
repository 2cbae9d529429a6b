//! Making the work of one window: a duty's task or a workflow, with the ledger's row, in one transaction.

use dataops_domain::audit::NewEvent;
use dataops_domain::bundle::Bundle;
use dataops_domain::generation::window::Done;
use dataops_domain::generation::{Planned, Window, notice, window, work};
use dataops_domain::id::BundleId;
use dataops_domain::notification::{Kind as Told, Notification};
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::reminder;
use dataops_domain::task::Task;
use dataops_domain::task::gates::Facts;
use dataops_domain::template::Template;
use dataops_store::{BundleManifest, CommitError, Found, Operation, Record as _, Stored, Transaction, WindowRow};
use serde_json::json;

use crate::Engine;
use crate::error::{Error, Expected};
use crate::start::{self, MANIFEST_SECONDS};

/// Tasks beyond this number are written from a manifest. Bundle, event, row with its event, notification and the check of the
/// template take six places of a hundred.
const TASKS_AT_ONCE: usize = 94;

/// Who settles a window, and as what it was planned.
pub(super) struct Case<'a> {
    pub(super) operation: &'a Operation,
    pub(super) planned: &'a Planned,
    pub(super) before: Option<&'a Stored<WindowRow>>,
    pub(super) by: window::By,
}

/// What was made.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) task: Option<Task>,
    pub(super) bundle: Option<BundleId>,
}

impl Case<'_> {
    /// The row as this case leaves it; `None` when there is nothing new to say.
    pub(super) fn row(&self, done: Done) -> Option<Window> {
        let before = self.before.map(|stored| &stored.record.window);
        Window::settled(self.planned, done, self.by, &self.operation.actor, before, self.operation.now)
    }

    /// Adds the row to a transaction.
    pub(super) fn put(&self, transaction: &mut Transaction<'_>, row: Window) {
        put(transaction, self.before, row);
    }

    fn is_tick(&self) -> bool {
        self.by == window::By::Tick
    }
}

/// Adds a row over what was there. A first row is told by the event of its work; a change has an event of its own.
pub(crate) fn put(transaction: &mut Transaction<'_>, before: Option<&Stored<WindowRow>>, row: Window) {
    match before {
        None => {
            transaction.create(WindowRow::from(row), None);
        }
        Some(before) => {
            let event = NewEvent {
                action: "settled",
                summary: format!("The window of {} is {} now", row.date, row.status.as_str()),
                metadata: json!({ "source": row.source, "date": row.date, "from": before.record.window.status, "to": row.status }),
            };
            transaction.change(before, WindowRow::from(row), event, true);
        }
    }
}

/// A record that somebody made first: read again and decide again.
pub(super) fn overtaken(error: CommitError) -> Error {
    match error {
        CommitError::Exists { .. } => Error::Lost,
        error => error.into(),
    }
}

impl Engine {
    /// A duty's task, its row, its first event and, when its day has come, its reminder.
    pub(super) async fn duty_make(
        &self,
        case: &Case<'_>,
        config: &Stored<RecurringConfig>,
        can_have: impl Fn(&str) -> bool,
    ) -> Result<Made, Error> {
        let (operation, planned) = (case.operation, case.planned);
        let mut task = work::duty_task(&config.record, planned.date, planned.due_at, can_have, operation.now);
        let reminders = if case.is_tick() { self.first_reminders(&mut task, operation) } else { Vec::new() };
        let mut transaction = self.store.begin(operation);
        let event = NewEvent {
            action: "created",
            summary: format!("Made '{}' for {} by its schedule", task.description, task.date),
            metadata: json!({ "recurringConfigId": config.record.id, "date": task.date }),
        };
        let task = transaction.create(task, Some(event)).record;
        if let Some(row) = case.row(Done::AsPlanned { tasks: 1 }) {
            case.put(&mut transaction, row);
        }
        for one in reminders {
            transaction.create(one, None);
        }
        transaction.unchanged(config);
        transaction.apply().await.map_err(overtaken)?;
        Ok(Made { task: Some(task), bundle: None })
    }

    /// The reminders that a task is born with: that its day has come, or is over already. The next pass finds them marked.
    fn first_reminders(&self, task: &mut Task, operation: &Operation) -> Vec<Notification> {
        let mut plan = reminder::plan(task, &Facts::default(), self.today(operation));
        plan.raise.retain(|one| matches!(one.mark.kind, Told::RecurringDue | Told::TaskOverdue));
        task.reminded = plan.raise.iter().map(|one| one.mark.clone()).collect();
        plan.raise.iter().map(|one| one.notification(task, None)).collect()
    }

    /// A workflow with its tasks and its row.
    pub(super) async fn workflow_make(
        &self,
        case: &Case<'_>,
        template: &Stored<Template>,
        can_have: impl Fn(&str) -> bool,
    ) -> Result<Made, Error> {
        let (operation, anchor) = (case.operation, case.planned.anchor_date.unwrap_or(case.planned.date));
        let (bundle, tasks) = work::workflow(&template.record, anchor, can_have, operation.now)?;
        let bytes = start::bytes_of(&tasks)?;
        let row = case.row(Done::AsPlanned { tasks: u32::try_from(tasks.len()).unwrap_or(u32::MAX) });
        let notice = case.is_tick().then(|| notice::workflow_made(&template.record, &bundle, self.today(operation)));
        let id = bundle.id.clone();
        if tasks.len() > TASKS_AT_ONCE || bytes > start::BYTES_AT_ONCE {
            let manifest = BundleManifest {
                operation: operation.id.clone(),
                deadline: operation.now.plus_seconds(MANIFEST_SECONDS),
                tasks,
                window: row,
                notice,
            };
            return self.workflow_make_big(operation, bundle, &manifest, template).await;
        }
        let mut transaction = self.store.begin(operation);
        let event = start::started(&bundle, &tasks);
        transaction.listing(&tasks);
        transaction.create(bundle, Some(event));
        for task in tasks {
            transaction.create(task, None);
        }
        if let Some(row) = row {
            case.put(&mut transaction, row);
        }
        if let Some(notice) = notice {
            transaction.create(notice, None);
        }
        transaction.unchanged(template);
        transaction.apply().await.map_err(overtaken)?;
        Ok(Made { task: None, bundle: Some(id) })
    }

    /// The plan first; the row is settled in the transaction that ends the making, whoever comes that far.
    async fn workflow_make_big(
        &self,
        operation: &Operation,
        mut bundle: Bundle,
        manifest: &BundleManifest,
        template: &Stored<Template>,
    ) -> Result<Made, Error> {
        bundle.being_made = true;
        let id = bundle.id.clone();
        let mut transaction = self.store.begin(operation);
        transaction.create_with_manifest(bundle, manifest);
        transaction.unchanged(template);
        match transaction.apply().await {
            Ok(()) => {}
            Err(CommitError::Exists { kind: Bundle::KIND, .. }) => match self.store.find::<Bundle>(id.as_str()).await? {
                Found::Live(found) if found.record.being_made => {}
                _ => return Err(Error::Lost),
            },
            Err(error) => return Err(error.into()),
        }
        match self.bundle_finish(operation, &id).await? {
            answer if answer.tasks.is_some() => Ok(Made { task: None, bundle: Some(id) }),
            // It was this very run that finished it, and the answer was lost.
            _ if self.store.was_written_by::<Bundle>(id.as_str(), operation).await? => Ok(Made { task: None, bundle: Some(id) }),
            _ => Err(Error::Lost),
        }
    }

    /// Adds to the transaction that ends the making of a generated workflow what its manifest says besides the tasks.
    pub(crate) async fn manifest_window(
        &self,
        transaction: &mut Transaction<'_>,
        window: Option<Window>,
        notice: Option<Notification>,
    ) -> Result<(), Error> {
        if let Some(notice) = notice {
            transaction.create(notice, None);
        }
        let Some(row) = window else { return Ok(()) };
        let before = self.store.window(&row.source, row.date).await?;
        match before {
            Some(before) if before.record.window.work_id() == row.work_id() => {}
            before => put(transaction, before.as_ref(), row),
        }
        Ok(())
    }
}

/// Whether a workflow is left to whoever is making it.
pub(super) fn is_left(error: &Error) -> bool {
    matches!(error, Error::Expected(Expected { code: "being_made", .. }))
}
