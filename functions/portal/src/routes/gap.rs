//! `GET` and `POST /gaps/new`: a process gap becomes a task that says where it was found (operator's job 12).

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::documents::GapForm;
use dataops_domain::task::Task;
use dataops_domain::time::plus_days;
use serde_json::{Map, Value, json};

use super::act;
use crate::auth::next;
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::auth::token;
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;

/// The tag of every reported gap.
const TAG: &str = "process-gap";
/// How long whoever looks at it has, in days.
const DAYS: i64 = 7;
/// The longest title, in characters.
const MOST_TITLE: usize = 300;

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    document: String,
    step: String,
    task: String,
}

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> Response {
    let Ok(key) = token::random() else { return who.trouble(Trouble::Internal) };
    let attempt = Attempt { form: "gap".to_owned(), values: vec![("key".to_owned(), key)], ..Attempt::default() };
    match read(&portal, &who, &asked).await {
        Ok(view) => who.page(&pages::gap::page(&view, &who.chrome, &attempt)),
        Err(error) => who.failed(&error),
    }
}

async fn read(portal: &Portal, who: &SignedIn, asked: &Asked) -> Result<GapForm, ClientError> {
    let all = [("document", &asked.document), ("step", &asked.step), ("task", &asked.task)];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all.iter().filter(|(_, text)| !text.is_empty())).finish();
    portal.client.get(&who.caller(), "/api/views/gap", &query).await
}

pub(super) async fn create(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { who, form } = sent;
    let text = |name: &str| form.text(name).trim().to_owned();
    let view = match read(&portal, &who, &Asked { document: text("document"), step: text("step"), task: text("task") }).await {
        Ok(view) => view,
        Err(error) => return who.failed(&error),
    };
    if text("wrong").is_empty() {
        let errors = vec![("wrong".to_owned(), "Say what is wrong or missing.".to_owned())];
        let message = "Not reported yet. Look at the marked field.".to_owned();
        return refuse(&who, &view, &Attempt { form: "gap".to_owned(), message, values: form.typed(), errors });
    }
    let key = form.text("key");
    let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("idempotency-key", key)] };
    match portal.client.send::<Task>(&who.caller(), "POST", "/api/tasks", &task(&view, &form), headers).await {
        Ok(_) => Redirect::to(&next::with_query(&pages::gap::back(&view), &[("saved", "gap")])).into_response(),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 422) => {
            let mut attempt = act::attempt("gap", &form, &problem, |pointer| match act::last_part(pointer).as_str() {
                "comment" => "wrong".to_owned(),
                other => other.to_owned(),
            });
            if problem.status == 422 && problem.errors.is_empty() {
                attempt.values.retain(|(name, _)| name != "key");
            }
            refuse(&who, &view, &attempt)
        }
        Err(error) => who.failed(&error),
    }
}

fn refuse(who: &SignedIn, view: &GapForm, attempt: &Attempt) -> Response {
    if act::is_module(who) { act::for_module(attempt, None) } else { who.refused(&pages::gap::page(view, &who.chrome, attempt)) }
}

/// The task that a gap becomes. It opens the document at its step by itself; task and workflow stand in its note.
fn task(view: &GapForm, form: &Form) -> Map<String, Value> {
    let document = view.document.as_ref();
    let step = view.step_id.as_deref().zip(view.step_title.as_deref());
    let place = match (document, step) {
        (Some(document), Some((step, _))) => format!("{}, step {step}", document.title),
        (Some(document), None) => document.title.clone(),
        (None, _) => view.task.as_ref().map_or_else(|| first_words(form.text("wrong")), |task| task.name.clone()),
    };
    let mut note = vec![form.text("wrong").trim().to_owned()];
    let meanwhile = form.text("meanwhile").trim();
    if !meanwhile.is_empty() {
        note.push(format!("Meanwhile: {meanwhile}"));
    }
    let mut found = Vec::new();
    if let Some(document) = document {
        let (words, anchor) = step.map(|(step, title)| (format!(", step {step}: {title}"), format!("#{step}"))).unwrap_or_default();
        found.push(format!("Document: {}{words} (/documents/{}{anchor})", document.title, document.id));
    }
    found.extend(view.task.iter().map(|task| format!("Task: {} (/tasks/{})", task.name, task.id)));
    found.extend(view.workflow.iter().map(|workflow| format!("Workflow: {} (/workflows/{})", workflow.name, workflow.id)));
    if !found.is_empty() {
        note.push(found.join("\n"));
    }
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("description", json!(format!("Process gap: {place}").chars().take(MOST_TITLE).collect::<String>()));
    put("date", json!(plus_days(view.today, DAYS).unwrap_or(view.today)));
    put("comment", json!(note.join("\n\n")));
    put("tags", json!([TAG]));
    if !form.text("assigneeId").is_empty() {
        put("assigneeId", json!(form.text("assigneeId")));
    }
    if let Some(document) = document {
        put("sourceDocIds", json!([document.id]));
        put("instructionDocId", json!(document.id));
    }
    if let Some((step, _)) = step {
        put("instructionStepId", json!(step));
    }
    body
}

fn first_words(text: &str) -> String {
    text.split_whitespace().take(12).collect::<Vec<_>>().join(" ")
}
