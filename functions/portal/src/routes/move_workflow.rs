//! `GET` and `POST /workflows/:id/move`: another anchor date, with every task's new date first.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use dataops_api::ClientError;
use dataops_api::reschedule::Rescheduled;
use dataops_api::wire::BundleAnswer;
use dataops_domain::id;
use dataops_domain::time::parse_date;
use serde_json::{Value, json};

use super::act;
use crate::auth::signed_in::{Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::pages::move_workflow::Shown;
use crate::portal::Portal;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default, rename = "anchorDate")]
    anchor_date: String,
}

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    render(&portal, &who, &id, asked.anchor_date.trim(), "").await
}

/// What moving to `date` would do; without a date, where the workflow stands.
async fn render(portal: &Portal, who: &SignedIn, id: &str, date: &str, problem: &str) -> Response {
    let path = format!("/api/bundles/{id}");
    if parse_date(date).is_some() {
        let body = json!({ "anchorDate": date, "preview": true });
        match portal.client.send::<Rescheduled>(&who.caller(), "POST", &format!("{path}/reschedule"), &body, &[]).await {
            Ok(plan) => return answer(portal, who, Shown::Plan(&plan), problem),
            Err(ClientError::Refused(refused)) if matches!(refused.status, 400 | 409 | 422) => {
                let words = act::sentence(refused.errors.first().map_or(&refused.detail, |error| &error.message));
                return ask(portal, who, id, &words).await;
            }
            Err(error) => return who.failed(&error),
        }
    }
    ask(portal, who, id, problem).await
}

async fn ask(portal: &Portal, who: &SignedIn, id: &str, problem: &str) -> Response {
    match portal.client.get::<BundleAnswer>(&who.caller(), &format!("/api/bundles/{id}"), "").await {
        Ok(stored) => answer(portal, who, Shown::Question(&stored.bundle), problem),
        Err(error) => who.failed(&error),
    }
}

fn answer(portal: &Portal, who: &SignedIn, shown: Shown<'_>, problem: &str) -> Response {
    let page = pages::move_workflow::page(shown, &who.chrome, portal.today(), problem);
    if problem.is_empty() { who.page(&page) } else { who.refused(&page) }
}

pub(super) async fn go(State(portal): State<Portal>, Path(id): Path<String>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    // The button that takes a move back names the dates before and after it.
    let undo = form.text("undo").split_once('.');
    let (to, from) = undo.unwrap_or((form.text("anchorDate"), form.text("from")));
    let own = format!("/workflows/{id}");
    let mut body = json!({ "anchorDate": to });
    if !from.is_empty() {
        body["from"] = Value::from(from);
    }
    match portal.client.send::<Rescheduled>(&who.caller(), "POST", &format!("/api/bundles/{id}/reschedule"), &body, &[]).await {
        Ok(_) if undo.is_some() => act::back(&form, &own, "moved-back", None),
        Ok(done) => act::back(&form, &own, "moved", Some(&format!("{id}.{}.{}", done.from, done.anchor_date))),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 422) => {
            let words = act::sentence(problem.errors.first().map_or(&problem.detail, |error| &error.message));
            if act::is_module(&who) {
                return act::for_module(&crate::ui::form::Attempt { message: words, ..Default::default() }, None);
            }
            who.chrome.path = format!("{own}/move");
            ask(&portal, &who, &id, &words).await
        }
        Err(error) => who.failed(&error),
    }
}
