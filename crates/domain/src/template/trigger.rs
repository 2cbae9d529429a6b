//! What starts a workflow by itself: the schedule of an automatic template, paused, resumed and archived like a duty (RW-5).
//!
//! The API takes any schedule text for a template; what can't be read is told when it should have come up.

use serde_json::{Value, json};

use super::Template;
use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::pause::{Ask, Standing};
use crate::refusal::Refusal;
use crate::time::{Timestamp, Tz};

/// The trigger type of a template that is started by its schedule.
pub const AUTOMATIC: &str = "automatic";

/// The template as it becomes, and what the audit log says of it; `None` when it stays as it is.
pub type Change = Option<(Template, NewEvent)>;

impl Template {
    /// True when it is started by a schedule, which may be empty or paused.
    pub fn is_automatic(&self) -> bool {
        self.trigger_type.as_deref() == Some(AUTOMATIC)
    }

    /// Whether its schedule makes anything.
    pub fn standing(&self) -> Standing {
        Standing { enabled: self.trigger_enabled != Some(false), pauses: self.pauses.clone(), archived_at: self.archived_at }
    }

    /// The template with another standing of its schedule.
    #[must_use]
    pub fn with_standing(&self, standing: Standing) -> Self {
        let Standing { enabled, pauses, archived_at } = standing;
        // Absent and true say the same; what was absent stays so.
        let trigger_enabled = if enabled == (self.trigger_enabled != Some(false)) { self.trigger_enabled } else { Some(enabled) };
        Self { trigger_enabled, pauses, archived_at, ..self.clone() }
    }

    /// The timezone of its schedule: its own, else the application's. `None` when its own is not a timezone.
    pub fn zone(&self, application: Tz) -> Option<Tz> {
        self.timezone.as_deref().filter(|name| !name.is_empty()).map_or(Some(application), |name| name.parse().ok())
    }

    /// Since when its dates are expected.
    pub fn expected_since(&self) -> Timestamp {
        self.scheduled_since.map_or(self.created_at, |since| since.max(self.created_at))
    }

    /// The template as it is answered: without what is only stored, and `triggerEnabled` as it is now, also when a pause has
    /// run out by itself.
    #[must_use]
    pub fn shown(&self, now: Timestamp, application: Tz) -> Self {
        let (standing, zone) = (self.standing(), self.zone(application).unwrap_or(application));
        let trigger_enabled = match self.trigger_enabled {
            Some(false) if standing.is_running(now, zone) => Some(true),
            _ if standing.pause_at(now, zone).is_some() => Some(false),
            said => said,
        };
        Self { trigger_enabled, scheduled_since: None, ..self.clone() }
    }

    /// This state of a template, `before` being the state it comes from: a switch of `triggerEnabled` is a pause without a
    /// reason or a resume, and another schedule counts from now on.
    ///
    /// # Errors
    /// When its schedule is archived and would be resumed or paused.
    pub fn triggered_from(&self, before: &Self, actor: &Actor, now: Timestamp, application: Tz) -> Result<Self, Refusal> {
        let mut after = self.clone();
        let timing =
            |one: &Self| (one.trigger_type.clone(), one.trigger_schedule.clone(), one.trigger_lead_days.clone(), one.timezone.clone());
        if timing(before) != timing(self) {
            after.scheduled_since = Some(now);
        }
        let zone = self.zone(application).unwrap_or(application);
        let (was, is) = (before.shown(now, application).trigger_enabled != Some(false), self.trigger_enabled != Some(false));
        // The fields as they were, so that the switch itself is what changes the standing.
        after.trigger_enabled = before.trigger_enabled;
        let standing = match (was, is) {
            (true, false) => after.standing().paused(Ask::default(), actor, now, zone)?,
            (false, true) => after.standing().resumed(actor, now, zone)?,
            (true, true) | (false, false) => None,
        };
        after.trigger_enabled = self.trigger_enabled;
        Ok(standing.map_or_else(|| after.clone(), |standing| after.with_standing(standing)))
    }
}

/// The schedule paused.
///
/// # Errors
/// When it is archived, or the template is not automatic.
pub fn pause(template: &Template, ask: Ask, actor: &Actor, now: Timestamp, application: Tz) -> Result<Change, Refusal> {
    automatic(template)?;
    let metadata = json!({ "reason": ask.reason, "until": ask.until });
    let paused = template.standing().paused(ask, actor, now, template.zone(application).unwrap_or(application))?;
    Ok(paused.map(|standing| stands(template, standing, "trigger-paused", "Paused", metadata, now)))
}

/// The schedule resumed.
///
/// # Errors
/// When it is archived, or the template is not automatic.
pub fn resume(template: &Template, actor: &Actor, now: Timestamp, application: Tz) -> Result<Change, Refusal> {
    automatic(template)?;
    let resumed = template.standing().resumed(actor, now, template.zone(application).unwrap_or(application))?;
    Ok(resumed.map(|standing| stands(template, standing, "trigger-resumed", "Resumed", Value::Null, now)))
}

