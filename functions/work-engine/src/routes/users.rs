//! `/api/users`: who works here. Changing it takes an admin.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::wire::{ReassignAnswer, SetupLinkAnswer, SignInChanged, UserAnswer, UserList};
use dataops_engine::{Error, shown_once};
use dataops_fleet::random;
use serde_json::json;

use super::not_allowed;
use crate::App;
use crate::http::{Call, Ids, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/users", routing::get(list).post(create).fallback(not_allowed))
        .route("/api/users/{id}", routing::get(get).patch(update).put(update).fallback(not_allowed))
        .route("/api/users/{id}/password", routing::post(password).fallback(not_allowed))
        .route("/api/users/{id}/setup-link", routing::post(setup_link).fallback(not_allowed))
        .route("/api/users/{id}/setup", routing::post(setup).fallback(not_allowed))
        .route("/api/users/{id}/reassign", routing::post(reassign).fallback(not_allowed))
}

#[utoipa::path(get, path = "/api/users", tag = "users", params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = UserList)))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let mut list = app.engine.users_list(&call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/users/{id}", tag = "users", params(("id" = String, Path)), responses((status = 200, body = UserAnswer), (status = 404)))]
pub(crate) async fn get(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.user_get(&id).await.and_then(|user| Reply::ok(json!({ "user": user }))))
}

#[utoipa::path(post, path = "/api/users", tag = "users", request_body = Object, responses((status = 201, body = UserAnswer), (status = 400), (status = 403), (status = 409)))]
pub(crate) async fn create(State(app): State<App>, call: Call) -> Response {
    let work = async {
        app.engine.admin_gate(&call.operation).await?;
        let user = app.engine.user_create(&call.operation, &call.json()?, None, salt()?).await?;
        Reply::created(json!({ "user": user }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(method(patch, put), path = "/api/users/{id}", tag = "users", params(("id" = String, Path)), request_body = Object, responses((status = 200, body = UserAnswer), (status = 400), (status = 403), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn update(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        app.engine.admin_gate(&call.operation).await?;
        let user = app.engine.user_update(&call.operation, &id, &call.json()?, call.seen()?, salt()?).await?;
        Reply::ok(json!({ "user": user }))
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/users/{id}/password", tag = "users", description = "The caller's own change of their password, `{oldPassword, newPassword}`. It ends their other sessions.",
    params(("id" = String, Path)), request_body = Object, responses((status = 200, body = SignInChanged), (status = 400), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub(crate) async fn password(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { Reply::ok(app.engine.user_password_change(&call.operation, &id, &call.json()?, salt()?).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(post, path = "/api/users/{id}/setup-link", tag = "users", description = "Makes the link with which a user sets a first or forgotten password, once, within 24 hours. It is shown once; an older one is over.",
    params(("id" = String, Path)), responses((status = 201, body = SetupLinkAnswer), (status = 400), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub(crate) async fn setup_link(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        app.engine.admin_gate(&call.operation).await?;
        let setup_link = app.engine.user_setup_link(&call.operation, &id, &secret()?).await?;
        Reply::created(SetupLinkAnswer { setup_link })
    };
    call.answer(shown_once(app.engine.settle(&call.operation, work.await).await))
}

#[utoipa::path(post, path = "/api/users/{id}/setup", tag = "users", description = "Sets a password through a setup link, `{token, password}`; the portal's setup page asks for it.",
    params(("id" = String, Path)), request_body = Object, responses((status = 200, body = SignInChanged), (status = 400), (status = 409), (status = 422)))]
pub(crate) async fn setup(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { Reply::ok(app.engine.user_setup(&call.operation, &id, &call.json()?, salt()?).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(post, path = "/api/users/{id}/reassign", tag = "users", description = "Gives a user's open tasks to somebody else, `{to, taskIds?}`: those named, or up to 100 that are found. A result per task.",
    params(("id" = String, Path)), request_body = Object, responses((status = 200, body = ReassignAnswer), (status = 400), (status = 403), (status = 404), (status = 422)))]
pub(crate) async fn reassign(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        app.engine.admin_gate(&call.operation).await?;
        Reply::ok(app.engine.user_reassign(&call.operation, &id, &call.json()?).await?)
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

fn salt() -> Result<[u8; 16], Error> {
    random::bytes().map_err(|error| Error::Internal(error.to_string()))
}

pub(super) fn secret() -> Result<String, Error> {
    random::secret().map_err(|error| Error::Internal(error.to_string()))
}
