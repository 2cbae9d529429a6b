//! Takes a task out of the trash: what deleting it took from its workflow is given back.

use super::Task;
use super::change::{Context, Decision, mark_evidence};
use crate::audit::NewEvent;
use crate::bundle::Bundle;

/// The task as it was deleted, and its workflow with the task counted and its proofs marked again. A link that has been
/// emptied meanwhile is not marked: there is nothing to keep.
pub fn restore(deleted: &Task, bundle: Option<&Bundle>, context: Context<'_>) -> Decision {
    // Deleting settled its reminders: what is still true is raised again.
    let reminded = deleted.reminded.iter().filter(|mark| mark.over).cloned().collect();
    let task = Task { updated_at: context.now, reminded, ..deleted.clone() };
    let event = NewEvent {
        action: "restored",
        summary: format!("Restored task '{}' from the trash", task.description),
        metadata: serde_json::Value::Null,
    };
    let bundle = bundle.and_then(|before| with_task(before, &task)).map(|after| {
        let event = NewEvent {
            action: "task-restored",
            summary: format!("Task '{}' was restored from the trash", task.description),
            metadata: serde_json::json!({ "taskId": task.id }),
        };
        (after, event)
    });
    Decision { task, event, bundle }
}

fn with_task(before: &Bundle, task: &Task) -> Option<Bundle> {
    let mut after = before.clone();
    if task.template_task_ref.is_some() {
        after.planned_tasks = after.planned_tasks.map(|planned| planned.saturating_add(1));
    }
    let mut after = mark_evidence(None, Some(after.clone()), task).unwrap_or(after);
    let filled: Vec<String> = after.links().iter().filter(|link| link.is_filled()).map(|link| link.name.clone()).collect();
    after.evidence_for.retain(|name, _| before.evidence_for.contains_key(name) || filled.contains(name));
    (after != *before).then_some(after)
}