/// The schedule put away; the template stays and can be started by hand.
///
/// # Errors
/// When the template is not automatic.
pub fn archive(template: &Template, now: Timestamp) -> Result<Change, Refusal> {
    automatic(template)?;
    Ok(template.standing().archived(now).map(|standing| stands(template, standing, "trigger-archived", "Archived", Value::Null, now)))
}

fn automatic(template: &Template) -> Result<(), Refusal> {
    if template.is_automatic() {
        Ok(())
    } else {
        Err(Refusal::rule("not_automatic", "This template is started by hand: it has no schedule"))
    }
}

fn stands(
    template: &Template,
    standing: Standing,
    action: &'static str,
    verb: &str,
    metadata: Value,
    now: Timestamp,
) -> (Template, NewEvent) {
    let after = Template { updated_at: now, ..template.with_standing(standing) };
    (after, NewEvent { action, summary: format!("{verb} the schedule of '{}'", template.name), metadata })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TemplateId;
    use crate::json::Object;
    use crate::pause::Pause;

    const BERLIN: Tz = chrono_tz::Europe::Berlin;

    fn template() -> Template {
        let fields = json!({ "name": "Newsletter", "type": "newsletter", "triggerType": "automatic", "triggerSchedule": "0 9 * * 1", "taskDefinitions": [] });
        let Value::Object(fields) = fields else { panic!("an object") };
        super::super::new(TemplateId::new("t"), &Object::from_iter(fields), Timestamp::from_millis(0))
    }

    fn day(day: i64) -> Timestamp {
        Timestamp::from_millis(day * 86_400_000)
    }

    #[test]
    fn switching_it_off_is_a_pause_without_a_reason() {
        let before = template();
        let off = Template { trigger_enabled: Some(false), ..before.clone() };
        let after = off.triggered_from(&before, &Actor::new("host"), day(3), BERLIN).expect("allowed");
        assert_eq!(after.trigger_enabled, Some(false));
        let pause = Pause { from: day(3), until: None, reason: None, actor_id: "host".to_owned(), resumed_at: None, resumed_by: None };
        assert_eq!(after.pauses, [pause]);
        // Saving it again changes nothing more, switching it on ends the pause.
        assert_eq!(after.triggered_from(&after, &Actor::new("host"), day(4), BERLIN).expect("allowed"), after);
        let on = Template { trigger_enabled: Some(true), ..after.clone() };
        let resumed = on.triggered_from(&after, &Actor::new("host"), day(5), BERLIN).expect("allowed");
        assert_eq!((resumed.trigger_enabled, resumed.pauses[0].resumed_at), (Some(true), Some(day(5))));
    }

    #[test]
    fn newer_content_leaves_a_pause_alone() {
        let (paused, _) = pause(&template(), Ask::default(), &Actor::system(), day(1), BERLIN).expect("allowed").expect("changed");
        let newer = Template { name: "Letter".to_owned(), trigger_enabled: Some(true), ..template() };
        assert_eq!(super::super::difference::between(&paused, &newer).fields.len(), 1, "the name alone");
        let after = paused.defined_as(&newer);
        assert_eq!((after.name.as_str(), after.standing()), ("Letter", paused.standing()));
    }

    #[test]
    fn another_schedule_counts_from_now_on() {
        let before = template();
        let moved = Template { trigger_schedule: Some("0 9 * * 2".to_owned()), ..before.clone() };
        let after = moved.triggered_from(&before, &Actor::system(), day(3), BERLIN).expect("allowed");
        assert_eq!(after.expected_since(), day(3));
        assert_eq!(before.triggered_from(&before, &Actor::system(), day(3), BERLIN).expect("allowed").expected_since(), day(0));
        assert_eq!(after.shown(day(4), BERLIN).scheduled_since, None);
    }

    #[test]
    fn a_template_started_by_hand_has_nothing_to_pause() {
        let manual = Template { trigger_type: Some("manual".to_owned()), ..template() };
        assert_eq!(pause(&manual, Ask::default(), &Actor::system(), day(1), BERLIN).expect_err("refused").code, "not_automatic");
        let (paused, event) = pause(&template(), Ask::default(), &Actor::system(), day(1), BERLIN).expect("allowed").expect("changed");
        assert_eq!((event.action, paused.trigger_enabled), ("trigger-paused", Some(false)));
        assert_eq!(pause(&paused, Ask::default(), &Actor::system(), day(2), BERLIN).expect("allowed"), None);
        let (resumed, _) = resume(&paused, &Actor::system(), day(3), BERLIN).expect("allowed").expect("changed");
        assert!(resumed.standing().is_running(day(3), BERLIN));
        assert!(archive(&resumed, day(4)).expect("allowed").is_some_and(|(after, _)| after.archived_at == Some(day(4))));
    }
}
