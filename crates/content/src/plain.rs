//! Markdown as plain text of one line.

use pulldown_cmark::{Event, Options, Parser, TagEnd};

/// How our Markdown is read; the portal renders with the same.
pub(crate) const MARKDOWN: Options =
    Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH).union(Options::ENABLE_TASKLISTS).union(Options::ENABLE_WIKILINKS);

/// The text without its marks. Raw HTML is left out.
pub(crate) fn text(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    for event in Parser::new_ext(markdown, MARKDOWN) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::Rule => out.push(' '),
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::CodeBlock) => out.push(' '),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_left_out() {
        let markdown = "## Ask\n\n- **One** `two`\n- [three](x) [[a.b|four]]\n\n<script>five</script>\n\n| a | b |\n|---|---|\n| c | d |\n";
        assert_eq!(text(markdown), "Ask One two three four a b c d");
    }
}
