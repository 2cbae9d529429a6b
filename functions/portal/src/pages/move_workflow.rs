//! Moving a workflow: the new date, then every task that follows with its old and new date and every one that stays with
//! the reason, then the button.

use dataops_api::reschedule::{KeptTask, MovedTask, Rescheduled};
use dataops_domain::bundle::Bundle;
use dataops_domain::reschedule::Stays;
use dataops_domain::task::Status;
use dataops_domain::time::Date;
use maud::{Markup, html};

use crate::ui::form::{self, Attempt, Field};
use crate::ui::icon::icon;
use crate::ui::page::{Chrome, Page};
use crate::ui::words;

/// Tasks that are listed one by one, of those that follow and of those that stay; the rest is a number, so that the page
/// of a big workflow stays small.
const LISTED: (usize, usize) = (120, 40);

/// What there is to show.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// The workflow, and the question where to.
    Question(&'a Bundle),
    /// What the move would do.
    Plan(&'a Rescheduled),
}

/// The page.
pub fn page(shown: Shown<'_>, chrome: &Chrome, today: Date, problem: &str) -> Page {
    let (bundle, to) = match shown {
        Shown::Question(bundle) => (bundle, bundle.anchor_date),
        Shown::Plan(plan) => (&plan.bundle, plan.anchor_date),
    };
    let body = html! {
        @if !problem.is_empty() { p .problem role="alert" { (problem) } }
        div .start-head {
            form .start-date action={ "/workflows/" (bundle.id) "/move" } {
                (Field { kind: "date", value: &to.to_string(), required: true, ..Field::text("move", "anchorDate", "New date") }.show(&Attempt::default()))
                button .primary[matches!(shown, Shown::Question(_))] { "Show what moves" }
            }
            @if let Shown::Plan(plan) = shown { (confirm(plan, chrome, today)) }
        }
        @match shown {
            Shown::Question(_) => p .hint { "Open tasks keep their distance to the date. What is done, put away or moved by hand stays where it is. You see every date before anything changes." },
            Shown::Plan(plan) => (lists(plan, today)),
        }
        p .back-to { a href={ "/workflows/" (bundle.id) } { "Back to the workflow" } }
    };
    let lead = html! { (bundle.title) " · now on " time datetime=(bundle.anchor_date) { (words::short_date(bundle.anchor_date, today)) } };
    Page { lead, ..Page::new("move", "Move the workflow", body) }
}

fn confirm(plan: &Rescheduled, chrome: &Chrome, today: Date) -> Markup {
    let date = words::short_date(plan.anchor_date, today);
    let follow = plan.moved.len();
    html! {
        form .start-go method="post" action={ "/workflows/" (plan.bundle.id) "/move" } data-plain {
            (form::hidden(&chrome.csrf, &format!("/workflows/{}", plan.bundle.id)))
            input type="hidden" name="anchorDate" value=(plan.anchor_date);
            input type="hidden" name="from" value=(plan.bundle.anchor_date);
            @if plan.anchor_date == plan.bundle.anchor_date && follow == 0 { p .hint { "It stands on this date already. Choose another one." } }
            @else {
                p { (by(plan)) }
                button .primary { @if follow == 0 { "Move it to " (date) } @else { "Move it and " (words::count(follow, "task", "tasks")) " to " (date) } }
            }
        }
    }
}

fn by(plan: &Rescheduled) -> String {
    let days = (plan.anchor_date - plan.from).num_days();
    let way = if days < 0 { "earlier" } else { "later" };
    format!(
        "{} {way}. {} will follow, {} will stay.",
        words::count(usize::try_from(days.unsigned_abs()).unwrap_or(0), "day", "days"),
        words::count(plan.moved.len(), "task", "tasks"),
        plan.kept.len()
    )
}

fn lists(plan: &Rescheduled, today: Date) -> Markup {
    let (past, weekends) = (plan.moved.iter().filter(|task| task.past).count(), plan.moved.iter().filter(|task| task.weekend).count());
    html! {
        p .marks {
            @if weekends == 0 && past == 0 { span .is-fine { (icon("check")) "No new date is past, none falls on a weekend." } }
            @if past > 0 { span .is-late { (icon("late")) (words::count(past, "new date is", "new dates are")) " already past" } }
            @if weekends > 0 { span .is-chase { (icon("date")) (words::count(weekends, "new date falls", "new dates fall")) " on a weekend" } }
        }
        section .group aria-labelledby="follow-h" {
            h2 #follow-h { "These follow " span .number { (plan.moved.len()) } }
            @if plan.moved.is_empty() { p .none { "No open task follows." } } @else {
                table .dates .moves {
                    caption .sr { "Tasks that follow, with their old and new dates" }
                    thead { tr { th scope="col" { "Task" } th scope="col" { "Until now" } th scope="col" { "New date" } } }
                    tbody { @for task in plan.moved.iter().take(LISTED.0) { (moved(task, today)) } }
                }
                @if plan.moved.len() > LISTED.0 { p .further { "And " (words::count(plan.moved.len() - LISTED.0, "task", "tasks")) " more, by the same number of days." } }
            }
        }
        @if !plan.kept.is_empty() {
            section .group aria-labelledby="stay-h" {
                h2 #stay-h { "These stay " span .number { (plan.kept.len()) } }
                @for reason in REASONS { (kept(plan, reason, today)) }
            }
        }
    }
}

fn moved(task: &MovedTask, today: Date) -> Markup {
    html! {
        tr .is-past[task.past] {
            td { a href={ "/tasks/" (task.id) } { (task.description) } @if task.status == Status::Waiting { " " span .tag { "waiting" } } }
            td { (words::short_date(task.from, today)) }
            td .date { (words::short_date(task.to, today))
                @if task.past { span .is-late { (icon("late")) "past" } } @else if task.weekend { span .is-chase { (icon("date")) "weekend" } } }
        }
    }
}

/// In the order somebody wants to know them: what could have followed first.
const REASONS: [Stays; 5] = [Stays::MovedByHand, Stays::AddedByHand, Stays::AlreadyThere, Stays::Done, Stays::Archived];

fn why(reason: Stays) -> &'static str {
    match reason {
        Stays::MovedByHand => "Moved by hand, so they keep their own date",
        Stays::AddedByHand => "Added by hand, without a place in the plan",
        Stays::AlreadyThere => "On their new date already",
        Stays::Done => "Done",
        Stays::Archived => "Put away",
    }
}

fn kept(plan: &Rescheduled, reason: Stays, today: Date) -> Markup {
    let tasks: Vec<&KeptTask> = plan.kept.iter().filter(|task| task.reason == reason).collect();
    html! {
        @if !tasks.is_empty() {
            details .folded-list open[matches!(reason, Stays::MovedByHand | Stays::AddedByHand)] {
                summary { (why(reason)) " " span .number { (tasks.len()) } }
                ul .plain { @for task in tasks.iter().take(LISTED.1) { li { a href={ "/tasks/" (task.id) } { (task.description) } " " span .hint { (words::short_date(task.date, today)) } } } }
                @if tasks.len() > LISTED.1 { p .further { "And " (tasks.len() - LISTED.1) " more." } }
            }
        }
    }
}
