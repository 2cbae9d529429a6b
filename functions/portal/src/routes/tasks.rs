//! `GET /tasks`

use axum::extract::{Query, State};
use axum::response::Response;
use dataops_api::ClientError;
use dataops_api::views::tasks::TasksPage;
use dataops_domain::time::parse_date;

use crate::auth::signed_in::SignedIn;
use crate::pages;
use crate::pages::tasks::Filters;
use crate::portal::Portal;
use crate::ui::bulk::Picked;

/// Rows on a page: as many as keep it under 60 KB, even when each of them says why it was refused.
const ROWS: usize = 20;

#[derive(serde::Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Asked {
    status: String,
    from: String,
    to: String,
    assignee: String,
    bundle: String,
    tag: String,
    source: String,
    q: String,
    cursor: String,
}

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> Response {
    let filters = filters(asked);
    let query = engine_query(&filters, &who.chrome.user_id);
    match portal.client.get::<TasksPage>(&who.caller(), "/api/views/tasks", &query).await {
        Ok(view) => who.page(&pages::tasks::page(&view, &filters, &who.chrome, portal.timezone, &Picked::default())),
        Err(ClientError::Refused(problem)) if problem.status == 400 => {
            let now = portal.clock.now();
            let empty = TasksPage {
                today: portal.today(),
                checked_at: now,
                tasks: Vec::new(),
                next_cursor: None,
                people: Vec::new(),
                workflows: Vec::new(),
            };
            let told = Picked { problem: format!("These filters don’t work: {}", problem.detail), ..Picked::default() };
            who.refused(&pages::tasks::page(&empty, &filters, &who.chrome, portal.timezone, &told))
        }
        Err(error) => who.failed(&error),
    }
}

/// What is asked for, tidied: an unknown status is `open`, an impossible date none.
pub(super) fn filters(asked: Asked) -> Filters {
    let date = |text: String| if parse_date(text.trim()).is_some() { text.trim().to_owned() } else { String::new() };
    let bounded = |text: String| text.trim().chars().take(200).collect::<String>();
    let known = ["open", "todo", "waiting", "done", "archived"].contains(&asked.status.as_str());
    Filters {
        status: if known { asked.status } else { "open".to_owned() },
        from: date(asked.from),
        to: date(asked.to),
        assignee: bounded(asked.assignee),
        bundle: bounded(asked.bundle),
        tag: bounded(asked.tag),
        source: if pages::tasks::SOURCES.iter().any(|(source, _)| *source == asked.source) { asked.source } else { String::new() },
        q: bounded(asked.q),
        cursor: asked.cursor,
    }
}

pub(super) fn engine_query(filters: &Filters, me: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, text) in filters.pairs() {
        query.append_pair(name, if name == "assignee" && text == "me" { me } else { text });
    }
    if !filters.cursor.is_empty() {
        query.append_pair("cursor", &filters.cursor);
    }
    query.append_pair("limit", &ROWS.to_string());
    query.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_tidied_before_they_travel() {
        let asked = Asked {
            status: "nonsense".into(),
            from: "2026-02-31".into(),
            to: "2026-02-28".into(),
            assignee: "me".into(),
            ..Asked::default()
        };
        let filters = filters(asked);
        assert_eq!(engine_query(&filters, "u1"), "status=open&to=2026-02-28&assignee=u1&limit=20");
    }
}
