//! The log: of one entity, or of a day.

use dataops_api::views::timeline::{Subject, TimelinePage};
use dataops_domain::time::{Date, Tz};
use maud::{Markup, html};

use crate::ui::activity::{self, Tell, address, kind, page_of};
use crate::ui::page::Page;
use crate::ui::words;

/// The page.
pub fn page(view: &TimelinePage, timezone: Tz, utc_today: Date, earlier_page: bool) -> Page {
    let tell = Tell { people: &view.people, today: view.today, timezone };
    let here = match (&view.subject, view.day) {
        (Some(subject), _) => address(&subject.kind, &subject.id),
        (None, day) => day_address(day.unwrap_or(utc_today)),
    };
    let body = html! {
        @if let Some(day) = view.day { (days(day, utc_today)) }
        section #log aria-label="Activity" {
            @if view.events.is_empty() { p .none { (nothing(view)) } }
            @else { (activity::log(&view.events, tell, view.subject.as_ref().map(|subject| subject.title.as_str()))) }
        }
        @if earlier_page || view.next_cursor.is_some() {
            nav .pages aria-label="Pages" {
                @if earlier_page { a .button href=(here) { "Newest" } }
                @if let Some(cursor) = &view.next_cursor { a .button href={ (here) "&cursor=" (cursor) } { "Older" } }
            }
        }
    };
    match &view.subject {
        Some(subject) => Page { lead: lead(subject), ..Page::new("activity", "Activity", body) },
        None => {
            let lead = html! { "Everything that was changed, by anybody. Days are counted in UTC." };
            Page { lead, ..Page::new("activity", "Activity", body) }
        }
    }
}

/// For somebody who may not see everybody's.
pub fn for_admins() -> Page {
    let body = html! {
        section .welcome aria-labelledby="who-h" {
            h2 #who-h { "Only admins see everybody’s activity" }
            p { "The activity of a task or a workflow is on its own page." }
            p .actions { a .button href="/tasks" { "Go to Tasks" } }
        }
    };
    Page::new("activity", "Activity", body)
}

fn lead(subject: &Subject) -> Markup {
    let title = html! { (subject.title) };
    html! {
        "Of the " (kind(&subject.kind)) " "
        @match page_of(&subject.kind, &subject.id).filter(|_| !subject.deleted) {
            Some(page) => { a href=(page) { (title) } }
            None => (title),
        }
        @if subject.deleted { ", which is in the " a href="/trash" { "trash" } }
    }
}

fn days(day: Date, utc_today: Date) -> Markup {
    html! {
        nav .days aria-label="Days" {
            @if let Some(before) = day.pred_opt() { a .button href=(day_address(before)) { "Day before" } }
            form method="get" action="/activity" {
                label .sr for="day" { "Day" }
                input #day type="date" name="day" value=(day) max=(utc_today);
                button { "Show" }
            }
            @if let Some(after) = day.succ_opt().filter(|after| *after <= utc_today) { a .button href=(day_address(after)) { "Day after" } }
        }
        h2 { time datetime=(day) { (words::long_date(day)) } }
    }
}

fn day_address(day: Date) -> String {
    format!("/activity?day={day}")
}

fn nothing(view: &TimelinePage) -> &'static str {
    if view.day.is_some() { "Nothing was changed on this day." } else { "Nothing has happened yet." }
}
