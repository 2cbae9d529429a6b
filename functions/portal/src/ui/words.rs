//! The operator's words for dates, times, people and states.

use chrono::Datelike;
use dataops_domain::bundle::Stage;
use dataops_domain::proof::ProofType;
use dataops_domain::task::Status;
use dataops_domain::time::{Date, Timestamp, Tz, parse_date};

/// `Thu 26 Nov`, with the year when it is another than today's.
pub fn short_date(date: Date, today: Date) -> String {
    let year = if date.year() == today.year() { String::new() } else { format!(" {}", date.year()) };
    format!("{}{year}", date.format("%a %-d %b"))
}

/// `Friday 20 November`.
pub fn long_date(date: Date) -> String {
    date.format("%A %-d %B").to_string()
}

/// `Thursday 26 November 2026`, for titles on hover.
pub fn full_date(date: Date) -> String {
    date.format("%A %-d %B %Y").to_string()
}

/// `today`, `tomorrow`, `in 3 days`, `1 day ago`.
pub fn relative(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days > 0 => format!("in {days} days"),
        days => format!("{} days ago", -days),
    }
}

/// When open work is due: `2 days late`, `today`, `in 3 days`; from a fortnight on, the date.
pub fn due(date: Date, today: Date) -> String {
    match (date - today).num_days() {
        -1 => "1 day late".to_owned(),
        days if days < 0 => format!("{} days late", -days),
        days if days < 14 => relative(days),
        _ => short_date(date, today),
    }
}

/// Days from the anchor date: `−14`, `0`, `+3`.
pub fn offset(days: i64) -> String {
    match days {
        0 => "0".to_owned(),
        days if days > 0 => format!("+{days}"),
        days => format!("−{}", -days),
    }
}

/// `1 task`, `2 tasks`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The same of great numbers: `5,784 records`.
pub fn many(number: u64, one: &str, many: &str) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {}", if number == 1 { one } else { many })
}

/// How long ago it was: `just now`, `5 min ago`, `3 h ago`, `2 days ago`.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    match (now.millis() - at.millis()) / 60_000 {
        ..1 => "just now".to_owned(),
        minutes @ 1..60 => format!("{minutes} min ago"),
        minutes @ 60..1_440 => format!("{} h ago", minutes / 60),
        minutes => format!("{} ago", count(usize::try_from(minutes / 1_440).unwrap_or(0), "day", "days")),
    }
}

/// `08:02` on the wall in `timezone`.
pub fn clock(moment: Timestamp, timezone: Tz) -> String {
    local(moment, timezone).format("%H:%M").to_string()
}

/// `Thu 26 Nov, 08:02`.
pub fn moment(moment: Timestamp, today: Date, timezone: Tz) -> String {
    let local = local(moment, timezone);
    format!("{}, {}", short_date(local.date_naive(), today), local.format("%H:%M"))
}

fn local(moment: Timestamp, timezone: Tz) -> chrono::DateTime<Tz> {
    chrono::DateTime::from_timestamp_millis(moment.millis()).unwrap_or_default().with_timezone(&timezone)
}

/// The day of a follow-up, which is stored as a date or a timestamp.
pub fn follow_up_day(text: &str, timezone: Tz) -> Option<Date> {
    parse_date(text).or_else(|| Timestamp::parse(text).map(|moment| moment.local_date(timezone)))
}

/// `Waiting on Sponsor until Thu 26 Nov`.
pub fn waiting(who: Option<&str>, until: Option<&str>, today: Date, timezone: Tz) -> String {
    let who = who.unwrap_or("somebody");
    match until.and_then(|until| follow_up_day(until, timezone)) {
        Some(day) => format!("Waiting on {who} until {}", short_date(day, today)),
        None => format!("Waiting on {who}"),
    }
}

/// At most two letters for a person.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split([' ', '-', '.', '_', '@']).filter(|word| !word.is_empty()).collect();
    let first = words.first().and_then(|word| word.chars().next());
    let last = words.get(1..).and_then(<[&str]>::last).and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A status as a person says it.
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Todo => "To do",
        Status::Waiting => "Waiting",
        Status::Done => "Done",
        Status::Archived => "Archived",
    }
}

/// A stage as a person says it.
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Preparation => "Preparation",
        Stage::Announced => "Announced",
        Stage::AfterEvent => "After event",
        Stage::Done => "Done",
    }
}

