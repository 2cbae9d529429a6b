//! Home: what is late, whom to chase, what is due today, which workflow is at risk, and what comes next.

use dataops_api::views::assistants::{JobNext, JobRow};
use dataops_api::views::home::Home;
use dataops_api::views::row::{TaskRow, WorkflowCard};
use dataops_domain::time::Tz;
use maud::{Markup, html};

use super::start;
use crate::ui::group::{clear, group};
use crate::ui::icon::icon;
use crate::ui::page::{Chrome, Page};
use crate::ui::row::{self, Rows};
use crate::ui::{card, dialog, job, ledger, words};

/// The most rows of today's three groups and of assistants' jobs together: with them the page stays under 60 KB.
const DAY: usize = 20;
/// The fewest and the most rows of each group of what lies ahead; a quiet day leaves room for more.
const AHEAD: (usize, usize) = (3, 10);
/// The most workflows of each group.
const CARDS: usize = 5;
/// The most failures: the others are on the page of recurring work.
const FAILURES: usize = 3;
/// The most assistant jobs of each group: the others are on their own page.
const JOBS: usize = 3;

/// The page. `everyone` is true when it shows all people's work.
pub fn page(home: &Home, chrome: &Chrome, timezone: Tz, everyone: bool) -> Page {
    let rows = Rows { today: home.today, timezone, me: &chrome.user_id, with_workflow: true, lean: false, picked: None };
    let any_work = home.open_tasks > 0 || home.active_workflows > 0;
    let body = html! {
        @if any_work { (day(home, rows, everyone)) (workflows(home)) }
        (approvals(home))
        (automations(home))
        @if any_work { (ahead(home, rows)) }
        @if home.active_workflows == 0 { (start_here(home, any_work)) }
    };
    Page {
        lead: html! { (words::long_date(home.today)) " · " (home.timezone) },
        actions: html! {
            @if any_work {
                nav .switch aria-label="Whose work" {
                    a href="/" aria-current=[(!everyone).then_some("true")] { "Mine" }
                    a href="/?for=all" aria-current=[everyone.then_some("true")] { "Everyone’s" }
                }
            }
        },
        checked: Some(words::clock(home.checked_at, timezone)),
        after: dialog::all(chrome, &home.people, home.today, None),
        ..Page::new("home", "Home", body)
    }
}

/// The number beside Home: what asks for attention today.
pub fn attention(home: &Home) -> usize {
    home.overdue.len() + home.follow_ups_due.len() + home.due_today.len()
}

fn day(home: &Home, rows: Rows<'_>, everyone: bool) -> Markup {
    let (due, failed) = jobs(home);
    let taken = due.len().min(JOBS) + failed.len().min(JOBS);
    let [overdue, follow_ups, due_today] = shares(DAY - taken, [home.overdue.len(), home.follow_ups_due.len(), home.due_today.len()]);
    let tasks = |id: &str, title: &str, tone: &str, list: &[TaskRow], most: usize, empty: &str, more: &str| {
        if list.is_empty() {
            clear(id, title, empty)
        } else {
            group(id, title, &list.len().to_string(), tone, &capped(list, most, rows, more))
        }
    };
    if attention(home) == 0 {
        return all_clear(home, everyone);
    }
    let today = home.today;
    let all = if everyone { "" } else { "&assignee=me" };
    let before = dataops_domain::time::plus_days(today, -1).unwrap_or(today);
    let next_follow_up =
        home.waiting.first().and_then(|task| task.follow_up_at.as_deref()).and_then(|at| words::follow_up_day(at, rows.timezone));
    let nobody = match next_follow_up {
        Some(day) => format!("Nobody to chase. Next: {}.", words::short_date(day, today)),
        None => "Nobody to chase.".to_owned(),
    };
    let nothing = match home.next.first() {
        Some(task) => format!("Nothing left for today. Next: {}.", words::due(task.date, today)),
        None => "Nothing left for today.".to_owned(),
    };
    html! {
        (tasks("overdue", "Overdue", "is-late", &home.overdue, overdue, "Nothing is late.", &format!("/tasks?status=todo&to={before}{all}")))
        (tasks("follow-ups", "Follow-ups due", "is-chase", &home.follow_ups_due, follow_ups, &nobody, &format!("/tasks?status=waiting{all}")))
        (tasks("today", "Today", "", &home.due_today, due_today, &nothing, &format!("/tasks?status=open&from={today}&to={today}{all}")))
    }
}

fn capped(list: &[TaskRow], most: usize, rows: Rows<'_>, more: &str) -> Markup {
    html! {
        (row::list(&list[..list.len().min(most)], rows))
        @if list.len() > most { p .further { a href=(more) { "Show all " (list.len()) } } }
    }
}

/// Shares `most` rows out among three groups, row by row, so that a long group never hides a short one.
fn shares(most: usize, wanted: [usize; 3]) -> [usize; 3] {
    let mut given = [0; 3];
    for _ in 0..most {
        let least = (0..3).filter(|group| given[*group] < wanted[*group]).min_by_key(|group| given[*group]);
        let Some(group) = least else { break };
        given[group] += 1;
    }
    given
}

