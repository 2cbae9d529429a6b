//! Records on their way in: from a line of a file to what the product stores.

use dataops_domain::Timestamp;
use dataops_domain::audit::{Event, Head};
use dataops_domain::json::Object;
use serde_json::{Value, json};

use crate::entity::Entity;
use crate::record::{Deleted, FORMER_BUNDLE, LAST_EVENT, Portable, rename_in_history};
use crate::schema::runtime_name;

/// A record on its way in: the fields that the product stores, and what stands beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    /// Which kind.
    pub entity: Entity,
    /// The record's id.
    pub id: String,
    /// Its fields, named as the product names them.
    pub fields: Object,
    /// Set for a tombstone.
    pub deleted: Option<Deleted>,
    /// Where its audit chain ends.
    pub head: Head,
}

impl Restored {
    /// Reads a record of an export. What only an export says (an unknown actor's kind) is left out;
    /// relations that were set apart because they name nothing stored come back to their place.
    pub fn of(entity: Entity, record: &Object) -> Self {
        let mut record = record.clone();
        restore_external(&mut record);
        rename_in_history(&mut record, FORMER_BUNDLE, "bundleId", |_| true);
        let text = |record: &Object, name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
        let id = text(&record, entity.id_key()).unwrap_or_default();
        let deleted = text(&record, "deleted_at").and_then(|at| {
            let by = text(&record, "deleted_by").unwrap_or_default();
            Some(Deleted { at: Timestamp::parse(&at)?, by })
        });
        let head = record.get(LAST_EVENT).and_then(|head| serde_json::from_value(head.clone()).ok()).unwrap_or_default();
        for name in ["deleted_at", "deleted_by", LAST_EVENT] {
            record.shift_remove(name);
        }
        if !entity.is_events() {
            record.shift_remove("redacted");
        }
        let mut fields: Object = record.into_iter().map(|(name, value)| (runtime_name(entity, &name), value)).collect();
        complete(entity, &mut fields);
        Self { entity, id, fields, deleted, head }
    }

    /// The record as its type of the domain.
    ///
    /// # Errors
    /// When a field has a value that the product cannot hold; the words name it.
    pub fn read<R: Portable>(&self) -> Result<R, String> {
        serde_json::from_value(Value::Object(self.fields.clone())).map_err(|error| error.to_string())
    }

    /// The event, when the record is one with a place in a chain.
    ///
    /// # Errors
    /// When a field has a value that no event has, or fields of the chain are missing.
    pub fn read_event(&self) -> Result<Event, String> {
        serde_json::from_value(Value::Object(self.fields.clone())).map_err(|error| error.to_string())
    }
}

/// Puts back what the writer set apart as `external_...`.
fn restore_external(record: &mut Object) {
    let external: Vec<String> = record.keys().filter(|name| name.starts_with("external_") && *name != "external_status").cloned().collect();
    for name in external {
        let Some(value) = record.shift_remove(&name) else { continue };
        let inside = name.trim_start_matches("external_").to_owned();
        let Value::Array(apart) = value else {
            record.insert(inside, value);
            continue;
        };
        let list = record.entry(inside).or_insert_with(|| json!([]));
        let Some(list) = list.as_array_mut() else { continue };
        for entry in apart {
            let at = entry.get("at").and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
            list.insert(at.min(list.len()), entry.get("value").cloned().unwrap_or(entry));
        }
    }
}

/// Fills in what the product stores with every record and an export may leave out: an empty text, and what older systems
/// did not keep.
fn complete(entity: Entity, fields: &mut Object) {
    // Whatever the product stored has a version.
    let ours = fields.contains_key("version");
    let mut fill = |name: &str, value: Value| {
        if !fields.contains_key(name) {
            fields.insert(name.to_owned(), value);
        }
    };
    let epoch = || json!(Timestamp::from_millis(0));
    match entity {
        Entity::Users => {
            fill("name", "".into());
            fill("email", "".into());
            fill("createdAt", epoch());
        }
        Entity::Tasks => {
            // Of ours an empty text was left out; a task of an older system was somebody's own.
            fill("source", if ours { "" } else { "manual" }.into());
            fill("createdAt", epoch());
            let made = fields.get("createdAt").cloned().unwrap_or_else(epoch);
            fields.entry("updatedAt").or_insert(made);
        }
        Entity::Bundles | Entity::Templates | Entity::RecurringConfigs => {
            match entity {
                Entity::Bundles => fill("title", "".into()),
                Entity::Templates => {
                    fill("name", "".into());
                    fill("type", "".into());
                    fill("taskDefinitions", json!([]));
                }
                _ => {}
            }
            fill("createdAt", epoch());
            let made = fields.get("createdAt").cloned().unwrap_or_else(epoch);
            fields.entry("updatedAt").or_insert(made);
        }
        Entity::Files => complete_file(fields),
        Entity::Artifacts => complete_artifact(fields),
        Entity::Notifications => {
            fill("dismissed", false.into());
            fill("createdAt", epoch());
        }
        Entity::AssistantJobs => {
            fill("status", "draft".into());
            for list in ["inputRefs", "outputArtifactIds", "logRefs"] {
                fill(list, json!([]));
            }
            fill("approvalRequired", true.into());
            fill("attemptCount", 0.into());
            fill("maxAttempts", 2.into());
        }
        Entity::AuditEvents | Entity::ChangeEvents => {
            fill("summary", "".into());
            if fields.contains_key("hash") {
                fields.entry("previousHash").or_insert_with(|| "".into());
            }
        }
        Entity::GenerationWindows => {
            fill("tasks", 0.into());
            fill("attempts", 1.into());
        }
        Entity::IntakeItems => {}
    }
}

fn complete_file(fields: &mut Object) {
    let text = |fields: &Object, name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let uri = text(fields, "storageUri");
    let defaults = [
        ("taskId", Value::from("")),
        ("filename", uri.rsplit('/').next().unwrap_or_default().into()),
        ("category", "document".into()),
        ("storagePath", uri.strip_prefix("local-dev://").unwrap_or(&uri).into()),
        ("storageProvider", dataops_domain::artifact::provider_of(&uri).as_str().into()),
        ("storageUri", "".into()),
        ("contentType", "application/octet-stream".into()),
        ("checksum", "".into()),
        ("sizeBytes", 0.into()),
        ("createdAt", json!(Timestamp::from_millis(0))),
    ];
    for (name, value) in defaults {
        fields.entry(name).or_insert(value);
    }
}

fn complete_artifact(fields: &mut Object) {
    let text = |fields: &Object, name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let provider = dataops_domain::artifact::provider_of(&text(fields, "storageUri").unwrap_or_default());
    let class = text(fields, "dataClass").or_else(|| text(fields, "visibility")).unwrap_or_else(|| "internal".to_owned());
    let defaults = [
        ("status", Value::from("draft")),
        ("storageProvider", provider.as_str().into()),
        ("dataClass", class.as_str().into()),
        ("visibility", class.as_str().into()),
        ("sourceType", "import".into()),
    ];
    for (name, value) in defaults {
        fields.entry(name).or_insert(value);
    }
}
