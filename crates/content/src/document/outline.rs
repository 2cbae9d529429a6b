//! The headings of a Markdown text and the code in it. A `##` inside a code block, a quote or a list is no heading.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};

use super::{Heading, Step};
use crate::plain::{self, MARKDOWN};

struct Found {
    level: HeadingLevel,
    title: String,
    range: Range<usize>,
}

/// Where the headings and the code of a text are.
pub(super) struct Outline {
    headings: Vec<Found>,
    code: Vec<Range<usize>>,
}

impl Outline {
    /// Reads a text.
    pub(super) fn of(text: &str) -> Self {
        let mut outline = Self { headings: Vec::new(), code: Vec::new() };
        let mut depth = 0_usize;
        for (event, range) in Parser::new_ext(text, MARKDOWN).into_offset_iter() {
            match event {
                Event::Start(tag) => {
                    if let Tag::Heading { level, .. } = tag
                        && depth == 0
                    {
                        let title = plain::text(&text[range.clone()]);
                        outline.headings.push(Found { level, title, range });
                    } else if matches!(tag, Tag::CodeBlock(_)) {
                        outline.code.push(range);
                    }
                    depth += 1;
                }
                Event::End(_) => depth = depth.saturating_sub(1),
                Event::Code(_) => outline.code.push(range),
                _ => {}
            }
        }
        outline
    }

    /// True when the byte at `offset` is code.
    pub(super) fn is_code(&self, offset: usize) -> bool {
        self.code.iter().any(|range| range.contains(&offset))
    }

    /// The text with its code replaced by spaces.
    pub(super) fn prose(&self, text: &str) -> String {
        let blanked = |(offset, letter): (usize, char)| if letter != '\n' && self.is_code(offset) { ' ' } else { letter };
        text.char_indices().map(blanked).collect()
    }

    /// The second-level headings without a number, in lower case.
    pub(super) fn sections(&self) -> Vec<String> {
        let plain = |heading: &&Found| heading.level == HeadingLevel::H2 && numbered(&heading.title).is_none();
        self.headings.iter().filter(plain).map(|heading| heading.title.to_lowercase()).collect()
    }

    /// Every heading with its anchor: a step's number, or the words of the title; a repeated one gets a number behind it.
    pub(super) fn headings(&self) -> Vec<Heading> {
        let mut taken = BTreeSet::new();
        let of = |heading: &Found| {
            let step = numbered(&heading.title).filter(|_| heading.level == HeadingLevel::H2);
            let wanted = step.map_or_else(|| section_anchor(&heading.title), |(number, _)| number.to_owned());
            let again = (2..).map(|number| format!("{wanted}-{number}"));
            let anchor = std::iter::once(wanted.clone()).chain(again).find(|anchor| taken.insert(anchor.clone())).unwrap_or(wanted);
            Heading { level: heading.level as u8, title: heading.title.clone(), anchor, is_step: step.is_some() }
        };
        self.headings.iter().map(of).collect()
    }

    /// The second-level headings with a number, each with the text up to the next heading of its level or above.
    pub(super) fn steps(&self, text: &str) -> Vec<Step> {
        let mut steps = Vec::new();
        for (index, heading) in self.headings.iter().enumerate().filter(|(_, heading)| heading.level == HeadingLevel::H2) {
            let Some((id, title)) = numbered(&heading.title) else { continue };
            let next = self.headings[index + 1..].iter().find(|next| next.level <= HeadingLevel::H2);
            let end = next.map_or(text.len(), |next| next.range.start);
            let markdown = text[heading.range.end..end].trim().to_owned();
            steps.push(Step { id: id.to_owned(), title: title.to_owned(), markdown });
        }
        steps
    }
}

/// `6. Give access` as number and title.
fn numbered(title: &str) -> Option<(&str, &str)> {
    let (number, title) = title.split_once('.')?;
    let good = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (good && title.starts_with(' ')).then(|| (number, title.trim()))
}

/// The anchor of a heading that is no step. It begins differently from every name in the page around it.
pub(super) fn section_anchor(title: &str) -> String {
    let lower = title.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once("section").chain(words).collect::<Vec<_>>().join("-")
}

/// The title heading, when the text has one first, and the text without it.
pub(super) fn without_title(text: &str) -> (Option<String>, String) {
    match Outline::of(text).headings.into_iter().next() {
        Some(first) if first.level == HeadingLevel::H1 => {
            let rest = format!("{}{}", &text[..first.range.start], &text[first.range.end..]);
            (Some(first.title), trimmed(&rest))
        }
        _ => (None, trimmed(text)),
    }
}

fn trimmed(text: &str) -> String {
    let text = text.trim_matches('\n').trim_end();
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_headings_of_the_text_itself_count() {
        let text = "## Usage\n\n> ## 8. Quoted\n\n## 1. Write\n\nA.\n\n```\n## 9. Code\n```\n\n### Detail\n\nB.\n\n## Notes\n";
        let outline = Outline::of(text);
        assert_eq!(outline.sections(), ["usage", "notes"]);
        let steps = outline.steps(text);
        assert_eq!(steps.len(), 1);
        assert_eq!((steps[0].id.as_str(), steps[0].title.as_str()), ("1", "Write"));
        assert_eq!(steps[0].markdown, "A.\n\n```\n## 9. Code\n```\n\n### Detail\n\nB.");
    }

    #[test]
    fn every_heading_has_an_anchor_of_its_own() {
        let text = "## Usage\n\n## 1. Ask `him`\n\n### 1. Inside\n\n## 1. Again\n\n## Usage\n\nNotes & more!\n---\n\n## ?\n";
        let headings = Outline::of(text).headings();
        let anchors: Vec<&str> = headings.iter().map(|heading| heading.anchor.as_str()).collect();
        assert_eq!(anchors, ["section-usage", "1", "section-1-inside", "1-2", "section-usage-2", "section-notes-more", "section"]);
        assert_eq!((headings[1].title.as_str(), headings[1].is_step, headings[2].is_step), ("1. Ask him", true, false));
    }

    #[test]
    fn the_title_is_the_first_heading_of_the_first_level() {
        assert_eq!(without_title("\n# A: b\n\nText.\n"), (Some("A: b".to_owned()), "Text.\n".to_owned()));
        assert_eq!(without_title("## A\n"), (None, "## A\n".to_owned()));
    }
}
