//! The events of a Markdown text, made harmless one by one.

use maud::html;
use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd};

use super::Text;
use super::links::{self, Link};

pub(super) struct Writer<'a> {
    text: Text<'a>,
    /// How many elements of the text are open.
    depth: usize,
    /// How many of its own headings have begun.
    headings: usize,
    /// How many levels its headings move up (or down, when negative).
    shift: i8,
    /// The link that is open; the inner `None` for one that is shown as words.
    link: Option<Option<Link>>,
    /// True while the words of a link are left out because the document's title stands for them.
    silent: bool,
    /// The raw HTML of a block, while it is open.
    raw: Option<String>,
    /// The step whose heading is open.
    step: Option<&'a str>,
    out: Vec<Event<'a>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        let (out, link, raw, step) = (Vec::new(), None, None, None);
        Self { text, depth: 0, headings: 0, shift: 0, link, silent: false, raw, step, out }
    }

    pub(super) fn write(mut self, events: impl Iterator<Item = Event<'a>>) -> Vec<Event<'a>> {
        let events: Vec<Event<'a>> = events.collect();
        let level = |event: &Event<'_>| if let Event::Start(Tag::Heading { level, .. }) = event { Some(*level as i8) } else { None };
        let highest = events.iter().filter_map(level).min().unwrap_or(1);
        self.shift = i8::try_from(self.text.level).unwrap_or(1) - highest;
        for event in events {
            self.event(event);
        }
        self.out
    }

    fn event(&mut self, event: Event<'a>) {
        match event {
            Event::Start(tag) => {
                self.start(tag);
                self.depth += 1;
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                self.end(tag);
            }
            Event::Html(raw) | Event::InlineHtml(raw) => match &mut self.raw {
                Some(block) => block.push_str(&raw),
                None => self.plain(&raw),
            },
            Event::TaskListMarker(done) => self.words(if done { "☑ " } else { "☐ " }),
            // Maths and footnotes are not read, so they never come; were they, they would be words.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.words(&text),
            other @ (Event::Text(_) | Event::Code(_) | Event::SoftBreak | Event::HardBreak) if !self.silent => self.out.push(other),
            Event::Text(_) | Event::Code(_) | Event::SoftBreak | Event::HardBreak => {}
            Event::Rule => self.out.push(Event::Rule),
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        match tag {
            Tag::Link { dest_url, link_type, .. } => self.open_link(&dest_url, link_type),
            Tag::Image { .. } => self.words("Picture: "),
            Tag::HtmlBlock => self.raw = Some(String::new()),
            Tag::Heading { level, .. } => self.open_heading(level),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => self.markup("<pre tabindex=\"0\"><code>"),
            // Alignment would be an inline style, which the page's policy refuses.
            Tag::Table(columns) => {
                self.markup("<div class=\"table\" tabindex=\"0\">");
                self.out.push(Event::Start(Tag::Table(vec![Alignment::None; columns.len()])));
            }
            Tag::Paragraph | Tag::List(_) | Tag::Item | Tag::TableHead | Tag::TableRow | Tag::TableCell => self.out.push(Event::Start(tag)),
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => self.out.push(Event::Start(tag)),
            Tag::BlockQuote(_) => self.out.push(Event::Start(Tag::BlockQuote(None))),
            // Not read, see above.
            Tag::FootnoteDefinition(_) | Tag::DefinitionList | Tag::DefinitionListTitle | Tag::DefinitionListDefinition => {}
            Tag::MetadataBlock(_) | Tag::Superscript | Tag::Subscript => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link => self.close_link(),
            TagEnd::HtmlBlock => {
                let raw = self.raw.take().unwrap_or_default();
                let shown = without_comments(&raw);
                if !shown.trim().is_empty() {
                    self.out.push(Event::Start(Tag::Paragraph));
                    self.words(&shown);
                    self.out.push(Event::End(TagEnd::Paragraph));
                }
            }
            TagEnd::Heading(level) => {
                self.out.push(Event::End(TagEnd::Heading(self.level(level))));
                if let Some(step) = self.step.take().filter(|_| !self.text.gap.is_empty()) {
                    let href = format!("{}{step}", self.text.gap);
                    let link = html! { a .step-gap href=(href) { "Report a gap" span .sr { " in step " (step) } } };
                    self.markup(link.into_string() + "</div>");
                }
            }
            TagEnd::CodeBlock => self.markup("</code></pre>\n"),
            TagEnd::Table => {
                self.out.push(Event::End(TagEnd::Table));
                self.markup("</div>");
            }
            TagEnd::Paragraph | TagEnd::List(_) | TagEnd::Item | TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell => {
                self.out.push(Event::End(tag));
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.out.push(Event::End(tag)),
            TagEnd::BlockQuote(_) => self.out.push(Event::End(TagEnd::BlockQuote(None))),
            TagEnd::Image | TagEnd::FootnoteDefinition | TagEnd::DefinitionList | TagEnd::DefinitionListTitle => {}
            TagEnd::DefinitionListDefinition | TagEnd::MetadataBlock(_) | TagEnd::Superscript | TagEnd::Subscript => {}
        }
    }

    fn open_link(&mut self, written: &str, kind: LinkType) {
        let link = links::follow(&self.text, written);
        if let Some(link) = &link {
            let rel = link.outside.then_some("noopener noreferrer");
            let tag = html! { a href=(link.href) rel=[rel] {} }.into_string();
            self.markup(tag.trim_end_matches("</a>").to_owned());
            let bare = matches!(kind, LinkType::WikiLink { has_pothole: false });
            if let Some(title) = link.title.as_deref().filter(|_| bare) {
                self.words(title);
                self.silent = true;
            }
        }
        self.link = Some(link);
    }

    fn close_link(&mut self) {
        self.silent = false;
        if let Some(Some(_)) = self.link.take() {
            self.markup("</a>");
        }
    }

    fn open_heading(&mut self, level: HeadingLevel) {
        let known = if self.depth == 0 { self.text.outline.get(self.headings) } else { None };
        self.headings += usize::from(self.depth == 0);
        self.step = known.filter(|heading| heading.is_step).map(|heading| heading.anchor.as_str());
        if self.step.is_some() && !self.text.gap.is_empty() {
            self.markup("<div class=\"step-head\">");
        }
        let id = known.map(|heading| CowStr::from(heading.anchor.clone()));
        self.out.push(Event::Start(Tag::Heading { level: self.level(level), id, classes: Vec::new(), attrs: Vec::new() }));
    }

    fn level(&self, level: HeadingLevel) -> HeadingLevel {
        let level = (level as i8 + self.shift).clamp(1, 6);
        usize::try_from(level).ok().and_then(|level| HeadingLevel::try_from(level).ok()).unwrap_or(HeadingLevel::H6)
    }

    /// Raw HTML as text, comments left out.
    fn plain(&mut self, raw: &str) {
        let shown = without_comments(raw);
        self.words(&shown);
    }

    /// Words of ours or of the text; they are escaped when they are written.
    fn words(&mut self, words: &str) {
        if !self.silent && !words.is_empty() {
            self.out.push(Event::Text(CowStr::from(words.to_owned())));
        }
    }

    /// Markup of ours, written as it is.
    fn markup(&mut self, markup: impl Into<String>) {
        self.out.push(Event::InlineHtml(CowStr::from(markup.into())));
    }
}

/// The text without `<!-- … -->`; a comment that never ends is left out to the end.
fn without_comments(raw: &str) -> String {
    let (mut shown, mut rest) = (String::new(), raw);
    while let Some((before, after)) = rest.split_once("<!--") {
        shown.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    shown + rest
}
