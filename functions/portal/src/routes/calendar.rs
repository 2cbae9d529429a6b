//! `GET /calendar`

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::views::recurring::CalendarPage;
use dataops_domain::time::parse_date;

use crate::auth::signed_in::SignedIn;
use crate::pages;
use crate::portal::Portal;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    from: String,
}

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> Response {
    let query = parse_date(&asked.from).map_or_else(String::new, |from| format!("from={from}"));
    match portal.client.get::<CalendarPage>(&who.caller(), "/api/views/calendar", &query).await {
        Ok(view) => who.page(&pages::calendar::page(&view)),
        // A day the engine can't count from: now.
        Err(ClientError::Refused(problem)) if problem.status == 400 && !query.is_empty() => Redirect::to("/calendar").into_response(),
        Err(error) => who.failed(&error),
    }
}
