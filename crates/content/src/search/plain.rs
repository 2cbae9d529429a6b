//! Markdown as plain text of one line, and the part of it around a word.

use pulldown_cmark::{Event, Options, Parser, TagEnd};

use super::words;

/// The longest excerpt, in characters, without its dots.
const EXCERPT: usize = 160;
/// How much of an excerpt stands before the word it is about.
const BEFORE: usize = 50;

/// The text without its marks. Raw HTML is left out.
pub(super) fn text(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_WIKILINKS) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::Rule => out.push(' '),
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::CodeBlock) => out.push(' '),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The part of a plain text around the first word that begins with one of those asked for; its beginning when none does.
pub(super) fn excerpt(plain: &str, asked: &[String]) -> String {
    let begins = |part: &str| words(part).any(|word| asked.iter().any(|asked| word.starts_with(asked.as_str())));
    let parts: Vec<&str> = plain.split(' ').collect();
    let found = parts.iter().position(|part| begins(part)).unwrap_or(0);
    let length = |parts: &[&str]| parts.iter().map(|part| part.chars().count() + 1).sum::<usize>();
    let mut start = found;
    while start > 0 && length(&parts[start - 1..found]) <= BEFORE {
        start -= 1;
    }
    let mut end = (found + 1).min(parts.len());
    while end < parts.len() && length(&parts[start..=end]) <= EXCERPT {
        end += 1;
    }
    let bounded = parts[start..end].join(" ").chars().take(EXCERPT + BEFORE).collect::<String>();
    format!("{}{bounded}{}", if start > 0 { "… " } else { "" }, if end < parts.len() { " …" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_left_out() {
        let markdown = "## Ask\n\n- **One** `two`\n- [three](x) [[a.b|four]]\n\n<script>five</script>\n\n| a | b |\n|---|---|\n| c | d |\n";
        assert_eq!(text(markdown), "Ask One two three four a b c d");
    }

    #[test]
    fn an_excerpt_is_around_the_word() {
        let long = format!("{} needle {}", "before ".repeat(60).trim(), "after ".repeat(60).trim());
        let found = excerpt(&long, &["need".to_owned()]);
        assert!(found.starts_with("… before") && found.contains("needle after") && found.ends_with(" …"), "{found}");
        assert!(found.chars().count() <= 170, "{found}");
        assert_eq!(excerpt("all of it", &["none".to_owned()]), "all of it");
        assert_eq!(excerpt("", &[]), "");
        assert!(excerpt(&"x".repeat(10_000), &["x".to_owned()]).chars().count() < 300, "one endless word is cut");
    }
}
