//! `/api/notifications`: what people should look at (wire contract 9).

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::wire::{CountAnswer, NotificationAnswer, NotificationList};

use super::not_found;
use crate::App;
use crate::http::{Call, Ids, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/notifications", routing::get(list).fallback(not_found))
        .route("/api/notifications/dismiss-all", routing::put(dismiss_all).fallback(not_found))
        .route("/api/notifications/{id}/dismiss", routing::put(dismiss).fallback(not_found))
}

#[utoipa::path(get, path = "/api/notifications", tag = "notifications", params(
    ("all" = Option<bool>, Query, description = "`true` for dismissed ones too, after the others"),
    ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = NotificationList), (status = 400)))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let all = call.query("all") == Some("true");
        let mut list = app.engine.notifications_list(&call.operation, all, &call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

#[utoipa::path(put, path = "/api/notifications/{id}/dismiss", tag = "notifications", params(("id" = String, Path)), responses((status = 200, body = NotificationAnswer), (status = 404)))]
pub(crate) async fn dismiss(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { Reply::ok(NotificationAnswer { notification: app.engine.notification_dismiss(&call.operation, &id).await? }) };
    call.answer(work.await)
}

#[utoipa::path(put, path = "/api/notifications/dismiss-all", tag = "notifications", responses((status = 200, body = CountAnswer)))]
pub(crate) async fn dismiss_all(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::ok(CountAnswer { count: app.engine.notifications_dismiss_all(&call.operation).await? }) };
    call.answer(work.await)
}
