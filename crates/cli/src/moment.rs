//! Reads moments and spans of time as people type them.

use dataops_domain::time::{Timestamp, parse_date, start_of_day};
use dataops_fleet::Config;

/// A moment: RFC 3339 (`2026-03-10T09:00:00Z`), or a date, which is the start of that day in the application timezone.
pub(crate) fn parse_moment(text: &str) -> Result<Timestamp, String> {
    if let Some(moment) = Timestamp::parse(text) {
        return Ok(moment);
    }
    let date = parse_date(text).ok_or("expected a time such as 2026-03-10T09:00:00Z, or a date such as 2026-03-10")?;
    let timezone = Config::default().timezone().map_err(|error| error.to_string())?;
    Ok(start_of_day(date, timezone))
}

/// A span in seconds: numbers with `d`, `h`, `m` or `s`, perhaps with a sign (`1d`, `2h30m`, `-1d`).
pub(crate) fn parse_span(text: &str) -> Result<i64, String> {
    let words = || format!("`{text}` is no span; expected one such as 1d, 2h30m or -45m");
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut seconds: i64 = 0;
    if rest.is_empty() {
        return Err(words());
    }
    while let Some(at) = rest.find(|c: char| !c.is_ascii_digit()) {
        let count: i64 = rest[..at].parse().map_err(|_| words())?;
        let unit = match rest.as_bytes()[at] {
            b'd' => 86_400,
            b'h' => 3600,
            b'm' => 60,
            b's' => 1,
            _ => return Err(words()),
        };
        seconds = count.checked_mul(unit).and_then(|part| seconds.checked_add(part)).ok_or_else(words)?;
        rest = &rest[at + 1..];
    }
    if rest.is_empty() { Ok(sign * seconds) } else { Err(words()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read() {
        for (text, seconds) in [("1d", 86_400), ("2h30m", 9000), ("-1d", -86_400), ("+45s", 45), ("0s", 0)] {
            assert_eq!(parse_span(text), Ok(seconds), "{text}");
        }
        for bad in ["", "-", "5", "d", "1d5", "1x", "1 d", "99999999999999999d", "1ö"] {
            assert!(parse_span(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_date_is_the_start_of_the_day_in_berlin() {
        let moment = |text| parse_moment(text).map(|moment| moment.to_string());
        assert_eq!(moment("2026-07-06").as_deref(), Ok("2026-07-05T22:00:00.000Z"));
        assert_eq!(moment("2026-07-06T09:00:00+02:00").as_deref(), Ok("2026-07-06T07:00:00.000Z"));
        assert!(moment("2026-02-31").is_err());
    }
}
