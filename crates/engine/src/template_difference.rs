//! What a template changed since a workflow was started from it, and taking parts of that (WM-2).
//!
//! Parts are taken a portion at a time, each portion in one transaction with the workflow itself: every task is read by
//! key, compared once more and written on the condition that it is still the one that was read. Taking the same parts
//! again finds them taken, so a request that broke off is simply sent again.

use std::collections::{HashMap, HashSet};

use dataops_api::wire::{Taken, TakenPart, TemplateDifference, TemplateTaken};
use dataops_domain::audit::NewEvent;
use dataops_domain::bundle::{Bundle, BundleStatus};
use dataops_domain::input::Fields;
use dataops_domain::json::Object;
use dataops_domain::refs::NamedLink;
use dataops_domain::refusal::Refusal;
use dataops_domain::task::Task;
use dataops_domain::template::running::{self, Does, RunDifference, TaskPart};
use dataops_domain::template::{MAX_TASKS, Template};
use dataops_domain::time::Date;
use dataops_store::{CommitError, Operation, Range, Stored, TaskFilter, Transaction};
use serde_json::{Value, json};

use crate::Engine;
use crate::error::{Error, Expected, check_version};

/// Parts taken by one transaction: two items each, the workflow with its event besides.
const PARTS_AT_ONCE: usize = 45;

/// What a request wants to take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakeParts {
    refs: Vec<String>,
    links: Vec<String>,
    phases: bool,
    leave_rest: bool,
}

impl TakeParts {
    /// Reads a request: `{refs?, links?, phases?, leaveRest?}`.
    ///
    /// # Errors
    /// Every field that is wrong, or that nothing is asked for.
    pub fn read(body: &Object) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        for key in ["refs", "links"] {
            let list = fields.value(key);
            let good = |list: &Vec<Value>| list.len() <= MAX_TASKS && list.iter().all(Value::is_string);
            if list.is_some_and(|list| !list.as_array().is_some_and(good)) {
                fields.refuse(key, format!("{key} must be a list of at most {MAX_TASKS} strings"));
            }
        }
        fields.boolean("phases");
        fields.boolean("leaveRest");
        fields.finish()?;
        let texts = |key: &str| -> Vec<String> {
            let mut seen = HashSet::new();
            let list = body.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            list.filter(|text| seen.insert(*text)).map(str::to_owned).collect()
        };
        let is = |key: &str| body.get(key) == Some(&Value::Bool(true));
        let wanted = Self { refs: texts("refs"), links: texts("links"), phases: is("phases"), leave_rest: is("leaveRest") };
        if wanted == Self::default() {
            return Err(Refusal::rule("nothing_to_take", "Name what to take: refs, links or phases; or leave the rest with leaveRest"));
        }
        Ok(wanted)
    }
}

impl Engine {
    /// What the template changed since the workflow was started from it.
    ///
    /// # Errors
    /// 404 when there is no such bundle.
    pub async fn template_difference(&self, operation: &Operation, id: &str) -> Result<TemplateDifference, Error> {
        let bundle = self.bundle(id).await?.record;
        let Some(template) = self.template_of(&bundle).await? else { return Ok(TemplateDifference::default()) };
        let tasks = self.store.tasks(&TaskFilter::OfBundle(bundle.id.to_string()), &Range::default()).await?.into_records();
        let first = running::first_anchor(&bundle, running::made(&tasks));
        let parts = self.run_difference(operation, &bundle, first, &template, &tasks).await?;
        Ok(TemplateDifference {
            template_id: Some(template.id),
            template_name: Some(template.name),
            template_version: Some(template.version),
            seen_version: bundle.template_version,
            parts,
        })
    }

    async fn template_of(&self, bundle: &Bundle) -> Result<Option<Template>, Error> {
        match &bundle.template_id {
            Some(id) => Ok(self.store.get::<Template>(id.as_str()).await?.map(|stored| stored.record)),
            None => Ok(None),
        }
    }

    /// The difference of a workflow whose tasks have been read. Only tasks that seem to be new cost a read: whether there
    /// was one once.
    pub(crate) async fn run_difference(
        &self,
        operation: &Operation,
        bundle: &Bundle,
        first: Date,
        template: &Template,
        tasks: &[Task],
    ) -> Result<RunDifference, Error> {
        let missing = running::missing(bundle, first, template, tasks);
        let keys: Vec<String> = missing.iter().map(|(_, id)| id.to_string()).collect();
        let known = if keys.is_empty() { HashSet::new() } else { self.store.known::<Task>(&keys).await? };
        let gone = missing.into_iter().filter(|(_, id)| known.contains(id.as_str())).map(|(name, _)| name).collect();
        Ok(running::difference(bundle, first, template, tasks, &gone, operation.now)?)
    }

