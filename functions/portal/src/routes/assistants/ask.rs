//! `GET` and `POST /assistants/new`: asking the assistant about a task or workflow.

use axum::extract::{Query, State};
use axum::response::Response;
use dataops_api::ClientError;
use dataops_api::wire::JobAnswer;
use dataops_domain::id;
use serde_json::{Map, Value, json};

use super::{act, address};
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::auth::token;
use crate::pages;
use crate::pages::assistants::ask::{About, FORM};
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
            let page = pages::assistants::ask::page(&about, &who.chrome, key, attempt);
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
        Ok(made) => {
            let path = format!("/api/assistant-jobs/{}/submit", made.job.id);
            match act::send(&portal, &who, "POST", &path, &Value::Null).await {
                Ok(_) => act::to(&address(made.job.id.as_str()), "job-asked"),
                // The same button pressed twice: the first one has handed it over.
                Err(ClientError::Refused(problem)) if problem.status == 400 => act::to(&address(made.job.id.as_str()), "job-asked"),
                Err(_) => act::to(&address(made.job.id.as_str()), "job-draft"),
            }
        }
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
        inputs.insert(0, json!({ "type": "source-message", "title": title, "metadata": { "text": form.text("notes") } }));
    }
    if !form.text("url").is_empty() {
        inputs.push(json!({ "type": "url", "uri": form.text("url") }));
    }
    inputs
}
