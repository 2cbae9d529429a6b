//! Dismissing: what is dismissed leaves the inbox and nothing else. A follow-up that no pass has stored yet is stored as
//! dismissed, under the id it was listed with.

use std::collections::HashSet;

use dataops_domain::id;
use dataops_domain::notification::Notification;
use dataops_domain::reminder::{self, Reminder};
use dataops_domain::task::Task;
use dataops_store::{CommitError, Operation, Range, Stored};
use futures_util::future::try_join_all;

use super::inbox::{due_follow_ups, holds};
use crate::Engine;
use crate::error::{Error, Expected};

/// Notifications one transaction dismisses: each is a record and its event.
const TOGETHER: usize = 45;
/// Transactions under way at once.
const AT_ONCE: usize = 4;

impl Engine {
    /// Dismisses a notification; a dismissed one stays as it is.
    ///
    /// # Errors
    /// 404 when there is none that this reader may see.
    pub async fn notification_dismiss(&self, operation: &Operation, id: &str) -> Result<Notification, Error> {
        Ok(self.dismiss(operation, id).await?.0)
    }

    /// The notification as it is then, and whether this call dismissed it.
    async fn dismiss(&self, operation: &Operation, id: &str) -> Result<(Notification, bool), Error> {
        let unknown = || Error::from(Expected::not_found("Notification not found"));
        if !id::is_valid(id) {
            return Err(unknown());
        }
        self.decide(operation, || async {
            let Some(stored) = self.store.get::<Notification>(id).await? else {
                return self.follow_up_dismiss(operation, id).await?.ok_or_else(unknown);
            };
            if !stored.record.is_for(&operation.actor) {
                return Err(unknown());
            }
            if stored.record.dismissed {
                // A settled one whose cause is back is listed again before a pass revives it.
                let again = if stored.record.dismissed_by.is_none() { self.follow_up_dismiss(operation, id).await? } else { None };
                return Ok(again.unwrap_or((stored.record, false)));
            }
            let mut transaction = self.store.begin(operation);
            let (after, event) = stored.record.dismissed(&operation.actor, operation.now);
            let dismissed = transaction.change(&stored, after, event, true).record;
            transaction.apply().await?;
            Ok((dismissed, true))
        })
        .await
    }

    /// Dismisses a follow-up that is due and not in the inbox yet: stored as dismissed, and marked on its task. Says
    /// whether this call did it.
    async fn follow_up_dismiss(&self, operation: &Operation, id: &str) -> Result<Option<(Notification, bool)>, Error> {
        let today = self.today(operation);
        let waiting = self.store.tasks_waiting(&Range { to: Some(today.date().to_string()), ..Range::default() }).await?;
        let is_meant = |task: &Task| due_follow_ups(std::iter::once(task), today).any(|due| due.id.as_str() == id);
        let Some(found) = waiting.into_records().into_iter().find(is_meant) else { return Ok(None) };
        let Some(task) = self.store.get::<Task>(found.id.as_str()).await? else { return Ok(None) };
        match reminder::follow_up(&task.record, today).filter(|due| due.mark.id_for(&task.record).as_str() == id) {
            Some(due) => self.follow_up_store_dismissed(operation, &task, due).await.map(Some),
            None => Ok(None),
        }
    }

    async fn follow_up_store_dismissed(
        &self,
        operation: &Operation,
        task: &Stored<Task>,
        due: Reminder,
    ) -> Result<(Notification, bool), Error> {
        let wanted = due.notification(&task.record, None);
        let before = self.store.get::<Notification>(wanted.id.as_str()).await?;
        // Somebody stored it between the two reads; only what was settled by itself may be dismissed once more.
        if let Some(before) = before.as_ref().filter(|before| before.record.dismissed_by.is_some()) {
            return Ok((before.record.clone(), false));
        }
        let (after, event) = wanted.dismissed(&operation.actor, operation.now);
        let mut transaction = self.store.begin(operation);
        let dismissed = match &before {
            Some(before) => transaction.change(before, after, event, true),
            None => transaction.create(after, Some(event)),
        };
        let plan = reminder::Plan { raise: vec![due], settle: Vec::new() };
        let (marked, event) = reminder::marked(&task.record, &plan, &[]);
        transaction.change(task, marked, event, false);
        match transaction.apply().await {
            Ok(()) => Ok((dismissed.record, true)),
            Err(CommitError::Exists { .. }) => Err(Error::Lost),
            Err(error) => Err(error.into()),
        }
    }

    /// Dismisses everything in a reader's inbox, and says how many that were.
    ///
    /// # Errors
    /// When the store refuses; what was dismissed until then stays dismissed.
    pub async fn notifications_dismiss_all(&self, operation: &Operation) -> Result<usize, Error> {
        let today = self.today(operation);
        let tasks = self.open_tasks().await?;
        let (mut stored, mut range) = (Vec::new(), Range::default());
        loop {
            let page = self.inbox_page(&operation.actor, &range).await?;
            stored.extend(page.records.into_iter().filter(|one| holds(&one.record, &tasks, today)));
            range.after = page.next;
            if range.after.is_none() {
                break;
            }
        }
        let inbox: HashSet<&str> = stored.iter().map(|one| one.record.id.as_str()).collect();
        let computed: Vec<String> =
            due_follow_ups(tasks.values(), today).map(|due| due.id.to_string()).filter(|id| !inbox.contains(id.as_str())).collect();
        let mut count = 0;
        for wave in stored.chunks(TOGETHER * AT_ONCE) {
            let running: Vec<_> = wave.chunks(TOGETHER).map(|some| self.notifications_dismiss_some(operation, some)).collect();
            count += try_join_all(running).await?.into_iter().sum::<usize>();
        }
        for id in computed {
            count += usize::from(self.dismiss_counted(operation, &id).await?);
        }
        Ok(count)
    }

    /// Dismisses these in one transaction; when one of them was changed meanwhile, each by itself.
    async fn notifications_dismiss_some(&self, operation: &Operation, some: &[Stored<Notification>]) -> Result<usize, Error> {
        let part = operation.part(some.first().map_or("none", |one| one.record.id.as_str()));
        let mut transaction = self.store.begin(&part);
        for one in some {
            let (after, event) = one.record.dismissed(&operation.actor, operation.now);
            transaction.change(one, after, event, true);
        }
        match transaction.apply().await {
            Ok(()) => return Ok(some.len()),
            Err(CommitError::Lost) => {}
            Err(error) => return Err(error.into()),
        }
        let mut count = 0;
        for one in some {
            count += usize::from(self.dismiss_counted(operation, one.record.id.as_str()).await?);
        }
        Ok(count)
    }

    /// Dismisses one of many; true when this call did it, false when somebody else did or it is gone.
    async fn dismiss_counted(&self, operation: &Operation, id: &str) -> Result<bool, Error> {
        match self.dismiss(&operation.part(&format!("one.{id}")), id).await {
            Ok((_, by_this_call)) => Ok(by_this_call),
            Err(Error::Expected(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
