//! Taking back one's last change of a task: completing, archiving, another date, assignee or tags.
//!
//! What was before is told by the event that made the version; nothing is kept beside it. Whoever undoes names that
//! version: a task that somebody has changed since is left alone.

use serde_json::Value;

use super::change::{self, Context, Decision};
use super::gates::Facts;
use super::state::{Action, Effect, transition};
use super::{HistoryAction, Status, Task};
use crate::audit::{Event, NewEvent};
use crate::bundle::Stage;
use crate::json::{self, Object};
use crate::refusal::Refusal;

/// Fields whose earlier value an event tells in full.
const FIELDS: [&str; 3] = ["date", "assigneeId", "tags"];
/// Fields of a wait that completing ended.
const WAIT: [&str; 3] = ["waitingFor", "followUpAt", "followUpChannel"];

/// The event that made this version of its entity.
pub fn made(events: &[Event], version: u64) -> Option<&Event> {
    events.iter().find(|event| event.metadata.get("version").and_then(Value::as_u64) == Some(version))
}

/// The version whose change this event took back.
pub fn undoes(event: &Event) -> Option<u64> {
    event.metadata.get("undoes").and_then(Value::as_u64)
}

/// The stage the bundle had before this task's completion moved it; `None` when the completion is not what put it
/// where it stands.
pub fn stage_before(events: &[Event], task: &Task, current: Stage) -> Option<Stage> {
    let event = events.iter().find(|event| event.metadata.pointer("/changes/stage").is_some())?;
    let own = event.metadata.get("taskId").and_then(Value::as_str) == Some(task.id.as_str());
    let stage = |side: &str| event.metadata.pointer(&format!("/changes/stage/{side}")).and_then(Value::as_str).and_then(Stage::parse);
    stage("from").filter(|_| own && stage("to") == Some(current) && task.completed_at == Some(event.created_at))
}

/// Takes back what `event` did to the task. `stage` is where its bundle goes back to, if its completion moved it.
///
/// # Errors
/// When the change is none that can be taken back.
pub fn undo(stored: &Task, event: &Event, stage: Option<Stage>, facts: &Facts<'_>, context: Context<'_>) -> Result<Decision, Refusal> {
    let refuse = || Refusal::rule("not_undoable", "This change can't be undone; change the task instead");
    let changes = event.metadata.get("changes").and_then(Value::as_object).ok_or_else(refuse)?;
    let effect = transition(stored.status, Action::Undo)?;
    let before = |name: &str| changes.get(name).and_then(|change| change.get("from"));
    let mut task = match event.action.as_str() {
        "completed" => json::merged(stored, &earlier(changes, &WAIT).ok_or_else(refuse)?),
        "archived" => stored.clone(),
        "updated" | "restored" if changes.keys().all(|name| FIELDS.contains(&name.as_str())) && !changes.is_empty() => {
            json::merged(stored, &earlier(changes, &FIELDS).ok_or_else(refuse)?)
        }
        _ => return Err(refuse()),
    };
    task.updated_at = context.now;
    let mut bundle = None;
    let status = before("status").and_then(Value::as_str).and_then(Status::parse);
    match (effect, event.action.as_str(), status) {
        (_, "updated" | "restored", _) => {}
        (Effect::Restore, "completed", Some(status)) => {
            bundle = change::release(&mut task, stored, facts);
            task.status = status;
            task.remember(change::history(&task, HistoryAction::Reopened, context, None));
            if let Some(stage) = stage {
                let mut moved = bundle.or_else(|| facts.bundle.cloned());
                if let Some(moved) = &mut moved {
                    moved.stage = stage;
                }
                bundle = moved;
            }
        }
        (Effect::Restore, "archived", Some(status)) => task.status = status,
        _ => return Err(refuse()),
    }
    let words = match event.action.as_str() {
        "completed" => "Opened again",
        "archived" => "Brought back",
        _ => "Took back the last change of",
    };
    let undone = NewEvent {
        action: if event.action == "completed" { "reopened" } else { "restored" },
        summary: format!("{words} '{}'", task.description),
        metadata: serde_json::json!({ "undoes": stored.version, "changes": json::changes(stored, &task) }),
    };
    Ok(Decision { bundle: change::bundle_event(facts.bundle, bundle, &task), event: undone, task })
}

/// The earlier values of those of `names` that changed. `None` when one was too long for its event.
fn earlier(changes: &Object, names: &[&str]) -> Option<Object> {
    let mut fields = Object::new();
    for (name, change) in changes.iter().filter(|(name, _)| names.contains(&name.as_str())) {
        let from = change.get("from")?;
        let cut = from.as_str().is_some_and(|text| text.ends_with('…')) || (name == "tags" && from.is_string());
        if cut {
            return None;
        }
        fields.insert(name.clone(), from.clone());
    }
    Some(fields)
}
