//! Follow-up actions on a task (WM-6, RW-10; wire contract 4.5).

use serde_json::Value;

use super::change::{self, Context, Decision};
use super::gates::{self, Facts};
use super::state::{Action, Effect, transition};
use super::{HistoryAction, HistoryEvent, Status, Task};
use crate::audit::NewEvent;
use crate::input::{self, Fields, MAX_LONG_TEXT};
use crate::json::{self, Object};
use crate::refs;
use crate::refusal::Refusal;
use crate::secrets;

/// The longest note, in characters.
pub const MAX_NOTE: usize = 500;
/// The longest channel, in characters.
pub const MAX_CHANNEL: usize = 60;
/// The longest name of who is waited for, in characters.
pub const MAX_WAITING_FOR: usize = 160;

/// The action with this name in the URL.
pub fn parse(name: &str) -> Option<Action> {
    match name {
        "mark-waiting" => Some(Action::MarkWaiting),
        "follow-up-sent" => Some(Action::FollowUpSent),
        "response-received" => Some(Action::ResponseReceived),
        "unblocked" => Some(Action::Unblocked),
        "resolve-done" => Some(Action::ResolveDone),
        "comment" => Some(Action::Comment),
        _ => None,
    }
}

/// The task with the references that this body adds, to see which artifacts may prove it.
pub fn preview(stored: &Task, body: &Object) -> Task {
    let mut preview = stored.clone();
    let references: Option<Vec<refs::Reference>> = body.get("artifactRefs").cloned().and_then(|list| serde_json::from_value(list).ok());
    if let Some(references) = references.filter(|list| list.len() <= input::MAX_LIST) {
        preview.artifact_refs = crate::Maybe::Set(references);
    }
    preview
}

/// Decides a follow-up action.
///
/// # Errors
/// A state that does not allow it, a field that is missing or wrong, or missing proof.
pub fn act(stored: &Task, action: Action, body: &Object, facts: &Facts<'_>, context: Context<'_>) -> Result<Decision, Refusal> {
    let effect = transition(stored.status, action)?;
    let input = Input::parse(action, body, stored)?;
    let mut task = json::merged(stored, &input.fields);
    task.updated_at = context.now;
    let previous = stored.follow_up_at.text().map(str::to_owned);
    let waited_for = stored.waiting_for.text().map(str::to_owned);
    let entry = |task: &Task, action: HistoryAction| change::history(task, action, context, input.note.clone());
    let mut bundle = None;
    let name;
    match (action, effect) {
        (Action::MarkWaiting, _) => {
            task.status = Status::Waiting;
            bundle = change::release(&mut task, stored, facts);
            task.waiting_for = input.waiting_for.clone().into();
            task.follow_up_at = input.follow_up_at.clone().into();
            task.follow_up_channel = input.channel.clone().into();
            let event = HistoryEvent {
                channel: input.channel.clone(),
                waiting_for: input.waiting_for.clone(),
                follow_up_at: input.follow_up_at.clone(),
                ..entry(&task, HistoryAction::WaitingStarted)
            };
            task.remember(event);
            name = "waiting-started";
        }
        (Action::FollowUpSent, _) => {
            task.follow_up_at = input.follow_up_at.clone().into();
            task.follow_up_channel = input.channel.clone().into();
            let event = HistoryEvent {
                channel: input.channel.clone(),
                waiting_for: waited_for,
                previous_follow_up_at: previous,
                follow_up_at: input.follow_up_at.clone(),
                ..entry(&task, HistoryAction::FollowUpSent)
            };
            task.remember(event);
            name = "follow-up-sent";
        }
        (_, Effect::EndWait) => {
            let kind = if action == Action::Unblocked { HistoryAction::Unblocked } else { HistoryAction::ResponseReceived };
            let event = HistoryEvent {
                channel: input.channel.clone().or_else(|| stored.follow_up_channel.text().map(str::to_owned)),
                waiting_for: waited_for,
                previous_follow_up_at: previous,
                ..entry(&task, kind)
            };
            task.status = Status::Todo;
            change::end_wait(&mut task);
            task.remember(event);
            name = if action == Action::Unblocked { "unblocked" } else { "response-received" };
        }
        (_, Effect::Complete) => {
            bundle = resolve(stored, &mut task, &input, facts, context)?;
            name = "completed";
        }
        _ => {
            let event = entry(&task, HistoryAction::Commented);
            task.remember(event);
            name = "commented";
        }
    }
    let event = NewEvent {
        action: name,
        summary: summary(name, &task, &input),
        metadata: serde_json::json!({ "note": input.note, "changes": json::changes(stored, &task) }),
    };
    Ok(Decision { bundle: change::bundle_event(facts.bundle, bundle, &task), event, task })
}

