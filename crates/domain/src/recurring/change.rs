//! What becomes of a config: changed, paused, resumed, archived. Each gives the config as it is then and the event that says
//! so, or nothing when it is so already.

use serde_json::{Value, json};

use super::RecurringConfig;
use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::json::{self, Object};
use crate::pause::{Ask, Standing};
use crate::refusal::Refusal;
use crate::time::{Timestamp, Tz};

/// The config as it becomes, and what the audit log says of it; `None` when it stays as it is.
pub type Change = Option<(RecurringConfig, NewEvent)>;

/// The config with validated changes. `enabled: false` is a pause without a reason, `enabled: true` a resume.
///
/// # Errors
/// When it is archived and would be resumed or paused.
pub fn edit(config: &RecurringConfig, changes: &Object, actor: &Actor, now: Timestamp, application: Tz) -> Result<Change, Refusal> {
    let mut fields = changes.clone();
    let enabled = fields.shift_remove("enabled").and_then(|enabled| enabled.as_bool());
    let mut after = json::merged(config, &fields);
    let zone = after.zone(application).unwrap_or(application);
    if after.cron_expression != config.cron_expression || after.timezone != config.timezone {
        after.scheduled_since = Some(now);
    }
    let standing = match enabled {
        Some(true) if !config.shown(now, application).enabled => config.standing().resumed(actor, now, zone)?,
        Some(false) if config.shown(now, application).enabled => config.standing().paused(Ask::default(), actor, now, zone)?,
        _ => None,
    };
    if let Some(standing) = standing {
        after = after.with_standing(standing);
    }
    if after == *config {
        return Ok(None);
    }
    after.updated_at = now;
    let changes = json::changes(&told(config), &told(&after));
    let event = NewEvent {
        action: "updated",
        summary: format!("Changed the duty '{}'", after.description),
        metadata: json!({ "changes": changes }),
    };
    Ok(Some((after, event)))
}

/// The config paused.
///
/// # Errors
/// When it is archived.
pub fn pause(config: &RecurringConfig, ask: Ask, actor: &Actor, now: Timestamp, application: Tz) -> Result<Change, Refusal> {
    let metadata = json!({ "reason": ask.reason, "until": ask.until });
    let paused = config.standing().paused(ask, actor, now, config.zone(application).unwrap_or(application))?;
    Ok(paused.map(|standing| stands(config, standing, "paused", format!("Paused the duty '{}'", config.description), metadata, now)))
}

/// The config resumed.
///
/// # Errors
/// When it is archived.
pub fn resume(config: &RecurringConfig, actor: &Actor, now: Timestamp, application: Tz) -> Result<Change, Refusal> {
    let resumed = config.standing().resumed(actor, now, config.zone(application).unwrap_or(application))?;
    let summary = || format!("Resumed the duty '{}'", config.description);
    Ok(resumed.map(|standing| stands(config, standing, "resumed", summary(), Value::Null, now)))
}

/// The config put away.
pub fn archive(config: &RecurringConfig, now: Timestamp) -> Change {
    let summary = || format!("Archived the duty '{}'", config.description);
    config.standing().archived(now).map(|standing| stands(config, standing, "archived", summary(), Value::Null, now))
}

fn stands(
    config: &RecurringConfig,
    standing: Standing,
    action: &'static str,
    summary: String,
    metadata: Value,
    now: Timestamp,
) -> (RecurringConfig, NewEvent) {
    (RecurringConfig { updated_at: now, ..config.with_standing(standing) }, NewEvent { action, summary, metadata })
}

/// The config as an event compares it: what is only stored is nothing to tell.
fn told(config: &RecurringConfig) -> RecurringConfig {
    RecurringConfig { scheduled_since: None, content_hash: None, ..config.clone() }
}
