//! `/recurring`: duties and automatic workflows, each with its actions.

mod form;
pub(super) mod generate;
pub(super) mod ledger;

pub(super) use form::{create, new, save};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::views::recurring::{RecurringPage, SourcePage};
use dataops_api::{ClientError, Problem};
use dataops_domain::generation::{Kind, SourceKey};
use dataops_domain::id;
use serde_json::{Value, json};

use super::act;
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;
use crate::ui::source;

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn) -> Response {
    match portal.client.get::<RecurringPage>(&who.caller(), "/api/views/recurring", "").await {
        Ok(view) => who.page(&pages::recurring::page(&view, &who.chrome, portal.timezone, &Attempt::default())),
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn duty(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>) -> Response {
    render(&portal, &who, &SourceKey::recurring(id), &Attempt::default()).await
}

pub(super) async fn workflow(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>) -> Response {
    render(&portal, &who, &SourceKey::template(id), &Attempt::default()).await
}

/// `GET` of a form's address, as a browser makes it when a refused form is reloaded.
pub(super) async fn to_duty(_: SignedIn, Path((id, _)): Path<(String, String)>) -> Response {
    to(&SourceKey::recurring(id))
}

/// The same of an automatic workflow.
pub(super) async fn to_workflow(_: SignedIn, Path((id, _)): Path<(String, String)>) -> Response {
    to(&SourceKey::template(id))
}

fn to(source: &SourceKey) -> Response {
    Redirect::to(&if id::is_valid(&source.id) { source::address(source) } else { "/recurring".to_owned() }).into_response()
}

async fn render(portal: &Portal, who: &SignedIn, source: &SourceKey, attempt: &Attempt) -> Response {
    if !id::is_valid(&source.id) {
        return who.trouble(Trouble::NotFound);
    }
    let kind = match source.kind {
        Kind::Recurring => "recurring",
        Kind::Template => "template",
    };
    match portal.client.get::<SourcePage>(&who.caller(), &format!("/api/views/recurring/{kind}/{}", source.id), "").await {
        Ok(view) => {
            let page = pages::recurring::one::page(&view, &who.chrome, portal.timezone, attempt);
            if attempt.message.is_empty() { who.page(&page) } else { who.refused(&page) }
        }
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn act_duty(State(portal): State<Portal>, Path((id, action)): Path<(String, String)>, sent: Sent) -> Response {
    standing(&portal, SourceKey::recurring(id), &action, sent).await
}

pub(super) async fn act_workflow(State(portal): State<Portal>, Path((id, action)): Path<(String, String)>, sent: Sent) -> Response {
    standing(&portal, SourceKey::template(id), &action, sent).await
}

/// Pauses, resumes, archives or deletes a source.
async fn standing(portal: &Portal, source: SourceKey, action: &str, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&source.id) {
        return who.trouble(Trouble::NotFound);
    }
    let path = match source.kind {
        Kind::Recurring => format!("/api/recurring/{}", source.id),
        Kind::Template => format!("/api/templates/{}/trigger", source.id),
    };
    let (method, path, body, code) = match (action, source.kind) {
        ("pause", _) => ("POST", format!("{path}/pause"), pause(&form), "paused"),
        ("resume", _) => ("POST", format!("{path}/resume"), json!({}), "resumed"),
        ("archive", _) => ("POST", format!("{path}/archive"), json!({}), "source-archived"),
        ("delete", Kind::Recurring) => ("DELETE", path, Value::Null, "duty-deleted"),
        _ => return who.trouble(Trouble::NotFound),
    };
    match act::send(portal, &who, method, &path, &body).await {
        Ok(_) if action == "delete" => act::to("/recurring", code),
        Ok(_) => act::back(&form, "/recurring", code, None),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 412) => {
            let attempt = refused(action, &form, &problem);
            if act::is_module(&who) {
                return act::for_module(&attempt, None);
            }
            who.chrome.path = source::address(&source);
            render(portal, &who, &source, &attempt).await
        }
        Err(error) => who.failed(&error),
    }
}

fn pause(form: &Form) -> Value {
    match form.text("until") {
        "" => json!({ "reason": form.text("reason") }),
        until => json!({ "reason": form.text("reason"), "until": until }),
    }
}

/// The refusal. What has a history says so with its counts; nobody changed it at the same moment.
fn refused(name: &str, form: &Form, problem: &Problem) -> Attempt {
    let mut attempt = act::attempt(name, form, problem, act::last_part);
    if problem.code == "recurring_config_has_generated_history" {
        attempt.message = act::sentence(&problem.detail);
    }
    attempt
}
