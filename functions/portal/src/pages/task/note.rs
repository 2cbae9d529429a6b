//! The task's standing comment, where it is not asked for as proof anyway. The addresses of our own pages in it are links,
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

/// A text whose `(/tasks/…)`, `(/workflows/…)` and `(/documents/…)` are links.
fn with_links(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('(').enumerate() {
            @if index > 0 { "(" }
            @match part.split_once(')').filter(|(path, _)| index > 0 && is_ours(path)) {
                Some((path, rest)) => { a href=(path) { (path) } ")" (rest) }
                None => { (part) }
            }
        }
    }
}

fn is_ours(path: &str) -> bool {
    let named = ["/tasks/", "/workflows/", "/documents/"].iter().find_map(|start| path.strip_prefix(start));
    named.is_some_and(id::is_valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_become_links() {
        let shown = with_links("a (/tasks/t1) b (/tasks/../x) (//evil) (javascript:x) (/tasks/<b>) (/documents/sop.a").into_string();
        assert_eq!(shown.matches("<a ").count(), 1, "{shown}");
        assert!(shown.contains("(<a href=\"/tasks/t1\">/tasks/t1</a>) b (/tasks/../x)") && shown.contains("&lt;b&gt;"), "{shown}");
    }
}
