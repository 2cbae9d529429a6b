//! What a template changed since a workflow was started from it, and what taking that would do (WM-2).
//!
//! A running workflow is frozen: no edit of its template reaches it by itself. Each task keeps a mark of what its
//! definition said when it was made or last taken over: a few letters for each field. Held against the definition of
//! today, the mark says what the template changed; held against the task, it says what a person changed. So a change of
//! the template is offered for just those fields that nobody touched, and no copy of the old definition is needed.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::difference::{FieldChange, Kind, essence};
use super::{Phase, Template};
use crate::bundle::Bundle;
use crate::id::TaskId;
use crate::json;
use crate::refusal::Refusal;
use crate::reschedule::Planned;
use crate::start;
use crate::task::{Status, Task};
use crate::time::{self, Date, Timestamp};

/// What a definition gives to its task, in the order of the mark. `date` stands for the days from the anchor date.
const GIVEN: [&str; 18] = [
    "description",
    "date",
    "instructionsUrl",
    "instructionDocId",
    "instructionStepId",
    "sourceDocIds",
    "phase",
    "systems",
    "validation",
    "proofRequirement",
    "artifactRefs",
    "assistantJobRefs",
    "auditEventRefs",
    "requiredLinkName",
    "requiresFile",
    "stageOnComplete",
    "assigneeId",
    "tags",
];
/// Letters of the mark for each field: 36 bits, so that a change goes unnoticed once in 68 thousand million.
const LETTERS: usize = 6;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The mark of a task that lies `offset` days from its anchor date.
pub fn mark(task: &Task, offset: i64) -> String {
    let fields = json::object(task);
    GIVEN
        .iter()
        .map(|name| if *name == "date" { letters(&Value::from(offset)) } else { letters(fields.get(*name).unwrap_or(&Value::Null)) })
        .collect()
}

fn letters(value: &Value) -> String {
    let digest = Sha256::digest(essence(value).to_string());
    digest.iter().take(LETTERS).map(|byte| char::from(ALPHABET[usize::from(byte & 63)])).collect()
}

fn part(mark: &str, index: usize) -> &str {
    mark.get(index * LETTERS..(index + 1) * LETTERS).unwrap_or_default()
}

/// What taking a part would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// Makes the task.
    Add,
    /// Changes the fields that nobody changed by hand.
    Change,
    /// Deletes the task, which nobody has touched; it can be taken out of the trash again.
    Delete,
    /// Nothing: see why.
    Nothing,
}

/// Why nothing would be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// The task is done or put away.
    Closed,
    /// A person changed just what the template changed, or worked on a task that the template dropped.
    ChangedByHand,
    /// A person deleted the task, or took it out of the workflow.
    DeletedByHand,
}

/// One field of a task that the template changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldPart {
    /// What the task says and what the template says now.
    #[serde(flatten)]
    pub change: FieldChange,
    /// True when a person changed it, so that it stays.
    pub by_hand: bool,
}

/// One task the template and the workflow see differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskPart {
    /// The task's name inside the template: what to send to take it.
    #[serde(rename = "ref")]
    pub ref_id: String,
    /// What is to be done.
    pub description: String,
    /// What the template did.
    pub kind: Kind,
    /// What taking it would do.
    pub does: Does,
    /// Why nothing would be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
    /// The workflow's task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub task_id: Option<TaskId>,
    /// The day the task is due, or would be.
    pub date: Date,
    /// For a changed task: what the template changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldPart>,
    /// The task as it would be.
    #[serde(skip)]
    pub after: Option<Box<Task>>,
}

/// Everything the template changed since.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunDifference {
    /// Tasks: added and changed in the template's order, then removed ones.
    pub tasks: Vec<TaskPart>,
    /// Link slots the workflow does not have.
    pub links: Vec<String>,
    /// The phases, when the template has others now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phases: Option<Vec<Phase>>,
}

impl RunDifference {
    /// How many parts can be taken.
    pub fn takeable(&self) -> usize {
        self.tasks.iter().filter(|task| task.does != Does::Nothing).count() + self.links.len() + usize::from(self.phases.is_some())
    }

    /// The part of this ref.
    pub fn task(&self, ref_id: &str) -> Option<&TaskPart> {
        self.tasks.iter().find(|task| task.ref_id == ref_id)
    }
}

