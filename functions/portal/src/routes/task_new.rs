//! `GET` and `POST /tasks/new`.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::views::tasks::TasksPage;
use dataops_domain::id;
use dataops_domain::task::Task;
use serde_json::{Map, json};

use super::act;
use crate::auth::signed_in::{Sent, SignedIn};
use crate::auth::token;
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    bundle: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    comment: String,
}

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> Response {
    let Ok(key) = token::random() else { return who.trouble(Trouble::Internal) };
    // What a link proposes, such as a follow-up of what failed; it is only typed in, never sent.
    let proposed = [("description", &asked.description), ("comment", &asked.comment)];
    let proposed = proposed.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text.clone()));
    let values = std::iter::once(("key".to_owned(), key)).chain(proposed).collect();
    let attempt = Attempt { form: "new".to_owned(), values, ..Attempt::default() };
    render(&portal, &who, &asked.bundle, &attempt).await
}

async fn render(portal: &Portal, who: &SignedIn, bundle: &str, attempt: &Attempt) -> Response {
    match portal.client.get::<TasksPage>(&who.caller(), "/api/views/tasks", "status=todo&limit=1").await {
        Ok(view) => {
            let page = pages::task_new::page(&view, &who.chrome, bundle, attempt);
            if attempt.message.is_empty() { who.page(&page) } else { who.refused(&page) }
        }
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn create(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { who, form } = sent;
    let mut body = Map::new();
    for name in ["description", "date", "assigneeId", "bundleId", "comment", "instructionsUrl"] {
        if !form.text(name).is_empty() {
            body.insert(name.to_owned(), json!(form.text(name)));
        }
    }
    let key = form.text("key");
    let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("idempotency-key", key)] };
    match portal.client.send::<Task>(&who.caller(), "POST", "/api/tasks", &body, headers).await {
        Ok(task) if form.has("stay") => act::back(&form, "/tasks", "created", Some(task.id.as_str())),
        Ok(task) => match task.bundle_id.text().filter(|bundle| id::is_valid(bundle)) {
            Some(bundle) => Redirect::to(&format!("/workflows/{bundle}?saved=created")).into_response(),
            None => Redirect::to(&format!("/tasks/{}?saved=created", task.id)).into_response(),
        },
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 404 | 409 | 422) => {
            let mut attempt = act::attempt("new", &form, &problem, act::last_part);
            if problem.status == 422 && problem.errors.is_empty() {
                attempt.values.retain(|(name, _)| name != "key");
            }
            if act::is_module(&who) { act::for_module(&attempt, None) } else { render(&portal, &who, "", &attempt).await }
        }
        Err(error) => who.failed(&error),
    }
}
