//! Dates, moments and the application timezone.
//!
//! A `Date` is a real calendar date, written `YYYY-MM-DD`. A `Timestamp` is a UTC moment with fixed width and
//! milliseconds, so that comparing the texts orders the moments. *Today* is always judged in a timezone.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
pub use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar date.
pub type Date = NaiveDate;

/// A UTC moment in milliseconds, written `2026-03-10T09:00:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The moment `millis` milliseconds after 1970.
    pub fn from_millis(millis: i64) -> Self {
        Self(DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH))
    }

    /// Milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// This moment moved by a number of seconds.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.checked_add_signed(TimeDelta::seconds(seconds)).unwrap_or(self.0))
    }

    /// The date a calendar on the wall of `timezone` shows at this moment.
    pub fn local_date(self, timezone: Tz) -> Date {
        self.0.with_timezone(&timezone).date_naive()
    }

    /// The time of day a clock on the wall of `timezone` shows at this moment: `08:02`.
    pub fn local_time(self, timezone: Tz) -> String {
        self.0.with_timezone(&timezone).format("%H:%M").to_string()
    }

    /// Reads RFC 3339 text, a date with a time but no zone (taken as UTC), with or without seconds.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
            return Some(Self::from_millis(moment.timestamp_millis()));
        }
        let bare = text.strip_suffix('Z').unwrap_or(text);
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(bare, format).ok())
            .map(|moment| Self::from_millis(moment.and_utc().timestamp_millis()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%dT%H:%M:%S%.3fZ"))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a timestamp")))
    }
}

/// Reads a real calendar date in the form `YYYY-MM-DD`; `2026-02-31` is none.
pub fn parse_date(text: &str) -> Option<Date> {
    let shape = |(place, byte): (usize, u8)| if place == 4 || place == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    if text.len() == 10 && text.bytes().enumerate().all(shape) { NaiveDate::parse_from_str(text, "%Y-%m-%d").ok() } else { None }
}

/// `date` moved by whole days; `None` outside the years 1 to 9999.
pub fn plus_days(date: Date, days: i64) -> Option<Date> {
    use chrono::Datelike;
    let step = Days::new(days.unsigned_abs());
    let moved = if days < 0 { date.checked_sub_days(step) } else { date.checked_add_days(step) };
    moved.filter(|date| (1..=9999).contains(&date.year()))
}

/// The moment a local day starts: midnight, or the first minute after it where a clock change skips midnight.
pub fn start_of_day(date: Date, timezone: Tz) -> Timestamp {
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    let moment = (0..=180)
        .find_map(|minutes| timezone.from_local_datetime(&(midnight + TimeDelta::minutes(minutes))).earliest())
        .map_or_else(|| midnight.and_utc(), |moment| moment.with_timezone(&Utc));
    Timestamp(moment)
}

/// When a follow-up is due: a date counts from the start of that local day, a timestamp as it stands.
/// `None` for text that is neither.
pub fn follow_up_moment(text: &str, timezone: Tz) -> Option<Timestamp> {
    parse_date(text).map(|date| start_of_day(date, timezone)).or_else(|| Timestamp::parse(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_dates_are_dates() {
        assert!(parse_date("2028-02-29").is_some());
        for bad in ["2026-02-29", "2026-02-31", "2026-13-45", "2026-1-05", "20260105", "+026-01-05", "2026-01-05T00", ""] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_timestamp_is_written_with_fixed_width() {
        let moment = Timestamp::parse("2026-03-10T10:00:00+01:00").expect("a moment");
        assert_eq!(moment.to_string(), "2026-03-10T09:00:00.000Z");
        assert_eq!(Timestamp::parse("tomorrow"), None);
        assert_eq!(Timestamp::parse("2026-99-99"), None);
    }

    #[test]
    fn today_turns_at_local_midnight() {
        let berlin = chrono_tz::Europe::Berlin;
        let late = Timestamp::parse("2026-11-20T23:30:00Z").expect("a moment");
        assert_eq!(late.local_date(berlin).to_string(), "2026-11-21");
        let start = start_of_day(parse_date("2026-11-21").expect("a date"), berlin);
        assert_eq!(start.to_string(), "2026-11-20T23:00:00.000Z");
    }

    #[test]
    fn a_day_without_midnight_starts_at_its_first_minute() {
        let start = start_of_day(parse_date("2018-11-04").expect("a date"), chrono_tz::America::Sao_Paulo);
        assert_eq!(start.to_string(), "2018-11-04T03:00:00.000Z");
    }
}
