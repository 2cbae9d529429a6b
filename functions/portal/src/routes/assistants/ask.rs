//! `GET` and `POST /assistants/new`: asking the assistant about a task or workflow.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::wire::JobAnswer;
use dataops_domain::id;
use serde_json::{Map, Value, json};

use super::{act, address};
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::auth::token;
use crate::pages;
use crate::pages::assistants::ask::{About, FORM, Makes, NOTES};
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::routes::{task, workflow};
use crate::ui::form::Attempt;

#[derive(serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    task: String,
    #[serde(default)]
    bundle: String,
}

pub(crate) async fn show(State(portal): State<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> Response {
    let Ok(key) = token::random() else { return who.trouble(Trouble::Internal) };
    render(&portal, &who, &asked, &key, &Attempt::default()).await
}

/// What can be read: the view of the task, else that of the workflow.
async fn about(portal: &Portal, who: &SignedIn, asked: &Asked) -> Option<Result<About, ClientError>> {
    if id::is_valid(&asked.task) {
        return Some(task::read(portal, who, &asked.task).await.map(|view| About::task(&view)));
    }
    if id::is_valid(&asked.bundle) {
        return Some(workflow::read(portal, who, &asked.bundle).await.map(|view| About::workflow(&view)));
    }
    None
}

async fn render(portal: &Portal, who: &SignedIn, asked: &Asked, key: &str, attempt: &Attempt) -> Response {
    match about(portal, who, asked).await {
        None => who.trouble(Trouble::NotFound),
        Some(Err(error)) => who.failed(&error),
        Some(Ok(about)) => {
            let page = pages::assistants::ask::page(&about, &who.chrome, Makes::New(key), attempt);
            if attempt.message.is_empty() { who.page(&page) } else { who.refused(&page) }
        }
    }
}

pub(crate) async fn create(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    let key = form.text("key").to_owned();
    let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("idempotency-key", &key)] };
    match portal.client.send::<JobAnswer>(&who.caller(), "POST", "/api/assistant-jobs", &described(&form, &who), headers).await {
        Ok(made) if form.has("draft") => act::to(&address(made.job.id.as_str()), "job-draft"),
        Ok(made) => hand_over(&portal, &who, made.job.id.as_str()).await,
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 404 | 409 | 422) => {
            let mut attempt = act::attempt(FORM, &form, &problem, act::last_part);
            if problem.status == 422 && problem.errors.is_empty() {
                attempt.values.retain(|(name, _)| name != "key");
            }
            let asked = Asked { task: form.text("task").to_owned(), bundle: form.text("bundle").to_owned() };
            who.chrome.path = "/assistants/new".to_owned();
            let Ok(fresh) = token::random() else { return who.trouble(Trouble::Internal) };
            render(&portal, &who, &asked, &fresh, &attempt).await
        }
        Err(error) => who.failed(&error),
    }
}

async fn hand_over(portal: &Portal, who: &SignedIn, id: &str) -> Response {
    match act::send(portal, who, "POST", &format!("/api/assistant-jobs/{id}/submit"), &Value::Null).await {
        Ok(_) => act::to(&address(id), "job-asked"),
        // The same button pressed twice: the first one has handed it over.
        Err(ClientError::Refused(problem)) if problem.status == 400 => act::to(&address(id), "job-asked"),
        Err(_) => act::to(&address(id), "job-draft"),
    }
}

/// `GET /assistants/jobs/:id/change`: a draft in the form it was asked with.
pub(crate) async fn change(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>) -> Response {
    render_draft(&portal, &who, &id, None).await
}

async fn render_draft(portal: &Portal, who: &SignedIn, id: &str, refused: Option<Attempt>) -> Response {
    if !id::is_valid(id) {
        return who.trouble(Trouble::NotFound);
    }
    let view = match super::read(portal, who, id).await {
        Ok(view) => view,
        Err(error) => return who.failed(&error),
    };
    if !view.may.edit {
        // Somebody handed it over meanwhile: the job says so.
        return Redirect::to(&address(id)).into_response();
    }
    let job = &view.job;
    let asked = Asked { task: job.task_id.clone().unwrap_or_default(), bundle: job.bundle_id.clone().unwrap_or_default() };
    match about(portal, who, &asked).await {
        None => who.trouble(Trouble::NotFound),
        Some(Err(error)) => who.failed(&error),
        Some(Ok(mut about)) => {
            let stored = pages::assistants::ask::draft(&mut about, job);
            let (attempt, is_refused) = refused.map_or((stored, false), |attempt| (attempt, true));
            let version = job.version.to_string();
            let page = pages::assistants::ask::page(&about, &who.chrome, Makes::Draft(id, &version), &attempt);
            if is_refused { who.refused(&page) } else { who.page(&page) }
        }
    }
}

/// `POST /assistants/jobs/:id/change`: the draft as it was typed, and handed over unless it stays a draft.
pub(crate) async fn save(State(portal): State<Portal>, Path(id): Path<String>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    let path = format!("/api/assistant-jobs/{id}");
    let body = Value::Object(described(&form, &who));
    match act::send_seen::<JobAnswer>(&portal, &who, form.text("version"), ("PUT", &path), &body).await {
        Ok(_) if form.has("draft") => act::to(&address(&id), "job-draft"),
        Ok(_) => hand_over(&portal, &who, &id).await,
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 412 | 413) => {
            who.chrome.path = address(&id);
            let attempt = act::attempt(FORM, &form, &problem, act::last_part);
            render_draft(&portal, &who, &id, Some(attempt)).await
        }
        Err(error) => who.failed(&error),
    }
}

fn described(form: &Form, who: &SignedIn) -> Map<String, Value> {
    let mut body = Map::new();
    for (field, name) in [("title", "title"), ("assistantType", "assistantType"), ("task", "taskId"), ("bundle", "bundleId")] {
        if !form.text(field).is_empty() {
            body.insert(name.to_owned(), json!(form.text(field)));
        }
    }
    if let Ok(most) = form.text("maxAttempts").parse::<u32>() {
        body.insert("maxAttempts".to_owned(), json!(most));
    }
    body.insert("approvalRequired".to_owned(), json!(form.has("approvalRequired")));
    body.insert("inputRefs".to_owned(), Value::Array(inputs(form, who)));
    body
}

/// What was ticked, what was written and the link that was added; the engine says what is wrong with them.
fn inputs(form: &Form, who: &SignedIn) -> Vec<Value> {
    let mut inputs: Vec<Value> = form.all("input").iter().filter_map(|input| serde_json::from_str(input).ok()).collect();
    if !form.text("notes").is_empty() {
        let title = format!("Notes of {}", who.chrome.user_name);
        inputs.insert(0, json!({ "type": NOTES, "title": title, "metadata": { "text": form.text("notes") } }));
    }
    if !form.text("url").is_empty() {
        inputs.push(json!({ "type": "url", "uri": form.text("url") }));
    }
    inputs
}