/// The refs of the template that the workflow has no task of, with the ids their tasks would have.
pub fn missing(bundle: &Bundle, first: Date, template: &Template, tasks: &[Task]) -> Vec<(String, TaskId)> {
    let there: HashSet<&str> = tasks.iter().filter_map(|task| task.template_task_ref.as_deref()).collect();
    let mut seen = HashSet::new();
    let refs = template.definitions().into_iter().map(|definition| definition.ref_id);
    refs.filter(|name| !there.contains(name.as_str()) && seen.insert(name.clone()))
        .map(|name| (name.clone(), start::task_id(&bundle.id, first, &name)))
        .collect()
}

/// What the template changed since. `first` is the anchor date the workflow was started for; `tasks` are its own; `gone` are the refs of tasks that were made once and
/// are not among them any more.
///
/// # Errors
/// When a date would lie outside the years 1 to 9999.
pub fn difference(
    bundle: &Bundle,
    first: Date,
    template: &Template,
    tasks: &[Task],
    gone: &HashSet<String>,
    now: Timestamp,
) -> Result<RunDifference, Refusal> {
    let of_template = tasks.iter().filter(|task| task.template_id.text() == Some(template.id.as_str()));
    let by_ref: HashMap<&str, &Task> = of_template.clone().filter_map(|task| Some((task.template_task_ref.as_deref()?, task))).collect();
    let mut seen = HashSet::new();
    let mut parts = Vec::new();
    for definition in template.definitions().into_iter().filter(|definition| seen.insert(definition.ref_id.clone())) {
        let wanted = start::task(&bundle.id, first, template, &definition, now)?;
        let offset = definition.offset_days as i64;
        match by_ref.get(definition.ref_id.as_str()) {
            Some(task) => parts.extend(changed(bundle, first, task, &wanted, offset)),
            None => {
                let date = start::due_date(bundle.anchor_date, &definition)?;
                let planned = Some(Planned { offset_days: offset, date });
                parts.push(added(Task { date, planned, ..wanted }, gone.contains(&definition.ref_id)));
            }
        }
    }
    parts.extend(
        of_template
            .filter(|task| task.template_task_ref.as_ref().is_some_and(|name| !seen.contains(name)))
            .map(|task| removed(bundle, first, task)),
    );
    let slots = template.bundle_link_definitions.iter().flatten().map(|slot| slot.name.clone());
    let phases = template.phases.clone().filter(|phases| !bundle.phases.is_empty() && *phases != bundle.phases);
    Ok(RunDifference { tasks: parts, links: slots.filter(|name| bundle.link(name).is_none()).collect(), phases })
}

/// The anchor date the workflow was started for, as the ids of its tasks say: each begins with that day. `made` are refs
/// and ids of its tasks.
pub fn first_anchor<'a>(bundle: &Bundle, made: impl IntoIterator<Item = (&'a str, &'a str)>) -> Date {
    let fits = |name: &str, id: &str| crate::id::day_of(id).filter(|day| start::task_id(&bundle.id, *day, name).as_str() == id);
    made.into_iter().find_map(|(name, id)| fits(name, id)).unwrap_or(bundle.anchor_date)
}

/// Refs and ids of the workflow's tasks.
pub fn made(tasks: &[Task]) -> impl Iterator<Item = (&str, &str)> {
    tasks.iter().filter_map(|task| Some((task.template_task_ref.as_deref()?, task.id.as_str())))
}

fn added(task: Task, gone: bool) -> TaskPart {
    TaskPart {
        ref_id: task.template_task_ref.clone().unwrap_or_default(),
        description: task.description.clone(),
        kind: Kind::Added,
        does: if gone { Does::Nothing } else { Does::Add },
        because: gone.then_some(Because::DeletedByHand),
        task_id: Some(task.id.clone()),
        date: task.date,
        fields: Vec::new(),
        after: Some(Box::new(task)),
    }
}

/// The days from the anchor that a task's date stands for, and that anchor: today's or the first, whichever fits the mark.
fn place(bundle: &Bundle, first: Date, task: &Task, base: Option<&str>) -> (Date, i64) {
    let days = |anchor: Date| (task.date - anchor).num_days();
    let fits = |anchor: &Date| base.is_some_and(|base| part(base, 1) == letters(&Value::from(days(*anchor))));
    let anchor = [bundle.anchor_date, first].into_iter().find(|anchor| fits(anchor)).unwrap_or(bundle.anchor_date);
    (anchor, days(anchor))
}

