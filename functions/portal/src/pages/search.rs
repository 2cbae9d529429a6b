//! Search: everything that has the words, in groups; and the short list under the search field.

use dataops_api::search::{SearchAnswer, SearchResult};
use dataops_domain::artifact::ArtifactStatus;
use dataops_domain::search::{Query, marks};
use dataops_domain::time::Date;
use maud::{Markup, html};

use crate::ui::artifact::status_words;
use crate::ui::icon::icon;
use crate::ui::page::Page;
use crate::ui::words;

/// The kinds of results and what a group of them is called, in the order of the page.
pub const KINDS: [(&str, &str); 6] = [
    ("task", "Tasks"),
    ("bundle", "Workflows"),
    ("document", "Documents"),
    ("artifact", "Artifacts"),
    ("file", "Files"),
    ("template", "Templates"),
];

/// What is looked for, as the address gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The words.
    pub q: String,
    /// One of [`KINDS`], or empty for all.
    pub kind: String,
    /// Where this part of one kind's results begins.
    pub cursor: String,
}

impl Asked {
    /// The address of these words' results of a kind.
    pub fn address(&self, kind: &str, cursor: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, text) in [("q", self.q.as_str()), ("type", kind), ("cursor", cursor)] {
            if !text.is_empty() {
                query.append_pair(name, text);
            }
        }
        format!("/search?{}", query.finish())
    }

    fn query(&self) -> Query {
        Query::parse(&self.q).unwrap_or_default()
    }
}

/// The page.
pub fn page(answer: &SearchAnswer, asked: &Asked, today: Date) -> Page {
    let body = html! {
        form .find role="search" action="/search" {
            label .sr for="search" { "Search tasks, workflows and documents" }
            (icon("search"))
            input #search type="search" name="q" value=(asked.q) placeholder="Words of a title, comment, tag, name or document" maxlength="200" autocomplete="off" autofocus[asked.q.is_empty()] data-search="page";
            @if !asked.kind.is_empty() { input type="hidden" name="type" value=(asked.kind); }
            button .primary { "Search" }
        }
        div #found { (found(answer, asked, today)) }
    };
    let title = if asked.q.is_empty() { "Search".to_owned() } else { format!("Search: {}", asked.q) };
    Page { lead: html! { "Tasks, workflows, documents and templates" }, title, ..Page::new("search", "Search", body) }
}

fn found(answer: &SearchAnswer, asked: &Asked, today: Date) -> Markup {
    let query = asked.query();
    let all: usize = answer.counts.iter().map(|count| count.number).sum();
    html! {
        p .sr role="status" { @if !asked.q.is_empty() { (words::count(answer.total, "result", "results")) } }
        @if !answer.complete { p .note { "The index is still being made: older work may be missing here." } }
        @if asked.q.is_empty() {
            p .none { "Each word counts from its beginning: “inv spons” finds “Send the invoice to the sponsor”." }
        } @else if all == 0 {
            p .none { "Nothing has all of these words. Try fewer of them, or only their beginnings." }
        } @else {
            nav .tabs aria-label="Kind of result" {
                a href=(asked.address("", "")) aria-current=[asked.kind.is_empty().then_some("true")] { "All " span .number { (all) } }
                @for (kind, name) in KINDS { @if let Some(number) = number(answer, kind) {
                    a href=(asked.address(kind, "")) aria-current=[(asked.kind == kind).then_some("true")] { (name) " " span .number { (number) } }
                } }
            }
            @if answer.results.is_empty() { p .none { "None of this kind has all of these words." } }
            @for (kind, name) in KINDS { (group(answer, asked, (kind, name), &query, today)) }
            @if let Some(cursor) = &answer.next_cursor { p .further { a .button href=(asked.address(&asked.kind, cursor)) { "Further results" } } }
        }
    }
}

fn number(answer: &SearchAnswer, kind: &str) -> Option<usize> {
    answer.counts.iter().find(|count| count.kind == kind).map(|count| count.number)
}

fn group(answer: &SearchAnswer, asked: &Asked, (kind, name): (&str, &str), query: &Query, today: Date) -> Markup {
    let hits: Vec<&SearchResult> = answer.results.iter().filter(|result| result.kind == kind).collect();
    let all = number(answer, kind).unwrap_or(hits.len());
    html! {
        @if !hits.is_empty() {
            section .group aria-labelledby={ "found-" (kind) } {
                h2 id={ "found-" (kind) } { (name) " " span .number { (all) } }
                ul .hits { @for hit in &hits { (row(hit, query, today)) } }
                @if asked.kind.is_empty() && all > hits.len() { p .further { a href=(asked.address(kind, "")) { "All " (all) " " (name.to_lowercase()) } } }
            }
        }
    }
}

