use super::*;
use crate::time;

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

fn date(text: &str) -> Date {
    time::parse_date(text).expect("a date")
}

fn next(text: &str, from: &str, count: usize) -> Vec<String> {
    schedule(text).dates(date(from)).take(count).map(|date| date.to_string()).collect()
}

#[test]
fn five_fields_with_names_ranges_steps_and_lists_are_read() {
    assert_eq!(next("0 9 * * 1", "2026-11-17", 2), ["2026-11-23", "2026-11-30"]);
    assert_eq!(next("0 9 * * MON", "2026-11-17", 2), next("0 9 * * 1", "2026-11-17", 2));
    assert_eq!(next("0 9 * * 7", "2026-11-17", 1), ["2026-11-22"]);
    assert_eq!(next("0 9 * * 0", "2026-11-17", 1), ["2026-11-22"]);
    assert_eq!(next("0 9 * * fri-sun", "2026-11-17", 4), ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-27"]);
    assert_eq!(next("0 9 * * 5-7", "2026-11-17", 4), next("0 9 * * fri-sun", "2026-11-17", 4));
    assert_eq!(next("0 9 1,15 * *", "2026-11-17", 3), ["2026-12-01", "2026-12-15", "2027-01-01"]);
    assert_eq!(next("0 9 1 JAN,JUL *", "2026-11-17", 2), ["2027-01-01", "2027-07-01"]);
    assert_eq!(next("0 9 */10 * *", "2026-11-17", 4), ["2026-11-21", "2026-12-01", "2026-12-11", "2026-12-21"]);
    assert_eq!(next("0 9 10-20/5 * *", "2026-11-17", 3), ["2026-11-20", "2026-12-10", "2026-12-15"]);
    assert_eq!(next("0 9 29 2 *", "2026-11-17", 2), ["2028-02-29", "2032-02-29"]);
    assert_eq!(next("0 9 31 12 *", "2026-12-31", 2), ["2026-12-31", "2027-12-31"]);
}

#[test]
fn day_of_month_and_day_of_week_are_alternatives_when_both_are_restricted() {
    assert_eq!(next("0 9 1 * 1", "2026-11-24", 3), ["2026-11-30", "2026-12-01", "2026-12-07"]);
    // Restricted is whatever is not exactly `*`.
    assert_eq!(next("0 9 */1 * 1", "2026-11-24", 2), ["2026-11-24", "2026-11-25"]);
    assert_eq!(next("0 9 1 * 0-6", "2026-11-24", 2), ["2026-11-24", "2026-11-25"]);
    // A day that February has not, or a Monday in February.
    assert_eq!(next("0 9 31 2 MON", "2026-11-24", 2), ["2027-02-01", "2027-02-08"]);
}

#[test]
fn blanks_and_tabs_are_normalised() {
    assert_eq!(schedule("\t0\t9  * *\tMon ").as_str(), "0 9 * * Mon");
}

#[test]
fn what_is_not_five_fields_of_cron_is_refused_with_the_reason() {
    let cases = [
        ("", "found 0"),
        ("* * * *", "found 4"),
        ("0 0 9 * * *", "found 6"),
        ("0 9 * * * 2026", "found 6"),
        ("99 99 * * *", "'99' in the minute field: expected 0 to 59"),
        ("0 24 * * *", "hour field"),
        ("0 9 0 * *", "day of month field: expected 1 to 31"),
        ("0 9 32 * *", "day of month"),
        ("0 9 * 13 *", "expected 1 to 12 or JAN to DEC"),
        ("0 9 * * 8", "expected 0 to 7 or SUN to SAT"),
        ("0 9 * * MON-XYZ", "'XYZ' in the day of week field"),
        ("0 9 * * FRI-MON", "smaller to the larger"),
        ("0 9 * * 5-0", "smaller to the larger"),
        ("0 9 * FOO *", "'FOO'"),
        ("0 9 * MONDAY *", "'MONDAY'"),
        ("0 9 L * *", "'L'"),
        ("0 9 15W * *", "'15W'"),
        ("0 9 * * 5#2", "'#'"),
        ("0 9 ? * *", "'?'"),
        ("0 9 1 * +1", "'+'"),
        ("@daily", "'@'"),
        ("0 9 1,,2 * *", "''"),
        ("0 9 , * *", "''"),
        ("0 9 1- * *", "''"),
        ("0 9 -1 * *", "''"),
        ("0 9 1-2-3 * *", "'2-3'"),
        ("0 9 */0 * *", "a step is a number"),
        ("0 9 */ * *", "a step"),
        ("0 9 5/10 * *", "a step follows * or a range, such as 5-31/10"),
        ("0 9 1/1/1 * *", "a step"),
        ("0 9 001 * *", "'001'"),
        ("0 9 ** * *", "'**'"),
        ("0 9 * *\n*", "'\\n'"),
        ("0 9 * * \u{a0}1", "does not know"),
        ("0 9 * * १", "does not know"),
    ];
    for (text, words) in cases {
        let problem = Schedule::parse(text).expect_err(text);
        assert!(problem.contains(words), "{text}: {problem}");
        assert!(problem.contains("cron"), "{text}: {problem}");
    }
    assert!(Schedule::parse(&"1,".repeat(5_000)).is_err());
}

#[test]
fn what_can_never_fire_is_refused_with_the_reason() {
    assert_eq!(Schedule::parse("0 9 31 2 *"), Err("is a cron expression that can never fire: February never has a day 31".to_owned()));
    assert_eq!(
        Schedule::parse("0 9 31 4,6,9 *"),
        Err("is a cron expression that can never fire: April, June and September never have a day 31".to_owned())
    );
    assert!(Schedule::parse("0 9 30,31 FEB *").is_err());
    assert!(Schedule::parse("0 9 29 2 *").is_ok());
}

#[test]
fn what_does_not_fire_within_five_years_is_refused_with_its_next_date() {
    let leap = |today: &str| Schedule::parse_from("0 9 29 2 *", date(today)).map(|_| ());
    assert_eq!(leap("2026-11-21"), Ok(()));
    assert_eq!(leap("2096-02-29"), Ok(()));
    let problem = leap("2096-03-01").expect_err("2100 is no leap year");
    assert_eq!(problem, "is a cron expression that does not fire within 5 years: its next date is 2104-02-29");
    assert_eq!(leap("2099-03-01"), Ok(()), "less than five years before it");
}

#[test]
fn the_first_time_of_the_day_is_the_time() {
    for (text, time) in [("0 9 * * *", "09:00"), ("30 17,8 * * *", "08:30"), ("*/20 7-9 * * *", "07:00"), ("15-45/10 * * * *", "00:15")] {
        assert_eq!(schedule(text).time().format("%H:%M").to_string(), time, "{text}");
    }
}

#[test]
fn dates_around_a_clock_change_say_so() {
    let upcoming = schedule("30 2 * * *").upcoming(date("2027-03-27"), 3, chrono_tz::Europe::Berlin);
    let told: Vec<_> = upcoming.iter().map(|one| (one.date.to_string(), one.due_at.to_string(), one.clock)).collect();
    assert_eq!(
        told,
        [
            ("2027-03-27".to_owned(), "2027-03-27T01:30:00.000Z".to_owned(), None),
            ("2027-03-28".to_owned(), "2027-03-28T01:00:00.000Z".to_owned(), Some(ClockChange::Moved)),
            ("2027-03-29".to_owned(), "2027-03-29T00:30:00.000Z".to_owned(), None),
        ]
    );
    // Nine in the morning stays nine in the morning.
    let monthly = schedule("0 9 28 * *").upcoming(date("2027-02-01"), 2, chrono_tz::Europe::Berlin);
    assert_eq!(monthly[0].due_at.to_string(), "2027-02-28T08:00:00.000Z");
    assert_eq!((monthly[1].due_at.to_string().as_str(), monthly[1].clock), ("2027-03-28T07:00:00.000Z", Some(ClockChange::Elsewhere)));
    assert_eq!(schedule("0 9 29 2 *").upcoming(date("2096-01-01"), 10, chrono_tz::UTC).len(), 10);
}

#[test]
fn a_schedule_has_plain_words() {
    let cases = [
        ("0 9 * * *", "Every day at 09:00"),
        ("30 8 * * 1", "Every Monday at 08:30"),
        ("0 9 * * MON-FRI", "Every Monday to Friday at 09:00"),
        ("0 9 * * 0,6", "Every Saturday and Sunday at 09:00"),
        ("0 9 * * 1,3,5", "Every Monday, Wednesday and Friday at 09:00"),
        ("0 9 1 * *", "On the 1st of every month at 09:00"),
        ("0 9 1,15,22 * *", "On the 1st, 15th and 22nd of every month at 09:00"),
        ("0 9 1 1,4,7,10 *", "On the 1st of January, April, July and October at 09:00"),
        ("0 9 24 12 *", "On the 24th of December at 09:00"),
        ("0 9 * 6 1", "Every Monday in June at 09:00"),
        ("0 9 * 6,7 *", "Every day in June and July at 09:00"),
        ("0 9 13 * 5", "On the 13th of every month, and every Friday at 09:00"),
        ("*/15 9-17 * * 1", "Every Monday at 09:00, the first of its times that day"),
    ];
    for (text, words) in cases {
        assert_eq!(schedule(text).words(), words, "{text}");
    }
    let rare = schedule("0 9 */2 * *");
    assert!(rare.words().ends_with("Due at 09:00"), "{}", rare.words());
}
