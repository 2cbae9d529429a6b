//! Random cron expressions, the same for the same seed, each written for Unix cron and for the `cron` crate, which counts
//! weekdays from 1 = Sunday and wants both day fields to match.

#![expect(dead_code, reason = "each user of this file takes what it needs")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Numbers that look random and are the same for the same seed (SplitMix64).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `below` - 1.
    pub(crate) fn below(&mut self, below: u32) -> u32 {
        (self.next() % u64::from(below)) as u32
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len() as u32) as usize]
    }
}

/// One entry of a field's list.
#[derive(Clone)]
enum Entry {
    All(Option<u32>),
    Value(u32),
    Range(u32, u32, Option<u32>),
}

const BOUNDS: [(u32, u32); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 8] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// A random expression.
pub(crate) struct Expression {
    /// As Unix cron has it.
    pub(crate) unix: String,
    fields: [Vec<Entry>; 5],
}

impl Expression {
    pub(crate) fn random(numbers: &mut Numbers) -> Self {
        let fields = [0, 1, 2, 3, 4].map(|field| entries(numbers, field));
        let mut unix = String::new();
        for (field, entries) in fields.iter().enumerate() {
            let texts: Vec<String> = entries.iter().map(|entry| text(numbers, field, entry)).collect();
            let blank = if field == 0 { "" } else { numbers.pick(&[" ", " ", " ", "  ", "\t"]) };
            let _ = write!(unix, "{blank}{}", texts.join(","));
        }
        Self { unix, fields }
    }

    /// True when a field is exactly `*`.
    fn is_any(&self, field: usize) -> bool {
        matches!(self.fields[field].as_slice(), [Entry::All(None)])
    }

    /// True where croniter is known to read cron otherwise: a day field that names every value without being `*` is not
    /// restricted for it, and a range from a value to itself goes once around.
    pub(crate) fn is_read_otherwise_by_croniter(&self) -> bool {
        let all = |field: usize, count: usize| !self.is_any(field) && self.values(field).len() == count;
        let around = |entry: &Entry| matches!(entry, Entry::Range(from, to, _) if from == to);
        all(2, 31) || all(4, 7) || self.fields.iter().flatten().any(around)
    }

    /// The values of a field, with 0 for every Sunday.
    pub(crate) fn values(&self, field: usize) -> BTreeSet<u32> {
        let (low, high) = BOUNDS[field];
        let stepped = |from: u32, to: u32, step: &Option<u32>| (from..=to).step_by(step.unwrap_or(1) as usize).collect::<Vec<_>>();
        let values = self.fields[field].iter().flat_map(|entry| match entry {
            Entry::All(step) => stepped(low, high, step),
            Entry::Value(value) => vec![*value],
            Entry::Range(from, to, step) => stepped(*from, *to, step),
        });
        values.map(|value| if field == 4 { value % 7 } else { value }).collect()
    }

    /// What the `cron` crate needs: every one of them has to be asked, and one is enough.
    pub(crate) fn translated(&self) -> Vec<String> {
        let list = |field: usize, plus: u32| {
            let values: Vec<String> = self.values(field).iter().map(|value| (value + plus).to_string()).collect();
            if self.is_any(field) { "*".to_owned() } else { values.join(",") }
        };
        let written = |day: &str, weekday: &str| format!("0 {} {} {day} {} {weekday}", list(0, 0), list(1, 0), list(3, 0));
        let (day, weekday) = (list(2, 0), list(4, 1));
        if self.is_any(2) || self.is_any(4) { vec![written(&day, &weekday)] } else { vec![written(&day, "*"), written("*", &weekday)] }
    }
}

fn entries(numbers: &mut Numbers, field: usize) -> Vec<Entry> {
    // Times of day matter less than dates, and most schedules leave most fields open.
    if field >= 2 && numbers.below(5) < 2 {
        return vec![Entry::All(None)];
    }
    let count = 1 + if numbers.once_in(3) { numbers.below(4) } else { 0 };
    (0..count).map(|_| entry(numbers, field)).collect()
}

fn entry(numbers: &mut Numbers, field: usize) -> Entry {
    let (low, high) = BOUNDS[field];
    let value = |numbers: &mut Numbers| low + numbers.below(high - low + 1);
    let step = |numbers: &mut Numbers| numbers.once_in(2).then(|| 1 + numbers.below(high));
    match numbers.below(6) {
        0 => Entry::All(Some(1 + numbers.below(high))),
        1 | 2 => {
            let (one, other) = (value(numbers), value(numbers));
            Entry::Range(one.min(other), one.max(other), step(numbers))
        }
        _ => Entry::Value(value(numbers)),
    }
}

fn text(numbers: &mut Numbers, field: usize, entry: &Entry) -> String {
    let mut named = |value: u32, ends_range: bool| {
        let name = match field {
            3 => MONTHS[(value - 1) as usize],
            // At the end of a range SUN is 7; elsewhere it is 0.
            4 if value == 7 && !ends_range => return value.to_string(),
            4 => WEEKDAYS[value as usize],
            _ => return value.to_string(),
        };
        match numbers.below(4) {
            0 => name.to_owned(),
            1 => name.to_lowercase(),
            _ => value.to_string(),
        }
    };
    let stepped = |step: &Option<u32>| step.map(|step| format!("/{step}")).unwrap_or_default();
    match entry {
        Entry::All(step) => format!("*{}", stepped(step)),
        Entry::Value(value) => named(*value, false),
        // By name, a week that both begins and ends on Sunday would be that Sunday alone.
        Entry::Range(0, to, step) if field == 4 => format!("0-{to}{}", stepped(step)),
        Entry::Range(from, to, step) => format!("{}-{}{}", named(*from, false), named(*to, true), stepped(step)),
    }
}
