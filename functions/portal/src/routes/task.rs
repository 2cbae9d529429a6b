//! `GET /tasks/:id`, as a page and as a panel.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::views::task::TaskPage;
use dataops_domain::id;
use http::StatusCode;

use crate::auth::signed_in::{Part, SignedIn, html};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>) -> Response {
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    match read(&portal, &who, &id).await {
        Ok(view) if who.part == Part::Panel => {
            html(StatusCode::OK, &pages::task::panel(&view, &who.chrome, portal.timezone, &Attempt::default()))
        }
        Ok(view) => who.page(&pages::task::page(&view, &who.chrome, portal.timezone, &Attempt::default())),
        Err(error) => who.failed(&error),
    }
}

/// `GET` of an action's address, as a browser makes it when a refused form is reloaded: the task itself.
pub(super) async fn to_task(who: SignedIn, Path((id, _)): Path<(String, String)>) -> Response {
    if id::is_valid(&id) { Redirect::to(&format!("/tasks/{id}")).into_response() } else { who.trouble(Trouble::NotFound) }
}

/// The task's view.
pub(super) async fn read(portal: &Portal, who: &SignedIn, id: &str) -> Result<TaskPage, ClientError> {
    portal.client.get(&who.caller(), &format!("/api/views/tasks/{id}"), "").await
}

/// The task whose forms these are, for somebody who opens a form's address.
pub(super) async fn to_task_files(who: SignedIn, Path(id): Path<String>) -> Response {
    to_task(who, Path((id, String::new()))).await
}
