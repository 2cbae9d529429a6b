//! Four weeks: what was done, what is open, and what the planner foresees (RW-14).

use std::collections::HashMap;

use chrono::Datelike;
use dataops_api::views::recurring::{CalendarDay, CalendarPage};
use dataops_api::views::row::TaskRow;
use dataops_domain::bundle::{Bundle, BundleStatus};
use dataops_domain::generation::{self, Asked, Known, Outcome, Planned, Range};
use dataops_domain::refusal::Refusal;
use dataops_domain::task::{Status, Task};
use dataops_domain::time::{self, Date};
use dataops_store::{Operation, Range as Part, TaskFilter};

use super::home::{cards, row_of};
use crate::Engine;
use crate::error::Error;

/// Days of the calendar.
const DAYS: i64 = 28;

impl Engine {
    /// Four weeks from the Monday of the week that `from` lies in; of this week when it is absent.
    ///
    /// # Errors
    /// A date that is none.
    pub async fn view_calendar(&self, operation: &Operation, from: Option<&str>) -> Result<CalendarPage, Error> {
        let today = operation.now.local_date(self.timezone);
        let wrong = || Refusal::field("/from", "from must be a real calendar date in the form YYYY-MM-DD");
        let day = from.map(|text| time::parse_date(text).ok_or_else(wrong)).transpose()?.unwrap_or(today);
        let from = time::plus_days(day, -i64::from(day.weekday().num_days_from_monday())).ok_or_else(wrong)?;
        let to = time::plus_days(from, DAYS - 1).ok_or_else(wrong)?;
        let days = Part { from: Some(from.to_string()), to: Some(to.to_string()), ..Part::default() };
        let (filter, statuses) = (TaskFilter::Between(from, to), [BundleStatus::Active, BundleStatus::Archived]);
        let everything = Part::default();
        let tasks = self.store.tasks(&filter, &everything);
        let bundles = self.store.bundles(&statuses, &days);
        let rows = self.store.windows_of_days(from, to);
        let (scene, tasks, bundles, rows) = futures_util::future::try_join4(self.scene(operation), tasks, bundles, rows).await?;
        let (tasks, bundles) = (tasks.into_records(), bundles.into_records());
        let by_id: HashMap<&str, &Bundle> = bundles.iter().map(|bundle| (bundle.id.as_str(), bundle)).collect();
        let known = Known::of(rows.into_iter().map(|stored| stored.record.window));
        let plan = generation::plan(&scene.sources, Asked::Simulate(Range { from, to }), &known, operation.now);
        let task_rows: Vec<(&Task, TaskRow)> = tasks.iter().map(|task| (task, row_of(task, &by_id, &scene))).collect();
        let workflows = cards(&bundles, &task_rows, &scene);
        let day = |date: Date| {
            let mut tasks: Vec<TaskRow> = task_rows.iter().filter(|(task, _)| task.date == date).map(|(_, row)| row.clone()).collect();
            tasks.sort_by_key(|row| !matches!(row.status, Status::Todo | Status::Waiting));
            CalendarDay {
                date,
                tasks,
                workflows: workflows.iter().filter(|card| card.anchor_date == date).cloned().collect(),
                windows: plan.windows.iter().filter(|window| window.date == date && has_no_work(window)).cloned().collect(),
            }
        };
        Ok(CalendarPage { today, from, to, days: from.iter_days().take(DAYS as usize).map(day).collect() })
    }
}

/// What is to come, and what did not: the rest is there as a task or a workflow.
fn has_no_work(window: &Planned) -> bool {
    match window.outcome {
        Outcome::Create | Outcome::Paused | Outcome::Disabled | Outcome::Missed | Outcome::Broken => true,
        Outcome::Exists | Outcome::Recover | Outcome::Archived | Outcome::BeforeCreation | Outcome::NotMatching => false,
    }
}
