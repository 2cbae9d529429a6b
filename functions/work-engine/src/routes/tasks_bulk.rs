//! `/api/tasks/bulk`: one action on many tasks, a result for each.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::bulk::BulkAnswer;
use dataops_engine::Expected;

use super::not_found;
use crate::App;
use crate::http::{Call, Reply};

pub(super) fn router() -> Router<App> {
    Router::new().route("/api/tasks/bulk", routing::post(bulk).fallback(not_found))
}

#[utoipa::path(post, path = "/api/tasks/bulk", tag = "tasks", request_body(content = Object,
    description = "`{ids, action, fields?}`: at most 100 ids; `done`, `reopen`, `archive`, `delete`; `reschedule` with `date` or `days`; `assign` with `assigneeId`; `add-tags`, `remove-tags` with `tags`; `undo` with `versions`"),
    responses((status = 200, body = BulkAnswer), (status = 400), (status = 422)))]
pub(crate) async fn bulk(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let body = call.object().ok_or_else(|| Expected::new(400, "body_required", "Request body is required"))?;
        Reply::ok(app.engine.tasks_bulk(&call.operation, &body).await?)
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}
