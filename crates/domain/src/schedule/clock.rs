//! When on its local day something is due, and what the clocks do on that day.
//!
//! A time that a change of the clocks skips moves to the next valid minute; a time that comes twice counts once, the first
//! time.

use chrono::{MappedLocalTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use crate::time::{self, Date, Timestamp, Tz};

/// What the clocks do on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClockChange {
    /// The time of day does not exist there: it is moved to the next minute that does.
    Moved,
    /// The time of day comes twice there: the first one counts.
    Repeated,
    /// The clocks change on that day, at another time.
    Elsewhere,
}

/// The longest that clocks have ever been put forward at once: an island that crossed the date line.
const LONGEST_GAP: i64 = 24 * 60;

/// The moment a time of day means on a date.
pub fn due_at(date: Date, time: NaiveTime, timezone: Tz) -> Timestamp {
    let local = date.and_time(time);
    let moment = (0..=LONGEST_GAP)
        .find_map(|minutes| timezone.from_local_datetime(&local.checked_add_signed(TimeDelta::minutes(minutes))?).earliest())
        .map_or_else(|| local.and_utc(), |moment| moment.with_timezone(&Utc));
    Timestamp::from_millis(moment.timestamp_millis())
}

/// What the clocks do to a time of day on a date; `None` on most days.
pub fn change_on(date: Date, time: NaiveTime, timezone: Tz) -> Option<ClockChange> {
    match timezone.from_local_datetime(&date.and_time(time)) {
        MappedLocalTime::None => Some(ClockChange::Moved),
        MappedLocalTime::Ambiguous(_, _) => Some(ClockChange::Repeated),
        MappedLocalTime::Single(_) => {
            let next = time::plus_days(date, 1)?;
            (offset_at_start(date, timezone) != offset_at_start(next, timezone)).then_some(ClockChange::Elsewhere)
        }
    }
}

fn offset_at_start(date: Date, timezone: Tz) -> i32 {
    let start = time::start_of_day(date, timezone);
    let utc = chrono::DateTime::from_timestamp_millis(start.millis()).unwrap_or_default().naive_utc();
    timezone.offset_from_utc_datetime(&utc).fix().local_minus_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(date: &str, time: &str, timezone: Tz) -> (String, Option<ClockChange>) {
        let (date, time) = (time::parse_date(date).expect("a date"), NaiveTime::parse_from_str(time, "%H:%M").expect("a time"));
        (due_at(date, time, timezone).to_string(), change_on(date, time, timezone))
    }

    #[test]
    fn a_skipped_time_moves_to_the_next_valid_minute() {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(at("2027-03-28", "02:30", berlin), ("2027-03-28T01:00:00.000Z".to_owned(), Some(ClockChange::Moved)));
        assert_eq!(at("2027-03-28", "03:00", berlin), ("2027-03-28T01:00:00.000Z".to_owned(), Some(ClockChange::Elsewhere)));
        assert_eq!(at("2027-03-28", "09:00", berlin), ("2027-03-28T07:00:00.000Z".to_owned(), Some(ClockChange::Elsewhere)));
        assert_eq!(at("2027-03-27", "02:30", berlin), ("2027-03-27T01:30:00.000Z".to_owned(), None));
    }

    #[test]
    fn a_repeated_time_counts_once_and_first() {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(at("2026-10-25", "02:30", berlin), ("2026-10-25T00:30:00.000Z".to_owned(), Some(ClockChange::Repeated)));
        assert_eq!(at("2026-10-25", "03:00", berlin), ("2026-10-25T02:00:00.000Z".to_owned(), Some(ClockChange::Elsewhere)));
    }

    #[test]
    fn unusual_clocks_are_kept_too() {
        // Half an hour forward, midnight skipped, and a whole day that an island never had.
        let lord_howe = chrono_tz::Australia::Lord_Howe;
        assert_eq!(at("2026-10-04", "02:15", lord_howe), ("2026-10-03T15:30:00.000Z".to_owned(), Some(ClockChange::Moved)));
        let sao_paulo = chrono_tz::America::Sao_Paulo;
        assert_eq!(at("2018-11-04", "00:10", sao_paulo), ("2018-11-04T03:00:00.000Z".to_owned(), Some(ClockChange::Moved)));
        assert_eq!(at("2011-12-30", "09:00", chrono_tz::Pacific::Apia).0, "2011-12-30T10:00:00.000Z");
    }
}
