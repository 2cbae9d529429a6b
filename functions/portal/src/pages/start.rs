//! Starting a workflow: choose a template, see every date, start.

use dataops_api::views::templates::TemplateCard;
use dataops_api::wire::StartPreview;
use dataops_domain::template::Template;
use dataops_domain::time::Date;
use maud::{Markup, html};

use super::templates;
use crate::ui::form::{self, Attempt, Field};
use crate::ui::icon::icon;
use crate::ui::page::{Chrome, Page};
use crate::ui::words;

/// Which template to start.
pub fn choose(cards: &[TemplateCard], today: Date) -> Page {
    let body = html! {
        @if cards.is_empty() { (templates::none()) }
        @else {
            p .intro { "Pick what to start and its date. Nothing is made before you have seen every task’s date." }
            ul .starters { @for card in cards { (starter(card, today)) } }
        }
    };
    Page::new("start", "Start a workflow", body)
}

/// A template with its date field: one step from its preview.
pub fn starter(template: &TemplateCard, today: Date) -> Markup {
    let date = words::proposed_anchor(today, template.anchor_meaning.as_deref().unwrap_or_default()).to_string();
    let id = format!("anchor-{}", template.id);
    html! {
        li .starter {
            h3 { @if let Some(emoji) = &template.emoji { span aria-hidden="true" { (emoji) } " " } (template.name) }
            @if let Some(description) = &template.description { p .starter-what { (description) } }
            p .starter-size { (size(template)) }
            form action={ "/start/" (template.id) } {
                label for=(id) { (template.anchor_meaning.as_deref().unwrap_or("Date")) }
                input id=(id) type="date" name="anchorDate" value=(date) required;
                button .primary { "See all dates" }
            }
        }
    }
}

/// A template as one line that leads to its start.
pub fn compact(template: &TemplateCard) -> Markup {
    html! {
        li {
            a href={ "/start/" (template.id) } { @if let Some(emoji) = &template.emoji { span aria-hidden="true" { (emoji) } " " } (template.name) }
            span .starter-size { (size(template)) }
        }
    }
}

/// How much a workflow is.
pub fn size(template: &TemplateCard) -> String {
    let tasks = words::count(template.tasks, "task", "tasks");
    if template.days > 0 {
        format!("{tasks} over {}", words::count(usize::try_from(template.days).unwrap_or(0), "day", "days"))
    } else {
        tasks
    }
}

/// Asks for the date when the address has none.
pub fn ask_date(template: &TemplateCard, today: Date, wrong: Option<&str>) -> Page {
    let body = html! {
        @if let Some(wrong) = wrong { p .problem role="alert" { (wrong) } }
        ul .starters { (starter(template, today)) }
    };
    Page::new("start", format!("Start {}", template.name), body)
}

/// Every date the workflow would have, and the button that starts it.
pub fn preview(preview: &StartPreview, chrome: &Chrome, key: &str, attempt: &Attempt) -> Page {
    let template = &preview.template;
    let weekends = preview.tasks.iter().filter(|task| task.weekend).count();
    let past = preview.tasks.iter().filter(|task| task.past).count();
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        div .start-head {
            form .start-date action={ "/start/" (template.id) } {
                div .field {
                    label for="anchorDate" { (template.anchor_meaning.as_deref().unwrap_or("Date")) }
                    input #anchorDate type="date" name="anchorDate" value=(preview.anchor_date) required;
                }
                button { "Show these dates" }
            }
            form #start-form .start-go method="post" action={ "/start/" (template.id) } data-plain {
                (form::hidden(&chrome.csrf, &chrome.path))
                input type="hidden" name="anchorDate" value=(preview.anchor_date);
                input type="hidden" name="key" value=(key);
                (title_fields(template, preview.anchor_date, attempt))
                button .primary { "Start with " (words::count(preview.tasks.len(), "task", "tasks")) }
            }
        }
        p .marks {
            @if weekends == 0 && past == 0 { span .is-fine { (icon("check")) "No date is past, none falls on a weekend." } }
            @if past > 0 { span .is-late { (icon("late")) (words::count(past, "date is", "dates are")) " already past" } }
            @if weekends > 0 { span .is-chase { (icon("date")) (words::count(weekends, "date falls", "dates fall")) " on a weekend" } }
        }
        (dates(preview))
    };
    let emoji = template.emoji.as_deref().map(|emoji| format!("{emoji} ")).unwrap_or_default();
    Page {
        lead: html! { (emoji) (template.description.as_deref().unwrap_or_default()) },
        ..Page::new("start", format!("Start {}", template.name), body)
    }
}

fn title_fields(template: &Template, anchor: Date, attempt: &Attempt) -> Markup {
    let variables = variables(template.title_pattern.as_deref().unwrap_or_default());
    let fallback = template.title_pattern.clone().unwrap_or_else(|| format!("{} - {}", template.name, anchor.format("%b %-d")));
    html! {
        @if variables.is_empty() { (Field { value: &fallback, required: true, most: 200, ..Field::text("start", "title", "Title") }.show(attempt)) }
        @for variable in &variables {
            @let name = format!("var:{variable}");
            @let label = sentence(variable);
            (Field { required: true, most: 120, ..Field::text("start", &name, &label) }.show(attempt))
        }
    }
}

/// The names in braces of a title pattern.
pub fn variables(pattern: &str) -> Vec<String> {
    let opened = pattern.split('{').skip(1);
    opened.filter_map(|rest| rest.split_once('}').map(|(name, _)| name.trim().to_owned())).filter(|name| !name.is_empty()).collect()
}

/// The title of a run: the pattern with its names filled in.
pub fn title(pattern: &str, value: impl Fn(&str) -> String) -> String {
    let mut title = pattern.to_owned();
    for name in variables(pattern) {
        title = title.replacen(&format!("{{{name}}}"), &value(&name), 1);
    }
    title
}

fn sentence(name: &str) -> String {
    words::upper_first(&name.to_lowercase())
}

fn dates(preview: &StartPreview) -> Markup {
    let today_year = preview.anchor_date;
    html! {
        table .dates {
            caption .sr { "Every task and its date" }
            thead { tr { th scope="col" { "Date" } th scope="col" { "Days" } th scope="col" { "Task" } th scope="col" { "Phase" } } }
            tbody {
                @for task in &preview.tasks {
                    tr .milestone[task.milestone] .is-past[task.past] {
                        td .date { time datetime=(task.date) { (words::short_date(task.date, today_year)) }
                            @if task.past { span .is-late { (icon("late")) "past" } } @else if task.weekend { span .is-chase { (icon("date")) "weekend" } } }
                        td .offset { (words::offset(task.offset_days)) }
                        td { (task.description) @if task.milestone { " " span .tag { "milestone" } } }
                        td .phase { (task.phase.as_deref().unwrap_or_default()) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_its_pattern_filled_in() {
        assert_eq!(variables("{TOPIC} - {SPEAKER}"), ["TOPIC", "SPEAKER"]);
        assert_eq!(variables("Tax Report {"), Vec::<String>::new());
        assert_eq!(title("{TOPIC} - {SPEAKER}", |name| name.to_lowercase()), "topic - speaker");
        assert_eq!(title("{A} {B}", |name| if name == "A" { "{B}".into() } else { "x".into() }), "x {B}");
    }
}
