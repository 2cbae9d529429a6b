//! What two definitions of a workflow differ in: field by field, task by task.
//!
//! Tasks are matched by their ref. Absent, null and empty count as the same, as do `3` and `3.0`: a template that was
//! saved through a form is not different for that.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Template;
use crate::json::{self, Object};

/// The fields of a template that its definition says. Its tasks are compared one by one.
pub const FIELDS: [&str; 16] = [
    "name",
    "type",
    "emoji",
    "description",
    "titlePattern",
    "anchorMeaning",
    "tags",
    "defaultAssigneeId",
    "triggerType",
    "triggerSchedule",
    "triggerLeadDays",
    "triggerEnabled",
    "sourceDocIds",
    "references",
    "bundleLinkDefinitions",
    "phases",
];

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// The field's name on the wire.
    pub field: String,
    /// What it says now; `null` when it is not there.
    pub from: Value,
    /// What it would say; `null` when it would be gone.
    pub to: Value,
}

/// What became of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Only the other definition has it.
    Added,
    /// Only this definition has it.
    Removed,
    /// Both have it and say different things.
    Changed,
}

/// One task that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskChange {
    /// The task's name inside the template.
    pub ref_id: String,
    /// What is to be done.
    pub description: String,
    /// What became of it.
    pub kind: Kind,
    /// For a changed task: its fields that differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// Everything two definitions differ in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Fields of the template itself.
    pub fields: Vec<FieldChange>,
    /// Tasks, in the order of the other definition; removed ones last.
    pub tasks: Vec<TaskChange>,
    /// True when tasks that both have stand in another order.
    #[serde(default)]
    pub reordered: bool,
}

impl Difference {
    /// True when both say the same.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.tasks.is_empty() && !self.reordered
    }
}

/// What `to` says that `from` does not, and the other way round.
pub fn between(from: &Template, to: &Template) -> Difference {
    let (old, new) = (first_of_each(&from.task_definitions), first_of_each(&to.task_definitions));
    let by_ref = |tasks: &[(String, Object)]| tasks.iter().cloned().collect::<HashMap<String, Object>>();
    let (known, wanted) = (by_ref(&old), by_ref(&new));
    let told = |name: &str, task: &Object, kind: Kind, fields: Vec<FieldChange>| TaskChange {
        ref_id: name.to_owned(),
        description: task.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
        kind,
        fields,
    };
    let mut tasks: Vec<TaskChange> = new
        .iter()
        .filter_map(|(name, task)| match known.get(name) {
            None => Some(told(name, task, Kind::Added, Vec::new())),
            Some(before) => {
                let fields = changes(before, task, every_key(before, task));
                (!fields.is_empty()).then(|| told(name, task, Kind::Changed, fields))
            }
        })
        .collect();
    tasks.extend(old.iter().filter(|(name, _)| !wanted.contains_key(name)).map(|(name, task)| told(name, task, Kind::Removed, Vec::new())));
    let common = |tasks: &[(String, Object)], other: &HashMap<String, Object>| -> Vec<String> {
        tasks.iter().map(|(name, _)| name.clone()).filter(|name| other.contains_key(name)).collect()
    };
    // Whether a schedule is paused is no part of what is defined, once somebody has paused it.
    let paused = !from.pauses.is_empty() || !to.pauses.is_empty();
    let fields = FIELDS.iter().filter(|field| !(paused && **field == "triggerEnabled")).map(|field| (*field).to_owned()).collect();
    Difference {
        fields: changes(&json::object(from), &json::object(to), fields),
        tasks,
        reordered: common(&old, &wanted) != common(&new, &known),
    }
}

/// The difference for an audit event: each field from and to, and the refs of tasks; bounded.
pub fn told(difference: &Difference) -> Value {
    const MOST: usize = 50;
    let fields: Object = difference
        .fields
        .iter()
        .map(|change| {
            (change.field.clone(), serde_json::json!({ "from": json::bounded(Some(&change.from)), "to": json::bounded(Some(&change.to)) }))
        })
        .collect();
    let of = |kind: Kind| -> Vec<&str> {
        let tasks = difference.tasks.iter().filter(|task| task.kind == kind);
        tasks.map(|task| task.ref_id.as_str()).take(MOST).collect()
    };
    let changed = difference.tasks.iter().filter(|task| task.kind == Kind::Changed).take(MOST);
    let changed: Object = changed
        .map(|task| (task.ref_id.clone(), task.fields.iter().map(|field| field.field.as_str()).take(20).collect::<Vec<_>>().into()))
        .collect();
    let mut told = serde_json::json!({ "changes": fields });
    for (name, refs) in [("tasksAdded", of(Kind::Added)), ("tasksRemoved", of(Kind::Removed))] {
        if !refs.is_empty() {
            told[name] = refs.into();
        }
    }
    if !changed.is_empty() {
        told["tasksChanged"] = Value::Object(changed);
    }
    told
}