/// Ends a wait by completing: gates, two history entries, the stage.
fn resolve(
    stored: &Task,
    task: &mut Task,
    input: &Input,
    facts: &Facts<'_>,
    context: Context<'_>,
) -> Result<Option<crate::bundle::Bundle>, Refusal> {
    let filled = facts.bundle.and_then(|bundle| change::fill_slot(bundle, task));
    let facts_after = Facts { bundle: filled.as_ref().or(facts.bundle), ..facts.clone() };
    if let Some(refusal) = gates::refusal(&gates::judge(stored, task, &facts_after)) {
        return Err(refusal);
    }
    change::complete(task, &facts_after, context);
    change::end_wait(task);
    let resolved = HistoryEvent {
        channel: input.channel.clone().or_else(|| stored.follow_up_channel.text().map(str::to_owned)),
        waiting_for: stored.waiting_for.text().map(str::to_owned),
        previous_follow_up_at: stored.follow_up_at.text().map(str::to_owned),
        ..change::history(task, HistoryAction::WaitResolved, context, input.note.clone())
    };
    task.remember(resolved);
    let completed = change::history(task, HistoryAction::Completed, context, input.note.clone());
    task.remember(completed);
    let bundle = change::mark_evidence(facts_after.bundle, filled.clone(), task);
    Ok(change::advance_stage(facts_after.bundle, bundle, task))
}

fn summary(name: &str, task: &Task, input: &Input) -> String {
    let who = task.waiting_for.text().map(|who| format!(" ({who})")).unwrap_or_default();
    let until = input.follow_up_at.as_deref().map(|at| format!(", next {at}")).unwrap_or_default();
    format!("{} '{}'{who}{until}", name.replace('-', " "), task.description)
}

/// What an action's body says, trimmed and checked.
#[derive(Debug, Default)]
struct Input {
    waiting_for: Option<String>,
    follow_up_at: Option<String>,
    channel: Option<String>,
    note: Option<String>,
    fields: Object,
}

impl Input {
    fn parse(action: Action, body: &Object, stored: &Task) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        let mut input = Self::default();
        match action {
            Action::MarkWaiting => {
                input.waiting_for = required(&mut fields, "waitingFor", MAX_WAITING_FOR);
                input.follow_up_at = required_moment(&mut fields, "followUpAt");
                input.channel = required(&mut fields, "channel", MAX_CHANNEL);
            }
            Action::FollowUpSent => {
                input.channel = required(&mut fields, "channel", MAX_CHANNEL);
                input.note = required(&mut fields, "note", MAX_NOTE);
                let key = if fields.value("nextFollowUpAt").is_none() && fields.value("followUpAt").is_some() {
                    "followUpAt"
                } else {
                    "nextFollowUpAt"
                };
                input.follow_up_at = required_moment(&mut fields, key);
            }
            _ => input.channel = optional(&mut fields, "channel", MAX_CHANNEL),
        }
        if action != Action::FollowUpSent {
            input.note = required(&mut fields, "note", MAX_NOTE);
        }
        if action == Action::ResolveDone {
            input.fields = resolve_fields(&mut fields, body, stored);
        }
        for (key, text) in [("note", &input.note), ("channel", &input.channel)] {
            if text.as_deref().is_some_and(secrets::note_marker) {
                fields.refuse(key, format!("{key} must not contain tokens, keys or signed addresses"));
            }
        }
        fields.finish()?;
        Ok(input)
    }
}

const RESOLVE_FIELDS: [&str; 6] = ["comment", "link", "externalStatus", "artifactRefs", "assistantJobRefs", "auditEventRefs"];

fn resolve_fields(fields: &mut Fields<'_>, body: &Object, stored: &Task) -> Object {
    fields.text_up_to("comment", MAX_LONG_TEXT);
    fields.link("link", stored.link.text());
    fields.text("externalStatus");
    for (list, id_key) in refs::LISTS {
        fields.references(list, id_key);
    }
    let kept = input::kept(body, &RESOLVE_FIELDS);
    kept.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

fn required(fields: &mut Fields<'_>, key: &str, most: usize) -> Option<String> {
    match fields.value(key) {
        Some(Value::String(text)) if !text.trim().is_empty() => optional(fields, key, most),
        Some(Value::String(_)) | None => {
            fields.refuse(key, format!("{key} is required"));
            None
        }
        Some(_) => {
            fields.refuse(key, format!("{key} must be a string"));
            None
        }
    }
}

fn optional(fields: &mut Fields<'_>, key: &str, most: usize) -> Option<String> {
    let text = fields.text_up_to(key, MAX_LONG_TEXT)?.trim();
    if text.chars().count() > most {
        fields.refuse(key, format!("{key} must be at most {most} characters long"));
        return None;
    }
    (!text.is_empty()).then(|| text.to_owned())
}

fn required_moment(fields: &mut Fields<'_>, key: &str) -> Option<String> {
    let text = required(fields, key, MAX_CHANNEL)?;
    if !input::is_date_or_timestamp(&text) {
        fields.refuse(key, format!("{key} must be a calendar date (YYYY-MM-DD) or a timestamp"));
        return None;
    }
    Some(text)
}
