//! A schedule: five fields of Unix cron, read as the local dates on which something comes up (RW-1, RW-3).
//!
//! A window is a local date, so a schedule says two things: on which dates, and at which time of day; of several times on
//! one day the first counts. Dates know no timezone; only [`clock`] turns a date and a time into a moment.

pub mod clock;
mod fields;
mod words;

use std::str::FromStr;

use chrono::{Datelike, NaiveTime};
use croner::Cron;
use serde::{Deserialize, Serialize};

use crate::time::{Date, Timestamp, Tz};
use clock::ClockChange;

pub use fields::MAX_LENGTH;

/// A schedule whose next date lies farther ahead than this is refused.
pub const MAX_YEARS: i32 = 5;
/// As far ahead as dates are looked for: ten times the 29th of February, with a century that has none.
const HORIZON_YEARS: i32 = 60;

/// A schedule that can come up.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    text: String,
    numeric: String,
    cron: Cron,
    time: NaiveTime,
    words: String,
}

/// A date on which a schedule comes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upcoming {
    /// The local date.
    pub date: Date,
    /// When on that day.
    pub due_at: Timestamp,
    /// What the clocks do on that day, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockChange>,
}

impl Schedule {
    /// Reads an expression. Blanks and tabs separate fields and are normalised.
    ///
    /// # Errors
    /// What is wrong, as the end of a sentence that begins with the field's name: `must be a cron expression of five ...`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read = fields::read(text)?;
        let cron = Cron::from_str(&read.numeric).map_err(|error| format!("is no cron expression: {error}"))?;
        let first = |matches: &dyn Fn(u32) -> bool, most: u32| (0..most).find(|value| matches(*value)).unwrap_or(0);
        let hour = first(&|hour| cron.pattern.hour_match(hour).unwrap_or(false), 24);
        let minute = first(&|minute| cron.pattern.minute_match(minute).unwrap_or(false), 60);
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        let mut schedule = Self { text: read.text, numeric: read.numeric, cron, time, words: String::new() };
        // Every day of a month that there is comes up within any four years with a leap day, every weekday in any month.
        match schedule.next_from(Date::from_ymd_opt(2000, 1, 1).unwrap_or_default(), 4) {
            Some(_) => {
                schedule.words = words::sentence(&schedule);
                Ok(schedule)
            }
            None => Err(words::never(&schedule)),
        }
    }

    /// Reads an expression that has to come up within five years of `today`.
    ///
    /// # Errors
    /// As [`Schedule::parse`], or that its next date is too far away.
    pub fn parse_from(text: &str, today: Date) -> Result<Self, String> {
        let schedule = Self::parse(text)?;
        if schedule.next_from(today, MAX_YEARS).is_some() {
            return Ok(schedule);
        }
        let next = schedule.next_from(today, HORIZON_YEARS).map_or_else(String::new, |date| format!(": its next date is {date}"));
        Err(format!("is a cron expression that does not fire within {MAX_YEARS} years{next}"))
    }

    /// The expression, with one blank between fields: what is stored.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The time of day at which it comes up first.
    pub fn time(&self) -> NaiveTime {
        self.time
    }

    /// True when it comes up on this local date. Day of month and day of week are alternatives when both are restricted; a
    /// field is restricted unless it is exactly `*`.
    pub fn matches(&self, date: Date) -> bool {
        let pattern = &self.cron.pattern;
        pattern.month_match(date.month()).unwrap_or(false) && pattern.day_match(date.year(), date.month(), date.day()).unwrap_or(false)
    }

    /// The moment it is due on a date in a timezone.
    pub fn due_at(&self, date: Date, timezone: Tz) -> Timestamp {
        clock::due_at(date, self.time, timezone)
    }

    /// The dates from `from` (included) on which it comes up, at most 60 years ahead.
    pub fn dates(&self, from: Date) -> impl Iterator<Item = Date> {
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let found = next.and_then(|next| self.next_from(next, HORIZON_YEARS));
            next = found.and_then(|date| date.succ_opt());
            found
        })
    }

    /// The next `count` dates from `from` (included), each with its moment and what the clocks do.
    pub fn upcoming(&self, from: Date, count: usize, timezone: Tz) -> Vec<Upcoming> {
        let upcoming = |date| Upcoming { date, due_at: self.due_at(date, timezone), clock: clock::change_on(date, self.time, timezone) };
        self.dates(from).take(count).map(upcoming).collect()
    }

    /// What it says in plain words: `Every Monday at 09:00`.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// The first date from `from` (included) and less than `years` ahead. Months it does not name are passed over whole.
    fn next_from(&self, from: Date, years: i32) -> Option<Date> {
        let mut date = from;
        while date.year() <= from.year() + years && date.year() <= 9999 {
            if !self.cron.pattern.month_match(date.month()).unwrap_or(false) {
                date = first_of_next_month(date)?;
            } else if self.matches(date) {
                let limit = from.with_year(from.year() + years).or_else(|| from.succ_opt()?.with_year(from.year() + years));
                return Some(date).filter(|date| limit.is_none_or(|limit| *date < limit));
            } else {
                date = date.succ_opt()?;
            }
        }
        None
    }
}

fn first_of_next_month(date: Date) -> Option<Date> {
    let (year, month) = if date.month() == 12 { (date.year() + 1, 1) } else { (date.year(), date.month() + 1) };
    Date::from_ymd_opt(year, month, 1)
}

#[cfg(test)]
mod tests;
