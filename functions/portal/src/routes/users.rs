//! `GET` and `POST /users`, `GET /users/:id`, `POST /users/:id/:action`: for admins.

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::views::users::{UserPage, UsersPage};
use dataops_api::wire::{ReassignAnswer, SetupLinkAnswer, UserAnswer};
use dataops_domain::id;
use dataops_domain::time::Timestamp;
use http::HeaderMap;
use serde_json::{Value, json};

use super::{act, settings};
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::auth::{cookie, token};
use crate::pages;
use crate::pages::error::Trouble;
use crate::pages::users::Around;
use crate::portal::Portal;
use crate::ui::form::Attempt;

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn) -> Response {
    list(&portal, &who, &Attempt::default()).await
}

async fn list(portal: &Portal, who: &SignedIn, attempt: &Attempt) -> Response {
    let view = match portal.client.get::<UsersPage>(&who.caller(), "/api/views/users", "").await {
        Ok(view) => view,
        Err(error) => return refused_to(who, &error),
    };
    let ids: Vec<String> = view.users.iter().map(|card| card.user.id.to_string()).collect();
    around(portal, who, &ids, attempt, |around| pages::users::list(&view, around, &who.chrome, attempt)).await
}

pub(super) async fn show_one(State(portal): State<Portal>, Path(user): Path<String>, who: SignedIn) -> Response {
    one(&portal, &who, &user, &Attempt::default()).await
}

async fn one(portal: &Portal, who: &SignedIn, user: &str, attempt: &Attempt) -> Response {
    if !id::is_valid(user) {
        return who.trouble(Trouble::NotFound);
    }
    let view = match portal.client.get::<UserPage>(&who.caller(), &format!("/api/views/users/{user}"), "").await {
        Ok(view) => view,
        Err(error) => return refused_to(who, &error),
    };
    let ids = [view.card.user.id.to_string()];
    around(portal, who, &ids, attempt, |around| pages::users::one(&view, around, &who.chrome, attempt)).await
}

/// A page with what the portal itself knows of these people.
async fn around(
    portal: &Portal,
    who: &SignedIn,
    ids: &[String],
    attempt: &Attempt,
    page: impl FnOnce(Around<'_>) -> crate::ui::page::Page,
) -> Response {
    let signed_in: HashMap<String, Timestamp> = match portal.store.sign_ins(ids).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            tracing::error!(request_id = who.request_id, error = error.to_string(), "the last sign-ins can't be read");
            return who.trouble(Trouble::Internal);
        }
    };
    let Ok(key) = token::random() else { return who.trouble(Trouble::Internal) };
    let page = page(Around { signed_in: &signed_in, key: &key, today: portal.today(), timezone: portal.timezone });
    if attempt.message.is_empty() { who.page(&page) } else { who.refused(&page) }
}

/// A read that was refused: somebody who is no admin hears so.
fn refused_to(who: &SignedIn, error: &ClientError) -> Response {
    match error {
        ClientError::Refused(problem) if problem.status == 403 => who.trouble(Trouble::AdminsOnly),
        _ => who.failed(error),
    }
}

/// What a form of the page was sent to; reloading it leads back to the page.
pub(super) async fn to_user(Path((user, _)): Path<(String, String)>) -> Redirect {
    Redirect::to(&if id::is_valid(&user) { format!("/users/{user}") } else { "/users".to_owned() })
}

pub(super) async fn create(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    let body = json!({ "name": form.text("name"), "email": form.text("email"), "role": form.text("role") });
    let key = form.text("key");
    let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("idempotency-key", key)] };
    match portal.client.send::<UserAnswer>(&who.caller(), "POST", "/api/users", &body, headers).await {
        Ok(made) => Redirect::to(&format!("/users/{}?saved=user-added", made.user.id)).into_response(),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 422) => {
            let attempt = told(act::attempt("user", &form, &problem, act::last_part), &problem.code);
            who.chrome.path = "/users".to_owned();
            list(&portal, &who, &attempt).await
        }
        Err(error) => refused_to(&who, &error),
    }
}

/// An address that is taken is the field's fault, not a race.
fn told(mut attempt: Attempt, code: &str) -> Attempt {
    match code {
        "email_taken" => attempt.message = "Not saved yet. Look at the marked field.".to_owned(),
        "idempotency_key_reused" => attempt.message = "This form was sent before with something else in it. Send it again.".to_owned(),
        _ => {}
    }
    attempt
}

