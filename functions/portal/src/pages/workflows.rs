//! The list of workflows.

use dataops_api::views::tasks::WorkflowsPage;
use maud::html;

use crate::ui::page::Page;
use crate::ui::{card, words};

/// The page of active or archived workflows.
pub fn page(view: &WorkflowsPage, archived: bool) -> Page {
    let body = html! {
        nav .tabs aria-label="Which workflows" {
            a href="/workflows" aria-current=[(!archived).then_some("true")] { "Under way" }
            a href="/workflows?status=archived" aria-current=[archived.then_some("true")] { "Archived" }
        }
        @if !view.workflows.is_empty() { section #list aria-label="Workflows" { (card::list(&view.workflows, view.today)) } }
        @else if archived { p .none #list { "No workflow has been archived." } }
        @else { p .none #list { "No workflow is under way. " a href="/start" { "Start one" } "." } }
    };
    let at_risk = view.workflows.iter().filter(|card| card.risk.is_at_risk()).count();
    let lead = html! {
        @if archived { (words::count(view.workflows.len(), "workflow", "workflows")) ", put away and readable" }
        @else { (words::count(view.workflows.len(), "workflow", "workflows")) " under way" @if at_risk > 0 { ", " (at_risk) " at risk" } }
    };
    let actions = html! { a .button href="/start" { "Start a workflow" } };
    Page { lead, actions, ..Page::new("workflows", "Workflows", body) }
}
