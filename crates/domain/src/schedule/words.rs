//! A schedule in plain words, for a page: `Every Monday at 09:00`, `On the 1st of every month at 09:00`.
//!
//! The common forms have words of ours; croner's description stands in for the rest. Only the first time of a day counts,
//! so that is the time named.

use super::Schedule;

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/// A list longer than this is no longer read at a glance.
const MOST: usize = 6;

pub(super) fn sentence(schedule: &Schedule) -> String {
    let time = schedule.time().format("%H:%M");
    match days(schedule) {
        Some(days) if has_one_time(schedule) => format!("{days} at {time}"),
        Some(days) => format!("{days} at {time}, the first of its times that day"),
        None => format!("{}. Due at {time}", schedule.cron.describe().trim_end_matches('.')),
    }
}

/// Why an expression that is written well never comes up.
pub(super) fn never(schedule: &Schedule) -> String {
    let months: Vec<&str> = named(schedule, 3, &MONTHS, 1);
    let days: Vec<String> = values(schedule, 2, 31).iter().take(3).map(ToString::to_string).collect();
    let has = if months.len() == 1 { "has" } else { "have" };
    format!("is a cron expression that can never fire: {} never {has} a day {}", list(&months, "and"), list(&days, "or"))
}

fn has_one_time(schedule: &Schedule) -> bool {
    values(schedule, 0, 59).len() == 1 && values(schedule, 1, 23).len() == 1
}

/// The dates in words; `None` for what has none of ours.
fn days(schedule: &Schedule) -> Option<String> {
    let fields: Vec<&str> = schedule.numeric.split(' ').collect();
    let [_, _, days, months, weekdays] = fields.as_slice() else { return None };
    let any = |field: &&str| **field == *"*";
    let in_months = if any(months) { String::new() } else { format!(" in {}", month_list(schedule)?) };
    match (any(days), any(weekdays)) {
        (true, true) => Some(format!("Every day{in_months}")),
        (true, false) => Some(format!("{}{in_months}", capital(&weekday_words(schedule)?))),
        (false, true) => Some(format!("On the {}", day_words(schedule, any(months))?)),
        (false, false) => Some(format!("On the {}, and {}{in_months}", day_words(schedule, any(months))?, weekday_words(schedule)?)),
    }
}

fn weekday_words(schedule: &Schedule) -> Option<String> {
    // 7 is Sunday, as 0 is; a week starts on Monday.
    let mut days: Vec<u32> = values(schedule, 4, 7).into_iter().map(|day| if day == 0 { 7 } else { day }).collect();
    days.sort_unstable();
    days.dedup();
    match days.as_slice() {
        [1, 2, 3, 4, 5] => Some("every Monday to Friday".to_owned()),
        [1, 2, 3, 4, 5, 6, 7] => Some("every day of the week".to_owned()),
        [] => None,
        days => {
            let names: Vec<&str> = days.iter().filter_map(|day| WEEKDAYS.get((*day % 7) as usize).copied()).collect();
            Some(format!("every {}", list(&names, "and")))
        }
    }
}

fn day_words(schedule: &Schedule, every_month: bool) -> Option<String> {
    let days = values(schedule, 2, 31);
    if days.len() > MOST {
        return None;
    }
    let days: Vec<String> = days.into_iter().map(ordinal).collect();
    let months = if every_month { "every month".to_owned() } else { month_list(schedule)? };
    Some(format!("{} of {months}", list(&days, "and")))
}

fn month_list(schedule: &Schedule) -> Option<String> {
    let names = named(schedule, 3, &MONTHS, 1);
    (1..=MOST).contains(&names.len()).then(|| list(&names, "and"))
}

fn named<'a>(schedule: &Schedule, field: usize, names: &[&'a str], low: u32) -> Vec<&'a str> {
    let name = |value: u32| names.get(value.checked_sub(low)? as usize).copied();
    values(schedule, field, 12).into_iter().filter_map(name).collect()
}

/// The values of a field, in order.
fn values(schedule: &Schedule, field: usize, most: u32) -> Vec<u32> {
    let pattern = &schedule.cron.pattern;
    let component = match field {
        0 => &pattern.minutes,
        1 => &pattern.hours,
        2 => &pattern.days,
        3 => &pattern.months,
        _ => &pattern.days_of_week,
    };
    const SET: u8 = 1;
    component.get_set_values(SET).into_iter().map(u32::from).filter(|value| *value <= most).collect()
}

fn ordinal(day: u32) -> String {
    let end = match (day % 10, day % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{day}{end}")
}

/// `a`, `a and b`, `a, b and c`.
fn list(entries: &[impl AsRef<str>], word: &str) -> String {
    let entries: Vec<&str> = entries.iter().map(AsRef::as_ref).collect();
    match entries.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
