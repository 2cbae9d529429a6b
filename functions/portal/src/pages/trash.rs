//! The trash: what was deleted, and the way back.

use dataops_api::views::trash::{TrashItem, TrashPage};
use dataops_domain::time::Tz;
use maud::{Markup, html};

use crate::ui::activity::{address, kind};
use crate::ui::form;
use crate::ui::page::{Chrome, Page};
use crate::ui::words;

/// The page.
pub fn page(view: &TrashPage, chrome: &Chrome, timezone: Tz, earlier_page: bool) -> Page {
    let body = html! {
        section #list aria-label="Deleted" {
            @if view.items.is_empty() {
                p .none { "The trash is empty." @if earlier_page { " " a href="/trash" { "Newest" } } }
            } @else {
                ul .trash { @for item in &view.items { (row(item, view, chrome, timezone)) } }
            }
        }
        @if earlier_page || view.next_cursor.is_some() {
            nav .pages aria-label="Pages" {
                @if earlier_page { a .button href="/trash" { "Newest" } }
                @if let Some(cursor) = &view.next_cursor { a .button href={ "/trash?cursor=" (cursor) } { "Older" } }
            }
        }
    };
    let lead = html! { "Deleted tasks, workflows and templates, newest first. Nothing here is ever lost." };
    Page { lead, checked: Some(words::clock(view.checked_at, timezone)), ..Page::new("trash", "Trash", body) }
}

fn row(item: &TrashItem, view: &TrashPage, chrome: &Chrome, timezone: Tz) -> Markup {
    html! {
        li .trashed data-id=(item.id) {
            div .trashed-words {
                p .trashed-title { (item.title) }
                p .hint {
                    (words::upper_first(kind(&item.kind)))
                    @if let Some(date) = item.date { " for " time datetime=(date) { (words::short_date(date, view.today)) } }
                    " · deleted " time datetime=(item.deleted_at) { (words::moment(item.deleted_at, view.today, timezone)) }
                    @if let Some(person) = &item.deleted_by { " by " (person.name) }
                    " · " a href=(address(&item.kind, &item.id)) { "Activity" span .sr { " of " (item.title) } }
                }
            }
            form method="post" action={ "/trash/" (item.kind) "/" (item.id) } {
                (form::hidden(&chrome.csrf, &chrome.path))
                button .act { "Restore" span .sr { " " (item.title) } }
            }
        }
    }
}
