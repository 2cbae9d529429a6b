//! The work of a window: a duty's task, or a workflow with its tasks (RW-2). Ids are derived from the window, so two runners,
//! a retry and a crash make the same.

use super::source::{Kind, Source, SourceKey, Timing};
use crate::bundle::Bundle;
use crate::id::{self, BundleId, TaskId};
use crate::json::Object;
use crate::maybe::Maybe;
use crate::recurring::RecurringConfig;
use crate::refusal::Refusal;
use crate::start;
use crate::task::Task;
use crate::template::Template;
use crate::time::{self, Date, Timestamp};

/// The id of a duty's task on a date.
pub fn duty_task_id(config: &str, date: Date) -> TaskId {
    TaskId::new(id::derived(date, &["recurring", config, &date.to_string()]))
}

/// The id of the workflow that a template's schedule makes for an anchor date.
pub fn bundle_id(template: &str, anchor: Date) -> BundleId {
    BundleId::new(id::derived(anchor, &["bundle", template, &anchor.to_string()]))
}

/// The id of a window's work.
pub(super) fn work_id(source: &SourceKey, date: Date, anchor: Date) -> Option<String> {
    Some(match source.kind {
        Kind::Recurring => duty_task_id(&source.id, date).to_string(),
        Kind::Template => bundle_id(&source.id, anchor).to_string(),
    })
}

/// A duty's task on a date. `can_have` says whether somebody can be given work: true for whoever has no record or an enabled
/// one. Otherwise the task is nobody's, and everybody is told.
pub fn duty_task(config: &RecurringConfig, date: Date, due_at: Option<Timestamp>, can_have: impl Fn(&str) -> bool, now: Timestamp) -> Task {
    let bare = Task::bare(duty_task_id(config.id.as_str(), date), config.description.clone(), date, "recurring", now);
    let text = |text: &Option<String>| -> Maybe<String> { text.clone().filter(|text| !text.is_empty()).into() };
    let list = |list: &Option<Vec<String>>| -> Maybe<Vec<String>> { list.clone().filter(|list| !list.is_empty()).into() };
    Task {
        due_at,
        recurring_config_id: Some(config.id.to_string()),
        assignee_id: config.assignee_id.clone().filter(|id| !id.is_empty() && can_have(id)).into(),
        instructions_url: text(&config.instructions_url),
        instruction_doc_id: text(&config.instruction_doc_id),
        instruction_step_id: text(&config.instruction_step_id),
        systems: list(&config.systems),
        proof_requirement: config.proof_requirement.clone().into(),
        required_link_name: text(&config.required_link_name),
        requires_file: config.requires_file.into(),
        tags: list(&config.tags),
        ..bare
    }
}

/// The workflow of an automatic template for an anchor date, titled `<name> - <Mon D>`, and its tasks.
///
/// # Errors
/// When a task's date would lie outside the years 1 to 9999.
pub fn workflow(
    template: &Template,
    anchor: Date,
    can_have: impl Fn(&str) -> bool,
    now: Timestamp,
) -> Result<(Bundle, Vec<Task>), Refusal> {
    let mut fields = Object::new();
    fields.insert("title".to_owned(), format!("{} - {}", template.name, month_day(anchor)).into());
    fields.insert("anchorDate".to_owned(), anchor.to_string().into());
    let mut bundle = start::bundle(bundle_id(template.id.as_str(), anchor), &fields, template, now);
    let mut tasks = start::tasks(&bundle.id, anchor, template, now)?;
    bundle.planned_tasks = u32::try_from(tasks.len()).ok();
    for task in &mut tasks {
        if task.assignee_id.text().is_some_and(|id| !can_have(id)) {
            task.assignee_id = Maybe::Unset;
        }
    }
    Ok((bundle, tasks))
}

/// The window that a workflow started by hand settles: the date on which the template's schedule makes the same anchor.
/// `None` when no schedule of it ever would.
pub fn window_of_start(source: &Source, anchor: Date) -> Option<Date> {
    let date = time::plus_days(anchor, -source.lead_days)?;
    match &source.timing {
        Timing::By(schedule) => schedule.matches(date).then_some(date),
        Timing::Never(_) | Timing::Broken(_) => None,
    }
}