    /// Takes parts of what the template changed.
    ///
    /// # Errors
    /// 404 for an unknown bundle; 400 when it is archived or has no template any more; 409 while it is being made.
    pub async fn template_take(
        &self,
        operation: &Operation,
        id: &str,
        wanted: &TakeParts,
        seen: Option<u64>,
    ) -> Result<TemplateTaken, Error> {
        self.store.replay(operation).await?;
        let bundle = self.bundle(id).await?.record;
        check_version(seen, bundle.version)?;
        let ids: HashMap<String, String> = {
            let tasks = self.store.tasks(&TaskFilter::OfBundle(bundle.id.to_string()), &Range::default()).await?.into_records();
            let made = tasks.into_iter().filter(|task| task.template_id.text() == bundle.template_id.as_ref().map(|id| id.as_str()));
            made.filter_map(|task| Some((task.template_task_ref?, task.id.to_string()))).collect()
        };
        let first = running::first_anchor(&bundle, ids.iter().map(|(name, id)| (name.as_str(), id.as_str())));
        let mut results = Vec::new();
        let portions: Vec<&[String]> = if wanted.refs.is_empty() { vec![&[]] } else { wanted.refs.chunks(PARTS_AT_ONCE).collect() };
        let mut bundle = None;
        for (number, refs) in portions.iter().enumerate() {
            let part = operation.part(&format!("take-{number}"));
            let with_rest = number + 1 == portions.len();
            let portion = Portion { refs, first, rest: with_rest.then_some(wanted), ids: &ids };
            let (after, found) = self.decide(&part, || self.take_portion(&part, id, portion)).await?;
            results.extend(found);
            bundle = Some(after);
        }
        let bundle = bundle.ok_or_else(|| Error::Internal("no portion was taken".to_owned()))?;
        let answer = TemplateTaken { bundle, results };
        self.store.begin(operation).commit(200, &answer).await?;
        Ok(answer)
    }

    async fn take_portion(&self, operation: &Operation, id: &str, portion: Portion<'_>) -> Result<(Bundle, Vec<TakenPart>), Error> {
        let stored = self.bundle(id).await?;
        let template = takeable(&stored.record, self.template_of(&stored.record).await?)?;
        let only = only(&template, portion.refs);
        // What the index did not tell may exist all the same: somebody took it a moment ago.
        let derived: HashMap<String, String> =
            running::missing(&stored.record, portion.first, &only, &[]).into_iter().map(|(name, id)| (name, id.to_string())).collect();
        let key = |name: &String| portion.ids.get(name).or_else(|| derived.get(name)).cloned();
        let keys: Vec<String> = portion.refs.iter().filter_map(key).collect();
        let tasks: Vec<Stored<Task>> = self.store.get_many::<Task>(&keys).await?;
        let own = |task: &&Stored<Task>| task.record.bundle_id.text() == Some(id);
        let records: Vec<Task> = tasks.iter().filter(own).map(|task| task.record.clone()).collect();
        let found = self.run_difference(operation, &stored.record, portion.first, &only, &records).await?;
        let mut after = stored.record.clone();
        let mut transaction = self.store.begin(operation);
        let mut results: Vec<TakenPart> = Vec::new();
        for name in portion.refs {
            let part = found.task(name);
            let before = part.and_then(|part| tasks.iter().find(|task| Some(&task.record.id) == part.task_id.as_ref()));
            results.push(take_task(&mut transaction, &mut after, &template, name, part, before));
        }
        if let Some(wanted) = portion.rest {
            results.extend(wanted.links.iter().map(|name| take_link(&mut after, &template, name)));
            if wanted.phases {
                after.phases = template.phases.clone().unwrap_or_default();
            }
            if wanted.leave_rest {
                after.template_version = Some(template.version);
            }
        }
        if transaction.is_empty() && after == stored.record {
            return Ok((after, results));
        }
        after.updated_at = operation.now;
        let bundle = transaction.change(&stored, after, told(&template, &results), true).record;
        match transaction.apply().await {
            // Somebody made the same task: read again, and it is there.
            Err(CommitError::Exists { .. }) => Err(Error::Lost),
            applied => Ok(applied.map(|_| (bundle, results))?),
        }
    }
}

/// What one transaction takes.
#[derive(Clone, Copy)]
struct Portion<'a> {
    refs: &'a [String],
    /// The anchor date the workflow was started for.
    first: Date,
    /// Links, phases and the rest, with the last portion.
    rest: Option<&'a TakeParts>,
    /// The workflow's tasks by ref, as an index told; they are read by key.
    ids: &'a HashMap<String, String>,
}

