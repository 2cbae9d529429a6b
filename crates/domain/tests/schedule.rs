//! Schedules held against the `cron` crate, which reads the same expressions after translation, and against whatever
//! anybody may type.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "support/expressions.rs"]
mod expressions;
#[expect(dead_code, unreachable_pub, reason = "the one file that sets the sizes of proofs, shared as it is")]
#[path = "../../testkit/src/proof.rs"]
mod proof;

use std::str::FromStr;

use chrono::{DateTime, Days, NaiveTime, Utc};
use dataops_domain::Date;
use dataops_domain::schedule::Schedule;
use expressions::{Expression, Numbers};

/// The days each expression is asked about.
const DAYS: usize = 20;

struct Oracle(Vec<cron::Schedule>);

impl Oracle {
    fn of(expression: &Expression) -> Self {
        let read = |text: String| cron::Schedule::from_str(&text).unwrap_or_else(|error| panic!("{} as {text}: {error}", expression.unix));
        Self(expression.translated().into_iter().map(read).collect())
    }

    fn fires(&self, date: Date, time: NaiveTime) -> bool {
        self.0.iter().any(|schedule| schedule.includes(date.and_time(time).and_utc()))
    }

    fn first_time(&self, date: Date) -> Option<NaiveTime> {
        let times = (0..1_440).filter_map(|minute| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0));
        times.into_iter().find(|time| self.fires(date, *time))
    }

    /// The next date from `from` on, within some years.
    fn next_date(&self, from: Date) -> Option<Date> {
        let before: DateTime<Utc> = from.pred_opt()?.and_hms_opt(23, 59, 59)?.and_utc();
        self.0.iter().filter_map(|schedule| schedule.after(&before).next()).map(|moment| moment.date_naive()).min()
    }
}

fn any_date(numbers: &mut Numbers) -> Date {
    Date::from_ymd_opt(2020, 1, 1).unwrap() + Days::new(u64::from(numbers.below(80 * 365)))
}

#[test]
fn schedules_agree_with_another_implementation() {
    let wanted = proof::sizes().schedule_pairs;
    let mut numbers = Numbers::seeded(20_261_121);
    let (mut pairs, mut firing, mut never) = (0, 0, 0);
    while pairs < wanted {
        let expression = Expression::random(&mut numbers);
        let oracle = Oracle::of(&expression);
        let from = any_date(&mut numbers);
        let Ok(schedule) = Schedule::parse(&expression.unix) else {
            let days = Date::from_ymd_opt(2000, 1, 1).unwrap().iter_days().take(4 * 366);
            assert!(days.into_iter().all(|date| oracle.first_time(date).is_none()), "{} is refused and fires", expression.unix);
            never += 1;
            pairs += 1;
            continue;
        };
        assert_eq!(schedule.dates(from).next(), oracle.next_date(from), "{:?} from {from}", expression.unix);
        let first = schedule.dates(from).next().unwrap();
        assert_eq!(Some(schedule.time()), oracle.first_time(first), "{:?}", expression.unix);
        for _ in 0..DAYS {
            let date = any_date(&mut numbers);
            let fires = schedule.matches(date);
            assert_eq!(fires, oracle.fires(date, schedule.time()), "{:?} on {date}", expression.unix);
            firing += usize::from(fires);
            pairs += 1;
        }
        assert_eq!(Schedule::parse(schedule.as_str()).as_ref(), Ok(&schedule), "what is stored reads the same");
    }
    assert!(firing * 10 > pairs && firing * 10 < pairs * 9, "{firing} of {pairs}: the pairs prove little");
    proof::record(
        "schedule-oracle",
        "Schedules against the `cron` crate",
        &[("pairs of an expression and a date", &pairs), ("of which fire", &firing), ("expressions that never fire", &never)],
        "none. Every answer, every next date and every first time of a day was the same.",
    );
}

#[test]
fn no_text_makes_reading_panic() {
    let mut numbers = Numbers::seeded(7);
    let parts = [
        "*",
        "/",
        "-",
        ",",
        " ",
        "\t",
        "0",
        "5",
        "31",
        "59",
        "60",
        "99",
        "7",
        "MON",
        "SUN",
        "jan",
        "L",
        "W",
        "#",
        "?",
        "+",
        "@",
        "@daily",
        "\n",
        "\u{0}",
        "ü",
        "∞",
        "１",
        "*/",
        "1-",
        "0 9 * * *",
        "9999999999999999999999",
        "-1",
        "1.5",
        "e",
        "\u{202e}",
        "'",
        "\"",
        "<",
        "$(",
    ];
    for _ in 0..20_000 {
        let text: String = (0..numbers.below(14)).map(|_| numbers.pick(&parts)).collect();
        match Schedule::parse(&text) {
            Ok(schedule) => assert!(!schedule.words().is_empty() && schedule.as_str().split(' ').count() == 5, "{text:?}"),
            Err(problem) => assert!(problem.contains("cron") && problem.chars().count() < 400, "{text:?}: {problem}"),
        }
    }
    for text in ["* * * * * * * * * *".repeat(2_000), "1,".repeat(60), "*/".repeat(120), "\u{1F600}".repeat(50)] {
        assert!(Schedule::parse(&text).is_err());
    }
}

#[test]
fn every_date_of_the_calendar_can_be_asked_about() {
    let schedule = Schedule::parse("0 9 29 2 0").unwrap();
    for text in ["0001-01-01", "9999-12-31", "2100-02-28", "2000-02-29"] {
        let date: Date = text.parse().unwrap();
        let _ = schedule.matches(date);
        let _ = schedule.upcoming(date, 10, chrono_tz::Pacific::Apia);
    }
}