/// `Mar 13`.
pub fn month_day(date: Date) -> String {
    date.format("%b %-d").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::actor::Actor;
    use crate::id::{RecurringConfigId, TemplateId};
    use crate::json;
    use crate::recurring::input;
    use crate::time::Tz;

    fn date(text: &str) -> Date {
        time::parse_date(text).expect("a date")
    }

    fn object(value: Value) -> Object {
        let Value::Object(object) = value else { panic!("an object") };
        object
    }

    fn anybody(_: &str) -> bool {
        true
    }

    #[test]
    fn a_duty_task_has_everything_the_config_says() {
        let fields = object(json!({
            "description": "Backup", "cronExpression": "0 9 * * 3", "assigneeId": "operator", "instructionDocId": "sop.backup",
            "instructionStepId": "2", "instructionsUrl": "https://example.org/", "systems": ["mailchimp"], "tags": ["backup"],
            "proofRequirement": { "type": "url", "label": "Backup" }, "requiredLinkName": "Drive", "requiresFile": false
        }));
        let now = Timestamp::parse("2028-02-02T00:05:00Z").expect("a moment");
        let config = input::new(RecurringConfigId::new("c1"), &fields, &Actor::system(), now, Tz::UTC);
        let task = duty_task(&config, date("2028-02-02"), Some(now), anybody, now);
        let mut said = json::object(&task);
        assert_eq!(said.shift_remove("id"), Some(json!(duty_task_id("c1", date("2028-02-02")))));
        assert_eq!(
            Value::Object(said),
            json!({
                "description": "Backup", "date": "2028-02-02", "dueAt": "2028-02-02T00:05:00.000Z", "status": "todo", "source": "recurring",
                "recurringConfigId": "c1", "assigneeId": "operator", "instructionDocId": "sop.backup", "instructionStepId": "2",
                "instructionsUrl": "https://example.org/", "systems": ["mailchimp"], "tags": ["backup"],
                "proofRequirement": { "type": "url", "label": "Backup" }, "requiredLinkName": "Drive", "requiresFile": false,
                "createdAt": "2028-02-02T00:05:00.000Z", "updatedAt": "2028-02-02T00:05:00.000Z", "version": 0
            })
        );
        let nobodys = duty_task(&config, date("2028-02-02"), None, |id: &str| id != "operator", now);
        assert_eq!((nobodys.assignee_id, nobodys.id), (Maybe::Unset, task.id));
    }

    fn newsletter() -> Template {
        let fields = object(json!({
            "name": "Newsletter", "type": "newsletter", "triggerType": "automatic", "triggerSchedule": "0 9 * * 1", "triggerLeadDays": 14,
            "defaultAssigneeId": "operator", "tags": ["Newsletter"],
            "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": -14 }, { "refId": "b", "description": "B", "offsetDays": 0, "assigneeId": "host" }]
        }));
        crate::template::new(TemplateId::new("t1"), &fields, Timestamp::from_millis(0))
    }

    #[test]
    fn a_workflow_is_the_same_whoever_makes_it() {
        let anchor = date("2026-03-13");
        let (bundle, tasks) = workflow(&newsletter(), anchor, |id: &str| id != "host", Timestamp::from_millis(7)).expect("a workflow");
        assert_eq!((bundle.title.as_str(), bundle.planned_tasks), ("Newsletter - Mar 13", Some(2)));
        assert_eq!(bundle.id, bundle_id("t1", anchor));
        assert_eq!(tasks[0].date, date("2026-02-27"));
        assert_eq!((tasks[0].assignee_id.text(), tasks[1].assignee_id.text()), (Some("operator"), None));
        let again = workflow(&newsletter(), anchor, anybody, Timestamp::from_millis(9)).expect("a workflow");
        assert_eq!(again.0.id, bundle.id);
        assert!(again.1.iter().zip(&tasks).all(|(a, b)| a.id == b.id));
        assert_ne!(bundle_id("t1", date("2026-03-14")), bundle.id);
    }

    #[test]
    fn a_start_by_hand_settles_the_window_of_its_anchor() {
        let source = Source::of_template(&newsletter(), Tz::UTC);
        assert_eq!(window_of_start(&source, date("2026-03-16")), Some(date("2026-03-02")), "a Monday two weeks before");
        assert_eq!(window_of_start(&source, date("2026-03-17")), None, "no schedule makes a Tuesday");
        let manual = Template { trigger_type: None, ..newsletter() };
        assert_eq!(window_of_start(&Source::of_template(&manual, Tz::UTC), date("2026-03-16")), None);
    }
}
