//! A template: what it says, how it stands to its definition in Git, and its tasks phase by phase.

use dataops_api::views::templates::TemplatePage;
use dataops_domain::json::Object;
use dataops_domain::template::difference::{Difference, Kind};
use maud::{Markup, html};
use serde_json::Value;

use super::start;
use crate::ui::difference;
use crate::ui::form;
use crate::ui::icon::icon;
use crate::ui::page::{Chrome, Page};
use crate::ui::words;

/// Up to this many tasks are shown at once; a bigger template shows one phase at a time.
const AT_ONCE: usize = 60;
/// The most tasks of one phase on a page.
const OF_PHASE: usize = 150;
/// The most tasks of a difference on a page.
const DIFFERENT: usize = 80;

/// The sections of the editor besides the tasks: name in the address, and title.
pub const SECTIONS: [(&str, &str); 6] = [
    ("basics", "Name and texts"),
    ("start", "How it starts"),
    ("phases", "Phases"),
    ("links", "Links of a run"),
    ("references", "References"),
    ("documents", "Documents"),
];

/// The page. `phase` is the phase asked for.
pub fn page(view: &TemplatePage, chrome: &Chrome, phase: Option<&str>, problem: &str) -> Page {
    let template = &view.template;
    let path = format!("/templates/{}", template.id);
    let body = html! {
        @if !problem.is_empty() { p .problem role="alert" { (problem) } }
        (git(view, chrome, &path))
        div .columns {
            div .column-main { (tasks(view, chrome, &path, phase)) }
            aside .column-side aria-label="Around it" {
                section .part { h2 { "Edit" } ul .plain { @for (name, title) in SECTIONS { li { a href={ (path) "/edit/" (name) } { (title) } } } } }
                section .part { h2 { "In Git" }
                    ul .plain {
                        @if let Some(source) = &view.content.source { li { (source) } }
                        li { a href={ (path) "/file" } download { "Download as YAML" } }
                        li { a href={ "/activity?entity=template%23" (template.id) } { "Activity" } }
                    }
                }
                section .part { h2 { "Manage" }
                    details data-key="delete" {
                        summary { "Delete this template" }
                        p .hint { "It leaves the list and goes to the trash. Workflows started from it stay as they are." }
                        form method="post" action={ (path) "/delete" } data-plain { (form::hidden(&chrome.csrf, "/templates")) button { "Delete" } }
                    }
                }
            }
        }
    };
    let emoji = template.emoji.as_deref().filter(|emoji| !emoji.is_empty()).map(|emoji| format!("{emoji} ")).unwrap_or_default();
    Page {
        lead: html! { (emoji) (template.description.as_deref().unwrap_or("A workflow’s template")) },
        actions: html! { a .button .primary href={ "/start/" (template.id) } { "Start…" } },
        ..Page::new("template", template.name.clone(), body)
    }
}

/// How it stands to Git, when that is worth a word.
fn git(view: &TemplatePage, chrome: &Chrome, path: &str) -> Markup {
    let content = &view.content;
    let words = match (content.edited, content.newer) {
        (true, true) => "It was edited here, and Git has a newer definition. Nothing is overwritten unless you say so.",
        (true, false) => "Differs from Git: it was edited here. Bring the edit to Git for review, or go back to Git’s definition.",
        (false, true) => "Git has a newer definition than this copy.",
        (false, false) => return html! {},
    };
    html! {
        section .git #git aria-label="How it stands to Git" {
            p .notice { (icon("status")) span { (words) } }
            @if let Some(found) = &content.difference { (differences(found, view)) }
            div .actions {
                form method="post" action={ (path) "/content" } data-plain {
                    (form::hidden(&chrome.csrf, path))
                    input type="hidden" name="version" value=(view.template.version);
                    button { "Update from content" }
                }
                @if content.edited { a .button href={ (path) "/file" } download { "Download as YAML" } }
            }
        }
    }
}

