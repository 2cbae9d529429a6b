//! Reading the bodies that make and change a recurring config (wire contract 7).

use serde_json::Value;

use super::RecurringConfig;
use crate::actor::Actor;
use crate::id::RecurringConfigId;
use crate::input::{self, Fields};
use crate::json::{self, Object};
use crate::pause::{Ask, Standing};
use crate::refusal::Refusal;
use crate::schedule::Schedule;
use crate::time::{Timestamp, Tz};

/// The fields a request may set: those of the definition, and `enabled`.
const KNOWN: [&str; 13] = [
    "description",
    "cronExpression",
    "assigneeId",
    "enabled",
    "timezone",
    "instructionsUrl",
    "instructionDocId",
    "instructionStepId",
    "systems",
    "proofRequirement",
    "requiredLinkName",
    "requiresFile",
    "tags",
];

/// Reads a new config.
///
/// # Errors
/// Every field that is missing or wrong, in the contract's order.
pub fn parse_new(body: &Object, now: Timestamp, application: Tz) -> Result<Object, Refusal> {
    let mut fields = Fields::of(body);
    fields.required_text("description", "description is required");
    if fields.value("cronExpression").is_none() {
        fields.refuse("cronExpression", "cronExpression is required: five fields such as 0 9 * * 1");
    }
    check(&mut fields, None, now, application);
    fields.finish()?;
    Ok(kept(body).into_iter().filter(|(_, value)| !value.is_null()).collect())
}

/// Reads the changes to a config. A `null` removes an optional field.
///
/// # Errors
/// Every field that is wrong, or that nothing would change.
pub fn parse_changes(body: &Object, stored: &RecurringConfig, now: Timestamp, application: Tz) -> Result<Object, Refusal> {
    let mut fields = Fields::of(body);
    for key in ["description", "cronExpression", "enabled"] {
        if body.get(key).is_some_and(Value::is_null) {
            fields.refuse(key, format!("{key} cannot be removed"));
        }
    }
    if fields.value("description").is_some() {
        fields.required_text("description", "description must not be blank");
    }
    check(&mut fields, Some(stored), now, application);
    fields.finish()?;
    let changes = kept(body);
    if changes.is_empty() {
        return Err(Refusal::rule("nothing_to_update", "No valid fields to update"));
    }
    Ok(changes)
}

fn check(fields: &mut Fields<'_>, stored: Option<&RecurringConfig>, now: Timestamp, application: Tz) {
    let zone = zone(fields);
    match fields.value("cronExpression") {
        Some(Value::String(text)) => {
            let known = stored.map(|stored| stored.cron_expression.as_str());
            let today = now.local_date(zone.unwrap_or(application));
            // What is stored already may be sent again, whatever has become of the calendar since.
            if let Err(problem) =
                Schedule::parse_from(text, today).map(|_| ()).or_else(|problem| if known == Some(text) { Ok(()) } else { Err(problem) })
            {
                fields.refuse("cronExpression", format!("cronExpression {problem}"));
            }
        }
        Some(_) => fields.refuse("cronExpression", "cronExpression must be a string of five cron fields"),
        None => {}
    }
    fields.text("assigneeId");
    fields.boolean("enabled");
    fields.link("instructionsUrl", stored.and_then(|stored| stored.instructions_url.as_deref()));
    for key in ["instructionDocId", "instructionStepId", "requiredLinkName"] {
        fields.text(key);
    }
    fields.texts("systems");
    fields.proof("proofRequirement");
    fields.boolean("requiresFile");
    fields.texts("tags");
}

/// The timezone a body names, when it names one; otherwise the problem is refused.
fn zone(fields: &mut Fields<'_>) -> Option<Tz> {
    let name = fields.text("timezone").filter(|name| !name.is_empty())?;
    let zone = name.parse().ok();
    if zone.is_none() {
        fields.refuse("timezone", "timezone must be an IANA name such as Europe/Berlin");
    }
    zone
}

fn kept(body: &Object) -> Object {
    let mut kept = input::kept(body, &KNOWN);
    if let Some(schedule) = kept.get("cronExpression").and_then(Value::as_str).and_then(|text| Schedule::parse(text).ok()) {
        kept.insert("cronExpression".to_owned(), schedule.as_str().into());
    }
    if kept.get("timezone").and_then(Value::as_str) == Some("") {
        kept.insert("timezone".to_owned(), Value::Null);
    }
    kept
}

/// A new config from its validated fields. `enabled: false` makes it with a pause that has no reason.
pub fn new(id: RecurringConfigId, fields: &Object, actor: &Actor, now: Timestamp, application: Tz) -> RecurringConfig {
    let bare = RecurringConfig {
        id,
        description: String::new(),
        cron_expression: String::new(),
        timezone: None,
        enabled: true,
        assignee_id: None,
        instructions_url: None,
        instruction_doc_id: None,
        instruction_step_id: None,
        systems: None,
        proof_requirement: None,
        required_link_name: None,
        requires_file: None,
        tags: None,
        pauses: Vec::new(),
        archived_at: None,
        scheduled_since: None,
        content_hash: None,
        created_at: now,
        updated_at: now,
        version: 0,
    };
    let config = json::merged(&bare, fields);
    if config.enabled {
        return config;
    }
    let paused = Standing::running().paused(Ask::default(), actor, now, config.zone(application).unwrap_or(application));
    paused.ok().flatten().map_or_else(|| config.clone(), |standing| config.with_standing(standing))
}