/// A kind of proof as a person says it.
pub fn proof(kind: ProofType) -> &'static str {
    match kind {
        ProofType::Url => "A link",
        ProofType::File => "A file",
        ProofType::Artifact => "An approved artifact",
        ProofType::Comment => "A comment",
        ProofType::ExternalStatus => "A status elsewhere",
    }
}

/// Where a task came from.
pub fn source(source: &str) -> &str {
    match source {
        "template" => "workflow",
        other => other,
    }
}

/// A date to propose for an anchor, four weeks ahead, that fits what the anchor means: a Monday, or the first of a month.
pub fn proposed_anchor(today: Date, meaning: &str) -> Date {
    let day = dataops_domain::time::plus_days(today, 28).unwrap_or(today);
    let meaning = meaning.to_lowercase();
    let fits = |day: &Date| {
        if meaning.contains("monday") {
            day.weekday() == chrono::Weekday::Mon
        } else if meaning.contains("1st") || meaning.contains("first of the month") || meaning.contains("first day of the month") {
            day.day() == 1
        } else {
            day.weekday().number_from_monday() <= 5
        }
    };
    day.iter_days().take(31).find(fits).unwrap_or(day)
}

/// The day after `days` days, moved off the weekend to Monday.
pub fn workday_after(today: Date, days: i64) -> Date {
    let day = dataops_domain::time::plus_days(today, days).unwrap_or(today);
    let off = match day.weekday() {
        chrono::Weekday::Sat => 2,
        chrono::Weekday::Sun => 1,
        _ => 0,
    };
    dataops_domain::time::plus_days(day, off).unwrap_or(day)
}

/// `3 KB`, `1.4 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// The words with a capital first letter.
pub fn upper_first(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date")
    }

    #[test]
    fn due_words_turn_at_the_day() {
        let today = day("2026-11-20");
        let cases = [
            ("2026-11-18", "2 days late"),
            ("2026-11-19", "1 day late"),
            ("2026-11-20", "today"),
            ("2026-11-21", "tomorrow"),
            ("2026-11-23", "in 3 days"),
            ("2026-12-03", "in 13 days"),
            ("2026-12-04", "Fri 4 Dec"),
            ("2027-01-04", "Mon 4 Jan 2027"),
        ];
        for (date, words) in cases {
            assert_eq!(due(day(date), today), words, "{date}");
        }
    }

    #[test]
    fn a_moment_is_told_on_the_local_wall() {
        let late = Timestamp::parse("2026-11-20T23:30:00Z").expect("a moment");
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(clock(late, berlin), "00:30");
        assert_eq!(moment(late, day("2026-11-20"), berlin), "Sat 21 Nov, 00:30");
        assert_eq!(follow_up_day("2026-11-20T23:30:00Z", berlin), Some(day("2026-11-21")));
        assert_eq!(waiting(Some("Sponsor"), Some("2026-11-26"), day("2026-11-20"), berlin), "Waiting on Sponsor until Thu 26 Nov");
        assert_eq!(waiting(None, Some("soon"), day("2026-11-20"), berlin), "Waiting on somebody");
    }

    #[test]
    fn an_age_is_told_in_its_biggest_part() {
        let now = Timestamp::parse("2026-11-20T08:00:00Z").expect("a moment");
        let at = |minutes: i64| Timestamp::from_millis(now.millis() - minutes * 60_000);
        let cases = [
            (-1, "just now"),
            (0, "just now"),
            (1, "1 min ago"),
            (59, "59 min ago"),
            (119, "1 h ago"),
            (1_440, "1 day ago"),
            (5_000, "3 days ago"),
        ];
        for (minutes, words) in cases {
            assert_eq!(age(at(minutes), now), words);
        }
    }

    #[test]
    fn initials_are_two_letters_at_most() {
        assert_eq!(initials("Ana Maria García"), "AG");
        assert_eq!(initials("operator"), "O");
        assert_eq!(initials("élan vital"), "ÉV");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn a_follow_up_avoids_the_weekend() {
        assert_eq!(workday_after(day("2026-11-18"), 3), day("2026-11-23"));
        assert_eq!(workday_after(day("2026-11-19"), 3), day("2026-11-23"));
        assert_eq!(workday_after(day("2026-11-20"), 3), day("2026-11-23"));
    }
}
