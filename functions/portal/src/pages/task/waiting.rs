//! Waiting: for whom, until when, how they were asked, and the words to ask again.

use dataops_domain::task::HistoryAction;
use maud::{Markup, html};

use super::{Shown, wait_fields};
use crate::ui::form;
use crate::ui::heading::heading;
use crate::ui::icon::icon;
use crate::ui::{dialog, words};

/// The block of a task that waits.
pub(super) fn section(shown: Shown<'_>) -> Markup {
    let (view, task) = (shown.view, &shown.view.task);
    let row = &view.row;
    let channel = task.follow_up_channel.text().unwrap_or_default();
    let soon = words::workday_after(view.today, 3).to_string();
    let asked = match row.asked_days_ago {
        Some(days) => format!("Asked {}", words::relative(-days)),
        None => "Asked".to_owned(),
    };
    let who = row.waiting_for.as_deref().unwrap_or("somebody");
    let title = if row.follow_up_due {
        format!("Follow-up due: ask {who} again")
    } else {
        words::waiting(row.waiting_for.as_deref(), row.follow_up_at.as_deref(), view.today, shown.timezone)
    };
    html! {
        section .part .wait #waiting aria-label="Waiting" {
            (heading(shown.level, if row.follow_up_due { "is-chase" } else { "" }, title))
            p .hint { (asked) @if !channel.is_empty() { " by " (channel) } ", " @if row.chasers == 0 { "not chased yet" } @else { (words::count(row.chasers, "chaser", "chasers")) " so far" } }
            (reminder(shown))
            div .two {
                form #sent method="post" action=(shown.action("sent")) {
                    (form::hidden(&shown.chrome.csrf, &shown.back()))
                    fieldset { legend { "Asked again" } (dialog::sent_fields("sent", &soon, channel, shown.attempt)) button .primary[row.follow_up_due] { "Save" } }
                }
                form #answered method="post" action=(shown.action("answered")) {
                    (form::hidden(&shown.chrome.csrf, &shown.back()))
                    fieldset { legend { "It is over" } (dialog::answered_fields("answered", shown.attempt))
                        p .actions { button { "They answered" } button .quiet formaction=(shown.action("unblocked")) { "No longer needed" } } }
                }
            }
        }
    }
}

/// Words to ask again with, ready to copy.
fn reminder(shown: Shown<'_>) -> Markup {
    let view = shown.view;
    let who = view.row.waiting_for.as_deref().unwrap_or("there");
    let history = view.task.task_history.iter().rev();
    let note = history.filter(|entry| entry.action == HistoryAction::WaitingStarted).find_map(|entry| entry.note.as_deref());
    let what = note.unwrap_or(&view.task.description);
    let by = words::long_date(words::workday_after(view.today, 2));
    let text = format!(
        "Hello {who},\n\na short reminder about: {what}\n\nCould you let me know by {by}?\n\nThank you,\n{}",
        shown.chrome.user_name
    );
    html! {
        details .reminder data-key="reminder" {
            summary { "Reminder text" }
            label .sr for="reminder-text" { "Reminder text" }
            textarea #reminder-text rows="7" readonly { (text) }
            button .quiet type="button" data-copy="reminder-text" hidden { (icon("copy")) "Copy" }
        }
    }
}

/// The form that begins a wait.
pub(super) fn begin(shown: Shown<'_>) -> Markup {
    html! {
        section .part #wait aria-label="Wait for somebody" {
            details open[shown.attempt.form == "wait"] data-key="wait" {
                summary { "Wait for somebody" }
                form .stack method="post" action=(shown.action("wait")) {
                    (form::hidden(&shown.chrome.csrf, &shown.back()))
                    (wait_fields(shown))
                    button { "Wait" }
                }
            }
        }
    }
}
