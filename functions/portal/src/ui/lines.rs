//! What differs between two texts, line by line.

use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

use super::words;

/// Unchanged lines that are shown around a change.
const AROUND: usize = 2;
/// The most bytes of lines that are shown.
const MOST: usize = 7_000;

/// The difference; a sentence when there is none.
pub fn difference(before: &str, after: &str) -> Markup {
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(AROUND);
    if groups.is_empty() {
        return html! { p .none { "It says the same as before." } };
    }
    let (mut left, mut whole) = (MOST, true);
    let mut shown = Vec::new();
    'groups: for (place, group) in groups.iter().enumerate() {
        if place > 0 {
            shown.push(html! { li .is-gap aria-hidden="true" { "⋯" } });
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value().trim_end_matches(['\n', '\r']);
            let item = match change.tag() {
                ChangeTag::Delete => html! { li { span .sr { "Before: " } del { (line) } } },
                ChangeTag::Insert => html! { li { span .sr { "Now: " } ins { (line) } } },
                ChangeTag::Equal => html! { li { (line) } },
            };
            let Some(rest) = left.checked_sub(item.0.len()) else {
                whole = false;
                break 'groups;
            };
            left = rest;
            shown.push(item);
        }
    }
    let (less, more) = counts(&diff);
    html! {
        p .hint { (words::count(more, "line", "lines")) " new or changed, " (less) " gone or changed." @if !whole { " Only the beginning is shown." } }
        ul .lines { @for line in &shown { (line) } }
    }
}

fn counts<'a>(diff: &TextDiff<'a, 'a, 'a, str>) -> (usize, usize) {
    let of = |tag: ChangeTag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (of(ChangeTag::Delete), of(ChangeTag::Insert))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_came_and_went_are_told() {
        let html = difference("a\nb\nc\n", "a\nB\nc\n").into_string();
        assert!(html.contains("<del>b</del>") && html.contains("<ins>B</ins>") && html.contains("1 line new"), "{html}");
        assert!(difference("a\n", "a\n").into_string().contains("the same as before"));
    }

    #[test]
    fn a_long_difference_stays_bounded_and_harmless() {
        let many: String = (0..5_000).map(|n| format!("<script>{n}</script>\n")).collect();
        let html = difference("", &many).into_string();
        assert!(html.len() < MOST + 500 && !html.contains("<script>") && html.contains("Only the beginning"), "{}", html.len());
    }
}
