//! Ticked rows and the bar that does one thing to all of them. It is one plain form: the style sheet shows the bar as
//! soon as a row is ticked.

use dataops_api::views::row::{Person, TaskRow};
use dataops_domain::time::Date;
use maud::{Markup, html};

use super::form::{self, Attempt, Field};
use super::gate;
use super::icon::icon;

/// Refused tasks that are named above the list; every row says its own.
const NAMED: usize = 8;

/// What was refused for one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The task's id.
    pub id: String,
    /// Why, in a sentence.
    pub words: String,
    /// True when it can't be done for want of its proof.
    pub lacks_proof: bool,
}

/// The rows that are ticked, and what was said of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picked {
    /// What went wrong; empty when nothing did.
    pub problem: String,
    /// Ids of the rows that stay ticked.
    pub ids: Vec<String>,
    /// Why each of those was refused.
    pub refused: Vec<Refused>,
}

impl Picked {
    /// What was refused for this task, with what would help.
    pub fn why(&self, task: &TaskRow) -> Option<String> {
        let refused = self.refused.iter().find(|refused| refused.id == task.id)?;
        let asks: Vec<String> = task.missing.iter().map(|gate| format!("{}.", gate::ask(gate))).collect();
        Some(if refused.lacks_proof && !asks.is_empty() { asks.join(" ") } else { refused.words.clone() })
    }
}

/// A row's box to tick.
pub fn pick(task: &TaskRow, picked: &Picked) -> Markup {
    html! {
        label .pick { input type="checkbox" form="bulk" name="id" value=(task.id) checked[picked.ids.contains(&task.id)] aria-label={ "Select: " (task.description) }; }
    }
}

/// What was refused, above the list; each reason stands at its row as well.
pub fn problem(picked: &Picked, shown: &[TaskRow]) -> Markup {
    let row = |id: &str| shown.iter().find(|task| task.id == id);
    html! {
        @if !picked.problem.is_empty() {
            div .problem role="alert" {
                p { (picked.problem) }
                @if !picked.refused.is_empty() {
                    ul { @for refused in picked.refused.iter().take(NAMED) {
                        li { @match row(&refused.id) {
                            Some(task) => { a href={ "/tasks/" (task.id) } { (task.description) } ": " (picked.why(task).unwrap_or_default()) }
                            None => { a href={ "/tasks/" (refused.id) } { "A task that is not on this page" } ": " (refused.words) }
                        } }
                    } }
                    @if picked.refused.len() > NAMED { p { "And " (picked.refused.len() - NAMED) " more. Each says why at its row." } }
                }
            }
        }
    }
}

/// The bar. `closed` is true on a list of closed tasks, which can be opened again.
pub fn bar(csrf: &str, back: &str, people: &[Person], today: Date, closed: bool) -> Markup {
    let (date, none) = (today.to_string(), Attempt::default());
    html! {
        form #bulk .bulk method="post" action="/tasks/bulk" aria-label="Selected tasks" data-stay {
            // The first button is what Enter in a field would press; one that is off makes Enter do nothing by itself.
            button disabled hidden {}
            (form::hidden(csrf, back))
            p .bulk-count { span data-count { "Selected tasks" } }
            @if closed { button .primary name="act" value="reopen" { "Reopen" } } @else {
                button .primary name="act" value="done" { "Done" }
                details .bulk-more name="bulk" data-for="d" { summary .button { (icon("date")) "Date" }
                    div .bulk-fields { (Field { kind: "date", value: &date, ..Field::text("bulk", "date", "Move to") }.show(&none)) button name="act" value="reschedule" { "Move" } } }
                details .bulk-more name="bulk" data-for="a" { summary .button { (icon("person")) "Assign" }
                    div .bulk-fields { (form::select("bulk", "assigneeId", "Who does them", &form::people_options("Nobody", people, ""), "")) button name="act" value="assign" { "Assign" } } }
            }
            details .bulk-more name="bulk" { summary .button { "Tags" }
                div .bulk-fields { (Field { hint: "with commas between them", most: 400, ..Field::text("bulk", "tags", "Tags") }.show(&none))
                    p .actions { button name="act" value="add-tags" { "Add" } button name="act" value="remove-tags" { "Remove" } } } }
            button .quiet type="button" data-pick="all" hidden { "All" }
            button .quiet type="button" data-pick="none" hidden { "Clear" }
        }
    }
}
