//! `GET /search`: everything by its words, as a page or as what to choose from while somebody types.

use axum::extract::{Query, State};
use axum::response::Response;
use dataops_api::search::SearchAnswer;
use http::StatusCode;

use crate::auth::signed_in::{Part, SignedIn, html};
use crate::pages;
use crate::pages::search::Asked;
use crate::portal::Portal;

/// The most characters that travel; the field takes no more either.
const MOST: usize = 200;

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Raw {
    q: String,
    r#type: String,
    cursor: String,
}

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Query(raw): Query<Raw>) -> Response {
    let asked = asked(raw);
    let options = who.part == Part::Options;
    let answer = if asked.q.is_empty() {
        SearchAnswer { results: Vec::new(), counts: Vec::new(), total: 0, complete: true, next_cursor: None }
    } else {
        match portal.client.get::<SearchAnswer>(&who.caller(), "/api/search", &engine_query(&asked, options)).await {
            Ok(answer) => answer,
            Err(error) => return who.failed(&error),
        }
    };
    if options {
        return html(StatusCode::OK, &pages::search::options(&answer, &asked, portal.today()));
    }
    who.page(&pages::search::page(&answer, &asked, portal.today()))
}

/// What is asked for, tidied: an unknown kind is every kind, and a cursor leads on in one kind only.
fn asked(raw: Raw) -> Asked {
    let kind = if pages::search::KINDS.iter().any(|(kind, _)| *kind == raw.r#type) { raw.r#type } else { String::new() };
    let cursor = if kind.is_empty() { String::new() } else { raw.cursor };
    Asked { q: raw.q.trim().chars().take(MOST).collect(), kind, cursor }
}

fn engine_query(asked: &Asked, options: bool) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", &asked.q);
    for (name, text) in [("type", &asked.kind), ("cursor", &asked.cursor)] {
        if !text.is_empty() {
            query.append_pair(name, text);
        }
    }
    match (options, asked.kind.is_empty()) {
        (true, _) => query.append_pair("each", "4").append_pair("limit", "8"),
        (false, true) => query.append_pair("each", "8").append_pair("limit", "50"),
        (false, false) => query.append_pair("limit", "50"),
    };
    query.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_tidied_before_it_travels() {
        let raw = |q: &str, kind: &str, cursor: &str| Raw { q: q.into(), r#type: kind.into(), cursor: cursor.into() };
        assert_eq!(engine_query(&asked(raw("  a&b ", "nonsense", "x")), false), "q=a%26b&each=8&limit=50");
        assert_eq!(engine_query(&asked(raw("a", "task", "x")), false), "q=a&type=task&cursor=x&limit=50");
        assert_eq!(asked(raw(&"ä".repeat(300), "", "")).q.chars().count(), 200);
    }
}
