//! `/api/audit-events`: who did what when, and whether the log is whole (WM-8). Nothing here changes or deletes an event.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::wire::{AuditAnswer, EventList};
use dataops_domain::refusal::Refusal;
use dataops_domain::time::Tz;
use dataops_engine::{AuditQuery, AuditScope, Error, audit_days, audit_entity};

use super::not_found;
use crate::App;
use crate::http::{Call, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/audit-events", routing::get(list).fallback(not_found))
        .route("/api/audit-events/verify", routing::get(verify).fallback(not_found))
}

#[utoipa::path(get, path = "/api/audit-events", tag = "audit", params(
    ("entity" = Option<String>, Query, description = "`<type>#<id>`, such as `task#01J8Z5`"), ("from" = Option<String>, Query, description = "First UTC day, instead of an entity; admins only"),
    ("to" = Option<String>, Query, description = "Last UTC day; today when left out"), ("limit" = Option<u32>, Query, description = "50 when left out"), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = EventList, description = "The events, oldest first"), (status = 400), (status = 403, description = "Days are for admins")))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let query = query(&app, &call).await?;
        let mut list = app.engine.audit_events(&query, &call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

async fn query(app: &App, call: &Call) -> Result<AuditQuery, Error> {
    let (from, to) = (call.query("from"), call.query("to"));
    if from.is_some() || to.is_some() {
        app.engine.admin_gate(&call.operation).await?;
    }
    match call.query("entity") {
        Some(_) if from.is_some() || to.is_some() => Err(Refusal::field("/entity", "entity stands alone: leave out from and to").into()),
        Some(entity) => Ok(AuditQuery::Of(audit_entity(entity)?)),
        None if from.is_some() || to.is_some() => {
            let (from, to) = audit_days(from, to, call.operation.now.local_date(Tz::UTC))?;
            Ok(AuditQuery::Days(from, to))
        }
        None => Err(Refusal::field("/entity", "entity is required: a type and an id, such as task#01J8Z5").into()),
    }
}

#[utoipa::path(get, path = "/api/audit-events/verify", tag = "audit", params(
    ("entity" = Option<String>, Query, description = "One entity's chain; every chain when neither this nor days are given"),
    ("from" = Option<String>, Query, description = "First UTC day"), ("to" = Option<String>, Query, description = "Last UTC day"), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = AuditAnswer, description = "What one step of the check found; it goes on with nextCursor"), (status = 400), (status = 403, description = "Not an admin")))]
pub(crate) async fn verify(State(app): State<App>, call: Call) -> Response {
    let work = async {
        app.engine.admin_gate(&call.operation).await?;
        let scope = AuditScope::read(&call.operation, call.query("entity"), call.query("from"), call.query("to"))?;
        let mut audit = app.engine.audit_verify(&call.operation, &AuditScope { cursor: call.cursor()?, ..scope }).await?;
        audit.next_cursor = paging::cursor(audit.next_cursor);
        Reply::ok(AuditAnswer { audit })
    };
    call.answer(work.await)
}
