//! Instructions in Markdown as HTML. Raw HTML is shown as text, and only web and mail links stay links.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Renders Markdown; its headings start at `level`.
pub fn render(text: &str, level: u8) -> Markup {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_WIKILINKS;
    let mut unlinked = 0usize;
    let events = Parser::new_ext(text, options).filter_map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Some(Event::Text(raw)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Link { dest_url, .. }) if !is_allowed(&dest_url) => {
            unlinked += 1;
            None
        }
        Event::End(TagEnd::Link) if unlinked > 0 => {
            unlinked -= 1;
            None
        }
        Event::Start(Tag::Image { title, .. }) if title.is_empty() => Some(Event::Text(CowStr::Borrowed("Picture: "))),
        Event::Start(Tag::Image { .. }) => Some(Event::Text(CowStr::Borrowed("Picture: "))),
        Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Heading { level: depth, .. }) => {
            Some(Event::Start(Tag::Heading { level: lower(depth, level), id: None, classes: Vec::new(), attrs: Vec::new() }))
        }
        Event::End(TagEnd::Heading(depth)) => Some(Event::End(TagEnd::Heading(lower(depth, level)))),
        other => Some(other),
    });
    let mut out = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut out, events);
    PreEscaped(out)
}

fn is_allowed(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto"))
}

fn lower(depth: HeadingLevel, start: u8) -> HeadingLevel {
    let level = usize::from(start) + (depth as usize) - 1;
    HeadingLevel::try_from(level.min(6)).unwrap_or(HeadingLevel::H6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        render(text, 3).into_string()
    }

    #[test]
    fn raw_html_is_shown_as_text() {
        let page = shown("a <b onclick=x>b</b>\n\n<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>");
        assert!(!page.contains("<script") && !page.contains("<b ") && !page.contains("<img"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }

    #[test]
    fn only_web_and_mail_links_stay_links() {
        let page = shown(
            "[a](https://example.org) [b](javascript:alert(1)) [c](mailto:x@example.org) [d](../up.md) [e](data:text/html,x) [f](JaVaScRiPt:x) <javascript:alert(1)>",
        );
        assert_eq!(page.matches("<a ").count(), 2, "{page}");
        assert!(page.contains("href=\"https://example.org\"") && page.contains("href=\"mailto:x@example.org\""), "{page}");
        assert!(!page.contains("=\"javascript") && !page.contains("=\"data:"), "{page}");
        assert!(page.contains('b') && page.contains('d'), "the words stay");
    }

    #[test]
    fn headings_fit_under_the_page_and_pictures_become_words() {
        let page = shown("# One\n\n### Three\n\n![shot](https://x.org/a.png)");
        assert!(page.contains("<h3>One</h3>") && page.contains("<h5>Three</h5>"), "{page}");
        assert!(page.contains("Picture: shot") && !page.contains("<img"), "{page}");
    }
}
