//! Text in Markdown as HTML. Nothing in it can become markup of its own: raw HTML is shown as text, pictures become words,
//! and a link stays one when it leads to the web, to a mailbox or to another document.

mod links;
mod writer;

use dataops_api::documents::{Heading, TextLink};
use maud::{Markup, PreEscaped};
use pulldown_cmark::{Options, Parser, html};

pub use links::document_url;

/// How our Markdown is read; the content is linted with the same.
const MARKDOWN: Options =
    Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH).union(Options::ENABLE_TASKLISTS).union(Options::ENABLE_WIKILINKS);

/// A text and what is known of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Text<'a> {
    /// The Markdown.
    pub markdown: &'a str,
    /// The level of its highest headings.
    pub level: u8,
    /// Its links that lead to documents.
    pub links: &'a [TextLink],
    /// Its headings with their anchors, when it is a whole document; else its headings get none.
    pub outline: &'a [Heading],
    /// The id of the document it is the page of; empty elsewhere.
    pub here: &'a str,
    /// The task the reader came from; empty when they did not.
    pub from: &'a str,
    /// The beginning of the address that reports a gap in a step, which the step's number completes; empty for none.
    pub gap: &'a str,
}

/// Renders a text.
pub fn render(text: Text<'_>) -> Markup {
    let events = writer::Writer::new(text).write(Parser::new_ext(text.markdown, MARKDOWN));
    let mut out = String::with_capacity(text.markdown.len() * 3 / 2);
    html::push_html(&mut out, events.into_iter());
    PreEscaped(out)
}

#[cfg(test)]
mod tests;
