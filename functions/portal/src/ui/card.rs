//! A workflow in a list: where it stands, what endangers it, what comes next.

use dataops_api::views::row::{Risk, WorkflowCard};
use dataops_domain::time::Date;
use maud::{Markup, html};

use super::icon::icon;
use super::{job, words};

/// A list of workflows.
pub fn list(cards: &[WorkflowCard], today: Date) -> Markup {
    html! { ul .cards { @for card in cards { (one(card, today)) } } }
}

fn one(card: &WorkflowCard, today: Date) -> Markup {
    html! {
        li .card data-id=(card.id) {
            div .card-name {
                a .title href={ "/workflows/" (card.id) } { @if let Some(emoji) = &card.emoji { span aria-hidden="true" { (emoji) } " " } (card.title) }
                span .card-sub { @if let Some(template) = &card.template { (template) " · " } (words::stage(card.stage)) }
            }
            span .card-date { time datetime=(card.anchor_date) title=(words::full_date(card.anchor_date)) { (words::relative(card.anchor_in_days)) } }
            (progress(card))
            span .card-risk { (risk(&card.risk)) @if let Some(badge) = &card.job { (job::badge(badge)) } }
            span .card-next {
                @if card.being_made { "Its tasks are being made" }
                @else if let Some(next) = &card.next { "Next: " a href={ "/tasks/" (next.id) } { (next.description) } " " span .when { (words::due(next.date, today)) } }
                @else if card.total > 0 { "Every task is done" }
                @else { "No tasks yet" }
            }
        }
    }
}

/// Progress as a bar and in figures.
pub fn progress(card: &WorkflowCard) -> Markup {
    html! {
        span .progress {
            progress value=(card.done) max=(card.total.max(1)) aria-label={ "Tasks done of " (card.title) } {}
            span { (card.done) "/" (card.total) }
        }
    }
}

/// What endangers a workflow, in words.
pub fn risk(risk: &Risk) -> Markup {
    let parts = [
        (risk.overdue, "late", "is-late"),
        (risk.follow_up_due, "to chase", "is-chase"),
        (risk.missing_evidence, "short of proof", "is-chase"),
        (risk.waiting.saturating_sub(risk.follow_up_due), "waiting", "is-waiting"),
    ];
    html! {
        @if parts.iter().all(|(number, _, _)| *number == 0) { span .is-fine { (icon("check")) "on track" } }
        @for (number, words, class) in parts { @if number > 0 { span class=(class) { @if class == "is-late" { (icon("late")) } (number) " " (words) } } }
    }
}
