//! The dates somebody asks for: one, or a range of at most 90 days (RW-12).

use serde::{Deserialize, Serialize};

use crate::input::Fields;
use crate::json::Object;
use crate::refusal::Refusal;
use crate::time::{self, Date};

/// The most days from the first date of a range to its last.
pub const MAX_DAYS: i64 = 90;

/// A range of local dates, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Range {
    /// The first date.
    pub from: Date,
    /// The last date.
    pub to: Date,
}

impl Range {
    /// A range that is not backwards and not too long. `from_key` and `to_key` are the names of its ends, for the words.
    ///
    /// # Errors
    /// When it ends before it starts, or spans more than 90 days.
    pub fn new(from: Date, to: Date, from_key: &str, to_key: &str) -> Result<Self, Refusal> {
        if to < from {
            return Err(Refusal::field(format!("/{to_key}"), format!("{to_key} must not be before {from_key}")));
        }
        if (to - from).num_days() > MAX_DAYS {
            return Err(Refusal::field(
                format!("/{to_key}"),
                format!("The range must span at most {MAX_DAYS} days: {from} to {to} is too long"),
            ));
        }
        Ok(Self { from, to })
    }

    /// Reads `{startDate, endDate}`: the range of `POST /api/recurring/generate`.
    ///
    /// # Errors
    /// What is missing or wrong, in the contract's order.
    pub fn parse_generate(body: &Object) -> Result<Self, Refusal> {
        Self::parse(body, "startDate", "endDate")
    }

    /// Reads `{date}` or `{from, to}`: the range of a preview, an apply or a simulation.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub fn parse_one_or_many(body: &Object) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        if fields.value("date").is_none() {
            return Self::parse(body, "from", "to");
        }
        fields.date("date");
        if fields.value("from").is_some() || fields.value("to").is_some() {
            fields.refuse("date", "date stands alone: give one date, or from and to");
        }
        let date = date(&fields, "date");
        fields.finish()?;
        let date = date.unwrap_or_default();
        Self::new(date, date, "date", "date")
    }

    fn parse(body: &Object, from_key: &str, to_key: &str) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        for key in [from_key, to_key] {
            if fields.value(key).is_none_or(|value| value.as_str() == Some("")) {
                fields.refuse(key, format!("Both {from_key} and {to_key} are required"));
            } else {
                fields.date(key);
            }
        }
        let (from, to) = (date(&fields, from_key), date(&fields, to_key));
        fields.finish()?;
        Self::new(from.unwrap_or_default(), to.unwrap_or_default(), from_key, to_key)
    }

    /// Its dates, in order.
    pub fn dates(self) -> impl Iterator<Item = Date> {
        self.from.iter_days().take_while(move |date| *date <= self.to)
    }
}

fn date(fields: &Fields<'_>, key: &str) -> Option<Date> {
    fields.value(key).and_then(|value| value.as_str()).and_then(time::parse_date)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(body: Value) -> Result<Range, Refusal> {
        let Value::Object(body) = body else { panic!("an object") };
        Range::parse_generate(&body)
    }

    #[test]
    fn a_range_has_both_ends_in_order_and_at_most_90_days() {
        let range = read(json!({ "startDate": "2026-01-01", "endDate": "2026-04-01" })).expect("90 days");
        assert_eq!(range.dates().count(), 91);
        let cases = [
            (json!({}), "startDate and endDate are required"),
            (json!({ "startDate": "2026-01-01" }), "startDate and endDate are required"),
            (json!({ "startDate": "", "endDate": "" }), "startDate and endDate are required"),
            (json!({ "startDate": "2026-1-01", "endDate": "2026-04-01" }), "startDate must be a real calendar date"),
            (json!({ "startDate": "2026-01-01", "endDate": "2026-02-31" }), "endDate must be a real calendar date"),
            (json!({ "startDate": "2026-01-02", "endDate": "2026-01-01" }), "endDate must not be before startDate"),
            (json!({ "startDate": "2026-01-01", "endDate": "2026-04-02" }), "90 days"),
            (json!({ "startDate": 7, "endDate": "2026-04-02" }), "startDate"),
        ];
        for (body, words) in cases {
            let refused = read(body.clone()).expect_err("refused");
            assert!(refused.message.contains(words), "{body}: {}", refused.message);
        }
    }

    #[test]
    fn one_date_is_a_range_too() {
        let read = |body: Value| Range::parse_one_or_many(body.as_object().expect("an object"));
        let range = read(json!({ "date": "2028-02-29" })).expect("a date");
        assert_eq!(range.from, range.to);
        assert_eq!(read(json!({ "from": "2028-02-02", "to": "2028-02-03" })).expect("a range").dates().count(), 2);
        assert!(read(json!({ "date": "2028-02-30" })).is_err());
        assert!(read(json!({ "date": "2028-02-02", "to": "2028-02-03" })).is_err());
        assert!(read(json!({})).expect_err("refused").message.contains("from and to"));
    }
}
