//! `GET /artifacts`, `GET /artifacts/:id`, and what can be done to one: add it to a task, review it, put it away.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use dataops_api::ClientError;
use dataops_api::wire::{ArtifactAnswer, ArtifactList};
use dataops_domain::artifact::Artifact;
use dataops_domain::id;
use serde_json::{Map, Value, json};

use super::{act, task};
use crate::auth::next;
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;

/// How many artifacts one page shows.
const PAGE: usize = 50;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    status: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    cursor: String,
}

pub(super) async fn list(State(portal): State<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> Response {
    let limit = PAGE.to_string();
    let mut pairs = vec![("limit", limit.as_str())];
    pairs.extend(
        [("status", asked.status.as_str()), ("type", &asked.kind), ("cursor", &asked.cursor)].into_iter().filter(|(_, v)| !v.is_empty()),
    );
    let query = next::with_query("", &pairs);
    match portal.client.get::<ArtifactList>(&who.caller(), "/api/artifacts", query.trim_start_matches('?')).await {
        Ok(list) => who.page(&pages::artifacts::list(&list, &who.chrome, &asked.status, &asked.kind)),
        Err(ClientError::Refused(problem)) if problem.status == 400 => who.trouble(Trouble::NotFound),
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn show(State(portal): State<Portal>, Path(id): Path<String>, who: SignedIn) -> Response {
    match read(&portal, &who, &id).await {
        Ok(artifact) => who.page(&pages::artifacts::page(&artifact, &who.chrome, portal.timezone, &Attempt::default())),
        Err(error) => who.failed(&error),
    }
}

async fn read(portal: &Portal, who: &SignedIn, id: &str) -> Result<Artifact, ClientError> {
    let id = if id::is_valid(id) { id } else { "-" };
    let answer: ArtifactAnswer = portal.client.get(&who.caller(), &format!("/api/artifacts/{id}"), "").await?;
    Ok(answer.artifact)
}

/// Adds an artifact to a task: a link, or one of its files.
pub(super) async fn add(State(portal): State<Portal>, Path(task_id): Path<String>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&task_id) {
        return who.trouble(Trouble::NotFound);
    }
    match act::send(&portal, &who, "POST", "/api/artifacts", &Value::Object(described(&form, &task_id))).await {
        Ok(_) => act::back(&form, &format!("/tasks/{task_id}"), "artifact-added", None),
        Err(ClientError::Refused(problem)) if problem.status == 400 => {
            let attempt = act::attempt("artifact", &form, &problem, act::last_part);
            if act::is_module(&who) {
                return act::for_module(&attempt, None);
            }
            match task::read(&portal, &who, &task_id).await {
                Ok(view) => {
                    who.chrome.path = format!("/tasks/{task_id}");
                    who.refused(&pages::task::page(&view, &who.chrome, portal.timezone, &attempt))
                }
                Err(error) => who.failed(&error),
            }
        }
        Err(error) => who.failed(&error),
    }
}

fn described(form: &Form, task: &str) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("taskId".to_owned(), json!(task));
    body.insert("status".to_owned(), json!("needs-review"));
    for name in ["type", "title", "storageUri", "fileId"] {
        if !form.text(name).is_empty() {
            body.insert(name.to_owned(), json!(form.text(name)));
        }
    }
    body
}

/// Reviews an artifact or puts it away; the word in the address is the status it gets.
pub(super) async fn review(State(portal): State<Portal>, Path((id, status)): Path<(String, String)>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    let code = match status.as_str() {
        "approved" => "artifact-approved",
        "rejected" => "artifact-rejected",
        "archived" => "artifact-archived",
        "superseded" | "needs-review" => "saved",
        _ => return who.trouble(Trouble::NotFound),
    };
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    match act::send(&portal, &who, "PUT", &format!("/api/artifacts/{id}"), &json!({ "status": status })).await {
        Ok(_) => act::back(&form, &format!("/artifacts/{id}"), code, None),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409) => {
            let attempt = act::attempt("review", &form, &problem, act::last_part);
            let words = Attempt { message: format!("{}.", problem.detail.trim_end_matches('.')), ..attempt };
            if act::is_module(&who) {
                return act::for_module(&words, None);
            }
            match read(&portal, &who, &id).await {
                Ok(artifact) => {
                    who.chrome.path = format!("/artifacts/{id}");
                    who.refused(&pages::artifacts::page(&artifact, &who.chrome, portal.timezone, &words))
                }
                Err(error) => who.failed(&error),
            }
        }
        Err(error) => who.failed(&error),
    }
}