fn differences(found: &Difference, view: &TemplatePage) -> Markup {
    let of = |kind: Kind| found.tasks.iter().filter(|task| task.kind == kind).count();
    let parts = [
        (found.fields.len(), "field", "fields"),
        (of(Kind::Added), "task to add", "tasks to add"),
        (of(Kind::Changed), "task to change", "tasks to change"),
        (of(Kind::Removed), "task to remove", "tasks to remove"),
    ];
    let mut told: Vec<String> =
        parts.into_iter().filter(|(number, ..)| *number > 0).map(|(number, one, many)| words::count(number, one, many)).collect();
    if found.reordered {
        told.push("another order".to_owned());
    }
    html! {
        details .folded data-key="git-difference" {
            summary { "Updating would change " (told.join(", ")) }
            ul .changes { @for change in &found.fields { (difference::field(change, &view.people, "")) } }
            ul .takes {
                @for task in found.tasks.iter().take(DIFFERENT) {
                    li .take {
                        span .tag { @match task.kind { Kind::Added => "add", Kind::Changed => "change", Kind::Removed => "remove" } } " " (task.description)
                        @if !task.fields.is_empty() { ul .changes { @for change in &task.fields { (difference::field(change, &view.people, "")) } } }
                    }
                }
                @if found.tasks.len() > DIFFERENT { li .hint { "and " (found.tasks.len() - DIFFERENT) " more" } }
            }
        }
    }
}

/// A definition with its place in the template.
type Placed<'a> = (usize, &'a Object);

fn tasks(view: &TemplatePage, chrome: &Chrome, path: &str, asked: Option<&str>) -> Markup {
    let template = &view.template;
    let all: Vec<Placed<'_>> = template.task_definitions.iter().enumerate().collect();
    let mut groups: Vec<(&str, &str, Vec<Placed<'_>>)> =
        template.phases.iter().flatten().map(|phase| (phase.id.as_str(), phase.name.as_str(), Vec::new())).collect();
    for (index, task) in all {
        let phase = text(task, "phase");
        match groups.iter_mut().find(|group| group.0 == phase) {
            Some(group) => group.2.push((index, task)),
            None => groups.push((phase, if phase.is_empty() { "Without a phase" } else { phase }, vec![(index, task)])),
        }
    }
    let total = template.task_definitions.len();
    let first = groups.iter().find(|group| !group.2.is_empty()).map(|group| group.0);
    let open = |id: &str| total <= AT_ONCE || asked.or(first) == Some(id);
    html! {
        section .group #tasks aria-labelledby="tasks-h" {
            h2 #tasks-h { "Tasks " span .number { (start::size(&view.card)) } }
            form #reorder method="post" hidden { (form::hidden(&chrome.csrf, path)) input type="hidden" name="version" value=(template.version); }
            @for (id, name, tasks) in &groups {
                section .template-phase id={ "phase-" (id) } {
                    h3 { @if open(id) { (name) } @else { a href={ (path) "?phase=" (id) "#phase-" (id) } { (name) } } " " span .number { (tasks.len()) } }
                    @if open(id) { ol .defined { @for task in tasks.iter().take(OF_PHASE) { (definition(view, path, *task)) } } }
                    @if open(id) && tasks.len() > OF_PHASE { p .hint { "and " (tasks.len() - OF_PHASE) " more in this phase" } }
                }
            }
            p .actions { a .button href={ (path) "/tasks/new" } { (icon("plus")) "Add a task" } }
        }
    }
}

fn definition(view: &TemplatePage, path: &str, (index, task): Placed<'_>) -> Markup {
    let offset = task.get("offsetDays").and_then(Value::as_f64).unwrap_or_default();
    let start = format!("/taskDefinitions/{index}/");
    let advised = view.advice.iter().any(|advice| advice.pointer.starts_with(&start));
    html! {
        li {
            span .offset { (words::offset(offset as i64)) }
            a href={ (path) "/tasks/" (index) } { (text(task, "description")) }
            @if task.get("isMilestone") == Some(&Value::Bool(true)) { span .tag { "milestone" } }
            @if advised { span .is-chase { (icon("late")) "look here" } }
        }
    }
}

/// A text of a definition; empty when it has none.
pub fn text<'a>(task: &'a Object, key: &str) -> &'a str {
    task.get(key).and_then(Value::as_str).unwrap_or_default()
}
