//! The inbox of a reader, grouped by what there is to do about it.

use dataops_api::views::inbox::{InboxGroup, InboxPage, InboxPart, InboxRow};
use dataops_domain::notification::Notification;
use dataops_domain::task::Task;
use dataops_store::{Operation, Range};
use futures_util::future::try_join;
use serde_json::Value;

use super::{Scene, row};
use crate::Engine;
use crate::error::Error;

/// The most notifications that are read for one page.
const READ: usize = 200;
/// The most lines of each group, and of the one group a reader asks for.
const LINES: (usize, usize) = (10, 60);

impl Engine {
    /// What a reader's inbox shows: the beginning of each group, or one group.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn view_inbox(&self, operation: &Operation, only: Option<InboxGroup>, after: Option<String>) -> Result<InboxPage, Error> {
        let range = Range { after, limit: Some(READ), ..Range::default() };
        let (scene, inbox) = try_join(self.scene(operation), self.inbox_of(operation, &range)).await?;
        let line = |one: &Notification| {
            let task = one.task_id.as_ref().and_then(|id| inbox.tasks.get(id));
            inbox_row(one, task, &scene)
        };
        let mut next_cursor = inbox.next.clone();
        let mut parts = Vec::new();
        for group in InboxGroup::ALL.into_iter().filter(|group| only.is_none_or(|only| only == *group)) {
            let of_group: Vec<&Notification> = inbox.notifications.iter().filter(|one| InboxGroup::of(one) == group).collect();
            let most = if only.is_some() { LINES.1 } else { LINES.0 };
            let shown = &of_group[..of_group.len().min(most)];
            if only.is_some() && shown.len() < of_group.len() {
                next_cursor = shown.last().map(|last| dataops_store::notifications::place(last));
            }
            if !of_group.is_empty() {
                parts.push(InboxPart { group, total: of_group.len(), rows: shown.iter().map(|one| line(one)).collect() });
            }
        }
        Ok(InboxPage { today: scene.today, checked_at: operation.now, total: inbox.notifications.len(), only, parts, next_cursor })
    }
}

fn inbox_row(one: &Notification, task: Option<&Task>, scene: &Scene) -> InboxRow {
    let workflow = one.metadata.as_ref().and_then(|metadata| metadata.get("workflow")).and_then(Value::as_str);
    InboxRow {
        task: task.map(|task| row::row(task, None, &row::facts(None), scene)),
        workflow: workflow.map(str::to_owned),
        reader: one.user_id.as_deref().map(|id| scene.person(id)),
        notification: one.clone(),
    }
}
