//! `/api/search`: work and documents by their words.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::search::SearchAnswer;
use dataops_domain::Refusal;
use dataops_engine::{Error, SearchAsk};

use super::not_found;
use crate::App;
use crate::http::{Call, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new().route("/api/search", routing::get(search).fallback(not_found))
}

#[utoipa::path(get, path = "/api/search", tag = "search", params(
    ("q" = Option<String>, Query, description = "Words; each must begin a word of what is found. At most 200 characters; without a word nothing is found"),
    ("type" = Option<String>, Query, description = "Only `task`, `bundle`, `document`, `artifact`, `file` or `template`"),
    ("each" = Option<u32>, Query, description = "At most so many of each type, for a page that shows them in groups; such an answer has no next part"),
    ("limit" = Option<u32>, Query, description = "20 when absent, at most 100"), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = SearchAnswer), (status = 400)))]
pub(crate) async fn search(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let text = |name: &str| call.query(name).map(str::to_owned);
        let range = call.range()?;
        let ask =
            SearchAsk { q: text("q").unwrap_or_default(), kind: text("type"), each: each(&call)?, limit: range.limit, cursor: range.after };
        let mut answer = app.engine.search(&call.operation, &ask).await?;
        answer.next_cursor = paging::cursor(answer.next_cursor);
        Reply::ok(answer)
    };
    call.answer(work.await)
}

fn each(call: &Call) -> Result<Option<usize>, Error> {
    let Some(text) = call.query("each") else { return Ok(None) };
    let wrong = || Refusal::field("/each", "each must be a whole number, at least 1");
    Ok(Some(text.parse::<usize>().ok().filter(|each| *each > 0).ok_or_else(wrong)?))
}
