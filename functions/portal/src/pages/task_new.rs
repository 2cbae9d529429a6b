//! A new task of one's own.

use dataops_api::views::tasks::TasksPage;
use maud::html;

use crate::ui::form::{self, Attempt, Field};
use crate::ui::page::{Chrome, Page};

/// The page. `bundle` is the workflow it starts in; the attempt may hold what is proposed.
pub fn page(view: &TasksPage, chrome: &Chrome, bundle: &str, attempt: &Attempt) -> Page {
    let today = view.today.to_string();
    let chosen = |name: &str, otherwise: &str| attempt.value("new", name).unwrap_or(otherwise).to_owned();
    let none = std::iter::once((String::new(), "None".to_owned()));
    let workflows: Vec<(String, String)> =
        none.chain(view.workflows.iter().map(|workflow| (workflow.id.clone(), workflow.title.clone()))).collect();
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        form .stack method="post" action="/tasks/new" data-plain {
            (form::hidden(&chrome.csrf, "/tasks"))
            input type="hidden" name="key" value=(chosen("key", ""));
            (Field { required: true, most: 500, ..Field::text("new", "description", "What is to be done?") }.show(attempt))
            div .pair {
                (Field { kind: "date", value: &today, required: true, ..Field::text("new", "date", "Due") }.show(attempt))
                (form::select("new", "assigneeId", "Who does it", &form::people_options("Nobody yet", &view.people, ""), &chosen("assigneeId", &chrome.user_id)))
            }
            (form::select("new", "bundleId", "Workflow", &workflows, &chosen("bundleId", bundle)))
            (Field { kind: "area", hint: "optional", most: 10_000, ..Field::text("new", "comment", "Notes") }.show(attempt))
            (Field { hint: "optional", most: 2_000, ..Field::text("new", "instructionsUrl", "Link to look at") }.show(attempt))
            p .actions { button .primary { "Create task" } a .quiet href="/tasks" { "Cancel" } }
        }
    };
    Page::new("task-new", "New task", body)
}
