//! `/api/users`: who works here. Changing it takes an admin.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::wire::{UserAnswer, UserList};
use dataops_engine::Error;
use serde_json::json;

use super::not_allowed;
use crate::App;
use crate::http::{Call, Ids, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/users", routing::get(list).post(create).fallback(not_allowed))
        .route("/api/users/{id}", routing::get(get).patch(update).put(update).fallback(not_allowed))
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

#[utoipa::path(patch, path = "/api/users/{id}", tag = "users", params(("id" = String, Path)), request_body = Object, responses((status = 200, body = UserAnswer), (status = 400), (status = 403), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn update(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        app.engine.admin_gate(&call.operation).await?;
        let user = app.engine.user_update(&call.operation, &id, &call.json()?, call.seen()?, salt()?).await?;
        Reply::ok(json!({ "user": user }))
    };
    call.answer(work.await)
}

fn salt() -> Result<[u8; 16], Error> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(salt)
}
