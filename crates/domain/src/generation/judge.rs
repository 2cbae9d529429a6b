//! What becomes of one window. The rules stand here in their order; there is no second list anywhere.

use super::plan::{Outcome, Planned, Rule};
use super::source::{Kind, Source, Timing};
use super::window::{Skip, Status, Window};
use super::{Asked, CATCH_UP_DAYS, Known, work};
use crate::pause::Pause;
use crate::schedule::Schedule;
use crate::time::{self, Date, Timestamp};

/// A rule's verdict.
type Verdict = (Outcome, Rule, String);

/// The moment and the circumstances in which a window is judged.
struct Case<'a> {
    source: &'a Source,
    date: Date,
    row: Option<&'a Window>,
    /// A person asks for exactly this date.
    explicit: bool,
    /// When it is settled: now, or at the first tick of a day to come.
    at: Timestamp,
    /// The local day on which it is settled.
    today: Date,
}

pub(super) fn judge(source: &Source, date: Date, asked: Asked, known: &Known, now: Timestamp) -> Planned {
    let opens_at = time::start_of_day(date, source.zone);
    let explicit = matches!(asked, Asked::Explicit(_));
    let at = if explicit { now } else { now.max(opens_at) };
    let row = known.row(&source.key, date);
    let case = Case { source, date, row, explicit, at, today: at.local_date(source.zone) };
    let window = (source.key.clone(), date);
    let missing_tasks = known.incomplete.get(&window).copied().unwrap_or(0);
    let anchor = time::plus_days(date, source.lead_days);
    let (outcome, rule, why) = case.verdict(known.found.get(&window).map(String::as_str), missing_tasks, anchor);
    let schedule = case.schedule().ok();
    let named = !matches!(outcome, Outcome::NotMatching | Outcome::Broken);
    let derived = || named.then(|| work::work_id(&source.key, date, anchor?)).flatten();
    let counts = !(matches!(asked, Asked::Tick { .. }) && outcome == Outcome::Exists && date != case.today);
    Planned {
        source: source.key.clone(),
        date,
        title: source.title.clone(),
        outcome,
        rule,
        why,
        opens_at,
        due_at: schedule.filter(|_| named).map(|schedule| schedule.due_at(date, source.zone)),
        anchor_date: anchor.filter(|_| named && source.key.kind == Kind::Template),
        work_id: row.and_then(|row| row.work_id().map(str::to_owned)).or_else(|| known.found.get(&window).cloned()).or_else(derived),
        missing_tasks: if outcome == Outcome::Recover { missing_tasks } else { 0 },
        settled: row.map(|row| row.status),
        counted: counts,
        explicit,
        fingerprint: source.fingerprint.clone(),
    }
}

impl Case<'_> {
    /// The rules, in order. The first that has an answer decides.
    fn verdict(&self, found: Option<&str>, missing_tasks: u32, anchor: Option<Date>) -> Verdict {
        let schedule = match self.ledger(missing_tasks).map_or_else(|| self.schedule(), Err) {
            Ok(schedule) => schedule,
            // What is paused or put away is quiet about its faults, too.
            Err(verdict) if verdict.1 == Rule::Unreadable => return self.standing().unwrap_or(verdict),
            Err(verdict) => return verdict,
        };
        if !schedule.matches(self.date) {
            return (Outcome::NotMatching, Rule::Schedule, format!("Its schedule does not name this date: {}", lower(schedule.words())));
        }
        if anchor.is_none() {
            return (Outcome::Broken, Rule::Unreadable, "triggerLeadDays puts its anchor date outside the calendar".to_owned());
        }
        if let Some(id) = found {
            let outcome = if missing_tasks > 0 { Outcome::Recover } else { Outcome::Exists };
            return (outcome, Rule::Found, format!("Its work is there already: {id}"));
        }
        self.standing()
            .or_else(|| self.catch_up())
            .unwrap_or_else(|| (Outcome::Create, Rule::Due, format!("Its schedule names this date: {}", lower(schedule.words()))))
    }

    /// What is settled stays so. A person may ask for what was skipped or missed; what failed is tried again.
    fn ledger(&self, missing_tasks: u32) -> Option<Verdict> {
        let row = self.row?;
        let told = |outcome: Outcome| Some((outcome, Rule::Ledger, row.words()));
        match row.status {
            Status::Created | Status::Exists | Status::Recovered if missing_tasks > 0 => told(Outcome::Recover),
            Status::Created | Status::Exists | Status::Recovered => told(Outcome::Exists),
            Status::Skipped | Status::Missed if self.explicit => None,
            Status::Skipped => told(match row.reason {
                Some(Skip::Disabled) => Outcome::Disabled,
                Some(Skip::Archived) => Outcome::Archived,
                Some(Skip::BeforeCreation) => Outcome::BeforeCreation,
                Some(Skip::NotNamed) => Outcome::NotMatching,
                Some(Skip::Paused) | None => Outcome::Paused,
            }),
            Status::Missed => told(Outcome::Missed),
            Status::Failed => None,
        }
    }

    fn schedule(&self) -> Result<&Schedule, Verdict> {
        match &self.source.timing {
            Timing::By(schedule) => Ok(schedule),
            Timing::Never(why) => Err((Outcome::NotMatching, Rule::NoSchedule, (*why).to_owned())),
            Timing::Broken(why) => Err((Outcome::Broken, Rule::Unreadable, why.clone())),
        }
    }

    /// Archived, not expected yet, paused or switched off.
    fn standing(&self) -> Option<Verdict> {
        let (standing, zone) = (&self.source.standing, self.source.zone);
        if let Some(archived) = standing.archived_at.filter(|archived| *archived <= self.at) {
            return Some((Outcome::Archived, Rule::Archived, format!("It was archived on {}", archived.local_date(zone))));
        }
        let since = self.source.since.local_date(zone);
        if !self.explicit && self.date < since {
            return Some((
                Outcome::BeforeCreation,
                Rule::Creation,
                format!("It is expected from {since} on: it was made, or its schedule changed, that day"),
            ));
        }
        if let Some(pause) = standing.pause_at(self.at, zone) {
            return Some((Outcome::Paused, Rule::OpenPause, self.paused("It is paused", pause)));
        }
        if let Some(pause) = standing.pause_on(self.date, zone).filter(|_| !self.explicit) {
            return Some((Outcome::Paused, Rule::CoveringPause, self.paused("It was paused when the day began", pause)));
        }
        let off = standing.is_disabled(self.at, zone);
        off.then(|| (Outcome::Disabled, Rule::Disabled, "It is switched off".to_owned()))
    }

    fn paused(&self, words: &str, pause: &Pause) -> String {
        let since = pause.from.local_date(self.source.zone);
        let until =
            pause.until.as_deref().filter(|_| pause.resumed_at.is_none()).map(|until| format!(" until {until}")).unwrap_or_default();
        let reason = pause.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("{words}, since {since}{until} by {}{reason}", pause.actor_id)
    }

    fn catch_up(&self) -> Option<Verdict> {
        let late = (self.today - self.date).num_days();
        let missed = !self.explicit && late > CATCH_UP_DAYS;
        missed.then(|| (Outcome::Missed, Rule::CatchUp, format!("Nobody settled it within {CATCH_UP_DAYS} days; it can be asked for")))
    }
}

/// The sentence as the second half of another one.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
