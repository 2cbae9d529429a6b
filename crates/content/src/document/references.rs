//! What the text of a document refers to, and what in it can't be shown.

use pulldown_cmark::{Event, Parser, Tag};

use crate::plain::MARKDOWN;

/// What a text mentions; code is left out.
#[derive(Debug, Default)]
pub(crate) struct Mentions {
    /// Where links inside the content lead, as written, each once.
    pub(crate) references: Vec<String>,
    /// Addresses of other links that nobody may follow, such as `javascript:…`.
    pub(crate) refused: Vec<String>,
    /// Where pictures would be.
    pub(crate) pictures: Vec<String>,
    /// True when there is raw HTML, which is shown as text.
    pub(crate) raw_html: bool,
}

impl Mentions {
    /// Reads a text.
    pub(crate) fn of(markdown: &str) -> Self {
        let mut mentions = Self::default();
        for event in Parser::new_ext(markdown, MARKDOWN) {
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => mentions.link(dest_url.trim()),
                Event::Start(Tag::Image { dest_url, .. }) => add(&mut mentions.pictures, &dest_url),
                Event::Html(_) | Event::InlineHtml(_) => mentions.raw_html = true,
                _ => {}
            }
        }
        mentions
    }

    fn link(&mut self, address: &str) {
        match scheme(address).as_deref() {
            Some("http" | "https" | "mailto") => {}
            None | Some("doc") if !address.starts_with("//") => add(&mut self.references, address),
            _ => add(&mut self.refused, address),
        }
    }
}

/// An empty address and the placeholder `...` are no reference.
fn add(list: &mut Vec<String>, address: &str) {
    if !address.is_empty() && address != "..." && !list.iter().any(|known| known == address) {
        list.push(address.to_owned());
    }
}

/// The scheme of an address, in lower case.
fn scheme(address: &str) -> Option<String> {
    let (scheme, _) = address.split_once(':')?;
    let rest = |letter: char| letter.is_ascii_alphanumeric() || "+.-".contains(letter);
    let good = scheme.starts_with(|letter: char| letter.is_ascii_alphabetic()) && scheme.chars().all(rest);
    good.then(|| scheme.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reference_is_found_once() {
        let text = "See [[a.b|A]] and [[a.b]], [C](doc:c.d#2), [D](../e/d.md), [E](#6), [[...]], and `[[f]]`.\n\n    [[code]]\n";
        assert_eq!(Mentions::of(text).references, ["a.b", "doc:c.d#2", "../e/d.md", "#6"]);
    }

    #[test]
    fn the_web_and_mail_are_no_references() {
        let text =
            "[a](https://example.org) [b](mailto:a@example.org) [c](JavaScript:x) [d](data:text/html,x) [e](//example.org) <vbscript:x>";
        let mentions = Mentions::of(text);
        assert_eq!(mentions.references, Vec::<String>::new());
        assert_eq!(mentions.refused, ["JavaScript:x", "data:text/html,x", "//example.org", "vbscript:x"]);
        assert!(!mentions.raw_html);
    }

    #[test]
    fn pictures_and_raw_html_are_seen() {
        let mentions = Mentions::of("![a](x.png) a <b>b</b>");
        assert_eq!((mentions.pictures.len(), mentions.raw_html), (1, true));
        assert!(!Mentions::of("`<b>` \\<b>").raw_html);
    }
}
