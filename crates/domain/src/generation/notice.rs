//! What is told when something makes work by itself, or fails to (WM-7, RW-6, RW-11). Ids are derived, so a repeated tick tells
//! nothing twice. That a duty's day has come is told by the reminder pass.

use serde_json::json;

use super::plan::Planned;
use super::source::Kind;
use super::work::month_day;
use crate::bundle::Bundle;
use crate::id::TaskId;
use crate::notification::{Kind as Told, Notification};
use crate::reminder::{self, Failure, Today};
use crate::template::Template;

/// A workflow was made by its schedule.
pub fn workflow_made(template: &Template, bundle: &Bundle, today: Today) -> Notification {
    let anchor = bundle.first_anchor();
    let message = format!("'{}' was started for {}", template.name, month_day(anchor));
    let id = reminder::derived(anchor, Told::StageChange, bundle.id.as_str(), "generated");
    Notification {
        user_id: template.default_assignee_id.clone().filter(|id| !id.is_empty()),
        bundle_id: Some(bundle.id.to_string()),
        template_id: Some(template.id.to_string()),
        due_at: Some(anchor.to_string()),
        metadata: Some(json!({ "workflow": bundle.title, "anchorDate": anchor })),
        ..reminder::bare(id, Told::StageChange, message, today.now)
    }
}

/// A workflow lacked tasks, and they were made again.
pub fn workflow_recovered(template: &Template, bundle: &Bundle, tasks: &[TaskId], today: Today) -> Notification {
    let anchor = bundle.first_anchor();
    let ids: Vec<&str> = tasks.iter().map(TaskId::as_str).collect();
    let failure = Failure {
        subject: bundle.id.to_string(),
        occasion: format!("recovered {}", ids.join(" ")),
        message: format!("'{}' ({}) lacked {} of its tasks; they were made again", template.name, month_day(anchor), ids.len()),
        bundle_id: Some(bundle.id.to_string()),
        template_id: Some(template.id.to_string()),
        due_at: Some(anchor.to_string()),
        metadata: Some(json!({ "recoveredTaskIds": ids, "anchorDate": anchor })),
        ..Failure::default()
    };
    reminder::automation_failed(failure, today)
}

/// A window could not be made: source, date and cause. The same window with the same cause is told once.
pub fn window_failed(planned: &Planned, cause: &str, today: Today) -> Notification {
    let date = planned.date;
    let cause = crate::secrets::redact(cause);
    let of = |kind: Kind| (planned.source.kind == kind).then(|| planned.source.id.clone());
    let mut metadata = json!({ "date": date, "cause": &*cause });
    let key = if planned.source.kind == Kind::Template { "templateId" } else { "recurringConfigId" };
    metadata[key] = json!(planned.source.id);
    let failure = Failure {
        subject: planned.source.to_string(),
        occasion: format!("{date} {cause}"),
        message: format!("'{}' could not be made for {date}: {cause}", planned.title),
        template_id: of(Kind::Template),
        recurring_config_id: of(Kind::Recurring),
        due_at: Some(date.to_string()),
        metadata: Some(metadata),
        ..Failure::default()
    };
    reminder::automation_failed(failure, today)
}
