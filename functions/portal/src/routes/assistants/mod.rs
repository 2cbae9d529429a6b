//! `/assistants`: what was asked of assistants, one job, and everything that can be done with it.

pub(super) mod ask;
mod edit;

pub(super) use edit::{edit, save};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::views::assistants::AssistantsPage;
use dataops_api::views::job::JobPage;
use dataops_api::wire::{JobAcknowledged, JobAnswer};
use dataops_api::{ClientError, Problem};
use dataops_domain::id;
use serde_json::{Map, Value, json};

use super::act;
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::pages;
use crate::pages::assistants::job::Shown;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;
use crate::ui::job::address;

pub(super) async fn show(State(portal): State<Portal>, mut who: SignedIn) -> Response {
    match portal.client.get::<AssistantsPage>(&who.caller(), "/api/views/assistants", "").await {
        Ok(view) => {
            who.chrome.counts = vec![("/assistants", pages::assistants::attention(&view))];
            who.page(&pages::assistants::page(&view, portal.timezone))
        }
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn job(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>) -> Response {
    render(&portal, &who, &id, &Attempt::default()).await
}

/// `GET` of a form's address, as a browser makes it when a refused form is reloaded: the job itself.
pub(super) async fn to_job(_: SignedIn, Path((id, _)): Path<(String, String)>) -> Response {
    Redirect::to(&if id::is_valid(&id) { address(&id) } else { "/assistants".to_owned() }).into_response()
}

async fn read(portal: &Portal, who: &SignedIn, id: &str) -> Result<JobPage, ClientError> {
    portal.client.get(&who.caller(), &format!("/api/views/jobs/{id}"), "").await
}

async fn render(portal: &Portal, who: &SignedIn, id: &str, attempt: &Attempt) -> Response {
    if !id::is_valid(id) {
        return who.trouble(Trouble::NotFound);
    }
    match read(portal, who, id).await {
        Ok(view) => {
            let shown = Shown { view: &view, chrome: &who.chrome, today: portal.today(), timezone: portal.timezone, attempt };
            let page = pages::assistants::job::page(shown);
            if attempt.message.is_empty() { who.page(&page) } else { who.refused(&page) }
        }
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn act(State(portal): State<Portal>, Path((id, action)): Path<(String, String)>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    let step = |name: &'static str, body: Value| send(&portal, &who, &id, form.text("version"), name, body);
    let (name, done) = match action.as_str() {
        "approve" => ("approve", step("approve", json!({ "artifacts": seen(&form) })).await.map(|_| "job-approved")),
        "reject" => ("reject", reject(&portal, &who, &id, &form).await),
        "retry" => ("retry", again(&portal, &who, &id, form.text("version")).await),
        "submit" => ("submit", step("submit", Value::Null).await.map(|_| "job-submitted")),
        "run-dry" => ("run-dry", step("run-dry", Value::Null).await.map(|_| "job-made")),
        "cancel" => ("cancel", step("cancel", Value::Null).await.map(|_| "job-canceled")),
        "acknowledge" => return acknowledge(&portal, who, &id, &form).await,
        _ => return who.trouble(Trouble::NotFound),
    };
    match done {
        Ok(code) => act::back(&form, &address(&id), code, None),
        Err(error) => refuse(&portal, &mut who, &id, &form, name, error).await,
    }
}

/// One step of a job.
async fn send(portal: &Portal, who: &SignedIn, id: &str, version: &str, step: &str, body: Value) -> Result<Value, ClientError> {
    act::send_seen(portal, who, version, ("POST", &format!("/api/assistant-jobs/{id}/{step}")), &body).await
}

/// The outputs that were on the page, with their checksums.
fn seen(form: &Form) -> Vec<Value> {
    let read = |line: String| {
        let (id, checksum) = line.split_once(' ').unwrap_or((&line, ""));
        if checksum.is_empty() { json!({ "artifactId": id }) } else { json!({ "artifactId": id, "checksum": checksum }) }
    };
    form.all("seen").into_iter().map(read).collect()
}

/// Another attempt, handed over at once.
async fn again(portal: &Portal, who: &SignedIn, id: &str, version: &str) -> Result<&'static str, ClientError> {
    let path = |step: &str| format!("/api/assistant-jobs/{id}/{step}");
    let retried: JobAnswer = act::send_seen(portal, who, version, ("POST", &path("retry")), &json!({})).await?;
    let version = retried.job.version.to_string();
    match act::send_seen::<JobAnswer>(portal, who, &version, ("POST", &path("submit")), &Value::Null).await {
        Ok(_) => Ok("job-again"),
        // Somebody else goes on with it already.
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 412) => Ok("job-retried"),
        Err(error) => Err(error),
    }
}

async fn reject(portal: &Portal, who: &SignedIn, id: &str, form: &Form) -> Result<&'static str, ClientError> {
    let body = json!({ "reason": form.text("reason") });
    let path = format!("/api/assistant-jobs/{id}/reject");
    let rejected: JobAnswer = act::send_seen(portal, who, form.text("version"), ("POST", &path), &body).await?;
    if form.has("again") { again(portal, who, id, &rejected.job.version.to_string()).await } else { Ok("job-rejected") }
}

/// Nothing more is to be done with it, or a task takes over.
async fn acknowledge(portal: &Portal, mut who: SignedIn, id: &str, form: &Form) -> Response {
    let follows = form.has("follow");
    let name = if follows { "follow-up" } else { "acknowledge" };
    let mut body = Map::new();
    if !form.text("note").is_empty() {
        body.insert("note".to_owned(), json!(form.text("note")));
    }
    if follows {
        let given = ["description", "date", "assigneeId"].into_iter().filter(|field| !form.text(field).is_empty());
        let task: Map<String, Value> = given.map(|field| (field.to_owned(), json!(form.text(field)))).collect();
        body.insert("followUp".to_owned(), Value::Object(task));
    } else if !body.contains_key("note") {
        let errors = vec![("note".to_owned(), "Why it may rest is missing.".to_owned())];
        let attempt =
            Attempt { form: name.to_owned(), message: "Not saved yet. Look at the marked field.".to_owned(), values: form.typed(), errors };
        return refused(portal, &mut who, id, &attempt).await;
    }
    let path = format!("/api/assistant-jobs/{id}/acknowledge");
    match act::send_seen::<JobAcknowledged>(portal, &who, form.text("version"), ("POST", &path), &Value::Object(body)).await {
        Ok(JobAcknowledged { task: Some(task), .. }) => act::back(form, &address(id), "created", Some(task.id.as_str())),
        Ok(_) => act::back(form, &address(id), "job-rests", None),
        Err(error) => refuse(portal, &mut who, id, form, name, error).await,
    }
}

/// A refused step, told at its form.
async fn refuse(portal: &Portal, who: &mut SignedIn, id: &str, form: &Form, name: &str, error: ClientError) -> Response {
    match error {
        ClientError::Refused(problem) if matches!(problem.status, 400 | 409 | 412 | 413 | 422) => {
            let attempt = told(name, form, &problem);
            refused(portal, who, id, &attempt).await
        }
        error => who.failed(&error),
    }
}

async fn refused(portal: &Portal, who: &mut SignedIn, id: &str, attempt: &Attempt) -> Response {
    if act::is_module(who) {
        return act::for_module(attempt, None);
    }
    who.chrome.path = address(id);
    render(portal, who, id, attempt).await
}

/// The engine's refusal in words that say what happened to what was seen.
fn told(name: &str, form: &Form, problem: &Problem) -> Attempt {
    let mut attempt = act::attempt(name, form, problem, act::last_part);
    if problem.status == 409 && matches!(name, "approve" | "edit") {
        attempt.message = "Nothing was approved: what it made has changed since you looked. This is how it stands now.".to_owned();
    }
    attempt
}
