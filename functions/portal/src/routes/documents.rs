//! `GET /documents` and `/documents/:id`.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::documents::{DocumentAnswer, DocumentList};
use dataops_domain::id;
use http::StatusCode;

use crate::auth::signed_in::{SignedIn, html};
use crate::pages;
use crate::pages::documents::Filters;
use crate::portal::Portal;
use crate::ui::markdown::document_url;
use crate::ui::page::document;

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    kind: String,
}

pub(super) async fn list(State(portal): State<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> Response {
    let bounded = |text: String| text.trim().chars().take(200).collect::<String>();
    let filters = Filters { q: bounded(asked.q), kind: bounded(asked.kind) };
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("q", &filters.q).append_pair("kind", &filters.kind).finish();
    match portal.client.get::<DocumentList>(&who.caller(), "/api/documents", &query).await {
        Ok(list) => who.page(&pages::documents::list(&list, &filters)),
        Err(error) => who.failed(&error),
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Came {
    from: String,
}

/// A document. An id it had before, or its path, leads on to the address it has now.
pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Path(name): Path<String>, Query(came): Query<Came>) -> Response {
    let from = if id::is_valid(&came.from) { came.from.as_str() } else { "" };
    let quoted: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20");
    match portal.client.get::<DocumentAnswer>(&who.caller(), &format!("/api/documents/{quoted}"), "").await {
        Ok(DocumentAnswer { document }) if document.entry.id != name => {
            Redirect::to(&document_url(&document.entry.id, from, "")).into_response()
        }
        Ok(DocumentAnswer { document }) => who.page(&pages::documents::one(&document, from)),
        Err(ClientError::Refused(problem)) if problem.status == 404 => {
            html(StatusCode::NOT_FOUND, &document(&who.chrome, &pages::documents::missing(&name)))
        }
        Err(error) => who.failed(&error),
    }
}
