//! What makes work by itself, in the operator's words: where it is looked at, how it stands, when it comes up next.

use dataops_api::views::recurring::{Origin, SourceRow, SourceState};
use dataops_api::views::row::Person;
use dataops_domain::generation::{Kind, Outcome, Rule, SourceKey, Status, Window};
use dataops_domain::schedule::Upcoming;
use dataops_domain::schedule::clock::ClockChange;
use dataops_domain::time::{Date, Tz};
use maud::{Markup, html};

use super::icon::icon;
use super::words;

/// The page of a source.
pub fn address(source: &SourceKey) -> String {
    match source.kind {
        Kind::Recurring => format!("/recurring/{}", source.id),
        Kind::Template => format!("/recurring/template/{}", source.id),
    }
}

/// The page that says why a window is there, or why not.
pub fn explain(source: &SourceKey, date: Date) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("source", &source.to_string())
        .append_pair("date", &date.to_string())
        .finish();
    format!("/recurring/explain?{query}")
}

/// The page that makes the dates of a source by hand.
pub fn generate(source: &SourceKey) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("source", &source.to_string()).finish();
    format!("/recurring/generate?{query}")
}

/// How a source stands: on, or why not.
pub fn state(row: &SourceRow, today: Date, timezone: Tz) -> Markup {
    let (class, drawing) = match row.state {
        SourceState::Running => ("is-fine", "check"),
        SourceState::Paused | SourceState::Disabled => ("is-chase", "waiting"),
        SourceState::Broken => ("is-late", "late"),
        SourceState::Archived | SourceState::Unscheduled => ("is-still", "archived"),
    };
    html! { span .{ "source-state " (class) } { (icon(drawing)) span { (state_words(row, today, timezone)) } } }
}

fn state_words(row: &SourceRow, today: Date, timezone: Tz) -> String {
    let because = |words: &str| row.problem.as_ref().map_or_else(|| words.to_owned(), |problem| format!("{words}: {problem}"));
    match row.state {
        SourceState::Running => "On".to_owned(),
        SourceState::Disabled => "Switched off".to_owned(),
        SourceState::Archived => "Archived".to_owned(),
        SourceState::Unscheduled => because("No schedule"),
        SourceState::Broken => because("Broken"),
        SourceState::Paused => {
            let Some(pause) = &row.pause else { return "Paused".to_owned() };
            let until = pause.until.as_deref().and_then(|until| words::follow_up_day(until, timezone));
            let until =
                until.map_or_else(|| " until somebody resumes it".to_owned(), |day| format!(" until {}", words::short_date(day, today)));
            let by = row.paused_by.as_ref().map_or_else(String::new, |person| format!(" by {}", person.name));
            let because = pause.reason.as_ref().map_or_else(String::new, |reason| format!(", because: {reason}"));
            format!("Paused{until}{by}{because}")
        }
    }
}

/// Who does what a source makes; somebody who was disabled can't.
pub fn assignee(person: &Person) -> Markup {
    if person.disabled {
        html! { span .is-late { (icon("late")) " " (person.name) " is disabled: what comes up is nobody’s" } }
    } else {
        html! { span { (person.name) } }
    }
}

/// What made a piece of work, and the way to why it is here (RW-14).
pub fn origin(origin: &Origin) -> Markup {
    let made_by = &origin.made_by;
    html! {
        a href=(address(&made_by.source)) { (made_by.title) }
        @if let Some(sentence) = &made_by.sentence { ", " (sentence) }
        " · " a href=(explain(&made_by.source, origin.date)) { "Why is this here?" }
    }
}

/// Dates to come, with what the clocks do on them.
pub fn upcoming(dates: &[Upcoming], today: Date, most: usize) -> Markup {
    html! {
        @for (place, next) in dates.iter().take(most).enumerate() {
            @if place > 0 { ", " }
            time datetime=(next.date) title=(words::full_date(next.date)) { (words::short_date(next.date, today)) }
            @if let Some(change) = next.clock { " " span .tag title=(clock_words(change)) { (clock_tag(change)) } }
        }
    }
}

fn clock_tag(change: ClockChange) -> &'static str {
    match change {
        ClockChange::Moved => "moved by the clock change",
        ClockChange::Repeated => "once, though the hour comes twice",
        ClockChange::Elsewhere => "clocks change",
    }
}

fn clock_words(change: ClockChange) -> &'static str {
    match change {
        ClockChange::Moved => "The clocks skip this time: it is moved to the next minute there is",
        ClockChange::Repeated => "The clocks go back: this time comes twice and counts once",
        ClockChange::Elsewhere => "The clocks change on this day, at another time",
    }
}

/// What became of a window, in one word or two.
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Created => "Made",
        Status::Exists => "Was there",
        Status::Recovered => "Completed",
        Status::Skipped => "Skipped",
        Status::Failed => "Failed",
        Status::Missed => "Missed",
    }
}

/// The colour of what became of a window.
pub fn tone(status: Status) -> &'static str {
    match status {
        Status::Created | Status::Exists | Status::Recovered => "is-fine",
        Status::Skipped => "is-still",
        Status::Failed | Status::Missed => "is-late",
    }
}

/// The work of a window, as the address of a task or a workflow.
pub fn work(window: &Window) -> Option<(String, &'static str)> {
    let task = window.task_id.as_ref().map(|id| (format!("/tasks/{id}"), "the task"));
    task.or_else(|| window.bundle_id.as_ref().map(|id| (format!("/workflows/{id}"), "the workflow")))
}

/// What becomes of a window, as a sentence without its end.
pub fn verdict(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Create => "It is due and will be made",
        Outcome::Exists => "It is there",
        Outcome::Recover => "It is there in part, and what is missing will be made",
        Outcome::Paused => "It is not made: paused",
        Outcome::Disabled => "It is not made: switched off",
        Outcome::Archived => "It is not made: archived",
        Outcome::BeforeCreation => "It is not expected: the date lies before the schedule",
        Outcome::Missed => "It was missed: nobody came in time",
        Outcome::NotMatching => "It is not expected: the schedule does not name this date",
        Outcome::Broken => "Nobody can say: it can’t be read",
    }
}

/// The rule that decided, in words.
pub fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Ledger => "What the ledger has settled once stays settled.",
        Rule::NoSchedule => "What has no schedule makes nothing by itself.",
        Rule::Unreadable => "What can’t be read is reported, and stops nothing else.",
        Rule::Schedule => "Only the dates that the schedule names are expected.",
        Rule::Found => "Work that is there already is never made again.",
        Rule::Archived => "What is archived makes nothing.",
        Rule::Creation => "Dates before it was made, or before its schedule was what it is, are not expected.",
        Rule::OpenPause => "While a pause is open nothing is made.",
        Rule::CoveringPause => "A day that began during a pause is not made up when the pause ends.",
        Rule::Disabled => "What is switched off makes nothing.",
        Rule::CatchUp => "What is more than seven days late is not made by itself any more; a person can ask for it.",
        Rule::Due => "The schedule names the date and nothing speaks against it.",
    }
}
