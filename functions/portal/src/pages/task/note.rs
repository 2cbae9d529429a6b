//! The task's standing comment, where it is not asked for as proof anyway. Lines that name a page of ours are links,
//! which is how a reported gap leads back to where it was found.

use dataops_api::views::row::GateKind;
use dataops_domain::id;
use maud::{Markup, html};

use super::Shown;
use crate::ui::heading::heading;

/// The section; nothing when there is no comment.
pub(super) fn section(shown: Shown<'_>) -> Markup {
    let asked = shown.view.gates.iter().any(|gate| gate.kind == GateKind::Comment);
    let comment = shown.view.task.comment.text().filter(|text| !text.trim().is_empty() && !asked);
    html! {
        @if let Some(comment) = comment {
            section .part #note aria-label="Note" { (heading(shown.level, "", "Note")) p .prewrap { (with_links(comment)) } }
        }
    }
}

/// A text whose lines like `Task: its name (/tasks/…)` are links by that name.
fn with_links(text: &str) -> Markup {
    html! {
        @for (index, line) in text.lines().enumerate() {
            @if index > 0 { "\n" }
            @match named(line) {
                Some((label, name, path)) => { (label) ": " a href=(path) { (name) } }
                None => { (line) }
            }
        }
    }
}

/// Label, name and address of such a line.
fn named(line: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = line.split_once(": ").filter(|(label, _)| ["Document", "Task", "Workflow"].contains(label))?;
    let (name, path) = rest.strip_suffix(')')?.rsplit_once(" (")?;
    let (page, step) = path.split_once('#').unwrap_or((path, ""));
    let id = ["/tasks/", "/workflows/", "/documents/"].iter().find_map(|start| page.strip_prefix(start))?;
    let good = id::is_valid(id) && step.bytes().all(|byte| byte.is_ascii_digit()) && !name.trim().is_empty();
    good.then_some((label, name, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_become_links() {
        let shown = with_links("Moved.\n\nTask: Ask (now) (/tasks/t1)\nDocument: <b> (/documents/sop.a#6)").into_string();
        assert!(shown.starts_with("Moved.\n\nTask: <a href=\"/tasks/t1\">Ask (now)</a>\nDocument: <a"), "{shown}");
        assert!(shown.contains("href=\"/documents/sop.a#6\">&lt;b&gt;</a>"), "{shown}");
        let text = "Task: x (/tasks/../x)\nTask: x (//evil)\nTask: x (javascript:x)\nTask: x (/tasks/<b>)\nx (/tasks/t1)\nTask:  (/tasks/t1)\nTask: x (/tasks/t1#\"x)";
        assert!(!with_links(text).into_string().contains("<a "));
    }
}
