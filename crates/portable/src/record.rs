//! Records on their way out: from what the product stores to a line of a file (wire contract 15.1, 15.2).
//!
//! A line has its top-level fields in snake_case and in alphabetical order; what is nested stays as it is, names and order
//! included. Fields that are null, an empty text or an empty list are left out.

use dataops_domain::artifact::Artifact;
use dataops_domain::audit::{Event, Head};
use dataops_domain::bundle::Bundle;
use dataops_domain::file::File;
use dataops_domain::generation::Window;
use dataops_domain::job::Job;
use dataops_domain::json::Object;
use dataops_domain::notification::Notification;
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::task::Task;
use dataops_domain::template::Template;
use dataops_domain::user::User;
use dataops_domain::{Timestamp, json};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::entity::Entity;
use crate::schema::portable_name;

/// The name under which a record carries the end of its audit chain.
pub(crate) const LAST_EVENT: &str = "last_event";

/// A type of the domain with records in an export.
pub trait Portable: Serialize + DeserializeOwned {
    /// Which records.
    const ENTITY: Entity;
}

macro_rules! portable {
    ($($type:ty => $entity:ident),+ $(,)?) => { $(impl Portable for $type { const ENTITY: Entity = Entity::$entity; })+ };
}

portable!(
    User => Users,
    Task => Tasks,
    Bundle => Bundles,
    Template => Templates,
    RecurringConfig => RecurringConfigs,
    File => Files,
    Artifact => Artifacts,
    Job => AssistantJobs,
    Notification => Notifications,
    Window => GenerationWindows,
);

/// That a record was deleted: what its tombstone says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// When.
    pub at: Timestamp,
    /// Who deleted it.
    pub by: String,
}

/// A record as a source hands it over: what the product stores of it, in the product's own JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// Which kind.
    pub entity: Entity,
    /// Its fields, named as the product names them.
    pub fields: Object,
    /// Set for a tombstone.
    pub deleted: Option<Deleted>,
    /// Where its audit chain ends; without events when its chain has not begun.
    pub head: Head,
}

impl Incoming {
    /// A record that is there.
    pub fn of<R: Portable>(record: &R, head: Head) -> Self {
        let mut fields = json::object(record);
        if R::ENTITY == Entity::GenerationWindows {
            let window = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
            let id = window_id(window("source"), window("date"));
            fields.insert("id".to_owned(), id.into());
        }
        Self { entity: R::ENTITY, fields, deleted: None, head }
    }

    /// What a delete left of a record.
    pub fn tombstone<R: Portable>(record: &R, head: Head, deleted: Deleted) -> Self {
        Self { deleted: Some(deleted), ..Self::of(record, head) }
    }

    /// An audit event. Events of assistant jobs have a file of their own.
    pub fn event(event: &Event) -> Self {
        let mut fields = json::object(event);
        let entity = if event.entity_type == dataops_domain::job::KIND {
            fields.insert("assistantJobId".to_owned(), event.entity_id.clone().into());
            Entity::AuditEvents
        } else {
            Entity::ChangeEvents
        };
        Self { entity, fields, deleted: None, head: Head::default() }
    }

    /// A record of a kind that is handed over as JSON, with `id` and camelCase names.
    pub fn json(entity: Entity, fields: Object, head: Head) -> Self {
        Self { entity, fields, deleted: None, head }
    }

    /// The record with its portable names. Order, redaction and what is left out come with [`line()`].
    pub(crate) fn portable(mut self) -> Object {
        let entity = self.entity;
        if entity == Entity::AssistantJobs {
            without_runner(&mut self.fields);
        }
        let mut record: Object = self.fields.into_iter().map(|(name, value)| (portable_name(entity, &name), value)).collect();
        if let Some(deleted) = self.deleted {
            record.insert("deleted_at".to_owned(), json!(deleted.at));
            record.insert("deleted_by".to_owned(), deleted.by.into());
        }
        if self.head.sequence > 0 {
            record.insert(LAST_EVENT.to_owned(), json!(self.head));
        }
        if entity == Entity::Files
            && is_blank(record.get("storage_uri"))
            && let Some(path) = record.get("storage_path").cloned()
        {
            record.insert("storage_uri".to_owned(), path);
        }
        record
    }
}

/// Takes out of a job what belongs to a runner at work: its hold, the end of its log, its executor's sessions.
fn without_runner(job: &mut Object) {
    job.shift_remove("lease");
    job.shift_remove("tail");
    for attempt in job.get_mut("attempts").and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut) {
        attempt.shift_remove("session");
    }
}

/// The id of a window's row, derived from its source and date; empty when they are none.
pub(crate) fn window_id(source: &str, date: &str) -> String {
    use dataops_domain::generation::{SourceKey, window};
    let source = SourceKey::parse(source);
    let date = dataops_domain::time::parse_date(date);
    source.zip(date).map(|(source, date)| window::id_of(&source, date)).unwrap_or_default()
}

fn is_blank(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(list)) => list.is_empty(),
        Some(_) => false,
    }
}

/// The line of a record, without its newline.
pub fn line(record: &Object) -> Vec<u8> {
    let mut fields: Vec<(&String, &Value)> = record.iter().filter(|(_, value)| !is_blank(Some(value))).collect();
    fields.sort_by_key(|(name, _)| *name);
    let mut line = Vec::with_capacity(512);
    line.push(b'{');
    for (place, (name, value)) in fields.into_iter().enumerate() {
        if place > 0 {
            line.push(b',');
        }
        // Writing JSON into memory does not fail: every key is a string.
        let written = serde_json::to_writer(&mut line, name).and_then(|()| {
            line.push(b':');
            serde_json::to_writer(&mut line, value)
        });
        debug_assert!(written.is_ok());
    }
    line.push(b'}');
    line
}

/// Tells the workflow that an entry of a task's history was made in by another name where it is not the task's workflow now:
/// older readers ask for the two to be the same.
pub(crate) fn settle_history(task: &mut Object) {
    let now = task.get("bundle_id").cloned();
    rename_in_history(task, "bundleId", FORMER_BUNDLE, |bundle| Some(bundle) != now.as_ref());
}

pub(crate) const FORMER_BUNDLE: &str = "formerBundleId";

/// Gives a field of each entry of a task's history, where its value is one of those `wanted`, another name in its place.
pub(crate) fn rename_in_history(task: &mut Object, from: &str, to: &str, wanted: impl Fn(&Value) -> bool) {
    let Some(history) = task.get_mut("task_history").and_then(Value::as_array_mut) else { return };
    for event in history.iter_mut().filter_map(Value::as_object_mut) {
        if event.get(from).is_some_and(&wanted) {
            let fields = std::mem::take(event);
            event.extend(fields.into_iter().map(|(name, value)| (if name == from { to.to_owned() } else { name }, value)));
        }
    }
}
