//! `/api/documents`: the process documents of the content.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::documents::{DocumentAnswer, DocumentList};
use dataops_engine::DocumentQuery;

use super::not_found;
use crate::App;
use crate::http::{Call, Ids, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/documents", routing::get(list).fallback(not_found))
        .route("/api/documents/{id}", routing::get(get).fallback(not_found))
}

#[utoipa::path(get, path = "/api/documents", tag = "documents", params(
    ("q" = Option<String>, Query, description = "words; every one must begin a word of the document"),
    ("kind" = Option<String>, Query), ("area" = Option<String>, Query), ("tag" = Option<String>, Query),
    ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = DocumentList), (status = 400)))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    let work = || {
        let text = |name: &str| call.query(name).map(str::to_owned);
        let query = DocumentQuery { text: text("q"), kind: text("kind"), area: text("area"), tag: text("tag") };
        let mut list = app.engine.documents_list(&query, &call.range()?)?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work())
}

#[utoipa::path(get, path = "/api/documents/{id}", tag = "documents",
    params(("id" = String, Path, description = "the id, an id it had before, or its path")),
    responses((status = 200, body = DocumentAnswer), (status = 404)))]
pub(crate) async fn get(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.document_get(&id).and_then(|document| Reply::ok(DocumentAnswer { document })))
}
