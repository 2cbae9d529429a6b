//! What happened, newest first, in one stream: comments and waits from the task's own history, changes from its events.

use dataops_api::views::row::Person;
use dataops_domain::audit::Event;
use dataops_domain::task::{HistoryAction, HistoryEvent};
use dataops_domain::time::{Date, Timestamp, Tz};
use maud::{Markup, html};
use serde_json::Value;

use super::words;

/// One line of the stream.
struct Entry {
    at: Timestamp,
    who: Option<String>,
    what: String,
    note: Option<String>,
}

/// Who and when, for telling it.
#[derive(Debug, Clone, Copy)]
pub struct Tell<'a> {
    /// Users, for their names.
    pub people: &'a [Person],
    /// Today in the application timezone.
    pub today: Date,
    /// The application timezone.
    pub timezone: Tz,
}

/// The stream. An event that the history tells better is left out: both were written at the same moment.
pub fn stream(history: &[HistoryEvent], events: &[Event], tell: Tell<'_>) -> Markup {
    let told = |event: &&Event| !history.iter().any(|entry| entry.created_at == event.created_at);
    let mut entries: Vec<Entry> =
        history.iter().map(|entry| of_history(entry, tell)).chain(events.iter().filter(told).map(|event| of_event(event, tell))).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    html! {
        @if entries.is_empty() { p .none { "Nothing has happened yet." } }
        @else {
            ol .history {
                @for entry in &entries {
                    li {
                        span .history-what { @if let Some(who) = &entry.who { b { (who) } " " } (entry.what) }
                        time datetime=(entry.at) { (words::moment(entry.at, tell.today, tell.timezone)) }
                        @if let Some(note) = &entry.note { p .note { (note) } }
                    }
                }
            }
        }
    }
}

fn name(id: Option<&str>, people: &[Person]) -> Option<String> {
    let id = id?;
    Some(
        people
            .iter()
            .find(|person| person.id == id)
            .map_or_else(|| if id == "portal-admin" { "The portal".to_owned() } else { id.to_owned() }, |person| person.name.clone()),
    )
}

fn of_history(entry: &HistoryEvent, tell: Tell<'_>) -> Entry {
    let who = entry.waiting_for.as_deref().unwrap_or("somebody");
    let by = entry.channel.as_deref().map(|channel| format!(" by {channel}")).unwrap_or_default();
    let next = entry.follow_up_at.as_deref().and_then(|at| words::follow_up_day(at, tell.timezone));
    let next = next.map(|day| format!(", next on {}", words::short_date(day, tell.today))).unwrap_or_default();
    let what = match entry.action {
        HistoryAction::WaitingStarted => format!("asked {who}{by} and waits{next}"),
        HistoryAction::FollowUpSent => format!("asked {who} again{by}{next}"),
        HistoryAction::ResponseReceived => format!("got an answer from {who}{by}"),
        HistoryAction::Unblocked => format!("no longer waits for {who}"),
        HistoryAction::WaitResolved => format!("ended the wait for {who}"),
        HistoryAction::Completed => "completed it".to_owned(),
        HistoryAction::Reopened => "opened it again".to_owned(),
        HistoryAction::Commented => "commented".to_owned(),
    };
    Entry { at: entry.created_at, who: name(entry.actor_id.as_deref(), tell.people), what, note: entry.note.clone() }
}

fn of_event(event: &Event, tell: Tell<'_>) -> Entry {
    let changes = event.metadata.get("changes").and_then(Value::as_object);
    let told: Vec<String> = changes.into_iter().flatten().filter_map(|(field, change)| told(field, change, tell)).collect();
    let what = if event.action == "updated" && !told.is_empty() { told.join(", ") } else { lower_first(&event.summary) };
    let note = event.metadata.get("note").and_then(Value::as_str).map(str::to_owned);
    Entry { at: event.created_at, who: name(event.actor_id.as_deref(), tell.people), what, note }
}

fn told(field: &str, change: &Value, tell: Tell<'_>) -> Option<String> {
    let to = change.get("to").and_then(Value::as_str).filter(|text| !text.is_empty());
    Some(match (field, to) {
        ("date", Some(to)) => {
            let day = dataops_domain::time::parse_date(to).map(|day| words::short_date(day, tell.today));
            format!("moved the due date to {}", day.unwrap_or_else(|| to.to_owned()))
        }
        ("assigneeId", Some(to)) => format!("assigned it to {}", name(Some(to), tell.people).unwrap_or_default()),
        ("assigneeId", None) => "took the assignee away".to_owned(),
        ("link", Some(_)) => "added the link".to_owned(),
        ("link", None) => "took the link away".to_owned(),
        ("comment", _) => "changed the comment".to_owned(),
        ("externalStatus", Some(to)) => format!("set the status to “{to}”"),
        ("description", _) => "renamed it".to_owned(),
        ("title", _) => "renamed it".to_owned(),
        ("bundleLinks", _) => "changed the links".to_owned(),
        ("stage", Some(to)) => match dataops_domain::bundle::Stage::parse(to) {
            Some(stage) => format!("moved the stage to {}", words::stage(stage)),
            None => return None,
        },
        ("status", Some("archived")) => "archived it".to_owned(),
        _ => return None,
    })
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
