//! What every form has in common: hand the change on, go back and say so, or say what is missing where it was typed.

use axum::Json;
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::{ClientError, Problem};
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::auth::next;
use crate::auth::signed_in::{Form, Part, SignedIn};
use crate::portal::Portal;
use crate::ui::form::Attempt;
use crate::ui::words;

/// Hands a change to the engine.
pub(super) async fn send(portal: &Portal, who: &SignedIn, method: &str, path: &str, body: &Value) -> Result<Value, ClientError> {
    portal.client.send(&who.caller(), method, path, body, &[]).await
}

/// As [`send`], on the condition that the record still is the version that the form showed, where it says one.
pub(super) async fn send_seen<T: DeserializeOwned>(
    portal: &Portal,
    who: &SignedIn,
    version: &str,
    (method, path): (&str, &str),
    body: &Value,
) -> Result<T, ClientError> {
    let etag = format!("\"{version}\"");
    let headers: &[(&str, &str)] = if version.is_empty() { &[] } else { &[("if-match", &etag)] };
    portal.client.send(&who.caller(), method, path, body, headers).await
}

/// Back to where the form came from, with a word on what happened and what it happened to.
pub(super) fn back(form: &Form, otherwise: &str, code: &str, did: Option<&str>) -> Response {
    let mut pairs = vec![("saved", code)];
    pairs.extend(did.map(|did| ("did", did)));
    Redirect::to(&next::with_query(form.back(otherwise), &pairs)).into_response()
}

/// To a page of ours, with a word on what happened.
pub(super) fn to(page: &str, code: &str) -> Response {
    Redirect::to(&next::with_query(page, &[("saved", code)])).into_response()
}

/// A refused form with the engine's words at its fields. `field` turns a JSON pointer into a field's name.
pub(super) fn attempt(name: &str, form: &Form, problem: &Problem, field: impl Fn(&str) -> String) -> Attempt {
    let errors: Vec<(String, String)> = problem
        .errors
        .iter()
        .map(|error| {
            let field = field(&error.pointer);
            let words = friendly(&field, &error.message);
            (field, words)
        })
        .collect();
    let message = match problem.status {
        409 | 412 => "Somebody changed this at the same moment. Look at it once more, then try again.".to_owned(),
        _ if errors.is_empty() => sentence(&problem.detail),
        _ => "Not saved yet. Look at the marked field.".to_owned(),
    };
    Attempt { form: name.to_owned(), message, values: form.typed(), errors }
}

/// The name of the field a pointer leads to: its last part.
pub(super) fn last_part(pointer: &str) -> String {
    pointer.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The refusal as a module takes it: the message, and words for each field. `html` shows fields that were not there yet.
/// It is an answer to what the module asked, so it is 200: browsers report every other status as an error of the page.
pub(super) fn for_module(attempt: &Attempt, html: Option<String>) -> Response {
    let fields: Map<String, Value> = attempt.errors.iter().map(|(name, words)| (name.clone(), json!(words))).collect();
    (StatusCode::OK, Json(json!({ "refused": true, "message": attempt.message, "fields": fields, "html": html }))).into_response()
}

/// True when a module of ours asked.
pub(super) fn is_module(who: &SignedIn) -> bool {
    who.part != Part::Document
}

/// The engine's words in the operator's: no field names of the wire.
fn friendly(field: &str, message: &str) -> String {
    let label = match field {
        "waitingFor" => "Who you wait for",
        "followUpAt" | "nextFollowUpAt" => "The day to ask again",
        "channel" => "How you asked",
        "note" => "The note",
        "description" => "What is to be done",
        "date" => "The due date",
        "anchorDate" => "The date",
        "title" => "The title",
        "link" => "The link",
        "comment" => "The comment",
        "externalStatus" => "The status",
        "instructionsUrl" => "The link",
        "assigneeId" => "The assignee",
        "bundleId" => "The workflow",
        "storageUri" => "The link",
        "name" => "The name",
        "email" => "The e-mail address",
        "password" | "newPassword" => "The new password",
        "oldPassword" => "The password so far",
        "expiresAt" => "The last day",
        "reason" => "The reason",
        "content" => "The text",
        "inputRefs" => "What it shall read",
        "assistantType" => "Which assistant",
        _ if field.starts_with("slot:") => "The link",
        _ => return sentence(message),
    };
    if let Some((_, advice)) = message.split_once(" is required: ") {
        return sentence(advice);
    }
    let required = message.ends_with("is required") || message.starts_with("Missing required field");
    if required {
        return format!("{label} is missing.");
    }
    let rest = ["must", "puts"].iter().find_map(|verb| message.find(&format!(" {verb} ")).map(|at| &message[at..]));
    match rest {
        Some(rest) => sentence(&format!("{label}{}", rest.replace(" (YYYY-MM-DD) or a timestamp", ""))),
        None => sentence(message),
    }
}

pub(super) fn sentence(told: &str) -> String {
    format!("{}.", words::upper_first(told.trim().trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_speak_the_operators_words() {
        assert_eq!(friendly("waitingFor", "waitingFor is required"), "Who you wait for is missing.");
        assert_eq!(
            friendly("followUpAt", "followUpAt must be a calendar date (YYYY-MM-DD) or a timestamp"),
            "The day to ask again must be a calendar date."
        );
        assert_eq!(
            friendly("link", "link must be an http, https or mailto address, not `javascript:`"),
            "The link must be an http, https or mailto address, not `javascript:`."
        );
        assert_eq!(friendly("reason", "reason is required: say why it is paused"), "Say why it is paused.");
        assert_eq!(friendly("x", "nothing to do"), "Nothing to do.");
    }
}
