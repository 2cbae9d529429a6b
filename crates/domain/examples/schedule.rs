//! Prints random schedules, dates and what the domain says of each, for another implementation to check:
//!
//! ```sh
//! cargo run -p dataops-domain --example schedule 200000 | .venv/bin/python scripts/check_cron.py
//! ```
//!
//! Each line has the expression, a local date and time (the first one of a day), whether the schedule comes up then, and
//! whether croniter is known to read the expression otherwise; separated by bars.

#[path = "../tests/support/expressions.rs"]
mod expressions;

use std::io::Write as _;

use chrono::Days;
use dataops_domain::Date;
use dataops_domain::schedule::Schedule;
use expressions::{Expression, Numbers};

fn main() -> std::io::Result<()> {
    let wanted: usize = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(2_000);
    let mut numbers = Numbers::seeded(20_261_121);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut pairs = 0;
    while pairs < wanted {
        let expression = Expression::random(&mut numbers);
        let Ok(schedule) = Schedule::parse(&expression.unix) else { continue };
        for _ in 0..10 {
            let date = Date::from_ymd_opt(2020, 1, 1).unwrap_or_default() + Days::new(u64::from(numbers.below(80 * 365)));
            let (text, moment) = (schedule.as_str(), date.and_time(schedule.time()).format("%Y-%m-%dT%H:%M"));
            writeln!(out, "{text}|{moment}|{}|{}", u8::from(schedule.matches(date)), u8::from(expression.is_read_otherwise_by_croniter()))?;
            pairs += 1;
        }
    }
    out.flush()
}
