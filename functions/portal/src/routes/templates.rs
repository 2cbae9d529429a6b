//! `GET /templates`

use axum::extract::State;
use axum::response::Response;
use dataops_api::views::templates::Templates;

use crate::auth::signed_in::SignedIn;
use crate::pages;
use crate::portal::Portal;

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn) -> Response {
    match portal.client.get::<Templates>(&who.caller(), "/api/views/templates", "").await {
        Ok(view) => who.page(&pages::templates::page(&view)),
        Err(error) => who.failed(&error),
    }
}