pub(super) async fn act(
    State(portal): State<Portal>,
    Path((user, action)): Path<(String, String)>,
    headers: HeaderMap,
    sent: Sent,
) -> Response {
    if !id::is_valid(&user) {
        return sent.who.trouble(Trouble::NotFound);
    }
    let form = &sent.form;
    let path = format!("/api/users/{user}");
    let (body, code) = match action.as_str() {
        "save" => (json!({ "name": form.text("name"), "email": form.text("email"), "role": form.text("role") }), "saved"),
        "disable" => (json!({ "disabled": true }), "disabled"),
        "enable" => (json!({ "disabled": false }), "enabled"),
        "setup-link" => return setup_link(&portal, sent, &user, &headers).await,
        "reassign" => return reassign(&portal, sent, &user).await,
        _ => return sent.who.trouble(Trouble::NotFound),
    };
    match act::send(&portal, &sent.who, "PATCH", &path, &body).await {
        Ok(_) => Redirect::to(&format!("/users/{user}?saved={code}")).into_response(),
        Err(error) => refuse(&portal, sent, &user, "user", error).await,
    }
}

async fn refuse(portal: &Portal, sent: Sent, user: &str, name: &str, error: ClientError) -> Response {
    let Sent { mut who, form } = sent;
    let problem = match error {
        ClientError::Refused(problem) if matches!(problem.status, 400 | 409 | 412 | 422) => problem,
        other => return refused_to(&who, &other),
    };
    let mut attempt = told(act::attempt(name, &form, &problem, act::last_part), &problem.code);
    if problem.code == "last_admin" {
        attempt.message = "At least one admin must be able to sign in. Make somebody else an admin first.".to_owned();
        attempt.values.retain(|(name, _)| name != "role");
    }
    if let Some(words) = settings::once_only(&problem) {
        attempt.message = words.to_owned();
    }
    who.chrome.path = format!("/users/{user}");
    one(portal, &who, user, &attempt).await
}

async fn setup_link(portal: &Portal, mut sent: Sent, user: &str, headers: &HeaderMap) -> Response {
    let key = sent.form.text("key").to_owned();
    let with: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("idempotency-key", &key)] };
    let path = format!("/api/users/{user}");
    let made = portal.client.send::<SetupLinkAnswer>(&sent.who.caller(), "POST", &format!("{path}/setup-link"), &json!({}), with).await;
    let made = match made {
        Ok(made) => made.setup_link,
        Err(error) => return refuse(portal, sent, user, "setup-link", error).await,
    };
    let name = match portal.client.get::<UserAnswer>(&sent.who.caller(), &path, "").await {
        Ok(answer) => answer.user.name,
        Err(_) => user.to_owned(),
    };
    sent.who.chrome.path = path.trim_start_matches("/api").to_owned();
    let nobody = HashMap::new();
    let around = Around { signed_in: &nobody, key: "", today: portal.today(), timezone: portal.timezone };
    sent.who.page(&pages::users::link_made(&made, &name, &cookie::origin(headers), around))
}

async fn reassign(portal: &Portal, sent: Sent, user: &str) -> Response {
    let ticked = ticked(&sent.form);
    if ticked.is_empty() {
        let attempt = Attempt { form: "reassign".into(), message: "Tick the tasks to reassign first.".into(), ..Attempt::default() };
        let mut who = sent.who;
        who.chrome.path = format!("/users/{user}");
        return one(portal, &who, user, &attempt).await;
    }
    let body = json!({ "to": sent.form.text("to"), "taskIds": ticked });
    let path = format!("/api/users/{user}/reassign");
    match portal.client.send::<ReassignAnswer>(&sent.who.caller(), "POST", &path, &body, &[]).await {
        Ok(answer) => {
            let code = if answer.reassigned == answer.results.len() { "reassigned" } else { "reassigned-some" };
            Redirect::to(&format!("/users/{user}?saved={code}")).into_response()
        }
        Err(error) => refuse(portal, sent, user, "reassign", error).await,
    }
}

fn ticked(form: &Form) -> Vec<Value> {
    form.typed().into_iter().filter(|(name, _)| name == "task").map(|(_, id)| Value::String(id)).collect()
}