/// The definitions by ref, each ref once: starting a workflow skips a repeated one, too.
fn first_of_each(definitions: &[Object]) -> Vec<(String, Object)> {
    let mut seen = std::collections::HashSet::new();
    let named = definitions.iter().map(|task| (task.get("refId").and_then(Value::as_str).unwrap_or_default().to_owned(), task.clone()));
    named.filter(|(name, _)| seen.insert(name.clone())).collect()
}

fn every_key(before: &Object, after: &Object) -> Vec<String> {
    before.keys().chain(after.keys().filter(|key| !before.contains_key(*key))).cloned().collect()
}

/// The fields among `keys` that say different things.
pub fn changes(before: &Object, after: &Object, keys: Vec<String>) -> Vec<FieldChange> {
    let said = |object: &Object, key: &str| object.get(key).cloned().unwrap_or(Value::Null);
    keys.into_iter()
        .map(|key| FieldChange { from: said(before, &key), to: said(after, &key), field: key })
        .filter(|change| essence(&change.from) != essence(&change.to))
        .collect()
}

/// The value without what makes no difference: empty things are absent, numbers are numbers, keys are in order.
pub fn essence(value: &Value) -> Value {
    let empty = |value: &Value| matches!(value, Value::Null);
    match value {
        Value::String(text) if text.is_empty() => Value::Null,
        Value::Number(number) => number.as_f64().map_or_else(|| value.clone(), Value::from),
        Value::Array(list) if list.is_empty() => Value::Null,
        Value::Array(list) => Value::Array(list.iter().map(essence).collect()),
        Value::Object(object) => {
            let mut pairs: Vec<(String, Value)> =
                object.iter().map(|(key, value)| (key.clone(), essence(value))).filter(|(_, value)| !empty(value)).collect();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            if pairs.is_empty() { Value::Null } else { Value::Object(pairs.into_iter().collect()) }
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::id::TemplateId;
    use crate::time::Timestamp;

    fn template(fields: Value) -> Template {
        let Value::Object(fields) = fields else { panic!("an object") };
        super::super::new(TemplateId::new("t"), &fields, Timestamp::from_millis(0))
    }

    #[test]
    fn absent_and_empty_say_the_same() {
        let bare =
            template(json!({ "name": "A", "type": "a", "taskDefinitions": [{ "refId": "x", "description": "X", "offsetDays": 3 }] }));
        let saved = template(json!({ "name": "A", "type": "a", "tags": [], "emoji": "", "taskDefinitions": [
            { "refId": "x", "offsetDays": 3.0, "description": "X", "systems": [], "validation": {} }] }));
        assert!(between(&bare, &saved).is_empty());
    }

    #[test]
    fn every_difference_is_named() {
        let task = |name: &str, days: i64| json!({ "refId": name, "description": name, "offsetDays": days });
        let from = template(json!({ "name": "A", "type": "a", "taskDefinitions": [task("x", 1), task("y", 2), task("z", 3)] }));
        let to = template(json!({ "name": "B", "type": "a", "taskDefinitions": [task("y", 2), task("x", 4), task("n", 9)] }));
        let found = between(&from, &to);
        assert_eq!(found.fields, [FieldChange { field: "name".into(), from: json!("A"), to: json!("B") }]);
        let told: Vec<(&str, Kind)> = found.tasks.iter().map(|task| (task.ref_id.as_str(), task.kind)).collect();
        assert_eq!(told, [("x", Kind::Changed), ("n", Kind::Added), ("z", Kind::Removed)]);
        assert_eq!(found.tasks[0].fields[0].field, "offsetDays");
        assert!(found.reordered);
    }
}
