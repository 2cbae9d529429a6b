//! The place of a text where something was found.

use std::ops::Range;

use super::fold::words;
use super::query::Query;

/// Characters shown before the first word found.
const BEFORE: usize = 40;
/// Characters shown in all.
const SHOWN: usize = 140;

/// Where the words of a question stand in a text, in bytes.
pub fn marks(text: &str, query: &Query) -> Vec<Range<usize>> {
    words(text).into_iter().filter(|word| query.has(word)).map(|word| word.place).collect()
}

/// The surroundings of the first word found, in one line; `None` when no word of the question is in the text.
pub fn excerpt(text: &str, query: &Query) -> Option<String> {
    let first = words(text).into_iter().find(|word| query.has(word))?.place.start;
    let before: Vec<usize> = text[..first].char_indices().rev().map(|(at, _)| at).take(BEFORE).collect();
    let from = match before.last() {
        Some(&start) if start > 0 => next_word(text, start, first),
        _ => 0,
    };
    let shown: String = text[from..].chars().take(SHOWN).collect();
    let cut = text.len() > from + shown.len();
    let line = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(format!("{}{line}{}", if from > 0 { "…" } else { "" }, if cut { "…" } else { "" }))
}

/// The start of the first whole word after `from`, at the latest `until`.
fn next_word(text: &str, from: usize, until: usize) -> usize {
    text[from..until].find(char::is_whitespace).map_or(from, |space| from + space + 1).min(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_what_was_found_in_its_surroundings() {
        let query = Query::parse("mueller").expect("a query");
        let text = format!("{}asked Frau\nMüller twice, {}", "word ".repeat(30), "then waited ".repeat(30));
        let shown = excerpt(&text, &query).expect("found");
        assert!(shown.starts_with("…word word") && shown.contains("asked Frau Müller twice") && shown.ends_with('…'), "{shown}");
        assert!(shown.chars().count() <= SHOWN + 2);
        assert_eq!(marks("Müller, Muellers; Mull", &query), [0..7, 9..17]);
        assert_eq!(excerpt("nobody", &query), None);
    }

    #[test]
    fn an_excerpt_never_cuts_a_letter() {
        let query = Query::parse("end").expect("a query");
        for padding in 0..90 {
            let text = format!("{}end{}", "ü".repeat(padding) + " ", " é".repeat(200));
            assert!(excerpt(&text, &query).is_some_and(|shown| shown.contains("end")), "{padding}");
        }
    }
}
