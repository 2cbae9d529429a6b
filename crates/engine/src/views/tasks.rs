//! The list of all tasks, with filters that live in the URL.

use std::collections::HashMap;

use dataops_api::views::tasks::TasksPage;
use dataops_domain::bundle::{Bundle, BundleStatus};
use dataops_domain::task::{Status, Task};
use dataops_domain::time::Date;
use dataops_store::{Operation, Range, TaskFilter};

use super::{home, row};
use crate::Engine;
use crate::error::Error;

/// What to show of all tasks. Every filter is optional; the status is `open` by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskListFilter {
    /// One status; open tasks when absent.
    pub status: Option<Status>,
    /// From this day on.
    pub from: Option<Date>,
    /// Up to this day.
    pub to: Option<Date>,
    /// Of one person; `none` for nobody's.
    pub assignee: Option<String>,
    /// Of one bundle.
    pub bundle: Option<String>,
    /// With this tag.
    pub tag: Option<String>,
    /// Made this way: `template`, `recurring`, `manual`, or a caller's own word.
    pub source: Option<String>,
    /// Whose text contains this.
    pub text: Option<String>,
    /// Continue after this.
    pub cursor: Option<String>,
    /// At most this many rows; 30 when absent.
    pub limit: Option<usize>,
}

/// Rows on one page of the list: as many as keep the page under 60 KB.
const PAGE: usize = 30;

impl Engine {
    /// What the list of tasks shows.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn view_tasks(&self, operation: &Operation, filter: &TaskListFilter) -> Result<TasksPage, Error> {
        let (wanted, range) = listing(filter);
        let (active, everything) = ([BundleStatus::Active], Range::default());
        let bundles = self.store.bundles(&active, &everything);
        // Badges beside what is finished would say nothing.
        let jobs = async { if closed(filter) { Ok(Vec::new()) } else { self.live_jobs().await } };
        let (mut scene, page, bundles, jobs) =
            futures_util::future::try_join4(self.scene(operation), self.store.tasks(&wanted, &range), bundles, jobs).await?;
        scene.jobs = jobs;
        let bundles = bundles.into_records();
        let by_id: HashMap<&str, &Bundle> = bundles.iter().map(|bundle| (bundle.id.as_str(), bundle)).collect();
        let mut next_cursor = page.next.clone();
        let mut tasks: Vec<Task> = page.into_records().into_iter().filter(|task| matches(task, filter)).collect();
        let most = filter.limit.unwrap_or(PAGE);
        if tasks.len() > most {
            tasks.truncate(most);
            next_cursor = tasks.last().map(|task| format!("{}#{}", task.date, task.id));
        }
        scene.approved = self.approved(tasks.iter(), &by_id, super::MOST_LOOKED_AT).await?;
        Ok(TasksPage {
            today: scene.today,
            checked_at: operation.now,
            tasks: tasks.iter().map(|task| home::row_of(task, &by_id, &scene)).collect(),
            next_cursor,
            people: scene.people.clone(),
            workflows: bundles.iter().map(row::chip).collect(),
        })
    }
}

fn listing(filter: &TaskListFilter) -> (TaskFilter, Range) {
    let wanted = match (&filter.bundle, filter.status) {
        (Some(bundle), _) => TaskFilter::OfBundle(bundle.clone()),
        (None, Some(status)) => TaskFilter::In(status),
        (None, None) => TaskFilter::Open,
    };
    let text = |date: &Option<Date>| date.map(|date| date.to_string());
    // Closed tasks grow for ever: the latest first, and a bounded part of them.
    let closed = closed(filter);
    let range = Range {
        from: text(&filter.from),
        to: text(&filter.to),
        after: filter.cursor.clone(),
        descending: closed,
        limit: closed.then_some(filter.limit.unwrap_or(PAGE)),
    };
    (wanted, range)
}

/// True for a list of what is finished.
fn closed(filter: &TaskListFilter) -> bool {
    matches!(filter.status, Some(Status::Done | Status::Archived)) && filter.bundle.is_none()
}

fn matches(task: &Task, filter: &TaskListFilter) -> bool {
    let status = match (&filter.bundle, filter.status) {
        (Some(_), Some(status)) => task.status == status,
        (Some(_), None) => task.is_open(),
        (None, _) => true,
    };
    let assignee = filter.assignee.as_deref().is_none_or(|wanted| match task.assignee_id.text() {
        Some(assignee) => assignee == wanted,
        None => wanted == "none",
    });
    let tag = filter.tag.as_deref().is_none_or(|tag| task.tags.get().is_some_and(|tags| tags.iter().any(|known| known == tag)));
    let source = filter.source.as_deref().is_none_or(|source| task.source == source);
    let text = filter.text.as_deref().is_none_or(|text| {
        let text = text.to_lowercase();
        [Some(task.description.as_str()), task.comment.text(), task.waiting_for.text()]
            .into_iter()
            .flatten()
            .any(|field| field.to_lowercase().contains(&text))
    });
    status && assignee && tag && source && text
}