/// What the task's definition said: its mark, or for a task from before marks that nobody has changed, what it says itself.
fn base_of(first: Date, task: &Task) -> Option<String> {
    let unchanged = || (task.version <= 1).then(|| mark(task, (task.date - first).num_days()));
    task.definition_mark.clone().or_else(unchanged)
}

fn changed(bundle: &Bundle, first: Date, task: &Task, wanted: &Task, offset: i64) -> Option<TaskPart> {
    let base = base_of(first, task);
    let (anchor, days) = place(bundle, first, task, base.as_deref());
    let (current, target) = (mark(task, days), mark(wanted, offset));
    let date = time::plus_days(anchor, offset).unwrap_or(task.date);
    let (says, would) = (json::object(task), json::object(&Task { date, ..wanted.clone() }));
    let fields: Vec<FieldPart> = (0..GIVEN.len())
        .filter(|at| part(&target, *at) != part(&current, *at))
        .filter(|at| base.as_deref().is_none_or(|base| part(base, *at) != part(&target, *at)))
        .map(|at| {
            let of = |fields: &json::Object| fields.get(GIVEN[at]).cloned().unwrap_or(Value::Null);
            let by_hand = base.as_deref().is_none_or(|base| part(base, at) != part(&current, at));
            FieldPart { change: FieldChange { field: GIVEN[at].to_owned(), from: of(&says), to: of(&would) }, by_hand }
        })
        .collect();
    if fields.is_empty() {
        return None;
    }
    let because =
        if !task.is_open() { Some(Because::Closed) } else { fields.iter().all(|field| field.by_hand).then_some(Because::ChangedByHand) };
    let mut after = says;
    for field in fields.iter().filter(|field| !field.by_hand) {
        if field.change.to.is_null() {
            after.remove(&field.change.field);
        } else {
            after.insert(field.change.field.clone(), field.change.to.clone());
        }
    }
    let after: Option<Task> = serde_json::from_value(Value::Object(after)).ok();
    // A date that came from the plan is one that a move of the workflow takes along.
    let moved = fields.iter().any(|field| field.change.field == "date" && !field.by_hand);
    let planned = if moved { Some(Planned { offset_days: offset, date }) } else { task.planned };
    let after = after.map(|after| Box::new(Task { definition_mark: Some(target), planned, updated_at: wanted.updated_at, ..after }));
    Some(TaskPart {
        ref_id: task.template_task_ref.clone().unwrap_or_default(),
        description: task.description.clone(),
        kind: Kind::Changed,
        does: if because.is_none() { Does::Change } else { Does::Nothing },
        because,
        task_id: Some(task.id.clone()),
        date: after.as_ref().map_or(task.date, |after| after.date),
        fields,
        after: after.filter(|_| because.is_none()),
    })
}

