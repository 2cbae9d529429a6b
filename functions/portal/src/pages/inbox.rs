//! The inbox: what came up, grouped by what there is to do about it. Dismissing a line hides nothing of the work.

use dataops_api::views::inbox::{InboxGroup, InboxPage, InboxPart, InboxRow};
use dataops_domain::notification::Kind;
use dataops_domain::time::{Date, Tz};
use maud::{Markup, html};

use crate::ui::group::group;
use crate::ui::icon::icon;
use crate::ui::page::Page;
use crate::ui::{gate, words};

/// The page, whole or of one group.
pub fn page(view: &InboxPage, timezone: Tz) -> Page {
    let body = html! {
        @if view.only.is_some() { nav .tabs aria-label="Part of the inbox" #part { a href="/inbox" { "Whole inbox" } } }
        @if view.parts.is_empty() { (clear(view)) }
        @for part in &view.parts { (group_of(part, view, timezone)) }
        @if let Some(cursor) = &view.next_cursor { p .further #older { a href=(older(view.only, cursor)) { "Show older ones" } } }
    };
    Page {
        lead: html! { (words::count(view.total, "reminder", "reminders")) @if view.next_cursor.is_some() && view.only.is_none() { " and more" } },
        actions: html! {
            @if view.total > 0 && view.only.is_none() { button form="act" formaction="/inbox/dismiss-all" { (icon("check")) "Dismiss all" } }
        },
        checked: Some(words::clock(view.checked_at, timezone)),
        ..Page::new("inbox", "Inbox", body)
    }
}

fn older(only: Option<InboxGroup>, cursor: &str) -> String {
    match only {
        Some(group) => format!("/inbox?group={}&cursor={cursor}", group.as_str()),
        None => format!("/inbox?cursor={cursor}"),
    }
}

fn clear(view: &InboxPage) -> Markup {
    html! {
        section .all-clear #clear aria-label="Inbox" {
            (icon("done"))
            div {
                @if view.only.is_some() { p .all-clear-title { "Nothing left in this part of the inbox." } }
                @else { p .all-clear-title { "The inbox is clear." } }
                p { "What comes due, waits too long, lacks its proof or fails by itself is told here. The work itself is on " a href="/" { "Home" } "." }
            }
        }
    }
}

fn group_of(part: &InboxPart, view: &InboxPage, timezone: Tz) -> Markup {
    let (title, tone) = match part.group {
        InboxGroup::Failures => ("Failed by itself", "is-late"),
        InboxGroup::Late => ("Late", "is-late"),
        InboxGroup::FollowUps => ("Ask again", "is-chase"),
        InboxGroup::Proof => ("Proof missing", "is-chase"),
        InboxGroup::Today => ("Due", ""),
        InboxGroup::News => ("News", ""),
    };
    let name = part.group.as_str();
    let rows = html! {
        ul .told-list { @for row in &part.rows { (line(row, part.group, view.today, timezone)) } }
        @if part.rows.len() < part.total && view.only.is_none() { p .further { a href={ "/inbox?group=" (name) } { "Show all " (part.total) } } }
    };
    group(name, title, &part.total.to_string(), tone, &rows)
}

fn line(row: &InboxRow, group: InboxGroup, today: Date, timezone: Tz) -> Markup {
    let one = &row.notification;
    let what = row.task.as_ref().map_or(one.message.as_str(), |task| task.description.as_str());
    let came = one.created_at.local_date(timezone);
    html! {
        li .told data-id=(one.id) {
            span .kind { (icon(drawing(group))) }
            (subject(row, what))
            @if row.task.is_some() { span .why { (why(row, group, today)) } }
            @if let (Some(bundle), Some(title)) = (&one.bundle_id, &row.workflow) {
                @if row.task.is_some() { a .chip href={ "/workflows/" (bundle) } title=(title) { span { (title) } } }
            }
            @if row.task.is_none() { time .came datetime=(came) title=(words::moment(one.created_at, today, timezone)) { (words::relative((came - today).num_days())) } }
            button .act form="act" formaction={ "/inbox/" (one.id) "/dismiss" } aria-label={ "Dismiss: " (what) } { "Dismiss" }
        }
    }
}

fn drawing(group: InboxGroup) -> &'static str {
    match group {
        InboxGroup::Failures | InboxGroup::Late => "late",
        InboxGroup::FollowUps => "waiting",
        InboxGroup::Proof => "link",
        InboxGroup::Today => "date",
        InboxGroup::News => "flow",
    }
}

/// What it is about, as a link to the work where there is some.
fn subject(row: &InboxRow, what: &str) -> Markup {
    let one = &row.notification;
    let is_id = |id: &&String| dataops_domain::id::is_valid(id);
    // A failed assistant leads to its job: what can be done about it is there.
    let job = one.metadata.as_ref().and_then(|facts| facts.get("assistantJobId")?.as_str()).filter(|id| dataops_domain::id::is_valid(id));
    if let Some(job) = job {
        return html! { a .title href=(crate::ui::job::address(job)) { (what) } };
    }
    match (one.task_id.as_ref().filter(is_id), one.bundle_id.as_ref().filter(is_id)) {
        (Some(task), _) => html! { a .title href={ "/tasks/" (task) } data-open { (what) } },
        (None, Some(bundle)) => html! { a .title href={ "/workflows/" (bundle) } { (what) } },
        (None, None) => html! { span .title { (what) } },
    }
}

/// Why it is told, in words that are true today.
fn why(row: &InboxRow, group: InboxGroup, today: Date) -> Markup {
    let Some(task) = &row.task else { return html! {} };
    let due = words::due(task.date, today);
    match group {
        InboxGroup::Late => html! { (due) },
        InboxGroup::FollowUps => html! {
            "Ask " (task.waiting_for.as_deref().unwrap_or("them")) " again"
            @if let Some(days) = task.asked_days_ago.filter(|days| *days > 0) { ", asked " (words::relative(-days)) }
            @if task.chasers > 0 { ", " (words::count(task.chasers, "chaser", "chasers")) }
        },
        // What lists know of proofs is less than what the page of the task knows: a single gate can be named for certain.
        InboxGroup::Proof if task.missing.len() == 1 => html! { "needs " (gate::names(&task.missing)) ", " (when(&due)) },
        InboxGroup::Proof => html! { "its proof is missing, " (when(&due)) },
        InboxGroup::Today if row.notification.known_kind() == Some(Kind::RecurringDue) => html! { (when(&due)) ", recurring" },
        InboxGroup::Today => html! { (when(&due)) },
        InboxGroup::Failures | InboxGroup::News => html! { (row.notification.message) },
    }
}

/// `due tomorrow`; what is late says so by itself.
fn when(due: &str) -> String {
    if due.ends_with("late") { due.to_owned() } else { format!("due {due}") }
}