/// The day when no task asks for anything. It is all clear only when nothing waits for a decision and nothing failed.
fn all_clear(home: &Home, everyone: bool) -> Markup {
    let (due, failed) = jobs(home);
    let failed = home.failures.len() + failed.len();
    html! {
        section .all-clear #day aria-label="Today" {
            (icon("done"))
            div {
                p .all-clear-title {
                    @if due.is_empty() && failed == 0 { "All clear: nothing late, nobody to chase, nothing left for today." }
                    @else { "Nothing late, nobody to chase, no task left for today." }
                }
                p {
                    @if !due.is_empty() { a href="#approvals" { (words::count(due.len(), "approval waits", "approvals wait")) " for you" } ". " }
                    @if failed > 0 { a href="#failures" { (words::count(failed, "failure", "failures")) " to look at" } ". " }
                    @if let Some(task) = home.next.first() { "Next is " a href={ "/tasks/" (task.id) } data-open { (task.description) } ", " (words::due(task.date, home.today)) "." }
                    @else if !home.waiting.is_empty() { "The rest waits for others." }
                    @else if !everyone && home.open_tasks > 0 { (words::count(home.open_tasks, "open task", "open tasks")) " in all. " a href="/?for=all" { "Show everyone’s" } }
                    @else { "No open task has a date ahead." }
                }
            }
        }
    }
}

fn workflows(home: &Home) -> Markup {
    if home.workflows.is_empty() {
        return html! {};
    }
    let (at_risk, fine): (Vec<WorkflowCard>, Vec<WorkflowCard>) = home.workflows.iter().cloned().partition(|card| card.risk.is_at_risk());
    let of = format!("{} of {}", at_risk.len(), home.workflows.len());
    html! {
        @if at_risk.is_empty() { (clear("at-risk", "Workflows at risk", "None. Every workflow is on track.")) }
        @else { (group("at-risk", "Workflows at risk", &of, "is-chase", &some_cards(&at_risk, home))) }
        @if !fine.is_empty() { (group("on-track", "Workflows on track", &fine.len().to_string(), "", &some_cards(&fine, home))) }
    }
}

/// What assistants made and somebody has to look at (AJ-7).
fn approvals(home: &Home) -> Markup {
    let (due, _) = jobs(home);
    html! { @if !due.is_empty() { (group("approvals", "Approvals", &due.len().to_string(), "is-chase", &some_jobs(&due, home))) } }
}

/// Jobs that want a decision, and those that came to nothing.
fn jobs(home: &Home) -> (Vec<JobRow>, Vec<JobRow>) {
    home.assistants.iter().cloned().partition(|job| job.next == JobNext::Review)
}

/// The number beside Assistants: what waits for a person.
pub fn assistants(home: &Home) -> usize {
    home.assistants.len()
}

fn some_jobs(jobs: &[JobRow], home: &Home) -> Markup {
    html! {
        (job::list(&jobs[..jobs.len().min(JOBS)], home.checked_at))
        @if jobs.len() > JOBS { p .further { a href="/assistants" { "Show all " (jobs.len()) } } }
    }
}

/// What came up by itself and what did not: failures with their ways on, and what was expected (RW-8, RW-14).
fn automations(home: &Home) -> Markup {
    let (_, failed) = jobs(home);
    let number = home.failures.len() + failed.len();
    let content = html! {
        @if !home.failures.is_empty() { (ledger::failures(&home.failures, home.today, FAILURES)) }
        @if !failed.is_empty() { (some_jobs(&failed, home)) }
    };
    html! {
        @if number > 0 { (group("failures", "Failures", &number.to_string(), "is-late", &content)) }
        @else if home.ledger.last_tick.is_some() { (clear("failures", "Failures", "None: all automations fine.")) }
        (ledger::line(&home.ledger))
    }
}

fn some_cards(cards: &[WorkflowCard], home: &Home) -> Markup {
    html! {
        (card::list(&cards[..cards.len().min(CARDS)], home.today))
        @if cards.len() > CARDS { p .further { a href="/workflows" { "Show all " (home.workflows.len()) " workflows" } } }
    }
}

fn ahead(home: &Home, rows: Rows<'_>) -> Markup {
    let most = (DAY.saturating_sub(attention(home)) / 2 + AHEAD.0).min(AHEAD.1);
    let tasks = |id: &str, title: &str, list: &[TaskRow], empty: &str, more: &str| {
        if list.is_empty() {
            clear(id, title, empty)
        } else {
            group(id, title, &list.len().to_string(), "", &capped(list, most, rows, more))
        }
    };
    let tomorrow = dataops_domain::time::plus_days(home.today, 1).unwrap_or(home.today);
    html! {
        (tasks("waiting-on", "Waiting", &home.waiting, "Nobody else is waited for.", "/tasks?status=waiting"))
        (tasks("next", "Next", &home.next, "Nothing is planned after today.", &format!("/tasks?status=open&from={tomorrow}")))
    }
}

/// No workflow is under way: how to start one, or how to get templates first.
fn start_here(home: &Home, any_work: bool) -> Markup {
    if home.templates.is_empty() {
        return html! {
            section .welcome #start aria-labelledby="start-h" {
                h2 #start-h { "No templates yet" }
                p { "A workflow is started from a template, and this installation has none. Load the eleven that come with DataOps:" }
                p { code { "dataops seed" } }
                p { "Then come back here. Single tasks work without templates: " a href="/tasks/new" { "add a task" } "." }
            }
        };
    }
    let (first, rest) = home.templates.split_at(home.templates.len().min(2));
    html! {
        section .welcome #start aria-labelledby="start-h" {
            @if any_work { h2 #start-h { "No workflow is under way" } p { "Start the next one: pick its date and look at every task’s date before anything is made." } }
            @else { h2 #start-h { "Nothing is under way yet" } p { "Start with a workflow: give it its date and look at every task’s date before anything is made." } }
            ul .starters { @for template in first { (start::starter(template, home.today)) } }
            @if !rest.is_empty() {
                h3 { "Other workflows" }
                ul .starters .is-compact { @for template in rest { (start::compact(template)) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn a_long_group_never_hides_a_short_one() {
        assert_eq!(shares(20, [2, 1, 4]), [2, 1, 4]);
        assert_eq!(shares(20, [50, 1, 50]), [10, 1, 9]);
        assert_eq!(shares(20, [0, 0, 30]), [0, 0, 20]);
    }
}
