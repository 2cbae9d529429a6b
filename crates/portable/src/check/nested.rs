//! What stands inside records: task histories, template definitions, phases, approvals. Names there are the product's own.

use std::collections::HashSet;
use std::io;

use dataops_domain::input;

use super::{Check, Record};
use crate::json::Json;
use crate::schema::words::{HISTORY_ACTIONS, VERDICTS};

/// A place inside a record: as a JSON pointer, and as words.
struct Place {
    pointer: String,
    path: String,
}

impl Place {
    fn entry(list: &str, at: usize) -> Self {
        Self { pointer: format!("/{list}/{at}"), path: format!(".{list}[{at}]") }
    }
}

impl Check {
    fn find_at(&mut self, record: &Record<'_, '_>, place: &Place, field: &str, code: &str, words: &str) -> io::Result<()> {
        self.find(record, format!("{}/{field}", place.pointer), code, &format!("{} {words}", place.path))
    }

    fn required_texts(&mut self, record: &Record<'_, '_>, place: &Place, value: &Json<'_>, fields: &[&str]) -> io::Result<()> {
        for field in fields {
            if value.text_of(field).is_none_or(|text| text.trim().is_empty()) {
                self.find_at(record, place, field, "missing-field", &format!("missing required string field {field}"))?;
            }
        }
        Ok(())
    }

    fn texts(&mut self, record: &Record<'_, '_>, place: &Place, value: &Json<'_>, fields: &[&str]) -> io::Result<()> {
        for field in fields {
            if value.get(field).is_some_and(|value| !matches!(value, Json::Text(_) | Json::Null)) {
                self.find_at(record, place, field, "wrong-type", &format!("field {field} must be a string when present"))?;
            }
        }
        Ok(())
    }

    fn moments(&mut self, record: &Record<'_, '_>, place: &Place, value: &Json<'_>, fields: &[&str]) -> io::Result<()> {
        for field in fields {
            let good = |value: &Json<'_>| *value == Json::Null || value.text().is_some_and(input::is_date_or_timestamp);
            if value.get(field).is_some_and(|value| !good(value)) {
                self.find_at(record, place, field, "bad-date", &format!("field {field} must be a parseable date or timestamp"))?;
            }
        }
        Ok(())
    }

    /// The history of a task.
    pub(super) fn history(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        let Some(history) = record.get("task_history") else { return Ok(()) };
        let mut ids: HashSet<&str> = HashSet::new();
        for (at, event) in history.list().iter().enumerate() {
            let place = Place::entry("task_history", at);
            self.required_texts(record, &place, event, &["id", "createdAt"])?;
            self.texts(record, &place, event, &["actorId", "channel", "waitingFor", "note"])?;
            self.moments(record, &place, event, &["followUpAt", "previousFollowUpAt", "createdAt"])?;
            if event.text_of("taskId") != Some(record.id) {
                self.find_at(record, &place, "taskId", "broken-relation", "taskId must match parent task_id")?;
            }
            let bundle = event.get("bundleId").filter(|bundle| **bundle != Json::Null);
            if bundle.is_some_and(|bundle| bundle.text() != record.text("bundle_id")) {
                self.find_at(record, &place, "bundleId", "broken-relation", "bundleId must match parent bundle_id")?;
            }
            let action = event.text_of("action").unwrap_or_default();
            if !HISTORY_ACTIONS.contains(&action) {
                let told: String = action.chars().take(80).collect();
                self.find_at(record, &place, "action", "unknown-value", &format!("field action has unknown value: {told}"))?;
            }
            let id = event.text_of("id").unwrap_or_default();
            if !id.is_empty() && !ids.insert(id) {
                self.find_at(record, &place, "id", "duplicate-id", &format!("has the id of another event of the task: {id}"))?;
            }
        }
        Ok(())
    }

    /// Phases of a template: each with its id and name.
    pub(super) fn phases(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        for (at, phase) in record.get("phases").map_or(&[][..], Json::list).iter().enumerate() {
            self.required_texts(record, &Place::entry("phases", at), phase, &["id", "name"])?;
        }
        Ok(())
    }

    /// The tasks that a template defines.
    pub(super) fn definitions(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        for (at, definition) in record.get("task_definitions").map_or(&[][..], Json::list).iter().enumerate() {
            let place = Place::entry("task_definitions", at);
            self.texts(record, &place, definition, &["instructionDocId", "instructionStepId", "phase"])?;
            let systems = definition.get("systems").filter(|systems| **systems != Json::Null);
            let list = |systems: &Json<'_>| matches!(systems, Json::List(list) if list.iter().all(|system| system.text().is_some()));
            if systems.is_some_and(|systems| !list(systems)) {
                self.find_at(record, &place, "systems", "wrong-type", "field systems must be an array of strings when present")?;
            }
            let validation = definition.get("validation");
            if validation.is_some_and(|value| !matches!(value, Json::Text(_) | Json::Object(_) | Json::Null)) {
                self.find_at(record, &place, "validation", "wrong-type", "field validation must be a string or object when present")?;
            }
            if let Some(proof) = definition.get("proofRequirement").filter(|proof| **proof != Json::Null) {
                let pointer = format!("{}/proofRequirement", place.pointer);
                self.proof_requirement(record, &pointer, &format!("{} field proofRequirement", place.path), proof)?;
            }
            for (list, id_key) in dataops_domain::refs::LISTS {
                let Some(refs) = definition.get(list).filter(|refs| **refs != Json::Null) else { continue };
                if !matches!(refs, Json::List(_)) {
                    self.find_at(record, &place, list, "wrong-type", &format!("field {list} must be an array of objects when present"))?;
                }
                let pointer = format!("{}/{list}", place.pointer);
                self.refs(record, &pointer, &format!("task_definitions[{at}].{list}"), id_key, refs)?;
            }
        }
        Ok(())
    }

    /// The decision about a job.
    pub(super) fn approval(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        let Some(approval) = record.get("approval") else { return Ok(()) };
        let place = Place { pointer: "/approval".to_owned(), path: ".approval".to_owned() };
        let status = approval.text_of("status").unwrap_or_default();
        if !VERDICTS.contains(&status) {
            let told: String = status.chars().take(80).collect();
            self.find_at(record, &place, "status", "unknown-value", &format!("field status has unknown value: {told}"))?;
        }
        self.texts(record, &place, approval, &["decidedBy"])?;
        self.moments(record, &place, approval, &["decidedAt"])?;
        if record.text("status") == Some("rejected") {
            self.required_texts(record, &place, approval, &["reason"])?;
        }
        Ok(())
    }
}
