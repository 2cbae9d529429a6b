//! Rules about link slots: a task may wait for a slot only when someone fills it in time.

use dataops_domain::template::{Definition, Template};
use serde_json::Value;

pub(super) fn check(template: &Template, tasks: &[Definition]) -> Vec<String> {
    let definitions = template.bundle_link_definitions.as_deref().unwrap_or_default();
    let known = |slot: &str| definitions.iter().any(|definition| definition.name == slot);
    let by_hand = |slot: &str| {
        definitions.iter().any(|definition| definition.name == slot && definition.extra.get("filledBy").is_some_and(Value::is_string))
    };
    let mut found = Vec::new();
    for task in tasks {
        let mut say = |message: String| found.push(format!("task {}: {message}", task.ref_id));
        let own = task.required_link_name.as_deref();
        if let Some(slot) = own.filter(|slot| !known(slot)) {
            say(format!("required_link names the unknown slot '{slot}'"));
        }
        for slot in waived(task).filter(|slot| *slot != "*" && !known(slot)) {
            say(format!("skipClosure names the unknown slot '{slot}'"));
        }
        for slot in gates(task) {
            if !known(slot) {
                say(format!("requiredBundleLinks names the unknown slot '{slot}'"));
            } else if own == Some(slot) {
                say(format!("requiredBundleLinks names '{slot}', which the task fills itself by required_link"));
            } else if !by_hand(slot) {
                match filled_on(tasks, slot) {
                    None => say(format!("waits for the slot '{slot}', which no task fills; name one, or say filled_by: operator")),
                    Some(day) if day > task.offset_days => {
                        say(format!("waits for the slot '{slot}', which is filled on day {day}, after its own day {}", task.offset_days));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    found
}

/// The slots that have to be filled before the task can be done.
fn gates(task: &Definition) -> impl Iterator<Item = &str> {
    let gates = task.validation.as_ref().and_then(|validation| validation.get("requiredBundleLinks"));
    texts(gates)
}

/// The slots that a phrase lets the task do without.
fn waived(task: &Definition) -> impl Iterator<Item = &str> {
    let suppresses = task.validation.as_ref().and_then(|validation| validation.pointer("/skipClosure/suppresses"));
    let phrases = suppresses.and_then(Value::as_object).into_iter().flat_map(|phrases| phrases.values());
    phrases.flat_map(|gates| texts(gates.get("bundleLinks")))
}

fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The first day on which a task fills the slot.
fn filled_on(tasks: &[Definition], slot: &str) -> Option<f64> {
    let days = tasks.iter().filter(|task| task.required_link_name.as_deref() == Some(slot)).map(|task| task.offset_days);
    days.min_by(f64::total_cmp)
}
