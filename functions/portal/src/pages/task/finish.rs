//! What is needed to finish: the typed gates, each with its input in place, and the button that completes.

use dataops_api::views::row::{Gate, GateKind};
use dataops_domain::task::Status;
use maud::{Markup, html};

use super::Shown;
use crate::ui::form::{self, Field};
use crate::ui::gate;
use crate::ui::heading::heading;
use crate::ui::icon::icon;

/// The section; for a task that is closed, the way to open it again.
pub(super) fn section(shown: Shown<'_>) -> Markup {
    let task = &shown.view.task;
    if !task.is_open() {
        return html! {
            section .part #finish aria-label="State" {
                form method="post" action=(shown.action("reopen")) {
                    (form::hidden(&shown.chrome.csrf, &shown.back()))
                    button { @if task.status == Status::Done { "Open again" } @else { "Bring back" } }
                }
            }
        };
    }
    let waits = task.status == Status::Waiting;
    let form = if waits { "resolve" } else { "done" };
    html! {
        section .part .finish #finish aria-label="What is needed to finish" {
            (heading(shown.level, "", "What is needed to finish"))
            form method="post" action=(shown.action(form)) data-paste {
                (form::hidden(&shown.chrome.csrf, &shown.back()))
                @if shown.view.gates.is_empty() { p .none { "Nothing has to be shown. Mark it done when it is." } }
                @else { ul .gates { @for (index, one) in shown.view.gates.iter().enumerate() { (item(shown, form, one, index)) } } }
                (skip(shown, form))
                (more(shown, form))
                @if waits { (Field { kind: "area", required: true, most: 500, ..Field::text(form, "note", "How the wait ended") }.show(shown.attempt)) }
                p .actions {
                    button .primary[!waits] data-act="done" { @if waits { "Done, stop waiting" } @else { "Done" } }
                    @if !waits { button .quiet formaction=(shown.action("save")) formnovalidate { "Save without finishing" } }
                }
            }
        }
    }
}

fn item(shown: Shown<'_>, form: &str, one: &Gate, index: usize) -> Markup {
    let field = gate::field_name(one);
    let repeated = field.is_some() && shown.view.gates[..index].iter().any(|earlier| gate::field_name(earlier) == field);
    let task = &shown.view.task;
    let value = match one.kind {
        GateKind::Link => task.link.text(),
        GateKind::Comment => task.comment.text(),
        GateKind::ExternalStatus => task.external_status.text(),
        _ => None,
    };
    let filled_elsewhere = one.satisfied && matches!(one.kind, GateKind::BundleLink | GateKind::File | GateKind::Artifact);
    html! {
        li .gate .is-met[one.satisfied] {
            span .gate-mark { @if one.satisfied { (icon("done")) span .sr { "There: " } } @else { (icon(gate::kind_icon(one.kind))) span .sr { "Missing: " } } }
            div .gate-body {
                @if filled_elsewhere { p { (gate::name(one)) span .hint { @if one.kind == GateKind::BundleLink { " is filled in the workflow" } @else { " is there" } } } }
                @else if repeated { p { (gate::name(one)) span .hint { " (the same link as above)" } } }
                @else {
                    @if field.is_none() { p { (gate::name(one)) } }
                    (gate::input(form, one, value.unwrap_or_default(), shown.attempt))
                }
            }
        }
    }
}

/// Closing without proof, where the definition allows it.
fn skip(shown: Shown<'_>, form: &str) -> Markup {
    if shown.view.skip_statuses.is_empty() || shown.view.gates.is_empty() {
        return html! {};
    }
    let first = std::iter::once((String::new(), "With its proof".to_owned()));
    let options: Vec<(String, String)> =
        first.chain(shown.view.skip_statuses.iter().map(|status| (status.clone(), format!("Without: {status}")))).collect();
    form::select(form, "closeAs", "Close it", &options, shown.attempt.value(form, "closeAs").unwrap_or_default())
}

/// Link, comment and status for those who want to leave them though no gate asks.
fn more(shown: Shown<'_>, form: &str) -> Markup {
    let task = &shown.view.task;
    let asked = |name: &str| shown.view.gates.iter().any(|one| gate::field_name(one).as_deref() == Some(name));
    let field = |name, label, kind, value: Option<&str>| {
        html! { @if !asked(name) { (Field { kind, value: value.unwrap_or_default(), most: 10_000, ..Field::text(form, name, label) }.show(shown.attempt)) } }
    };
    if asked("link") && asked("comment") && asked("externalStatus") {
        return html! {};
    }
    let touched = shown.attempt.form == form
        && ["link", "comment", "externalStatus"].iter().any(|name| !asked(name) && shown.attempt.error(form, name).is_some());
    html! {
        details .more-fields open[touched] data-key="more-fields" {
            summary { "Add a link, a comment or a status" }
            (field("link", "Link", "text", task.link.text()))
            (field("comment", "Standing comment", "area", task.comment.text()))
            (field("externalStatus", "Status elsewhere", "text", task.external_status.text()))
        }
    }
}
