//! Lists of notifications: what is stored, without what is no longer true, with the follow-ups that have just come due.
//!
//! Reading writes nothing. Open tasks are read along with the inbox: they show which reminders still hold, and which
//! follow-ups are due that no pass has stored yet.

use std::collections::HashMap;

use dataops_api::wire::NotificationList;
use dataops_domain::Actor;
use dataops_domain::notification::Notification;
use dataops_domain::reminder::{self, Today};
use dataops_domain::task::Task;
use dataops_store::notifications::{place, recent_place};
use dataops_store::{MAX_LIST, Operation, Page, Range, StoreError, Stored, TaskFilter};
use futures_util::future::try_join;

use crate::Engine;
use crate::error::Error;

/// A part of a reader's notifications, with the open tasks they are about.
pub(crate) struct Inbox {
    pub(crate) notifications: Vec<Notification>,
    pub(crate) next: Option<String>,
    pub(crate) tasks: HashMap<String, Task>,
}

impl Engine {
    /// Lists a reader's notifications: those in the inbox, newest first; with `all` also those out of it, after them.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn notifications_list(&self, operation: &Operation, all: bool, range: &Range) -> Result<NotificationList, Error> {
        let inbox = if all { self.notifications_of(operation, range).await? } else { self.inbox_of(operation, range).await? };
        Ok(NotificationList { notifications: inbox.notifications, next_cursor: inbox.next })
    }

    /// What is in a reader's inbox.
    pub(crate) async fn inbox_of(&self, operation: &Operation, range: &Range) -> Result<Inbox, StoreError> {
        let stored = self.inbox_page(&operation.actor, range);
        let (page, tasks) = try_join(stored, self.open_tasks()).await?;
        Ok(shown(page, tasks, range, self.today(operation), place))
    }

    /// What is stored of a reader's inbox; the portal's own actor, which is nobody in particular, has everybody's.
    pub(crate) async fn inbox_page(&self, reader: &Actor, range: &Range) -> Result<Page<Notification>, StoreError> {
        if reader.id == Actor::PORTAL { self.store.inbox_of_all(range).await } else { self.store.inbox(&reader.id, range).await }
    }

    /// All notifications of a reader, dismissed ones too.
    async fn notifications_of(&self, operation: &Operation, range: &Range) -> Result<Inbox, StoreError> {
        let (page, tasks) = try_join(self.notifications_page(&operation.actor, range), self.open_tasks()).await?;
        Ok(shown(page, tasks, range, self.today(operation), recent_place))
    }

    /// Reads on until there are enough that this reader may see.
    async fn notifications_page(&self, reader: &Actor, range: &Range) -> Result<Page<Notification>, StoreError> {
        let limit = range.limit.unwrap_or(MAX_LIST).min(MAX_LIST);
        let mut records: Vec<Stored<Notification>> = Vec::new();
        let mut range = Range { limit: None, ..range.clone() };
        loop {
            let page = self.store.notifications(&range).await?;
            records.extend(page.records.into_iter().filter(|stored| stored.record.is_for(reader)));
            range.after = page.next;
            if records.len() > limit || range.after.is_none() {
                break;
            }
        }
        let cut = records.len() > limit;
        records.truncate(limit);
        let next = records.last().filter(|_| cut).map(|stored| recent_place(&stored.record));
        Ok(Page { records, next })
    }

    /// Every open task, by id.
    pub(crate) async fn open_tasks(&self) -> Result<HashMap<String, Task>, StoreError> {
        let (mut tasks, mut range) = (HashMap::new(), Range::default());
        loop {
            let page = self.store.tasks(&TaskFilter::Open, &range).await?;
            range.after.clone_from(&page.next);
            tasks.extend(page.into_records().into_iter().map(|task| (task.id.to_string(), task)));
            if range.after.is_none() {
                return Ok(tasks);
            }
        }
    }
}

/// Merges what is stored with the follow-ups that are due and not stored, and leaves out what is no longer true.
fn shown(
    page: Page<Notification>,
    tasks: HashMap<String, Task>,
    range: &Range,
    today: Today,
    place: impl Fn(&Notification) -> String,
) -> Inbox {
    let next = page.next.clone();
    let mut notifications = page.into_records();
    // A stored one that nobody dismissed and that is true again counts as not stored.
    let stands = |stored: &Notification, due: &Notification| stored.id == due.id && (!stored.dismissed || stored.dismissed_by.is_some());
    let computed: Vec<Notification> = due_follow_ups(tasks.values(), today)
        .filter(|due| range.after.as_ref().is_none_or(|after| place(due) < *after))
        .filter(|due| next.as_ref().is_none_or(|next| place(due) > *next))
        .filter(|due| !notifications.iter().any(|stored| stands(stored, due)))
        .collect();
    notifications.retain(|stored| !computed.iter().any(|due| due.id == stored.id));
    notifications.extend(computed);
    notifications.sort_by_cached_key(|one| std::cmp::Reverse(place(one)));
    let limit = range.limit.unwrap_or(MAX_LIST).min(MAX_LIST);
    let cut = notifications.len() > limit;
    notifications.truncate(limit);
    let next = if cut { notifications.last().map(&place) } else { next };
    notifications.retain(|one| one.dismissed || holds(one, &tasks, today));
    Inbox { notifications, next, tasks }
}

/// True while what a notification says is true.
pub(crate) fn holds(one: &Notification, tasks: &HashMap<String, Task>, today: Today) -> bool {
    reminder::holds(one, one.task_id.as_ref().and_then(|id| tasks.get(id)), today)
}

/// Follow-ups that are due and that no pass has marked, as they will be stored.
pub(crate) fn due_follow_ups<'a>(tasks: impl Iterator<Item = &'a Task>, today: Today) -> impl Iterator<Item = Notification> {
    tasks.filter_map(move |task| {
        let due = reminder::follow_up(task, today).filter(|due| !task.reminded.contains(&due.mark))?;
        Some(due.notification(task, None))
    })
}
