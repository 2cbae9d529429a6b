//! Why an attempt failed, as it may be kept: short, and never with a credential in it (AJ-6, wire contract 12.2).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::refusal::Refusal;
use crate::secrets;

/// The longest code, in characters.
const MAX_CODE: usize = 80;
/// The longest summary, in characters.
const MAX_SUMMARY: usize = 500;
/// The code of an error that names none.
const DEFAULT: &str = "runner-error";
/// The summary of an error that says nothing.
const UNSAID: &str = "The runner gave no reason";
/// What stands in the place of a text that looks like a credential.
const REDACTED: &str = "The error was redacted because it looked like a secret";

/// A sanitised error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobError {
    /// A short word, such as `runner-error` or `runner_lost`.
    pub code: String,
    /// One sentence.
    pub summary: String,
}

impl JobError {
    /// An error of our own words, which may quote others' and are therefore cleaned like theirs.
    pub fn new(code: &str, summary: impl AsRef<str>) -> Self {
        Self::from_parts(code, summary.as_ref(), false)
    }

    /// The runner was not heard of in time.
    pub fn runner_lost() -> Self {
        Self::new("runner_lost", "The runner was not heard of in time; it may have been ended by the platform")
    }

    /// Reads what a caller says of a failure: a text, or an object with `code` and `summary` or `message`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn read(value: &Value) -> Result<Self, Refusal> {
        match value {
            Value::String(text) if is_secret(value) => {
                debug_assert!(!text.is_empty(), "an empty text holds no secret");
                Ok(Self { code: "redacted".to_owned(), summary: REDACTED.to_owned() })
            }
            Value::String(text) if text.trim().is_empty() => Ok(Self::new(DEFAULT, UNSAID)),
            Value::String(text) => Ok(Self::from_parts(DEFAULT, text, false)),
            Value::Object(fields) => {
                let text = |key: &str| fields.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
                let summary = text("summary").or_else(|| text("message")).unwrap_or(UNSAID);
                Ok(Self::from_parts(text("code").unwrap_or(DEFAULT), summary, is_secret(value)))
            }
            _ => Err(Refusal::field("/error", "error must be a text, or an object with code and summary")),
        }
    }

    fn from_parts(code: &str, summary: &str, secret: bool) -> Self {
        let code: String = plain(code).chars().take(MAX_CODE).collect();
        let code = match code.as_str() {
            "" => DEFAULT.to_owned(),
            code if secrets::looks_secret(code) => "redacted".to_owned(),
            _ => code,
        };
        let summary = Some(plain(summary)).filter(|left| !left.is_empty()).unwrap_or_else(|| UNSAID.to_owned());
        let summary = if secret || secrets::looks_secret(&summary) { REDACTED.to_owned() } else { summary };
        Self { code, summary: summary.chars().take(MAX_SUMMARY).collect() }
    }
}

/// True when a secret-like name or text stands anywhere in a value (wire contract 12.2).
pub fn is_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => secrets::looks_secret(text),
        Value::Array(list) => list.iter().any(is_secret),
        Value::Object(object) => {
            object.iter().any(|(key, inner)| secrets::is_secret_key(key) || secrets::looks_secret(key) || is_secret(inner))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The text as one line, without what steers a terminal ([`crate::plain`]).
pub fn plain(text: &str) -> String {
    crate::plain::text(text).replace(['\n', '\t'], " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_error_is_kept_in_the_contracts_form() {
        assert_eq!(JobError::read(&json!("timeout")).expect("a text"), JobError { code: "runner-error".into(), summary: "timeout".into() });
        let long = JobError::read(&json!({ "code": "c".repeat(90), "message": "m".repeat(600) })).expect("an object");
        assert_eq!((long.code.len(), long.summary.len()), (80, 500));
        assert!(JobError::read(&json!(7)).is_err());
    }

    #[test]
    fn what_looks_secret_is_redacted_wherever_it_stands() {
        let text = JobError::read(&json!("failed with Bearer abc.def")).expect("a text");
        assert!(text.code == "redacted" && text.summary.contains("redacted"), "{text:?}");
        let object =
            JobError::read(&json!({ "code": "http", "summary": "no", "detail": { "headers": [{ "cookie": "a" }] } })).expect("an object");
        assert!(object.code == "http" && object.summary.contains("redacted"), "{object:?}");
    }

    #[test]
    fn what_steers_a_terminal_is_left_out() {
        assert_eq!(plain("\u{1b}[31mred\u{1b}[0m\n\u{1b}]0;title\u{7}and \u{202e}so on\u{0}"), "red and so on");
        assert_eq!(plain("cut \u{1b}[31"), "cut");
    }
}