fn row(hit: &SearchResult, query: &Query, today: Date) -> Markup {
    html! {
        li .hit .is-over[is_over(hit)] data-id=(hit.id) {
            span .hit-icon { (icon(drawing(hit))) }
            a .title href=(address(hit)) data-open[hit.kind == "task"] { (marked(&hit.title, query)) }
            span .hit-sub { (subtitle(hit, query, today)) }
            @if let Some(excerpt) = &hit.excerpt { p .hit-text { (marked(excerpt, query)) } }
        }
    }
}

/// What to choose from under the search field, as the options of a list box.
pub fn options(answer: &SearchAnswer, asked: &Asked, today: Date) -> Markup {
    let query = asked.query();
    html! {
        @if answer.results.is_empty() { p .none { @if asked.q.is_empty() { "Type a word." } @else { "Nothing has all of these words." } } }
        @else {
            ul #options role="listbox" aria-label="Results" {
                @for (place, hit) in answer.results.iter().enumerate() {
                    li .is-over[is_over(hit)] id={ "option-" (place) } role="option" aria-selected="false" data-href=(address(hit)) {
                        span .hit-icon { (icon(drawing(hit))) }
                        span .option-title { (marked(&hit.title, &query)) }
                        span .hit-sub { (subtitle(hit, &query, today)) }
                    }
                }
                @if answer.total > answer.results.len() {
                    li .option-all #option-all role="option" aria-selected="false" data-href=(asked.address("", "")) { "All " (answer.total) " results" }
                }
            }
        }
    }
}

fn address(hit: &SearchResult) -> String {
    match (hit.kind.as_str(), &hit.step_id) {
        ("task", _) => format!("/tasks/{}", hit.id),
        ("bundle", _) => format!("/workflows/{}", hit.id),
        ("template", _) => format!("/start/{}", hit.id),
        ("artifact", _) => format!("/artifacts/{}", hit.id),
        ("file", _) => format!("/tasks/{}", hit.task_id.as_deref().unwrap_or_default()),
        (_, Some(step)) => format!("/documents/{}#{step}", hit.id),
        (_, None) => format!("/documents/{}", hit.id),
    }
}

fn drawing(hit: &SearchResult) -> &'static str {
    match (hit.kind.as_str(), hit.status.as_deref()) {
        ("task", Some("done")) => "done",
        ("task", Some("waiting")) => "waiting",
        (_, Some("archived")) => "archived",
        ("task", _) => "todo",
        ("bundle", _) => "flow",
        ("template", _) => "templates",
        _ => "file",
    }
}

fn is_over(hit: &SearchResult) -> bool {
    matches!(hit.status.as_deref(), Some("done" | "archived" | "superseded" | "rejected"))
}

/// Where it stands, in a few words: `Newsletter #212 · 2 days late · Editor`.
fn subtitle(hit: &SearchResult, query: &Query, today: Date) -> Markup {
    let state = match (hit.kind.as_str(), hit.status.as_deref(), hit.date) {
        (_, Some("archived"), _) => Some("archived".to_owned()),
        ("task", Some("done"), Some(date)) => Some(format!("done, was due {}", words::short_date(date, today))),
        ("task", Some("waiting"), Some(date)) => Some(format!("waiting, due {}", words::short_date(date, today))),
        ("task", _, Some(date)) => Some(words::due(date, today)),
        ("bundle", _, Some(date)) => Some(words::short_date(date, today)),
        ("template", ..) => Some("start one".to_owned()),
        ("artifact", Some(status), _) => Some(ArtifactStatus::parse(status).map_or("", status_words).to_lowercase()),
        _ => None,
    };
    let step = hit.step_title.as_ref().map(|title| format!("Step {}: {title}", hit.step_id.as_deref().unwrap_or_default()));
    let late = hit.kind == "task" && matches!(hit.status.as_deref(), Some("todo")) && hit.date.is_some_and(|date| date < today);
    let parts: Vec<Markup> = [
        hit.bundle_title.as_ref().map(|workflow| marked(workflow, query)),
        state.map(|state| html! { span .is-late[late] { (state) } }),
        hit.assignee.as_ref().map(|person| marked(person, query)),
        step.map(|step| marked(&step, query)),
    ]
    .into_iter()
    .flatten()
    .collect();
    html! { @for (place, part) in parts.iter().enumerate() { @if place > 0 { " · " } (part) } }
}

/// A text with the words of the question marked.
fn marked(text: &str, query: &Query) -> Markup {
    let marks = marks(text, query);
    let ends = std::iter::once(0).chain(marks.iter().map(|mark| mark.end));
    let last = marks.last().map_or(0, |mark| mark.end);
    html! {
        @for (before, mark) in ends.zip(&marks) { (text[before..mark.start]) mark { (text[mark.start..mark.end]) } }
        (text[last..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_marked_and_signs_stay_text() {
        let query = Query::parse("mull <b>").expect("a query");
        assert_eq!(marked("<b> Müller & Mull", &query).0, "&lt;<mark>b</mark>&gt; <mark>Müller</mark> &amp; <mark>Mull</mark>");
        assert_eq!(marked("nothing", &Query::default()).0, "nothing");
    }
}
