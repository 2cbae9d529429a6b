//! One action on many tasks: what is asked, and the change it means for each of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Task;
use crate::input::Fields;
use crate::json::Object;
use crate::refusal::Refusal;
use crate::time::{self, Date};

/// The most tasks of one request.
pub const MAX_TASKS: usize = 100;
/// The most days a date is moved by.
pub const MAX_DAYS: i64 = 3_650;
/// The actions, as the wire names them.
pub const ACTIONS: [&str; 9] = ["done", "reopen", "archive", "reschedule", "assign", "add-tags", "remove-tags", "delete", "undo"];

/// What is done to each task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkAction {
    /// Complete it.
    Done,
    /// Back to `todo`.
    Reopen,
    /// Put it away.
    Archive,
    /// Give it this date.
    MoveTo(Date),
    /// Move its date by some days.
    MoveBy(i64),
    /// Give it to somebody, or to nobody.
    Assign(Option<String>),
    /// Add tags it does not have.
    AddTags(Vec<String>),
    /// Take tags away.
    RemoveTags(Vec<String>),
    /// Delete it.
    Delete,
    /// Take back the change that made this version of each task.
    Undo(BTreeMap<String, u64>),
}

/// A request for many tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// The tasks, as they were given.
    pub ids: Vec<String>,
    /// What to do.
    pub action: BulkAction,
}

/// Reads `{ids, action, fields?}`.
///
/// # Errors
/// Every field that is missing or wrong.
pub fn parse(body: &Object) -> Result<Bulk, Refusal> {
    let mut fields = Fields::of(body);
    let ids: Option<Vec<String>> =
        body.get("ids").and_then(Value::as_array).and_then(|list| list.iter().map(|id| id.as_str().map(str::to_owned)).collect());
    match &ids {
        Some(ids) if ids.is_empty() => fields.refuse("ids", "ids must name at least one task"),
        Some(ids) if ids.len() > MAX_TASKS => fields.refuse("ids", format!("ids must name at most {MAX_TASKS} tasks")),
        Some(_) => {}
        None => fields.refuse("ids", "ids must be an array of task ids"),
    }
    if body.get("action").is_none_or(Value::is_null) {
        fields.refuse("action", format!("action is required: one of {}", ACTIONS.join(", ")));
    }
    let known = fields.value("action").is_some();
    if known {
        fields.one_of("action", &ACTIONS, &format!("action must be one of {}", ACTIONS.join(", ")));
    }
    let none = Object::new();
    let given = match fields.value("fields") {
        Some(Value::Object(given)) => given,
        None => &none,
        Some(_) => {
            fields.refuse("fields", "fields must be an object");
            &none
        }
    };
    let mut inner = Fields::at(given, "/fields".to_owned());
    let action = action(body.get("action").and_then(Value::as_str).unwrap_or_default(), given, &mut inner);
    fields.extend(inner.into_errors());
    fields.finish()?;
    action.map(|action| Bulk { ids: ids.unwrap_or_default(), action }).ok_or_else(|| Refusal::field("/action", "action is required"))
}

fn action(name: &str, given: &Object, fields: &mut Fields<'_>) -> Option<BulkAction> {
    Some(match name {
        "done" => BulkAction::Done,
        "reopen" => BulkAction::Reopen,
        "archive" => BulkAction::Archive,
        "delete" => BulkAction::Delete,
        "reschedule" => return shift(given, fields),
        "assign" => {
            if !given.contains_key("assigneeId") {
                fields.refuse("assigneeId", "assigneeId is required; null takes the assignee away");
            }
            fields.text_up_to("assigneeId", 256);
            BulkAction::Assign(given.get("assigneeId").and_then(Value::as_str).filter(|id| !id.is_empty()).map(str::to_owned))
        }
        "add-tags" => BulkAction::AddTags(tags(given, fields)?),
        "remove-tags" => BulkAction::RemoveTags(tags(given, fields)?),
        "undo" => {
            let versions = given.get("versions").and_then(Value::as_object);
            let read = versions.and_then(|map| map.iter().map(|(id, version)| Some((id.clone(), version.as_u64()?))).collect());
            if read.is_none() {
                fields.refuse("versions", "versions must be an object of task id and version");
            }
            BulkAction::Undo(read?)
        }
        _ => return None,
    })
}

