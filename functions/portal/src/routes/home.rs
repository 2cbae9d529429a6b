//! `GET /`

use axum::extract::{Query, State};
use axum::response::Response;
use dataops_api::views::home::Home;

use crate::auth::signed_in::SignedIn;
use crate::pages;
use crate::portal::Portal;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default, rename = "for")]
    whose: String,
}

pub(super) async fn show(State(portal): State<Portal>, mut who: SignedIn, Query(asked): Query<Asked>) -> Response {
    let everyone = asked.whose == "all";
    let query = if everyone { "for=all" } else { "for=me" };
    match portal.client.get::<Home>(&who.caller(), "/api/views/home", query).await {
        Ok(home) => {
            who.chrome.counts = vec![
                ("/", pages::home::attention(&home)),
                ("/workflows", home.active_workflows),
                ("/assistants", pages::home::assistants(&home)),
            ];
            who.page(&pages::home::page(&home, &who.chrome, portal.timezone, everyone))
        }
        Err(error) => who.failed(&error),
    }
}