fn removed(bundle: &Bundle, first: Date, task: &Task) -> TaskPart {
    let base = base_of(first, task);
    let (_, days) = place(bundle, first, task, base.as_deref());
    let as_made = base.is_some_and(|base| base == mark(task, days));
    let begun = task.status != Status::Todo
        || !task.task_history.is_empty()
        || !task.linked.is_empty()
        || [&task.comment, &task.link, &task.external_status, &task.waiting_for].into_iter().any(|text| text.text().is_some());
    let because = if !task.is_open() { Some(Because::Closed) } else { (!as_made || begun).then_some(Because::ChangedByHand) };
    TaskPart {
        ref_id: task.template_task_ref.clone().unwrap_or_default(),
        description: task.description.clone(),
        kind: Kind::Removed,
        does: if because.is_none() { Does::Delete } else { Does::Nothing },
        because,
        task_id: Some(task.id.clone()),
        date: task.date,
        fields: Vec::new(),
        after: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::id::{BundleId, TemplateId};
    use crate::json::Object;
    use crate::maybe::Maybe;

    fn now() -> Timestamp {
        Timestamp::from_millis(0)
    }

    fn object(value: Value) -> Object {
        let Value::Object(object) = value else { panic!("an object") };
        object
    }

    fn template(tasks: Value) -> Template {
        let fields = object(json!({ "name": "T", "type": "t", "taskDefinitions": tasks, "phases": [{ "id": "p", "name": "P" }],
            "bundleLinkDefinitions": [{ "name": "Luma" }] }));
        super::super::new(TemplateId::new("t"), &fields, now())
    }

    fn run(template: &Template) -> (Bundle, Vec<Task>) {
        let fields = object(json!({ "title": "Run", "anchorDate": "2026-07-20" }));
        let bundle = start::bundle(BundleId::new("b"), &fields, template, now());
        let tasks = start::tasks(&bundle.id, bundle.anchor_date, template, now()).expect("tasks");
        (bundle, tasks)
    }

    fn definition(name: &str, days: i64) -> Value {
        json!({ "refId": name, "description": name, "offsetDays": days })
    }

    fn of(bundle: &Bundle, template: &Template, tasks: &[Task]) -> RunDifference {
        difference(bundle, first_anchor(bundle, made(tasks)), template, tasks, &HashSet::new(), now()).expect("a difference")
    }

    #[test]
    fn a_fresh_run_differs_in_nothing_whatever_people_do() {
        let template = template(json!([definition("a", -1), definition("b", 2)]));
        let (bundle, mut tasks) = run(&template);
        tasks[0].description = "ours".into();
        tasks[0].date = "2026-07-01".parse().expect("a date");
        tasks[1].status = Status::Done;
        assert_eq!(of(&bundle, &template, &tasks), RunDifference::default());
    }

    #[test]
    fn fields_that_a_person_changed_stay() {
        let (bundle, mut tasks) = run(&template(json!([definition("a", -1)])));
        tasks[0].description = "ours".into();
        let now = template(json!([{ "refId": "a", "description": "theirs", "offsetDays": -3, "systems": ["luma"] }]));
        let part = of(&bundle, &now, &tasks).tasks.remove(0);
        let told: Vec<(&str, bool)> = part.fields.iter().map(|field| (field.change.field.as_str(), field.by_hand)).collect();
        assert_eq!(told, [("description", true), ("date", false), ("systems", false)]);
        let after = *part.after.expect("a change");
        assert_eq!((part.does, after.description.as_str(), after.date.to_string()), (Does::Change, "ours", "2026-07-17".to_owned()));
        assert_eq!(after.systems, Maybe::Set(vec!["luma".to_owned()]));
        assert_eq!(of(&bundle, &now, &[after]), RunDifference::default(), "taken once, it is not offered again");
    }

    #[test]
    fn a_date_follows_the_anchor_it_was_counted_from() {
        let before = template(json!([definition("a", -1)]));
        let now = template(json!([definition("a", -3)]));
        let date = |bundle: &Bundle, tasks: &[Task]| of(bundle, &now, tasks).tasks[0].after.as_ref().map(|task| task.date.to_string());
        let (mut bundle, mut tasks) = run(&before);
        bundle.anchor_date = "2026-08-20".parse().expect("a date");
        assert_eq!(date(&bundle, &tasks), Some("2026-07-17".into()), "the anchor moved and the tasks stayed");
        tasks[0].date = "2026-08-19".parse().expect("a date");
        assert_eq!(date(&bundle, &tasks), Some("2026-08-17".into()), "the tasks followed");
        tasks[0].date = "2026-08-15".parse().expect("a date");
        assert_eq!(date(&bundle, &tasks), None, "a person chose the date");
    }

    #[test]
    fn closed_and_begun_tasks_are_not_touched() {
        let (bundle, mut tasks) = run(&template(json!([definition("a", 0), definition("b", 1), definition("c", 2), definition("d", 3)])));
        tasks[0].status = Status::Done;
        tasks[1].comment = Maybe::Set("half done".into());
        let told: Vec<(Does, Option<Because>)> = of(&bundle, &template(json!([definition("d", 3), definition("n", 9)])), &tasks)
            .tasks
            .iter()
            .map(|part| (part.does, part.because))
            .collect();
        assert_eq!(
            told,
            [
                (Does::Add, None),
                (Does::Nothing, Some(Because::Closed)),
                (Does::Nothing, Some(Because::ChangedByHand)),
                (Does::Delete, None)
            ]
        );
    }

    #[test]
    fn what_a_person_deleted_is_not_made_again() {
        let template = template(json!([definition("a", 0), definition("b", 1)]));
        let (bundle, mut tasks) = run(&template);
        let deleted = tasks.remove(1);
        assert_eq!(missing(&bundle, bundle.anchor_date, &template, &tasks), [("b".to_owned(), deleted.id)]);
        let found =
            difference(&bundle, bundle.anchor_date, &template, &tasks, &HashSet::from(["b".to_owned()]), now()).expect("a difference");
        assert_eq!((found.tasks[0].does, found.tasks[0].because), (Does::Nothing, Some(Because::DeletedByHand)));
    }
}
