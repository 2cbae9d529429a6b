//! `GET /activity`: of `entity`, or for admins of a `day`.

use axum::extract::{Query, State};
use axum::response::Response;
use dataops_api::ClientError;
use dataops_api::views::timeline::TimelinePage;
use dataops_domain::audit::Entity;
use dataops_domain::time::{Date, Tz, parse_date};

use crate::auth::next;
use crate::auth::signed_in::SignedIn;
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    entity: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    cursor: String,
}

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> Response {
    let today = portal.clock.now().local_date(Tz::UTC);
    let query = match query(&asked, today) {
        Some(query) if !asked.entity.is_empty() || who.chrome.is_admin => query,
        Some(_) => return who.page(&pages::activity::for_admins()),
        None => return who.trouble(Trouble::NotFound),
    };
    match portal.client.get::<TimelinePage>(&who.caller(), "/api/views/timeline", &query).await {
        Ok(view) => who.page(&pages::activity::page(&view, portal.timezone, today, !asked.cursor.is_empty())),
        Err(ClientError::Refused(problem)) if problem.status == 400 => who.trouble(Trouble::NotFound),
        Err(error) => who.failed(&error),
    }
}

/// What to ask the engine; `None` when the address says nothing it could answer.
fn query(asked: &Asked, today: Date) -> Option<String> {
    let cursor = Some(("cursor", asked.cursor.as_str())).filter(|(_, cursor)| !cursor.is_empty());
    let day = if asked.day.is_empty() { today } else { parse_date(&asked.day)? }.to_string();
    let first = match asked.entity.as_str() {
        "" => ("day", day.as_str()),
        entity => ("entity", Entity::parse(entity).map(|_| entity)?),
    };
    let pairs: Vec<(&str, &str)> = [Some(first), cursor].into_iter().flatten().collect();
    Some(next::with_query("", &pairs).trim_start_matches('?').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_an_entity_or_a_day() {
        let today = dataops_domain::Timestamp::from_millis(0).local_date(Tz::UTC);
        let ask =
            |entity: &str, day: &str, cursor: &str| query(&Asked { entity: entity.into(), day: day.into(), cursor: cursor.into() }, today);
        assert_eq!(ask("", "", "").as_deref(), Some("day=1970-01-01"));
        assert_eq!(ask("task#t1", "2026-07-01", "abc").as_deref(), Some("entity=task%23t1&cursor=abc"));
        assert_eq!(ask("", "2026-07-01", "").as_deref(), Some("day=2026-07-01"));
        assert_eq!(ask("", "2026-02-31", ""), None);
        assert_eq!(ask("nonsense", "", ""), None);
    }
}
