//! `GET` and `POST /recurring/generate`: a range by hand, looked at first and made then, if the world has not changed
//! meanwhile.

use axum::extract::{Query, State};
use axum::response::Response;
use dataops_api::ClientError;
use dataops_api::recurring::{Applied, Preview};
use dataops_domain::generation::SourceKey;
use dataops_domain::json::Object;
use dataops_domain::time::Date;
use serde_json::{Value, json};

use crate::auth::signed_in::{Sent, SignedIn};
use crate::auth::token;
use crate::pages::error::Trouble;
use crate::pages::recurring::generate::{self, Asked, FORM, Shown};
use crate::portal::Portal;
use crate::routes::act;
use crate::ui::form::Attempt;

pub(crate) async fn show(State(portal): State<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> Response {
    if asked.from.is_empty() && asked.to.is_empty() {
        return who.page(&generate::page(Shown::Empty, &asked, &who.chrome, portal.today(), &Attempt::default()));
    }
    preview(&portal, &who, &asked, "").await
}

pub(crate) async fn apply(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    let text = |name: &str| form.text(name).to_owned();
    let asked = Asked { from: text("from"), to: text("to"), source: text("source") };
    who.chrome.path = "/recurring/generate".to_owned();
    make(&portal, &who, &asked, form.text("token"), form.text("key")).await
}

/// Makes what a preview showed and says what was made; a fresh preview when there is something else to make by now.
async fn make(portal: &Portal, who: &SignedIn, asked: &Asked, token: &str, key: &str) -> Response {
    let mut body = range(asked);
    body.insert("token".to_owned(), json!(token));
    let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("idempotency-key", key)] };
    match portal.client.send::<Applied>(&who.caller(), "POST", "/api/recurring/apply", &body, headers).await {
        Ok(applied) => who.page(&generate::page(Shown::Done(&applied), asked, &who.chrome, portal.today(), &Attempt::default())),
        Err(ClientError::Refused(problem)) if problem.status == 409 => {
            let words = "Nothing was made: what there is to make has changed since you looked. This is how it stands now.";
            preview(portal, who, asked, words).await
        }
        Err(ClientError::Refused(problem)) if problem.status == 400 => preview(portal, who, asked, &act::sentence(&problem.detail)).await,
        Err(error) => who.failed(&error),
    }
}

/// Makes one window, as far as it is still missing; gives the code of what there is to say afterwards.
///
/// # Errors
/// When the engine refuses for another reason than that there is something else to make by now, or can't be reached.
pub(super) async fn retry(portal: &Portal, who: &SignedIn, source: &SourceKey, date: Date) -> Result<&'static str, ClientError> {
    let asked = Asked { from: date.to_string(), to: date.to_string(), source: source.to_string() };
    let mut body = range(&asked);
    let preview: Preview = portal.client.send(&who.caller(), "POST", "/api/recurring/preview", &body, &[]).await?;
    if preview.create.is_empty() {
        return Ok("retried-nothing");
    }
    body.insert("token".to_owned(), json!(preview.token));
    match portal.client.send::<Applied>(&who.caller(), "POST", "/api/recurring/apply", &body, &[]).await {
        Ok(applied) if applied.failed.is_empty() && applied.left == 0 => Ok("retried"),
        Ok(_) => Ok("retried-failed"),
        Err(ClientError::Refused(problem)) if problem.status == 409 => Ok("retried-nothing"),
        Err(error) => Err(error),
    }
}

async fn preview(portal: &Portal, who: &SignedIn, asked: &Asked, message: &str) -> Response {
    let Ok(key) = token::random() else { return who.trouble(Trouble::Internal) };
    let today = portal.today();
    match portal.client.send::<Preview>(&who.caller(), "POST", "/api/recurring/preview", &range(asked), &[]).await {
        Ok(preview) => {
            let attempt = Attempt { message: message.to_owned(), ..Attempt::default() };
            let page = generate::page(Shown::Plan(&preview, &key), asked, &who.chrome, today, &attempt);
            if message.is_empty() { who.page(&page) } else { who.refused(&page) }
        }
        Err(ClientError::Refused(problem)) if problem.status == 400 => {
            let errors: Vec<(String, String)> =
                problem.errors.iter().map(|error| (act::last_part(&error.pointer), act::sentence(&error.message))).collect();
            let message =
                if errors.is_empty() { act::sentence(&problem.detail) } else { "Not looked up yet. Look at the marked field.".to_owned() };
            let attempt = Attempt { form: FORM.to_owned(), message, values: Vec::new(), errors };
            who.refused(&generate::page(Shown::Empty, asked, &who.chrome, today, &attempt))
        }
        Err(error) => who.failed(&error),
    }
}

fn range(asked: &Asked) -> Object {
    let mut body = Object::new();
    let text = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    body.insert("from".to_owned(), text(&asked.from));
    body.insert("to".to_owned(), text(&asked.to));
    if !asked.source.is_empty() {
        body.insert("source".to_owned(), json!(asked.source));
    }
    body
}
