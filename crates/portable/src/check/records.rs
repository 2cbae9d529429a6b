//! Rules that hold between the fields of one record.

use std::io;

use dataops_domain::generation::work;
use dataops_domain::id;
use dataops_domain::time;

use super::{Check, Record};
use crate::chain;
use crate::entity::Entity;
use crate::json::Json;
use crate::record;

impl Check {
    pub(super) fn rules(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        match record.entity {
            Entity::Tasks => self.task(record),
            Entity::Templates => {
                self.phases(record)?;
                self.definitions(record)
            }
            Entity::Artifacts => self.artifact(record),
            Entity::AssistantJobs => self.job(record),
            Entity::Notifications => self.notification(record),
            Entity::AuditEvents | Entity::ChangeEvents => self.event(record),
            Entity::GenerationWindows => self.window(record),
            Entity::Users | Entity::Bundles | Entity::RecurringConfigs | Entity::Files | Entity::IntakeItems => Ok(()),
        }
    }

    /// One of a few fields must hold a text; findings name the first.
    fn needs(&mut self, record: &Record<'_, '_>, fields: &[&str]) -> io::Result<()> {
        if fields.iter().any(|field| record.text(field).is_some_and(|text| !text.trim().is_empty())) {
            return Ok(());
        }
        let name = fields.first().copied().unwrap_or_default();
        self.find(record, format!("/{name}"), "missing-field", &format!("missing required string field {name}"))
    }

    fn task(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        if record.text("status") == Some("waiting") {
            self.needs(record, &["waiting_for"])?;
            self.needs(record, &["follow_up_at"])?;
        }
        self.history(record)?;
        self.duty(record)?;
        self.proof(record)
    }

    /// The id of a duty's task is derived from the duty and the date it was made for, which is the id's own day.
    fn duty(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        let config = record.text("recurring_config_id").filter(|_| record.text("source") == Some("recurring"));
        let Some((config, day)) = config.zip(id::day_of(record.id).filter(|day| is_of_midnight(record.id, *day))) else { return Ok(()) };
        if work::duty_task_id(config, day).as_str() == record.id {
            return Ok(());
        }
        self.find(record, "/task_id", "derived-id", "field task_id is not the id derived from its recurring_config_id and date")
    }

    fn artifact(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        if matches!(record.text("status"), Some("approved" | "rejected")) {
            self.needs(record, &["reviewed_at"])?;
        }
        let uri = record.text("storage_uri").unwrap_or_default();
        let provider = record.text("storage_provider").unwrap_or_else(|| dataops_domain::artifact::provider_of(uri).as_str());
        if matches!(provider, "s3" | "local-dev") && record.text("checksum").is_none_or(|sum| sum.trim().is_empty()) {
            let words = format!("checksum is required for DataOps-owned {provider} artifacts");
            self.find(record, "/checksum", "missing-checksum", &words)?;
        }
        Ok(())
    }

    fn job(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        self.needs(record, &["task_id", "bundle_id", "external_task_id", "external_bundle_id"])?;
        self.approval(record)?;
        let status = record.text("status");
        if status == Some("rejected") && record.get("approval").is_none() {
            self.find(record, "/approval/reason", "missing-field", ".approval missing required string field reason")?;
        }
        if status == Some("waiting_approval") && record.get("approval_required").and_then(Json::flag) == Some(false) {
            let words = "cannot be waiting_approval when approval_required is false";
            self.find(record, "/approval_required", "contradiction", words)?;
        }
        Ok(())
    }

    fn notification(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        if record.text("notification_type") == Some("follow-up-due") {
            self.needs(record, &["task_id", "intake_item_id", "external_task_id"])?;
            self.needs(record, &["due_at"])?;
        }
        Ok(())
    }

    /// An event with a place in a chain: its id says which, its hash says that nothing of it was altered.
    fn event(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        let Some(sequence) = record.get("sequence").and_then(Json::number) else { return Ok(()) };
        let (kind, of) = (record.text("entity_type").unwrap_or_default(), record.text("entity_id").unwrap_or_default());
        if record.id != format!("{kind}.{of}.{sequence:08}") {
            let words = "field audit_event_id is not made of entity_type, entity_id and sequence";
            self.find(record, "/audit_event_id", "derived-id", words)?;
        }
        if record.entity == Entity::AuditEvents && record.text("assistant_job_id").is_some_and(|job| job != of) {
            self.find(record, "/entity_id", "broken-relation", "entity_id must match assistant_job_id")?;
        }
        // What was taken out is marked in the words as well; the mark alone excuses nothing.
        let marked = || {
            ["summary", "metadata"]
                .iter()
                .any(|name| record.get(name).is_some_and(|value| value.to_value().to_string().contains("[redacted")))
        };
        let redacted = record.get("redacted").and_then(Json::flag) == Some(true) && marked();
        let altered = |hash: &str| match chain::is_whole(record.json, hash) {
            Some(whole) => !whole,
            None => event_of(record).is_none_or(|event| event.expected_hash() != hash),
        };
        if !redacted && record.text("hash").is_some_and(altered) {
            self.find(record, "/hash", "chain-altered", "hash does not fit what the event says: it was altered")?;
        }
        Ok(())
    }

    fn window(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        let (source, date) = (record.text("source").unwrap_or_default(), record.text("date").unwrap_or_default());
        let derived = record::window_id(source, date);
        if derived.is_empty() {
            return self.find(record, "/source", "unknown-value", "field source must be recurring#<id> or template#<id>");
        }
        if derived != record.id {
            let words = "field generation_window_id is not the id derived from source and date";
            self.find(record, "/generation_window_id", "derived-id", words)?;
        }
        // What was completed may have been made by hand; what was made has the window's own id.
        let made = record.text("status") == Some("created");
        let (kind, of) = source.split_once('#').unwrap_or_default();
        let work = match (kind, time::parse_date(date), record.text("anchor_date").and_then(time::parse_date)) {
            ("recurring", Some(date), _) => Some(("task_id", work::duty_task_id(of, date).to_string())),
            ("template", _, Some(anchor)) => Some(("bundle_id", work::bundle_id(of, anchor).to_string())),
            _ => None,
        };
        let Some((field, expected)) = work.filter(|_| made) else { return Ok(()) };
        if record.text(field).is_some_and(|found| found != expected) {
            let words = format!("field {field} is not the id derived from source and date");
            self.find(record, format!("/{field}"), "derived-id", &words)?;
        }
        Ok(())
    }
}

/// The event as the domain reads it, for what the quick way cannot hash.
fn event_of(record: &Record<'_, '_>) -> Option<dataops_domain::audit::Event> {
    let serde_json::Value::Object(fields) = record.json.to_value() else { return None };
    crate::import::Restored::of(record.entity, &fields).read_event().ok()
}

/// True for an id whose time part is the very start of its day, as that of a derived id is.
fn is_of_midnight(id: &str, day: dataops_domain::Date) -> bool {
    // The same time part as any id derived for the day.
    id::derived(day, &[]).get(..10) == id.get(..10)
}
