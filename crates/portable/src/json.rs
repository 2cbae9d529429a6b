//! JSON that borrows from the line it was read from. Keeps the order of keys, and keys that stand twice.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Members<'a>),
}

/// The fields of an object.
pub(crate) type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// The most values in a line. A stored record has at most 400 KB, and a value takes a byte of them at least; in memory it takes
/// fifty, so a line of nothing but values is looked at before it is read.
pub(crate) const MOST_VALUES: usize = 400_000;

/// True when a line holds more values than any record.
fn is_crowded(line: &[u8]) -> bool {
    if line.len() <= MOST_VALUES {
        return false;
    }
    let (mut values, mut at) = (1, 0);
    while let Some(byte) = line.get(at) {
        match byte {
            b'"' => at += text_length(&line[at + 1..]),
            b',' | b'[' | b'{' => values += 1,
            _ => {}
        }
        at += 1;
    }
    values > MOST_VALUES
}

/// The length of a text from after its first quote to its last, included.
fn text_length(after: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &after[at.min(after.len())..]) {
        if after[at + found] == b'"' {
            return at + found + 1;
        }
        at += found + 2;
    }
    after.len()
}

impl<'a> Json<'a> {
    /// Reads a line.
    pub(crate) fn parse(line: &'a [u8]) -> Result<Self, serde_json::Error> {
        if is_crowded(line) {
            return Err(serde::de::Error::custom(format_args!("it holds more than {MOST_VALUES} values")));
        }
        // One look at the whole line is quicker than one at each text in it.
        match std::str::from_utf8(line) {
            Ok(line) => serde_json::from_str(line),
            Err(_) => serde_json::from_slice(line),
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn list(&self) -> &[Json<'a>] {
        if let Self::List(list) = self { list } else { &[] }
    }

    pub(crate) fn members(&self) -> &[(Cow<'a, str>, Json<'a>)] {
        if let Self::Object(members) = self { members } else { &[] }
    }

    /// The field of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        find(self.members(), name)
    }

    /// The text of a field of an object.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }

    pub(crate) fn number(&self) -> Option<u64> {
        if let Self::Number(number) = self { number.as_u64() } else { None }
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// The same value, owned.
    pub(crate) fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.to_string()),
            Self::List(list) => Value::Array(list.iter().map(Self::to_value).collect()),
            Self::Object(members) => Value::Object(members.iter().map(|(key, value)| (key.to_string(), value.to_value())).collect()),
        }
    }

    /// How many bytes it takes as compact JSON, nearly: texts count as they are.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Null | Self::Bool(true) => 4,
            Self::Bool(false) => 5,
            Self::Number(number) => {
                if number.is_f64() {
                    8
                } else {
                    number.as_i64().map_or(20, |number| number.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1)
                }
            }
            Self::Text(text) => text.len() + 2,
            Self::List(list) => 1 + list.iter().map(|inner| inner.size() + 1).sum::<usize>(),
            Self::Object(members) => 1 + members.iter().map(|(key, value)| key.len() + 4 + value.size()).sum::<usize>(),
        }
    }
}

/// A field among fields.
pub(crate) fn find<'m, 'a>(members: &'m [(Cow<'a, str>, Json<'a>)], name: &str) -> Option<&'m Json<'a>> {
    members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Visit)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Json<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_unit<E>(self) -> Result<Json<'de>, E> {
                Ok(Json::Null)
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
                Ok(Json::Bool(flag))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
                Ok(Json::Number(number.into()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
                Ok(Json::Number(number.into()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
                Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
                Ok(Json::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
                Ok(Json::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Json<'de>, A::Error> {
                let mut list = Vec::new();
                while let Some(entry) = entries.next_element()? {
                    list.push(entry);
                }
                Ok(Json::List(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json<'de>, A::Error> {
                let Some((Text(key), value)) = entries.next_entry::<Text<'de>, Json<'de>>()? else { return Ok(Json::Object(Vec::new())) };
                let mut members = Vec::with_capacity(8);
                members.push((key, value));
                while let Some((Text(key), value)) = entries.next_entry::<Text<'de>, Json<'de>>()? {
                    members.push((key, value));
                }
                Ok(Json::Object(members))
            }
        }
        deserializer.deserialize_any(Visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let line = r#"{"b":[1,-2,0.5,null,true],"a":{"ü":"x\ny","e":{}}}"#;
        let json = Json::parse(line.as_bytes()).expect("JSON");
        assert_eq!(serde_json::to_string(&json.to_value()).expect("text"), line);
        assert_eq!(json.get("a").and_then(|a| a.text_of("ü")), Some("x\ny"));
        assert!(Json::parse("[".repeat(1_000).as_bytes()).is_err(), "nesting has an end");
    }

    #[test]
    fn a_line_of_nothing_but_values_is_not_read() {
        let list = |entry: &str, count: usize| format!("[{}]", vec![entry; count].join(","));
        for entry in ["0", "{}", "[]", "\"\"", "{\"a\":0}"] {
            let error = Json::parse(list(entry, MOST_VALUES + 1).as_bytes()).expect_err("too many");
            assert_eq!(error.to_string(), "it holds more than 400000 values", "{entry}");
        }
        // However long its texts are, and whatever stands in them.
        for text in [",".repeat(2 * MOST_VALUES), r#"\",[{"#.repeat(MOST_VALUES), "\\\\".repeat(MOST_VALUES)] {
            let line = format!("{{\"a\":\"{text}\",\"b\":[1,2]}}");
            assert!(Json::parse(line.as_bytes()).is_ok(), "{}", &line[..20]);
        }
        assert!(Json::parse(list("0", MOST_VALUES - 2).as_bytes()).is_ok());
        for broken in ["\"".to_owned() + &"x".repeat(MOST_VALUES), "\"".to_owned() + &"\\".repeat(MOST_VALUES + 1)] {
            assert!(Json::parse(broken.as_bytes()).is_err());
        }
    }
}
