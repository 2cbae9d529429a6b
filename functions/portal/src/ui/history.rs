//! What happened, newest first, in one stream: comments and waits from the task's own history, changes from its events.

use dataops_domain::audit::Event;
use dataops_domain::task::{HistoryAction, HistoryEvent};
use dataops_domain::time::Timestamp;
use maud::{Markup, html};

use super::activity::{self, Tell, name};
use super::words;

/// One line of the stream.
struct Entry {
    at: Timestamp,
    who: Option<String>,
    what: String,
    note: Option<String>,
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
    // What was said stands in the thread.
    let note = entry.note.clone().filter(|_| entry.action != HistoryAction::Commented);
    Entry { at: entry.created_at, who: name(entry.actor_id.as_deref(), tell.people), what, note }
}

fn of_event(event: &Event, tell: Tell<'_>) -> Entry {
    let who = name(event.actor_id.as_deref(), tell.people);
    Entry { at: event.created_at, who, what: activity::clause(event, tell), note: activity::note(event).map(str::to_owned) }
}
