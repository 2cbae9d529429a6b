//! `/api/cron/run` and `/api/cron/export`: the tick and the export, asked for by hand (wire contract 8).

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::exports::ExportMade;
use dataops_api::recurring::CronRun;
use dataops_engine::{Error, Expected};
use dataops_fleet::AskError;
use serde_json::{Value, json};

use super::not_allowed;
use crate::App;
use crate::http::{Call, Reply, limits};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/cron/run", routing::post(run).fallback(not_allowed))
        .route("/api/cron/export", routing::post(export).fallback(not_allowed))
}

#[utoipa::path(post, path = "/api/cron/run", tag = "recurring", responses((status = 200, body = CronRun), (status = 405)))]
pub(crate) async fn run(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::ok(app.engine.cron_run(&call.operation, &limits()).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

/// How long an export is waited for. The function has 25 seconds.
const PATIENCE: Duration = Duration::from_secs(20);

#[utoipa::path(post, path = "/api/cron/export", tag = "exports", responses((status = 200, body = ExportMade), (status = 400, description = "Nothing is configured to take an export"),
    (status = 405), (status = 409, description = "Another export is being made, or what is stored gives no valid one"), (status = 503, description = "It takes longer, and goes on")))]
pub(crate) async fn export(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let Some(job) = &app.export_job else {
            return Err(Expected::new(400, "no_export_storage", "Export storage is not configured: this engine knows no export job").into());
        };
        match job.ask(&json!({}), PATIENCE).await {
            Ok(answer) => made(&answer).and_then(Reply::ok),
            Err(AskError::StillRunning) => Err(goes_on()),
            Err(AskError::Failed(why)) => Err(Error::Internal(format!("the export job failed: {why}"))),
        }
    };
    call.answer(work.await)
}

/// What the job answered, or its refusal.
fn made(answer: &Value) -> Result<ExportMade, Error> {
    if answer["ok"] == true {
        return match answer.get("made") {
            Some(made) => {
                serde_json::from_value(made.clone()).map_err(|error| Error::Internal(format!("the export job's answer: {error}")))
            }
            None => Err(goes_on()),
        };
    }
    let words = answer["error"].as_str().unwrap_or("The export was refused without a reason");
    Err(match answer["code"].as_str() {
        Some("no_export_storage") => Expected::new(400, "no_export_storage", words),
        Some("export_running") => Expected::conflict("export_running", words),
        _ => Expected::conflict("export_invalid", words),
    }
    .into())
}

fn goes_on() -> Error {
    Expected::new(503, "export_goes_on", "The export takes longer and goes on; GET /api/exports lists it when it is there").into()
}
