//! Whether something that comes up by itself does so at all: enabled, paused or archived (RW-5).
//!
//! A pause is an interval with who began it and why. Pauses that are over stay in the record: they say why a date was not
//! made. Duties and automatic workflows have the same rules, so both are judged here, as a [`Standing`].

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::input::Fields;
use crate::json::Object;
use crate::refusal::Refusal;
use crate::secrets;
use crate::time::{self, Date, Timestamp, Tz};

/// The longest reason, in characters.
pub const MAX_REASON: usize = 500;
/// The most pauses a source keeps; the oldest that are over make room.
pub const MAX_PAUSES: usize = 50;

/// One pause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// When it began.
    pub from: Timestamp,
    /// When it ends by itself: a date (from the start of that local day on it is over) or a timestamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Why; absent when it was switched off without a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who began it.
    pub actor_id: String,
    /// When somebody ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed_at: Option<Timestamp>,
    /// Who ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed_by: Option<String>,
}

impl Pause {
    /// The moment it is over; `None` while nothing ends it.
    pub fn end(&self, timezone: Tz) -> Option<Timestamp> {
        let planned = self.until.as_deref().and_then(|until| time::follow_up_moment(until, timezone));
        [planned, self.resumed_at].into_iter().flatten().min()
    }

    /// True at a moment it covers. It ends before its end.
    pub fn covers(&self, moment: Timestamp, timezone: Tz) -> bool {
        self.from <= moment && self.end(timezone).is_none_or(|end| moment < end)
    }
}

/// What a request to pause says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// Why.
    pub reason: Option<String>,
    /// Until when: a date or a timestamp.
    pub until: Option<String>,
}

impl Ask {
    /// Reads `{reason, until?}`.
    ///
    /// # Errors
    /// No reason, one that is too long, or an end that is no date or already past.
    pub fn parse(body: &Object, now: Timestamp, timezone: Tz) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        let reason = fields.value("reason").and_then(|value| value.as_str()).map_or("", str::trim);
        if reason.is_empty() {
            fields.refuse("reason", "reason is required: say why it is paused");
        } else if fields.text_up_to("reason", MAX_REASON).is_some_and(secrets::note_marker) {
            fields.refuse("reason", "reason must hold no token, signed address or other credential");
        }
        fields.date_or_timestamp("until");
        let until = fields.value("until").and_then(|value| value.as_str()).map(str::trim).filter(|until| !until.is_empty());
        if until.and_then(|until| time::follow_up_moment(until, timezone)).is_some_and(|end| end <= now) {
            fields.refuse("until", "until must be in the future: it is when the pause ends");
        }
        let ask = Self { reason: Some(reason.to_owned()), until: until.map(str::to_owned) };
        fields.finish().map(|()| ask)
    }
}

/// How a source stands: what decides whether it makes anything, apart from its schedule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// What the record says. False while it is paused, and for what came in switched off.
    pub enabled: bool,
    /// Every pause, oldest first.
    pub pauses: Vec<Pause>,
    /// When it was put away.
    pub archived_at: Option<Timestamp>,
}

impl Standing {
    /// One that runs.
    pub fn running() -> Self {
        Self { enabled: true, ..Self::default() }
    }

    /// The pause that covers a moment.
    pub fn pause_at(&self, moment: Timestamp, timezone: Tz) -> Option<&Pause> {
        self.pauses.iter().rev().find(|pause| pause.covers(moment, timezone))
    }

    /// The pause that covers the start of a local day.
    pub fn pause_on(&self, date: Date, timezone: Tz) -> Option<&Pause> {
        self.pause_at(time::start_of_day(date, timezone), timezone)
    }

    /// True when it is switched off and no pause says so: a record that came in like this. A pause that ran out by itself
    /// switches it on again without anybody writing so.
    pub fn is_disabled(&self, moment: Timestamp, timezone: Tz) -> bool {
        let ran_out = self.pauses.last().is_some_and(|last| last.resumed_at.is_none());
        !self.enabled && !ran_out && self.pause_at(moment, timezone).is_none()
    }

    /// True when nothing but its schedule decides what it makes at this moment.
    pub fn is_running(&self, moment: Timestamp, timezone: Tz) -> bool {
        self.archived_at.is_none() && self.pause_at(moment, timezone).is_none() && !self.is_disabled(moment, timezone)
    }

    /// It as somebody pauses it; `None` when it is paused already.
    ///
    /// # Errors
    /// When it is archived.
    pub fn paused(&self, ask: Ask, actor: &Actor, now: Timestamp, timezone: Tz) -> Result<Option<Self>, Refusal> {
        self.not_archived("paused")?;
        if self.pause_at(now, timezone).is_some() {
            return Ok(None);
        }
        let pause = Pause {
            from: now,
            until: ask.until,
            reason: ask.reason.filter(|reason| !reason.is_empty()),
            actor_id: actor.id.clone(),
            resumed_at: None,
            resumed_by: None,
        };
        let mut after = Self { enabled: false, ..self.clone() };
        after.pauses.push(pause);
        let surplus = after.pauses.len().saturating_sub(MAX_PAUSES);
        after.pauses.drain(..surplus);
        Ok(Some(after))
    }

