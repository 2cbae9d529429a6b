//! `/api/cron/run`: the tick, asked for by hand (wire contract 8).

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::recurring::CronRun;

use super::not_allowed;
use crate::App;
use crate::http::{Call, Reply, limits};

pub(super) fn router() -> Router<App> {
    Router::new().route("/api/cron/run", routing::post(run).fallback(not_allowed))
}

#[utoipa::path(post, path = "/api/cron/run", tag = "recurring", responses((status = 200, body = CronRun), (status = 405)))]
pub(crate) async fn run(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::ok(app.engine.cron_run(&call.operation, &limits()).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}
