//! What a task needs before it is done: in words, as a checklist, and as the fields that satisfy it.

use dataops_api::views::row::{Gate, GateKind};
use maud::{Markup, html};

use super::form::{Attempt, Field};
use super::icon::icon;

/// `Add the Luma link first`.
pub fn ask(gate: &Gate) -> String {
    let label = &gate.label;
    match gate.kind {
        GateKind::Link => format!("Add the {} first", with_word(label, "link")),
        GateKind::BundleLink => format!("Add the workflow’s {} first", with_word(label, "link")),
        GateKind::File => format!("Upload {label} first"),
        GateKind::Artifact => format!("{label} must be approved first"),
        GateKind::Comment => format!("Write this in the comment first: {label}"),
        GateKind::ExternalStatus => format!("Set the status first: {label}"),
    }
}

/// `Luma link, Invoice PDF`.
pub fn names(gates: &[Gate]) -> String {
    gates.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A gate's name, so that one knows what to bring.
pub fn name(gate: &Gate) -> String {
    match gate.kind {
        GateKind::Link | GateKind::BundleLink => with_word(&gate.label, "link"),
        GateKind::Comment if gate.label.is_empty() => "comment".to_owned(),
        _ => gate.label.clone(),
    }
}

fn with_word(label: &str, word: &str) -> String {
    let said = label.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|part| part == word || part == "url" || part == "address");
    if said { label.to_owned() } else { format!("{label} {word}") }
}

/// The name of the form field that satisfies a gate; `None` when no field does.
pub fn field_name(gate: &Gate) -> Option<String> {
    match gate.kind {
        GateKind::Link => Some("link".to_owned()),
        GateKind::BundleLink => Some(format!("slot:{}", gate.label)),
        GateKind::Comment => Some("comment".to_owned()),
        GateKind::ExternalStatus => Some("externalStatus".to_owned()),
        GateKind::File | GateKind::Artifact => None,
    }
}

/// The icon of a gate's kind.
pub fn kind_icon(kind: GateKind) -> &'static str {
    match kind {
        GateKind::Link | GateKind::BundleLink => "link",
        GateKind::File | GateKind::Artifact => "file",
        GateKind::Comment => "comment",
        GateKind::ExternalStatus => "status",
    }
}

/// The field for one gate, or a sentence on where it is satisfied.
pub fn input(form: &str, gate: &Gate, value: &str, attempt: &Attempt) -> Markup {
    let Some(field) = field_name(gate) else {
        let (place, words) = match gate.kind {
            GateKind::File => ("#upload-file", "Upload it below"),
            _ => ("#files", "Add or approve it below"),
        };
        return html! { p .hint { a href=(place) { (words) } } };
    };
    let label = name(gate);
    let (kind, hint) = match gate.kind {
        GateKind::Link | GateKind::BundleLink => ("text", ""),
        GateKind::Comment => ("area", ""),
        _ => ("text", ""),
    };
    Field { kind, hint, value, most: 2_000, ..Field::text(form, &field, &label) }.show(attempt)
}

/// The fields a blocked completion asks for, right where it was tried: paste, Enter.
pub fn needs(id: &str, title: &str, missing: &[Gate], csrf: &str, back: &str, action: &str) -> Markup {
    let form = format!("needs-{id}");
    let fillable = missing.iter().any(|gate| field_name(gate).is_some());
    html! {
        form .needs method="post" action=(action) aria-label={ "What is missing for " (title) } data-paste {
            (super::form::hidden(csrf, back))
            p .needs-words role="alert" { (icon("late")) (missing.iter().map(ask).collect::<Vec<_>>().join(". ")) "." }
            @for gate in missing { @if field_name(gate).is_some() { (input(&form, gate, "", &Attempt::default())) } }
            p .needs-actions {
                @if fillable { button .primary { "Done" } }
                a .quiet href={ "/tasks/" (id) } { "Open task" }
                button .quiet type="button" data-dismiss { "Not now" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_gate_says_what_to_do() {
        let gate = |kind, label: &str| Gate { kind, label: label.into(), satisfied: false };
        assert_eq!(ask(&gate(GateKind::Link, "Luma")), "Add the Luma link first");
        assert_eq!(ask(&gate(GateKind::BundleLink, "DTC webpage podcast link")), "Add the workflow’s DTC webpage podcast link first");
        assert_eq!(names(&[gate(GateKind::Link, "X"), gate(GateKind::File, "Invoice PDF")]), "X link, Invoice PDF");
    }
}