    /// It as somebody resumes it; `None` when it runs already.
    ///
    /// # Errors
    /// When it is archived.
    pub fn resumed(&self, actor: &Actor, now: Timestamp, timezone: Tz) -> Result<Option<Self>, Refusal> {
        self.not_archived("resumed")?;
        if self.is_running(now, timezone) {
            return Ok(None);
        }
        let mut after = Self { enabled: true, ..self.clone() };
        for pause in after.pauses.iter_mut().filter(|pause| pause.covers(now, timezone)) {
            pause.resumed_at = Some(now);
            pause.resumed_by = Some(actor.id.clone());
        }
        Ok(Some(after))
    }

    /// It as somebody puts it away; `None` when it is away already. It never makes anything again.
    pub fn archived(&self, now: Timestamp) -> Option<Self> {
        self.archived_at.is_none().then(|| Self { archived_at: Some(now), ..self.clone() })
    }

    fn not_archived(&self, verb: &str) -> Result<(), Refusal> {
        match self.archived_at {
            Some(_) => Err(Refusal::rule("archived", format!("It is archived and cannot be {verb}"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const BERLIN: Tz = chrono_tz::Europe::Berlin;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a moment")
    }

    fn ask(body: Value) -> Result<Ask, Refusal> {
        let Value::Object(body) = body else { panic!("an object") };
        Ask::parse(&body, at("2026-11-18T10:00:00Z"), BERLIN)
    }

    fn paused(until: Option<&str>) -> Standing {
        let ask = Ask { reason: Some("Away".to_owned()), until: until.map(str::to_owned) };
        let done = Standing::running().paused(ask, &Actor::new("operator"), at("2026-11-18T10:00:00Z"), BERLIN);
        done.expect("allowed").expect("changed")
    }

    #[test]
    fn a_pause_needs_a_reason_and_may_have_an_end_ahead() {
        assert_eq!(ask(json!({ "reason": " Away " })).expect("good").reason.as_deref(), Some("Away"));
        assert_eq!(ask(json!({ "reason": "Away", "until": "2026-12-01" })).expect("good").until.as_deref(), Some("2026-12-01"));
        for bad in [json!({}), json!({ "reason": " " }), json!({ "reason": 7 }), json!({ "reason": "x".repeat(501) })] {
            assert_eq!(ask(bad).expect_err("refused").errors[0].pointer, "/reason");
        }
        for until in [json!("2026-11-18"), json!("2026-11-18T10:00:00Z"), json!("2026-02-31"), json!(7)] {
            assert_eq!(ask(json!({ "reason": "Away", "until": until })).expect_err("refused").errors[0].pointer, "/until");
        }
    }

    #[test]
    fn pausing_what_is_paused_changes_nothing() {
        let standing = paused(None);
        assert!(!standing.enabled);
        let again = standing.paused(Ask::default(), &Actor::new("host"), at("2026-11-19T10:00:00Z"), BERLIN);
        assert_eq!(again, Ok(None));
        assert_eq!(Standing::running().resumed(&Actor::system(), at("2026-11-19T10:00:00Z"), BERLIN), Ok(None));
    }

    #[test]
    fn a_resumed_pause_stays_in_the_record() {
        let after = paused(None).resumed(&Actor::new("host"), at("2026-11-20T10:00:00Z"), BERLIN).expect("allowed").expect("changed");
        assert!(after.enabled && after.is_running(at("2026-11-20T10:00:00Z"), BERLIN));
        assert_eq!(after.pauses[0].resumed_by.as_deref(), Some("host"));
        let covered = |date: &str| after.pause_on(time::parse_date(date).expect("a date"), BERLIN).is_some();
        assert_eq!(
            [covered("2026-11-18"), covered("2026-11-19"), covered("2026-11-20"), covered("2026-11-21")],
            [false, true, true, false]
        );
    }

    #[test]
    fn a_pause_with_an_end_runs_out_by_itself() {
        let standing = paused(Some("2026-12-01"));
        assert!(!standing.is_running(at("2026-11-30T22:59:59Z"), BERLIN));
        assert!(standing.is_running(at("2026-11-30T23:00:00Z"), BERLIN), "the local day begins");
        assert!(standing.pause_on(time::parse_date("2026-12-01").expect("a date"), BERLIN).is_none());
        // It can be paused again after that.
        let again = standing.paused(Ask::default(), &Actor::new("host"), at("2026-12-02T00:00:00Z"), BERLIN).expect("allowed");
        assert_eq!(again.expect("changed").pauses.len(), 2);
    }

    #[test]
    fn what_came_in_switched_off_is_disabled_until_it_is_resumed() {
        let standing = Standing { enabled: false, ..Standing::default() };
        let now = at("2026-11-20T10:00:00Z");
        assert!(standing.is_disabled(now, BERLIN) && !standing.is_running(now, BERLIN));
        let reasoned = Ask { reason: Some("Handed over".to_owned()), until: None };
        let paused = standing.paused(reasoned, &Actor::system(), now, BERLIN).expect("allowed").expect("changed");
        assert!(!paused.is_disabled(now, BERLIN), "now there is a pause that says why");
        assert!(standing.resumed(&Actor::system(), now, BERLIN).expect("allowed").expect("changed").is_running(now, BERLIN));
    }

    #[test]
    fn what_is_archived_stays_so() {
        let now = at("2026-11-20T10:00:00Z");
        let away = Standing::running().archived(now).expect("changed");
        assert_eq!(away.archived(now), None);
        assert!(!away.is_running(now, BERLIN));
        assert_eq!(away.paused(Ask::default(), &Actor::system(), now, BERLIN).expect_err("refused").code, "archived");
        assert_eq!(away.resumed(&Actor::system(), now, BERLIN).expect_err("refused").code, "archived");
    }
}
