//! One pass over the open tasks: what has come up is raised, what is no longer true is settled.
//!
//! An index finds the tasks; each is read again by key before it is written, and the transaction is conditional on that
//! read. Two passes at once and a pass that was killed therefore leave the same records: what one has written, the other's
//! transaction loses against and finds marked.

use std::collections::HashMap;

use dataops_domain::bundle::Bundle;
use dataops_domain::id::NotificationId;
use dataops_domain::notification::Notification;
use dataops_domain::reminder::{self, Plan, Today};
use dataops_domain::task::Task;
use dataops_domain::task::gates::Facts;
use dataops_store::{CommitError, Operation, Range, StoreError, Stored, TaskFilter, Transaction};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::{Engine, proof};

/// Items one transaction may have; DynamoDB takes 100.
const ITEMS: usize = 90;

/// What a pass did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderReport {
    /// Reminders raised.
    pub raised: usize,
    /// Reminders that are no longer true.
    pub settled: usize,
    /// Tasks that could not be brought up to date; the next pass tries again.
    pub failed: usize,
    /// True when there was more to do than one pass does.
    pub more: bool,
}

/// What the gates of a task look at besides the task.
#[derive(Default)]
struct Known {
    bundle: Option<Bundle>,
    files: Vec<String>,
    artifacts: Vec<String>,
}

impl Known {
    fn facts(&self) -> Facts<'_> {
        Facts {
            bundle: self.bundle.as_ref(),
            file_ids: self.files.clone(),
            approved_artifact_ids: self.artifacts.clone(),
            ..Facts::default()
        }
    }
}

/// A task whose reminders are not what they should be.
struct Due {
    id: String,
    known: Known,
    items: usize,
}

impl Engine {
    /// Brings the reminders of at most `most` tasks up to date.
    ///
    /// # Errors
    /// When the store refuses; what was written stays, and the next pass goes on.
    pub async fn reminders_pass(&self, operation: &Operation, most: usize) -> Result<ReminderReport, Error> {
        let mut report = ReminderReport::default();
        let mut left = most;
        for open in [false, true] {
            let mut range = Range::default();
            loop {
                let page = match open {
                    true => self.store.tasks(&TaskFilter::Open, &range).await?,
                    false => self.store.tasks_to_settle(&range).await?,
                };
                range.after.clone_from(&page.next);
                let mut due = self.reminders_due(page.into_records(), self.today(operation)).await?;
                report.more |= due.len() > left;
                due.truncate(left);
                left -= due.len();
                self.reminders_write(operation, due, &mut report).await?;
                if report.more || range.after.is_none() {
                    break;
                }
            }
        }
        Ok(report)
    }

    /// Those of these tasks that something is to be written about.
    async fn reminders_due(&self, tasks: Vec<Task>, today: Today) -> Result<Vec<Due>, StoreError> {
        let mut known = self.reminders_known(&tasks, today).await?;
        let due = tasks.into_iter().filter_map(|task| {
            let known = known.remove(task.id.as_str()).unwrap_or_default();
            let plan = reminder::plan(&task, &known.facts(), today);
            let items = 2 + 2 * (plan.raise.len() + plan.settle.len());
            (!plan.is_empty()).then(|| Due { id: task.id.to_string(), known, items })
        });
        Ok(due.collect())
    }

    /// What the gates look at, for the tasks whose missing proof is told by now; and the workflow's title for all that may be
    /// raised.
    async fn reminders_known(&self, tasks: &[Task], today: Today) -> Result<HashMap<String, Known>, StoreError> {
        let unmarked = |task: &Task| reminder::follow_up(task, today).is_some_and(|due| !task.reminded.contains(&due.mark));
        let near: Vec<&Task> = tasks.iter().filter(|task| reminder::asks_proof(task, today) || unmarked(task)).collect();
        let mut ids: Vec<String> = near.iter().filter_map(|task| task.bundle_id.text()).map(str::to_owned).collect();
        ids.sort();
        ids.dedup();
        let bundles: HashMap<String, Bundle> =
            self.store.get_many::<Bundle>(&ids).await?.into_iter().map(|stored| (stored.record.id.to_string(), stored.record)).collect();
        let by_id = bundles.iter().map(|(id, bundle)| (id.as_str(), bundle)).collect();
        let asked = near.iter().copied().filter(|task| reminder::asks_proof(task, today));
        let approved = self.approved(asked, &by_id, usize::MAX).await?;
        let known = near.iter().map(|task| {
            let bundle = task.bundle_id.text().and_then(|id| bundles.get(id).cloned());
            let may = proof::ids_of_task(task).chain(bundle.iter().flat_map(proof::ids_of_bundle));
            let artifacts = may.filter(|id| approved.contains(id)).collect();
            (task.id.to_string(), Known { files: task.linked.files.clone(), artifacts, bundle })
        });
        Ok(known.collect())
    }

    async fn reminders_write(&self, operation: &Operation, due: Vec<Due>, report: &mut ReminderReport) -> Result<(), Error> {
        for some in portions(due) {
            match self.reminders_write_together(operation, &some).await {
                Ok(done) => report.add(done),
                Err(Error::Store(error @ StoreError::Busy(_))) => return Err(error.into()),
                // One of them was changed meanwhile, or can't be written: each by itself, so that it keeps no other back.
                Err(_) => {
                    for one in &some {
                        report.add(self.reminders_write_one(operation, one).await?);
                    }
                }
            }
        }
        Ok(())
    }

