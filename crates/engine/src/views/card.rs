//! A workflow as a card: progress, risk, what comes next (RW-9).

use dataops_api::views::row::{NextTask, Risk, TaskRow, WorkflowCard};
use dataops_domain::bundle::{Bundle, BundleStatus};
use dataops_domain::task::{Status, Task};

use super::{Scene, row};

/// Days before its date from which a task without its proof endangers the workflow.
const PROOF_DAYS: i64 = 2;

/// The card of a bundle from its open rows; `done` and `total` are counted by the caller.
pub(super) fn card(bundle: &Bundle, open: &[&TaskRow], done: usize, total: usize, scene: &Scene) -> WorkflowCard {
    let next = open.iter().filter(|row| row.status == Status::Todo).min_by_key(|row| (row.date, row.id.clone()));
    let next = next.or_else(|| open.iter().min_by_key(|row| (row.date, row.id.clone())));
    WorkflowCard {
        id: bundle.id.to_string(),
        title: bundle.title.clone(),
        emoji: bundle.emoji.text().map(str::to_owned),
        template: bundle.template_id.as_ref().and_then(|id| scene.templates.get(id.as_str())).map(|template| template.name.clone()),
        anchor_date: bundle.anchor_date,
        anchor_in_days: scene.days_to(bundle.anchor_date),
        stage: bundle.stage,
        archived: bundle.status == BundleStatus::Archived,
        done,
        total,
        risk: risk(open),
        next: next.map(|row| NextTask { id: row.id.clone(), description: row.description.clone(), date: row.date }),
        being_made: bundle.being_made,
        job: scene.badge(|job| job.bundle_id.as_deref().or(job.task_bundle_id.as_deref()) == Some(bundle.id.as_str())),
    }
}

/// The card of a bundle in a list, where only its open tasks are read: the rest of its plan is done or put away.
pub(super) fn card_of_open(bundle: &Bundle, rows: &[&TaskRow], scene: &Scene) -> WorkflowCard {
    let planned = bundle.planned_tasks.map_or(0, |planned| planned as usize);
    let planned_open = rows.iter().filter(|row| row.source == "template").count();
    let total = planned.max(planned_open) + rows.len() - planned_open;
    card(bundle, rows, total - rows.len(), total, scene)
}

/// What endangers a bundle, counted over its tasks.
pub(crate) fn risk_of(bundle: &Bundle, tasks: &[Task], scene: &Scene) -> Risk {
    let facts = row::facts(Some(bundle));
    let rows: Vec<TaskRow> = tasks.iter().filter(|task| task.is_open()).map(|task| row::row(task, Some(bundle), &facts, scene)).collect();
    risk(&rows.iter().collect::<Vec<_>>())
}

fn risk(open: &[&TaskRow]) -> Risk {
    let count = |test: &dyn Fn(&TaskRow) -> bool| open.iter().filter(|row| test(row)).count();
    Risk {
        overdue: count(&|row| row.overdue),
        waiting: count(&|row| row.status == Status::Waiting),
        follow_up_due: count(&|row| row.follow_up_due),
        missing_evidence: count(&|row| row.due_in_days <= PROOF_DAYS && !row.missing.is_empty()),
    }
}

/// Those at risk first, then by anchor date.
pub(super) fn sort(cards: &mut [WorkflowCard]) {
    cards.sort_by_key(|card| (card.archived, !card.risk.is_at_risk(), card.anchor_date, card.title.clone()));
}
