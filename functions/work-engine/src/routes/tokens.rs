//! `/api/tokens`: the caller's own API tokens.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::wire::{TokenList, TokenMade};
use dataops_engine::shown_once;

use super::not_found;
use super::users::secret;
use crate::App;
use crate::http::{Call, Ids, Reply};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/tokens", routing::get(list).post(create).fallback(not_found))
        .route("/api/tokens/{id}", routing::delete(delete).fallback(not_found))
}

#[utoipa::path(get, path = "/api/tokens", tag = "tokens", responses((status = 200, body = TokenList), (status = 403)))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    call.answer(app.engine.tokens_list(&call.operation).await.and_then(Reply::ok))
}

#[utoipa::path(post, path = "/api/tokens", tag = "tokens", description = "Makes a token, `{name, expiresAt?}`. Its value is shown once.", request_body = Object,
    responses((status = 201, body = TokenMade), (status = 400), (status = 403), (status = 409), (status = 422)))]
pub(crate) async fn create(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::created(app.engine.token_create(&call.operation, &call.json()?, &secret()?).await?) };
    call.answer(shown_once(app.engine.settle(&call.operation, work.await).await))
}

#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "tokens", params(("id" = String, Path)), responses((status = 204), (status = 403), (status = 404)))]
pub(crate) async fn delete(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.token_delete(&call.operation, &id).await.map(|()| Reply::nothing()))
}
