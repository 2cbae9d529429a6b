//! `GET /workflows`

use axum::extract::{Query, State};
use axum::response::Response;
use dataops_api::views::tasks::WorkflowsPage;

use crate::auth::signed_in::SignedIn;
use crate::pages;
use crate::portal::Portal;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    status: String,
}

pub(super) async fn show(State(portal): State<Portal>, mut who: SignedIn, Query(asked): Query<Asked>) -> Response {
    let archived = asked.status == "archived";
    let query = if archived { "status=archived" } else { "status=active" };
    match portal.client.get::<WorkflowsPage>(&who.caller(), "/api/views/bundles", query).await {
        Ok(view) => {
            if !archived {
                who.chrome.counts = vec![("/workflows", view.workflows.len())];
            }
            who.page(&pages::workflows::page(&view, archived))
        }
        Err(error) => who.failed(&error),
    }
}
