//! Home: open tasks and active workflows, read in parallel, grouped by what the operator does first (RW-8).

use std::collections::HashMap;

use dataops_api::views::assistants::{JobNext, JobRow};
use dataops_api::views::home::Home;
use dataops_api::views::row::{TaskRow, WorkflowCard};
use dataops_domain::bundle::{Bundle, BundleStatus};
use dataops_domain::job::Job;
use dataops_domain::task::{Status, Task};
use dataops_domain::time::{self, Timestamp};
use dataops_store::{Operation, Range, TaskFilter};

use super::{Scene, card, job_row, row, templates};
use crate::Engine;
use crate::error::Error;

/// The most tasks shown of what comes after today.
const NEXT: usize = 10;
/// The most assistant jobs shown.
const MOST_JOBS: usize = 20;

impl Engine {
    /// What the operator sees in the morning. With `mine`, the reader's own and unassigned work.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn view_home(&self, operation: &Operation, mine: bool) -> Result<Home, Error> {
        let (everything, active) = (Range::default(), [BundleStatus::Active]);
        let tasks = self.store.tasks(&TaskFilter::Open, &everything);
        let bundles = self.store.bundles(&active, &everything);
        let ledger = self.ledger_read(operation);
        let scene = async { futures_util::future::try_join(self.scene(operation), self.live_jobs()).await };
        let ((mut scene, jobs), tasks, bundles, ledger) = futures_util::future::try_join4(scene, tasks, bundles, ledger).await?;
        scene.jobs = jobs;
        let (tasks, bundles) = (tasks.into_records(), bundles.into_records());
        let by_id: HashMap<&str, &Bundle> = bundles.iter().map(|bundle| (bundle.id.as_str(), bundle)).collect();
        scene.approved = self.approved(tasks.iter(), &by_id, super::MOST_LOOKED_AT).await?;
        let rows: Vec<(&Task, TaskRow)> = tasks.iter().map(|task| (task, row_of(task, &by_id, &scene))).collect();
        let workflows = cards(&bundles, &rows, &scene);
        let reader = &operation.actor.id;
        let own = |task: &Task| !mine || task.assignee_id.text().is_none_or(|assignee| assignee == reader);
        let shown: Vec<&(&Task, TaskRow)> = rows.iter().filter(|(task, _)| own(task)).collect();
        let pick =
            |test: &dyn Fn(&TaskRow) -> bool| shown.iter().filter(|(_, row)| test(row)).map(|(_, row)| row.clone()).collect::<Vec<_>>();
        let mut waiting = pick(&|row| row.status == Status::Waiting && !row.follow_up_due);
        waiting.sort_by_key(|row| moment(row, &scene));
        let mut follow_ups_due = pick(&|row| row.follow_up_due);
        follow_ups_due.sort_by_key(|row| moment(row, &scene));
        let mut next = pick(&|row| row.status == Status::Todo && row.due_in_days > 0);
        next.truncate(NEXT);
        Ok(Home {
            today: scene.today,
            timezone: self.timezone.name().to_owned(),
            checked_at: operation.now,
            only_for: mine.then(|| scene.person(reader)),
            open_tasks: tasks.len(),
            active_workflows: bundles.len(),
            ledger: ledger.summary(&scene),
            failures: ledger.failures(&scene),
            assistants: assistants(&tasks, &by_id, &scene),
            overdue: pick(&|row| row.overdue),
            follow_ups_due,
            due_today: pick(&|row| row.status == Status::Todo && row.due_in_days == 0),
            waiting,
            next,
            workflows,
            templates: templates::cards(scene.templates.values(), &bundles),
            people: scene.people.clone(),
        })
    }
}

/// Jobs that want a decision, then those that failed or were rejected.
fn assistants(tasks: &[Task], bundles: &HashMap<&str, &Bundle>, scene: &Scene) -> Vec<JobRow> {
    let wanted = |job: &&Job| matches!(job_row::next(job), JobNext::Review | JobNext::Retry | JobNext::FollowUp);
    let mut jobs: Vec<&Job> = scene.jobs.iter().filter(wanted).collect();
    jobs.sort_by_key(|job| (job_row::next(job), job.updated_at));
    jobs.truncate(MOST_JOBS);
    let bundle = |job: &Job| job.bundle_id.as_ref().or(job.task_bundle_id.as_ref()).and_then(|id| bundles.get(id.as_str()).copied());
    jobs.into_iter().map(|job| job_row::with_workflow(job_row::of(job, tasks, scene), bundle(job))).collect()
}

pub(super) fn row_of(task: &Task, bundles: &HashMap<&str, &Bundle>, scene: &Scene) -> TaskRow {
    let bundle = task.bundle_id.text().and_then(|id| bundles.get(id).copied());
    row::row(task, bundle, &row::facts(bundle), scene)
}

/// Cards of bundles whose open tasks are among these rows.
pub(super) fn cards(bundles: &[Bundle], rows: &[(&Task, TaskRow)], scene: &Scene) -> Vec<WorkflowCard> {
    let mut of_bundle: HashMap<&str, Vec<&TaskRow>> = HashMap::new();
    for (task, row) in rows {
        if let Some(bundle) = task.bundle_id.text() {
            of_bundle.entry(bundle).or_default().push(row);
        }
    }
    let empty = Vec::new();
    let mut cards: Vec<WorkflowCard> =
        bundles.iter().map(|bundle| card::card_of_open(bundle, of_bundle.get(bundle.id.as_str()).unwrap_or(&empty), scene)).collect();
    card::sort(&mut cards);
    cards
}

fn moment(row: &TaskRow, scene: &Scene) -> Option<Timestamp> {
    row.follow_up_at.as_deref().and_then(|at| time::follow_up_moment(at, scene.timezone))
}
