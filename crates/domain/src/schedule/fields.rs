//! The five fields of Unix cron, checked one by one before croner sees them.
//!
//! croner reads more than is meant here (seconds, years, `L`, `W`, `#`, `?`, `+`, `@`) and passes over empty entries in
//! silence. What stands here is crontab(5) and nothing else: `*`, numbers, names, ranges, lists, and a step after `*` or a
//! range.

/// The longest expression, in characters.
pub const MAX_LENGTH: usize = 250;

/// What one field may hold.
struct Field {
    name: &'static str,
    low: u8,
    high: u8,
    /// Names of values, the first one for `low`.
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const FIELDS: [Field; 5] = [
    Field { name: "minute", low: 0, high: 59, names: &[] },
    Field { name: "hour", low: 0, high: 23, names: &[] },
    Field { name: "day of month", low: 1, high: 31, names: &[] },
    Field { name: "month", low: 1, high: 12, names: &MONTHS },
    // 7 is Sunday, as 0 is.
    Field { name: "day of week", low: 0, high: 7, names: &WEEKDAYS },
];

/// The five fields as written, and the same with names as numbers.
pub(super) struct Read {
    /// The fields with one blank between them: what is stored.
    pub(super) text: String,
    /// Numbers only: what is evaluated.
    pub(super) numeric: String,
}

/// Reads an expression.
///
/// # Errors
/// What is wrong, as the end of a sentence that begins with the field's name.
pub(super) fn read(text: &str) -> Result<Read, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("must be at most {MAX_LENGTH} characters of cron"));
    }
    if let Some(other) = text.chars().find(|letter| !letter.is_ascii_alphanumeric() && !" \t*,-/".contains(*letter)) {
        return Err(format!("has {other:?}, which cron does not know: use digits, names such as MON or JAN, and * , - /"));
    }
    let fields: Vec<&str> = text.split([' ', '\t']).filter(|field| !field.is_empty()).collect();
    if fields.len() != FIELDS.len() {
        return Err(format!(
            "must be a cron expression of five fields (minute, hour, day of month, month, day of week); found {}",
            fields.len()
        ));
    }
    let numeric: Vec<String> = fields.iter().zip(&FIELDS).map(|(text, field)| field.read(text)).collect::<Result<_, _>>()?;
    Ok(Read { text: fields.join(" "), numeric: numeric.join(" ") })
}

impl Field {
    fn read(&self, text: &str) -> Result<String, String> {
        let entries: Vec<String> = text.split(',').map(|entry| self.entry(entry)).collect::<Result<_, _>>()?;
        Ok(entries.join(","))
    }

    /// One entry of a list: `*`, a value or a range, the first and the last with a step if need be.
    fn entry(&self, entry: &str) -> Result<String, String> {
        let (values, step) = match entry.split_once('/') {
            Some((values, step)) => (values, Some(self.step(step)?)),
            None => (entry, None),
        };
        let step = step.map(|step| format!("/{step}")).unwrap_or_default();
        if values == "*" {
            return Ok(format!("*{step}"));
        }
        let Some((from, to)) = values.split_once('-') else {
            if !step.is_empty() {
                return Err(self.problem(entry, &format!("a step follows * or a range, such as {values}-{}{step}", self.high)));
            }
            return Ok(self.value(values)?.to_string());
        };
        let (low, high) = (self.value(from)?, self.value(to)?);
        // A week may end on its Sunday: FRI-SUN.
        let high = if self.high == 7 && low > 0 && to.eq_ignore_ascii_case("SUN") { 7 } else { high };
        if low > high {
            return Err(self.problem(entry, "a range goes from the smaller to the larger value"));
        }
        Ok(format!("{low}-{high}{step}"))
    }

    fn value(&self, text: &str) -> Result<u8, String> {
        let expected = || self.problem(text, &format!("expected {}", self.expected()));
        let number = match self.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            Some(place) => u8::try_from(place).ok().map(|place| place + self.low),
            None => number(text),
        };
        number.filter(|value| (self.low..=self.high).contains(value)).ok_or_else(expected)
    }

    fn step(&self, text: &str) -> Result<u8, String> {
        number(text).filter(|step| *step > 0).ok_or_else(|| self.problem(text, "a step is a number from 1 to 99"))
    }

    fn expected(&self) -> String {
        match (self.names.first(), self.names.last()) {
            (Some(first), Some(last)) => format!("{} to {} or {first} to {last}", self.low, self.high),
            _ => format!("{} to {}", self.low, self.high),
        }
    }

    fn problem(&self, text: &str, words: &str) -> String {
        format!("is no cron expression: '{text}' in the {} field: {words}", self.name)
    }
}

/// One or two digits.
fn number(text: &str) -> Option<u8> {
    let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}
