//! What people said, as a thread: the first remark first, and the field to answer at its end.

use dataops_domain::task::{HistoryAction, HistoryEvent};
use maud::{Markup, html};

use super::Shown;
use crate::ui::activity::name;
use crate::ui::form::{self, Field};
use crate::ui::heading::heading;
use crate::ui::words;

/// The section.
pub(super) fn section(shown: Shown<'_>) -> Markup {
    let mut remarks: Vec<&HistoryEvent> =
        shown.view.task.task_history.iter().filter(|entry| entry.action == HistoryAction::Commented && entry.note.is_some()).collect();
    remarks.sort_by_key(|entry| entry.created_at);
    html! {
        section .part #comment aria-label="Comments" {
            (heading(shown.level, "", "Comments"))
            @if !remarks.is_empty() { ol .thread { @for remark in remarks { (one(remark, shown)) } } }
            form .inline method="post" action=(shown.action("comment")) {
                (form::hidden(&shown.chrome.csrf, &shown.back()))
                (Field { kind: "area", required: true, most: 500, ..Field::text("comment", "note", "Comment") }.show(shown.attempt))
                button { "Add comment" }
            }
        }
    }
}

fn one(remark: &HistoryEvent, shown: Shown<'_>) -> Markup {
    let who = name(remark.actor_id.as_deref(), &shown.view.people).unwrap_or_else(|| "Somebody".to_owned());
    let own = remark.actor_id.as_deref() == Some(&shown.chrome.user_id);
    html! {
        li .remark .is-own[own] {
            span .who aria-hidden="true" { (words::initials(&who)) }
            div .remark-words {
                p .remark-head { b { (who) } " " time datetime=(remark.created_at) { (words::moment(remark.created_at, shown.view.today, shown.timezone)) } }
                p .prewrap { (remark.note.as_deref().unwrap_or_default()) }
            }
        }
    }
}