fn shift(given: &Object, fields: &mut Fields<'_>) -> Option<BulkAction> {
    fields.date("date");
    match (fields.value("date"), fields.value("days")) {
        (Some(date), None) => date.as_str().and_then(time::parse_date).map(BulkAction::MoveTo),
        (None, Some(days)) => {
            let read = days.as_i64().filter(|days| *days != 0 && days.abs() <= MAX_DAYS);
            if read.is_none() {
                fields.refuse("days", format!("days must be a whole number from -{MAX_DAYS} to {MAX_DAYS}, not 0"));
            }
            read.map(BulkAction::MoveBy)
        }
        _ => {
            let both = given.contains_key("date") && given.contains_key("days");
            fields.refuse("date", if both { "give date or days, not both" } else { "date or days is required" });
            None
        }
    }
}

fn tags(given: &Object, fields: &mut Fields<'_>) -> Option<Vec<String>> {
    fields.texts("tags");
    let list = given.get("tags").and_then(Value::as_array);
    let tags: Vec<String> =
        list.into_iter().flatten().filter_map(Value::as_str).map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    if tags.is_empty() {
        fields.refuse("tags", "tags must be an array of at least one text");
        return None;
    }
    Some(tags)
}

impl BulkAction {
    /// The change this action means for a task, in the words of an update; `None` for deleting and undoing, which are
    /// no updates.
    ///
    /// # Errors
    /// When a date would lie outside the years 1 to 9999.
    pub fn changes(&self, task: &Task) -> Result<Option<Object>, Refusal> {
        let change = match self {
            Self::Done => json!({ "status": "done" }),
            Self::Reopen => json!({ "status": "todo" }),
            Self::Archive => json!({ "status": "archived" }),
            Self::MoveTo(date) => json!({ "date": date }),
            Self::MoveBy(days) => {
                let outside = || Refusal::field("/fields/days", format!("days puts the task '{}' outside the calendar", task.description));
                json!({ "date": time::plus_days(task.date, *days).ok_or_else(outside)? })
            }
            Self::Assign(assignee) => json!({ "assigneeId": assignee }),
            Self::AddTags(tags) => {
                let mut all = task.tags.get().cloned().unwrap_or_default();
                for tag in tags {
                    if !all.contains(tag) {
                        all.push(tag.clone());
                    }
                }
                json!({ "tags": all })
            }
            Self::RemoveTags(tags) => {
                let kept: Vec<&String> = task.tags.get().into_iter().flatten().filter(|tag| !tags.contains(tag)).collect();
                json!({ "tags": kept })
            }
            Self::Delete | Self::Undo(_) => return Ok(None),
        };
        Ok(change.as_object().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: Value) -> Result<Bulk, Vec<String>> {
        parse(body.as_object().expect("an object")).map_err(|refusal| refusal.errors.into_iter().map(|error| error.pointer).collect())
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let many = vec!["t"; 101];
        for (body, pointers) in [
            (json!({}), vec!["/ids", "/action"]),
            (json!({ "ids": [], "action": "done" }), vec!["/ids"]),
            (json!({ "ids": [1], "action": "dance" }), vec!["/ids", "/action"]),
            (json!({ "ids": many, "action": "done" }), vec!["/ids"]),
            (json!({ "ids": ["t"], "action": "reschedule" }), vec!["/fields/date"]),
            (json!({ "ids": ["t"], "action": "reschedule", "fields": { "date": "2026-02-31" } }), vec!["/fields/date"]),
            (json!({ "ids": ["t"], "action": "reschedule", "fields": { "days": 0 } }), vec!["/fields/days"]),
            (json!({ "ids": ["t"], "action": "reschedule", "fields": { "days": 1, "date": "2026-02-01" } }), vec!["/fields/date"]),
            (json!({ "ids": ["t"], "action": "assign" }), vec!["/fields/assigneeId"]),
            (json!({ "ids": ["t"], "action": "add-tags", "fields": { "tags": [" "] } }), vec!["/fields/tags"]),
            (json!({ "ids": ["t"], "action": "undo", "fields": { "versions": { "t": "x" } } }), vec!["/fields/versions"]),
            (json!({ "ids": ["t"], "action": "done", "fields": 1 }), vec!["/fields"]),
        ] {
            assert_eq!(read(body.clone()).expect_err("refused"), pointers, "{body}");
        }
        assert_eq!(
            read(json!({ "ids": ["t"], "action": "assign", "fields": { "assigneeId": null } })).expect("read").action,
            BulkAction::Assign(None)
        );
    }
}
