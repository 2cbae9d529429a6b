//! All tasks, with filters that live in the address.

use dataops_api::views::row::TaskRow;
use dataops_api::views::tasks::TasksPage;
use dataops_domain::time::{Date, Tz, parse_date};
use maud::{Markup, html};

use crate::ui::bulk::{self, Picked, Refused};
use crate::ui::form;
use crate::ui::group::group;
use crate::ui::icon::icon;
use crate::ui::page::{Chrome, Page};
use crate::ui::row::{self, Rows};
use crate::ui::{dialog, words};

/// The filters as the address gives them; an empty text filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// `open`, `todo`, `waiting`, `done` or `archived`.
    pub status: String,
    /// Earliest due date.
    pub from: String,
    /// Latest due date.
    pub to: String,
    /// User id, or `me`.
    pub assignee: String,
    /// Bundle id.
    pub bundle: String,
    /// Tag.
    pub tag: String,
    /// How it was made: `template`, `recurring` or `manual`.
    pub source: String,
    /// Words in the title.
    pub q: String,
    /// Where the page starts.
    pub cursor: String,
}

impl Filters {
    /// Name and text of each filter that is set, the cursor left out.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("status", &self.status),
            ("from", &self.from),
            ("to", &self.to),
            ("assignee", &self.assignee),
            ("bundle", &self.bundle),
            ("tag", &self.tag),
            ("source", &self.source),
            ("q", &self.q),
        ];
        all.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, text.as_str())).collect()
    }

    /// The address of the list with these filters, one of them replaced.
    pub fn address(&self, replaced: &str, by: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, text) in self.pairs().into_iter().filter(|(name, _)| *name != replaced) {
            query.append_pair(name, text);
        }
        if !by.is_empty() {
            query.append_pair(replaced, by);
        }
        let query = query.finish();
        if query.is_empty() { "/tasks".to_owned() } else { format!("/tasks?{query}") }
    }

    fn narrows(&self) -> bool {
        self.pairs().iter().any(|(name, _)| *name != "status")
    }
}

/// How a task came to be, as a person says it.
pub const SOURCES: [(&str, &str); 4] =
    [("", "Any way"), ("template", "by a workflow"), ("recurring", "by the calendar"), ("manual", "by hand")];

const STATUSES: [(&str, &str); 5] =
    [("open", "Open"), ("todo", "To do"), ("waiting", "Waiting"), ("done", "Done"), ("archived", "Archived")];

/// The page.
pub fn page(view: &TasksPage, filters: &Filters, chrome: &Chrome, timezone: Tz, picked: &Picked) -> Page {
    let rows = Rows { today: view.today, timezone, me: &chrome.user_id, with_workflow: true, lean: false, picked: Some(picked) };
    let closed = matches!(filters.status.as_str(), "done" | "archived");
    let body = html! {
        nav .tabs #tabs aria-label="Status" {
            @for (status, name) in STATUSES { a href=(filters.address("status", status)) aria-current=[(filters.status == status).then_some("true")] { (name) } }
        }
        (bar(view, filters))
        (chips(view, filters))
        section #told aria-label="What was refused" { (bulk::problem(picked, &view.tasks)) }
        @if view.tasks.is_empty() { (nothing(filters)) } @else { (groups(view, rows, filters)) }
        @if let Some(cursor) = &view.next_cursor { p .further #more { a .button href=(filters.address("cursor", cursor)) { "Further tasks" } } }
    };
    let number =
        if view.next_cursor.is_some() { format!("{} and more", view.tasks.len()) } else { words::count(view.tasks.len(), "task", "tasks") };
    Page {
        lead: html! { (number) },
        checked: Some(words::clock(view.checked_at, timezone)),
        after: html! {
            (bulk::bar(&chrome.csrf, &chrome.path, &view.people, view.today, closed))
            (dialog::all(chrome, &view.people, view.today, None))
        },
        ..Page::new("tasks", "Tasks", body)
    }
}

