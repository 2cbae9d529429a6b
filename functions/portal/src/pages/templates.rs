//! The list of templates.

use dataops_api::documents::DocumentLink;
use dataops_api::views::templates::Templates;
use maud::{Markup, html};

use super::start;
use crate::ui::activity;
use crate::ui::markdown::document_url;
use crate::ui::page::Page;
use crate::ui::words;

/// The page.
pub fn page(view: &Templates) -> Page {
    let body = html! {
        @if view.templates.is_empty() { (none()) }
        @else {
            ul .templates {
                @for template in &view.templates {
                    li .template {
                        div {
                            h2 {
                                @if let Some(emoji) = &template.emoji { span aria-hidden="true" { (emoji) } " " }
                                a .title href={ "/templates/" (template.id) } { (template.name) }
                                @if template.edited { " " span .tag { "differs from Git" } }
                                @if template.newer { " " span .tag { "newer in Git" } }
                            }
                            @if let Some(description) = &template.description { p { (description) } }
                            p .template-facts {
                                span { (start::size(template)) }
                                @if let Some(anchor) = &template.anchor_meaning { span { "counted from: " (anchor) } }
                                @if let Some(schedule) = &template.schedule { span { "starts by itself: " (schedule) } }
                                @if let Some(day) = template.last_started { span { "last started " (words::full_date(day)) } }
                                @if template.active > 0 { a href="/workflows" { (words::count(template.active, "run", "runs")) " under way" } }
                                a href=(activity::address("template", &template.id)) { "Activity" span .sr { " of " (template.name) } }
                            }
                            @if !template.documents.is_empty() { p .template-facts { (reading(&template.documents)) } }
                        }
                        a .button href={ "/start/" (template.id) } { span { "Start" span .sr { " " (template.name) } "…" } }
                    }
                }
            }
        }
    };
    let lead = html! { "What a workflow is made from: its phases, tasks, dates and proofs" };
    Page { lead, ..Page::new("templates", "Templates", body) }
}

fn reading(documents: &[DocumentLink]) -> Markup {
    html! {
        span { "Read around it: "
            @for (index, document) in documents.iter().enumerate() {
                @if index > 0 { ", " }
                @if document.found { a href=(document_url(&document.id, "", "")) { (document.title) } } @else { (document.title) " (missing)" }
            }
        }
    }
}

/// There is no template at all.
pub fn none() -> Markup {
    html! {
        section .welcome aria-labelledby="none-h" {
            h2 #none-h { "No templates yet" }
            p { "Load the ones that come with DataOps, then reload this page:" }
            p { code { "dataops seed" } }
        }
    }
}
