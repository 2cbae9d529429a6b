//! Conditions of statements: `ForAllValues:StringLike: {dynamodb:LeadingKeys: [token#*]}`.

use serde::Serialize;
use serde_json::Value;

use super::TemplateError;
use super::statement::list;

/// One key of a condition block. Every one has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Condition {
    /// How the key is compared.
    pub operator: Operator,
    /// The key, such as `s3:prefix`.
    pub key: String,
    /// What it is compared with; one of them is enough.
    pub values: Vec<String>,
}

/// How values of a request are compared with those of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// Which of several values of the request have to match.
    pub over: Over,
    /// What matching is.
    pub comparison: Comparison,
    /// Whether a key that the request does not have holds.
    pub if_exists: bool,
}

/// Which of several values of a request have to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The one it has.
    One,
    /// All of them; none at all holds too.
    All,
    /// One of them.
    Any,
}

/// What matching is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same text.
    StringEquals,
    /// The same text, where `*` and `?` stand for anything.
    StringLike,
    /// The same of `true` and `false`.
    Bool,
}

/// The key of partition keys, of which a request may have several.
pub(crate) const LEADING_KEYS: &str = "dynamodb:LeadingKeys";
/// The key of what a listing is limited to.
pub(crate) const PREFIX: &str = "s3:prefix";
/// The key that says whether a request came over TLS.
pub(crate) const SECURE_TRANSPORT: &str = "aws:SecureTransport";

/// The keys whose values the embedded services know of a request. A condition on another would never hold here.
const KNOWN: [&str; 3] = [LEADING_KEYS, PREFIX, SECURE_TRANSPORT];

impl Condition {
    /// The conditions of a block.
    pub(super) fn read_all(block: &Value, at: &str) -> Result<Vec<Self>, TemplateError> {
        let mut conditions = Vec::new();
        for (name, keys) in block.as_object().into_iter().flatten() {
            let at = format!("{at}.{name}");
            let operator = Operator::parse(name).ok_or_else(|| TemplateError::unknown(&at, "this operator"))?;
            let keys = keys.as_object().ok_or_else(|| TemplateError::at(&at, "expected keys with their values"))?;
            for (key, values) in keys {
                conditions.push(Self::read(operator, key, values, &format!("{at}.{key}"))?);
            }
        }
        Ok(conditions)
    }

    fn read(operator: Operator, key: &str, values: &Value, at: &str) -> Result<Self, TemplateError> {
        let text = |value: &Value| match value {
            Value::String(text) => Ok(text.clone()),
            Value::Bool(flag) => Ok(flag.to_string()),
            _ => Err(TemplateError::at(at, "expected a text or a list of texts")),
        };
        let values: Vec<String> = list(values).iter().map(text).collect::<Result<_, _>>()?;
        if values.is_empty() {
            return Err(TemplateError::at(at, "expected a text or a list of texts"));
        }
        if let Some(odd) = values.iter().find(|value| value.contains("${")) {
            return Err(TemplateError::unknown(at, format!("the variable in {odd}")));
        }
        if !KNOWN.iter().any(|known| key.eq_ignore_ascii_case(known)) {
            return Err(TemplateError::unknown(at, format!("the condition key {key}")));
        }
        if operator.over == Over::One && key.eq_ignore_ascii_case(LEADING_KEYS) {
            return Err(TemplateError::at(at, "requests have several values of it: expected ForAllValues: or ForAnyValue:"));
        }
        Ok(Self { operator, key: key.to_owned(), values })
    }
}

impl Operator {
    /// `ForAllValues:StringLikeIfExists` and its parts.
    fn parse(name: &str) -> Option<Self> {
        let (over, rest) = match name.split_once(':') {
            None => (Over::One, name),
            Some(("ForAllValues", rest)) => (Over::All, rest),
            Some(("ForAnyValue", rest)) => (Over::Any, rest),
            Some(_) => return None,
        };
        let (rest, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |rest| (rest, true));
        let comparison = match rest {
            "StringEquals" => Comparison::StringEquals,
            "StringLike" => Comparison::StringLike,
            "Bool" => Comparison::Bool,
            _ => return None,
        };
        Some(Self { over, comparison, if_exists })
    }
}

impl Serialize for Operator {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let over = match self.over {
            Over::One => "",
            Over::All => "ForAllValues:",
            Over::Any => "ForAnyValue:",
        };
        let if_exists = if self.if_exists { "IfExists" } else { "" };
        serializer.collect_str(&format_args!("{over}{:?}{if_exists}", self.comparison))
    }
}
