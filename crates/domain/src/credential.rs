//! The secrets a person may hold: API tokens and setup links. Their form, how long they live, and how they are kept; the
//! random part comes in from outside.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::is_valid;
use crate::input::Fields;
use crate::json::Object;
use crate::refusal::Refusal;
use crate::secrets;
use crate::time::{Timestamp, Tz, parse_date, plus_days, start_of_day};

/// How long a setup link can be used, in seconds.
pub const SETUP_LINK_LIVES: i64 = 24 * 3_600;
/// The most API tokens one user has at a time.
pub const MAX_TOKENS: usize = 20;
/// The longest name of a token, in characters.
pub const MAX_TOKEN_NAME: usize = 80;
/// How every API token begins, so that one left in a file is found.
const PREFIX: &str = "dop_";

/// What is kept of a secret: its SHA-256 in hex. The secrets are 256 random bits, so that nothing slower is needed.
pub fn hash(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An API token as its owner sees it. The value itself is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiToken {
    /// The token's id, which is no secret.
    pub id: String,
    /// What it is for, in its owner's words.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; never by itself when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to ten minutes; absent before its first use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

impl ApiToken {
    /// True when its time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| now >= end)
    }
}

/// The text of an API token.
pub fn api_token(id: &str, secret: &str) -> String {
    format!("{PREFIX}{id}_{secret}")
}

/// Id and secret of an API token's text; `None` for text of another form, such as a session's token.
pub fn parse_api_token(text: &str) -> Option<(&str, &str)> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    (is_valid(id) && !secret.is_empty()).then_some((id, secret))
}

/// A token that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Trimmed name.
    pub name: String,
    /// When it is to end.
    pub expires_at: Option<Timestamp>,
}

impl NewToken {
    /// Reads a new token from a request body. A date as its end counts whole, in `timezone`.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn parse(body: &Object, now: Timestamp, timezone: Tz) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        let name = fields.required_text("name", "name is required").map(|name| name.trim().to_owned()).unwrap_or_default();
        if name.chars().count() > MAX_TOKEN_NAME {
            fields.refuse("name", format!("name must be at most {MAX_TOKEN_NAME} characters long"));
        } else if secrets::first(&name).is_some() || secrets::note_marker(&name) || name.contains(PREFIX) {
            fields.refuse("name", "name must say what the token is for, not hold a secret");
        } else if name.chars().any(char::is_control) {
            fields.refuse("name", "name must be one line of text");
        }
        fields.date_or_timestamp("expiresAt");
        let end = fields.value("expiresAt").and_then(serde_json::Value::as_str).and_then(|text| moment(text, timezone));
        if end.is_some_and(|end| end <= now) {
            fields.refuse("expiresAt", "expiresAt must lie in the future");
        }
        fields.finish()?;
        Ok(Self { name, expires_at: end })
    }
}

fn moment(text: &str, timezone: Tz) -> Option<Timestamp> {
    match parse_date(text) {
        Some(date) => plus_days(date, 1).map(|next| start_of_day(next, timezone)),
        None => Timestamp::parse(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(body: serde_json::Value) -> Result<NewToken, Refusal> {
        let now = Timestamp::parse("2026-07-01T09:00:00Z").expect("a moment");
        NewToken::parse(body.as_object().expect("an object"), now, chrono_tz::Europe::Berlin)
    }

    #[test]
    fn a_token_s_text_says_its_id() {
        let text = api_token("01JZ", "a_b-c");
        assert_eq!(text, "dop_01JZ_a_b-c");
        assert_eq!(parse_api_token(&text), Some(("01JZ", "a_b-c")));
        for other in ["", "dop_", "dop_x", "dop__x", "dop_x_", "dop_a b_c", "DOP_a_b", "session"] {
            assert_eq!(parse_api_token(other), None, "{other}");
        }
    }

    #[test]
    fn a_day_as_end_counts_whole() {
        let token = parse(json!({ "name": " nightly ", "expiresAt": "2026-07-01" })).expect("a token");
        assert_eq!(token.name, "nightly");
        assert_eq!(token.expires_at.map(|end| end.to_string()).as_deref(), Some("2026-07-01T22:00:00.000Z"));
        assert_eq!(parse(json!({ "name": "x", "expiresAt": null })).expect("a token").expires_at, None);
    }

    #[test]
    fn bad_tokens_are_refused_by_field() {
        for (body, field) in [
            (json!({}), "/name"),
            (json!({ "name": " " }), "/name"),
            (json!({ "name": 7 }), "/name"),
            (json!({ "name": "x".repeat(81) }), "/name"),
            (json!({ "name": "Bearer abc" }), "/name"),
            (json!({ "name": "dop_x_y" }), "/name"),
            (json!({ "name": "a\nb" }), "/name"),
            (json!({ "name": "x", "expiresAt": "2026-06-30" }), "/expiresAt"),
            (json!({ "name": "x", "expiresAt": "2026-07-01T09:00:00Z" }), "/expiresAt"),
            (json!({ "name": "x", "expiresAt": 7 }), "/expiresAt"),
            (json!({ "name": "x", "expiresAt": "soon" }), "/expiresAt"),
        ] {
            let refused = parse(body.clone()).expect_err("a refusal");
            assert_eq!(refused.errors[0].pointer, field, "{body}");
        }
    }
}