/// Refuses what can't take anything.
fn takeable(bundle: &Bundle, template: Option<Template>) -> Result<Template, Error> {
    if bundle.status == BundleStatus::Archived {
        return Err(Expected::new(400, "archived", "This workflow is archived; bring it back first").into());
    }
    if bundle.being_made {
        return Err(Expected::conflict("being_made", "This workflow is still being made; try again in a minute").into());
    }
    Ok(template.ok_or_else(|| Expected::new(400, "no_template", "This workflow has no template it could take anything from"))?)
}

/// The template with just these tasks: a portion looks at nothing else.
fn only(template: &Template, refs: &[String]) -> Template {
    let wanted = |task: &Object| task.get("refId").and_then(Value::as_str).is_some_and(|name| refs.iter().any(|wanted| wanted == name));
    Template { task_definitions: template.task_definitions.iter().filter(|task| wanted(task)).cloned().collect(), ..template.clone() }
}

fn take_task(
    transaction: &mut Transaction<'_>,
    bundle: &mut Bundle,
    template: &Template,
    name: &str,
    part: Option<&TaskPart>,
    before: Option<&Stored<Task>>,
) -> TakenPart {
    let result = |outcome: Taken| TakenPart {
        ref_id: Some(name.to_owned()),
        link: None,
        outcome,
        because: part.and_then(|part| part.because),
        task_id: part.and_then(|part| part.task_id.clone()),
    };
    let Some(part) = part else { return result(Taken::Unchanged) };
    let planned = bundle.planned_tasks.unwrap_or(0);
    match (part.does, before, part.after.as_deref()) {
        (Does::Add, _, Some(task)) => {
            if let Some(slot) = task.required_link_name.text() {
                take_link(bundle, template, slot);
            }
            bundle.planned_tasks = Some(planned + 1);
            let event = NewEvent {
                action: "created",
                summary: format!("Took task '{}' from the template", task.description),
                metadata: Value::Null,
            };
            transaction.create(task.clone(), Some(event));
            result(Taken::Added)
        }
        (Does::Change, Some(before), Some(task)) => {
            let event = NewEvent {
                action: "updated",
                summary: format!("Took the template's change of task '{}'", task.description),
                metadata: json!({ "changes": dataops_domain::json::changes(&before.record, task) }),
            };
            transaction.change(before, task.clone(), event, true);
            result(Taken::Changed)
        }
        (Does::Delete, Some(before), _) => {
            bundle.planned_tasks = Some(planned.saturating_sub(1));
            let summary = format!("Deleted task '{}', which the template dropped", before.record.description);
            transaction.delete(before, NewEvent { action: "deleted", summary, metadata: Value::Null });
            result(Taken::Deleted)
        }
        _ => result(Taken::Kept),
    }
}

/// Adds the empty slot of this name, when the template has it and the workflow does not.
fn take_link(bundle: &mut Bundle, template: &Template, name: &str) -> TakenPart {
    let defined = template.bundle_link_definitions.iter().flatten().any(|slot| slot.name == name);
    let outcome = if defined && bundle.link(name).is_none() {
        let mut links = bundle.links().to_vec();
        links.push(NamedLink::empty(name));
        bundle.bundle_links = Some(links).into();
        Taken::Added
    } else {
        Taken::Unchanged
    };
    TakenPart { ref_id: None, link: Some(name.to_owned()), outcome, because: None, task_id: None }
}

/// The event of the workflow: what was taken.
fn told(template: &Template, results: &[TakenPart]) -> NewEvent {
    let of = |outcome: Taken| -> Vec<&str> {
        results.iter().filter(|result| result.outcome == outcome).filter_map(|result| result.ref_id.as_deref()).collect()
    };
    let links: Vec<&str> =
        results.iter().filter(|result| result.outcome == Taken::Added).filter_map(|result| result.link.as_deref()).collect();
    let (added, changed, deleted) = (of(Taken::Added), of(Taken::Changed), of(Taken::Deleted));
    let count = added.len() + changed.len() + deleted.len() + links.len();
    let summary = match count {
        0 => format!("Looked through the changes of template '{}'", template.name),
        1 => format!("Took one change of template '{}'", template.name),
        count => format!("Took {count} changes of template '{}'", template.name),
    };
    let metadata = json!({ "templateId": template.id, "templateVersion": template.version, "added": added, "changed": changed, "deleted": deleted, "links": links });
    NewEvent { action: "template-taken", summary, metadata }
}