fn bar(view: &TasksPage, filters: &Filters) -> Markup {
    let people: Vec<(String, String)> =
        [(String::new(), "Anybody".to_owned()), ("me".to_owned(), "Me".to_owned()), ("none".to_owned(), "Nobody".to_owned())]
            .into_iter()
            .chain(view.people.iter().map(|person| (person.id.clone(), person.name.clone())))
            .collect();
    let workflows: Vec<(String, String)> = std::iter::once((String::new(), "Any workflow".to_owned()))
        .chain(view.workflows.iter().map(|workflow| (workflow.id.clone(), workflow.title.clone())))
        .collect();
    html! {
        details .filters #filters open[filters.narrows()] data-key="filters" {
            summary { "Filters" @if filters.narrows() { " (on)" } }
            form action="/tasks" data-filters {
                input type="hidden" name="status" value=(filters.status);
                (form::select("filter", "assignee", "Assigned to", &people, &filters.assignee))
                (form::select("filter", "bundle", "Workflow", &workflows, &filters.bundle))
                (form::select("filter", "source", "Made", &SOURCES.map(|(source, words)| (source.to_owned(), words.to_owned())), &filters.source))
                div .field { label for="filter-from" { "Due from" } input #filter-from type="date" name="from" value=(filters.from); }
                div .field { label for="filter-to" { "Due until" } input #filter-to type="date" name="to" value=(filters.to); }
                div .field { label for="filter-tag" { "Tag" } input #filter-tag name="tag" value=(filters.tag) maxlength="100"; }
                div .field { label for="filter-q" { "Words" } input #filter-q type="search" name="q" value=(filters.q) maxlength="200"; }
                div .filter-actions { button .primary { "Apply" } @if filters.narrows() { a .quiet href={ "/tasks?status=" (filters.status) } { "Clear" } } }
            }
        }
    }
}

/// Each filter that is on, with the way to take it off.
fn chips(view: &TasksPage, filters: &Filters) -> Markup {
    let person = |id: &str| view.people.iter().find(|person| person.id == id).map_or("somebody", |person| person.name.as_str()).to_owned();
    let day = |text: &str| parse_date(text).map_or_else(String::new, |date| words::short_date(date, view.today));
    let workflow =
        |id: &str| view.workflows.iter().find(|workflow| workflow.id == id).map_or("a workflow", |workflow| workflow.title.as_str());
    let named = |name: &str, text: &str| match (name, text) {
        ("from", text) => Some(format!("from {}", day(text))),
        ("to", text) => Some(format!("until {}", day(text))),
        ("assignee", "me") => Some("mine".to_owned()),
        ("assignee", "none") => Some("nobody’s".to_owned()),
        ("assignee", id) => Some(format!("of {}", person(id))),
        ("bundle", id) => Some(format!("in {}", workflow(id))),
        ("tag", tag) => Some(format!("tag {tag}")),
        ("source", source) => SOURCES.iter().find(|(known, _)| *known == source).map(|(_, words)| format!("made {words}")),
        ("q", words) => Some(format!("“{words}”")),
        _ => None,
    };
    html! {
        @if filters.narrows() {
            ul .filter-chips aria-label="Filters that are on" {
                @for (name, text) in filters.pairs() { @if let Some(words) = named(name, text) {
                    li { a href=(filters.address(name, "")) { span .sr { "Take off the filter: " } (words) (icon("close")) } }
                } }
            }
        }
    }
}

/// What could not be taken back, and why, for somebody without modules.
pub fn not_undone(problem: &str, refused: &[Refused], back: &str) -> Page {
    let body = html! {
        div .problem role="alert" {
            p { (problem) }
            @if !refused.is_empty() { ul { @for each in refused { li { (each.words) " " a href={ "/tasks/" (each.id) } { "Open the task" } } } } }
        }
        p .actions { a .button href=(back) { "Go back" } }
    };
    Page::new("tasks", "Not taken back", body)
}

fn nothing(filters: &Filters) -> Markup {
    html! {
        p .none #list {
            @if filters.narrows() { "No task matches these filters. " a href={ "/tasks?status=" (filters.status) } { "Clear the filters" } "." }
            @else if matches!(filters.status.as_str(), "open" | "todo") { "No open tasks. " a href="/start" { "Start a workflow" } " or " a href="/tasks/new" { "add a task" } "." }
            @else { "No task is in this state." }
        }
    }
}

fn groups(view: &TasksPage, rows: Rows<'_>, filters: &Filters) -> Markup {
    if !matches!(filters.status.as_str(), "open" | "todo") {
        return html! { section #list aria-label="Tasks" { (row::list(&view.tasks, rows)) } };
    }
    let mut groups: Vec<(Span, Vec<TaskRow>)> = Vec::new();
    for task in &view.tasks {
        let span = Span::of(task.date, view.today);
        match groups.last_mut().filter(|(last, _)| *last == span) {
            Some((_, tasks)) => tasks.push(task.clone()),
            None => groups.push((span, vec![task.clone()])),
        }
    }
    html! {
        @for (index, (span, tasks)) in groups.iter().enumerate() {
            (group(&format!("g{index}-{}", span.id()), span.name(), &tasks.len().to_string(), span.tone(), &row::list(tasks, rows)))
        }
    }
}

/// The stretches of time an open list is told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    Past,
    Today,
    Week,
    Later,
}

impl Span {
    fn of(date: Date, today: Date) -> Self {
        match (date - today).num_days() {
            days if days < 0 => Self::Past,
            0 => Self::Today,
            1..=7 => Self::Week,
            _ => Self::Later,
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Past => "past",
            Self::Today => "today",
            Self::Week => "week",
            Self::Later => "later",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Past => "Before today",
            Self::Today => "Today",
            Self::Week => "Next seven days",
            Self::Later => "Later",
        }
    }

    fn tone(self) -> &'static str {
        if self == Self::Past { "is-late" } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_live_in_the_address() {
        let filters = Filters { status: "open".into(), q: "a&b".into(), ..Filters::default() };
        assert_eq!(filters.address("status", "done"), "/tasks?q=a%26b&status=done");
        assert_eq!(filters.address("q", ""), "/tasks?status=open");
        assert!(filters.narrows());
        assert!(!Filters { status: "done".into(), ..Filters::default() }.narrows());
    }
}
