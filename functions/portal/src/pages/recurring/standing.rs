//! Pausing, resuming, archiving and deleting: what each will do and what it will not, said before it is done (RW-5).

use dataops_api::views::recurring::{SourceRow, SourceState};
use dataops_domain::generation::Kind;
use dataops_domain::pause::MAX_REASON;
use dataops_domain::time::Date;
use maud::{Markup, html};

use crate::ui::form::{self, Attempt, Field};
use crate::ui::page::Chrome;
use crate::ui::{source, words};

/// The dialogs of the list. Without JavaScript its links lead to the same forms on the source's page.
pub(super) fn dialogs(chrome: &Chrome) -> Markup {
    let none = Attempt::default();
    html! {
        (dialog("pause", "Pause", "Pause it", chrome, &html! { (pause_fields("d-pause", &none)) (pause_means(None)) }))
        (dialog("resume", "Resume", "Resume it", chrome, &resume_means()))
    }
}

fn dialog(name: &str, title: &str, verb: &str, chrome: &Chrome, content: &Markup) -> Markup {
    html! {
        dialog id={ "dialog-" (name) } data-base="/recurring" aria-labelledby={ "dialog-" (name) "-h" } {
            form method="post" action="/recurring" data-dialog-form=(name) {
                h2 id={ "dialog-" (name) "-h" } { (title) }
                p .dialog-task {}
                (form::hidden(&chrome.csrf, "/recurring"))
                (content)
                p .dialog-actions { button .primary { (verb) } button .quiet type="button" data-close { "Cancel" } }
            }
        }
    }
}

fn pause_fields(form: &str, attempt: &Attempt) -> Markup {
    html! {
        (Field { required: true, most: MAX_REASON, ..Field::text(form, "reason", "Why") }.show(attempt))
        (Field { kind: "date", hint: "empty: until somebody resumes it", ..Field::text(form, "until", "Runs again on") }.show(attempt))
    }
}

fn pause_means(next: Option<String>) -> Markup {
    html! {
        ul .means {
            li { "Nothing is made for a day that begins while it is paused" @if let Some(next) = next { "; " (next) " would have been the next" } "." }
            li { "What is there already stays open and on people’s lists." }
            li { "Afterwards, the days that passed are not made up. You can still make them by hand, under “Make dates”." }
        }
    }
}

fn resume_means() -> Markup {
    html! {
        ul .means {
            li { "From tomorrow on it makes its dates again; today’s only if the pause began today." }
            li { "The days that passed are not made up. You can make them by hand, under “Make dates”." }
            li { "The pause stays in the record." }
        }
    }
}

/// The same on the page of a source.
pub(super) fn sections(row: &SourceRow, chrome: &Chrome, today: Date, attempt: &Attempt) -> Markup {
    let own = source::address(&row.source);
    let tried = |name: &str| attempt.form == name;
    let next = row.next.first().map(|next| words::short_date(next.date, today));
    let duty = row.source.kind == Kind::Recurring;
    let part = |name: &str, summary: &str, verb: &str, content: Markup| {
        html! {
            details .standing id=(name) open[tried(name)] data-key=(name) {
                summary { (summary) }
                form .stack method="post" action={ (own) "/" (name) } data-plain {
                    (form::hidden(&chrome.csrf, if name == "delete" { "/recurring" } else { &own }))
                    (content)
                    p .actions { button { (verb) } }
                }
            }
        }
    };
    html! {
        @if matches!(row.state, SourceState::Running | SourceState::Broken | SourceState::Unscheduled) {
            (part("pause", "Pause…", "Pause it", html! { (pause_fields("pause", attempt)) (pause_means(next)) }))
        }
        @if matches!(row.state, SourceState::Paused | SourceState::Disabled) { (part("resume", "Resume…", "Resume it", resume_means())) }
        @if row.state != SourceState::Archived {
            (part("archive", "Archive…", "Archive it for good", html! {
                ul .means { li { "It never makes anything again, and can’t be resumed." } li { "What it made, and its ledger, stay as they are." } }
            }))
        }
        @if duty {
            (part("delete", "Delete…", "Delete it", html! { ul .means { li { "Only a duty that has never made anything can be deleted. Otherwise archive it." } } }))
        }
    }
}