    async fn reminders_write_one(&self, operation: &Operation, one: &Due) -> Result<ReminderReport, Error> {
        let written = self.decide(operation, || self.reminders_write_together(operation, std::slice::from_ref(one))).await;
        match written {
            Ok(done) => Ok(done),
            Err(Error::Store(error @ StoreError::Busy(_))) => Err(error.into()),
            Err(error) => {
                tracing::error!(task = one.id, error = ?error, "the reminders of a task could not be written");
                Ok(ReminderReport { failed: 1, ..ReminderReport::default() })
            }
        }
    }

    /// Reads these tasks by key, plans again and writes all of it in one transaction.
    async fn reminders_write_together(&self, operation: &Operation, due: &[Due]) -> Result<ReminderReport, Error> {
        let today = self.today(operation);
        let ids: Vec<String> = due.iter().map(|one| one.id.clone()).collect();
        let tasks = self.store.get_many::<Task>(&ids).await?;
        let mut planned: Vec<(Stored<Task>, Plan, Option<&str>)> = Vec::new();
        for stored in tasks {
            let Some(one) = due.iter().find(|one| one.id == stored.record.id.as_str()) else { continue };
            let plan = reminder::plan(&stored.record, &one.known.facts(), today);
            planned.push((stored, plan, one.known.bundle.as_ref().map(|bundle| bundle.title.as_str())));
        }
        planned.retain(|(_, plan, _)| !plan.is_empty());
        let wanted = planned.iter().flat_map(|(task, plan, _)| [plan.raised(&task.record), plan.resolved(&task.record)]);
        let ids: Vec<String> = wanted.flatten().map(|id| id.to_string()).collect();
        let stored: HashMap<String, Stored<Notification>> =
            self.store.get_many::<Notification>(&ids).await?.into_iter().map(|one| (one.record.id.to_string(), one)).collect();
        let part = operation.part(&format!("remind.{}.{}", due.len(), due.first().map_or("", |one| &one.id)));
        let mut transaction = self.store.begin(&part);
        let mut report = ReminderReport::default();
        for (task, plan, workflow) in planned {
            add(&mut transaction, &part, (&task, &plan, workflow), &stored, &mut report);
        }
        transaction.apply().await.map_err(|error| match error {
            // Another pass has made it: read again, and it is marked.
            CommitError::Exists { .. } => Error::Lost,
            error => error.into(),
        })?;
        Ok(report)
    }

    /// Settles the reminders of a task that is being deleted, in the transaction that deletes it.
    ///
    /// # Errors
    /// When the store refuses.
    pub(crate) async fn reminders_of_deleted(
        &self,
        operation: &Operation,
        transaction: &mut Transaction<'_>,
        task: &Task,
    ) -> Result<(), StoreError> {
        let ids: Vec<String> = task.reminded.iter().map(|mark| mark.id_for(task).to_string()).collect();
        for stored in self.store.get_many::<Notification>(&ids).await? {
            if let Some((after, event)) = stored.record.resolved(operation.now) {
                transaction.change(&stored, after, event, true);
            }
        }
        Ok(())
    }
}

/// Adds what one task needs: its reminders, and its marks.
fn add(
    transaction: &mut Transaction<'_>,
    operation: &Operation,
    (task, plan, workflow): (&Stored<Task>, &Plan, Option<&str>),
    stored: &HashMap<String, Stored<Notification>>,
    report: &mut ReminderReport,
) {
    for one in &plan.raise {
        let wanted = one.notification(&task.record, workflow);
        match stored.get(wanted.id.as_str()) {
            None => {
                transaction.create(wanted, None);
                report.raised += 1;
            }
            Some(before) => {
                if let Some((after, event)) = before.record.revived(&wanted) {
                    transaction.change(before, after, event, true);
                    report.raised += 1;
                }
            }
        }
    }
    for id in plan.resolved(&task.record) {
        let before = stored.get(id.as_str());
        if let Some((before, (after, event))) = before.and_then(|before| Some((before, before.record.resolved(operation.now)?))) {
            transaction.change(before, after, event, true);
            report.settled += 1;
        }
    }
    let by_hand = |id: &NotificationId| stored.get(id.as_str()).is_some_and(|one| one.record.dismissed_by.is_some());
    let dismissed: Vec<NotificationId> = plan.resolved(&task.record).into_iter().filter(by_hand).collect();
    let (after, event) = reminder::marked(&task.record, plan, &dismissed);
    transaction.change(task, after, event, false);
}

/// Cuts what is due into what one transaction takes.
fn portions(due: Vec<Due>) -> Vec<Vec<Due>> {
    let (mut portions, mut items): (Vec<Vec<Due>>, usize) = (Vec::new(), ITEMS);
    for one in due {
        if items + one.items > ITEMS {
            portions.push(Vec::new());
            items = 0;
        }
        items += one.items;
        if let Some(last) = portions.last_mut() {
            last.push(one);
        }
    }
    portions
}

impl ReminderReport {
    fn add(&mut self, other: Self) {
        self.raised += other.raised;
        self.settled += other.settled;
        self.failed += other.failed;
        self.more |= other.more;
    }
}
