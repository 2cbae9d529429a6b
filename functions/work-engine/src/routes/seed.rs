//! `POST /api/seed`: brings the reviewed content's templates into the store (FR-3). Admins only.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use serde_json::json;

use super::not_found;
use crate::App;
use crate::http::{Call, Reply};

pub(super) fn router() -> Router<App> {
    Router::new().route("/api/seed", routing::post(seed).fallback(not_found))
}

#[utoipa::path(post, path = "/api/seed", tag = "templates", responses((status = 200, description = "What was made, brought up to date, and left as it is"), (status = 403, description = "Not an admin")))]
pub(crate) async fn seed(State(app): State<App>, call: Call) -> Response {
    let work = async {
        app.engine.admin_gate(&call.operation).await?;
        Reply::ok(json!({ "report": app.engine.seed(&call.operation, false).await? }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}
