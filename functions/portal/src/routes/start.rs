//! `GET /start`, `GET` and `POST /start/:template`.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::views::templates::Templates;
use dataops_api::wire::{BundleAnswer, StartPreview};
use dataops_domain::id;
use dataops_domain::time::parse_date;
use serde_json::json;

use super::act;
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::auth::token;
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default, rename = "anchorDate")]
    anchor_date: String,
}

pub(super) async fn choose(State(portal): State<Portal>, who: SignedIn) -> Response {
    match portal.client.get::<Templates>(&who.caller(), "/api/views/templates", "").await {
        Ok(view) => who.page(&pages::start::choose(&view.templates, portal.today())),
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn preview(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(template): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    if !id::is_valid(&template) {
        return who.trouble(Trouble::NotFound);
    }
    if parse_date(&asked.anchor_date).is_none() {
        let wrong = (!asked.anchor_date.is_empty()).then_some("There is no such date. Pick one from the calendar.");
        return ask_date(&portal, &who, &template, wrong).await;
    }
    show(&portal, &who, &template, &asked.anchor_date, &Attempt::default()).await
}

async fn ask_date(portal: &Portal, who: &SignedIn, template: &str, wrong: Option<&str>) -> Response {
    match portal.client.get::<Templates>(&who.caller(), "/api/views/templates", "").await {
        Ok(view) => match view.templates.iter().find(|card| card.id == template) {
            Some(card) => who.page(&pages::start::ask_date(card, portal.today(), wrong)),
            None => who.trouble(Trouble::NotFound),
        },
        Err(error) => who.failed(&error),
    }
}

async fn read(portal: &Portal, who: &SignedIn, template: &str, anchor: &str) -> Result<StartPreview, ClientError> {
    portal.client.get(&who.caller(), &format!("/api/templates/{template}/preview"), &format!("anchorDate={anchor}")).await
}

async fn show(portal: &Portal, who: &SignedIn, template: &str, anchor: &str, attempt: &Attempt) -> Response {
    let preview = match read(portal, who, template, anchor).await {
        Ok(preview) => preview,
        Err(ClientError::Refused(problem)) if problem.status == 400 => {
            return ask_date(portal, who, template, Some("That date puts tasks outside the calendar. Pick another one.")).await;
        }
        Err(error) => return who.failed(&error),
    };
    let key = match attempt.value("start", "key") {
        Some(key) => key.to_owned(),
        None => match token::random() {
            Ok(key) => key,
            Err(_) => return who.trouble(Trouble::Internal),
        },
    };
    let page = pages::start::preview(&preview, &who.chrome, &key, attempt);
    if attempt.message.is_empty() { who.page(&page) } else { who.refused(&page) }
}

pub(super) async fn start(State(portal): State<Portal>, Path(template): Path<String>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    let anchor = form.text("anchorDate").to_owned();
    if !id::is_valid(&template) {
        return who.trouble(Trouble::NotFound);
    }
    if parse_date(&anchor).is_none() {
        return ask_date(&portal, &who, &template, Some("There is no such date. Pick one from the calendar.")).await;
    }
    who.chrome.path = format!("/start/{template}?anchorDate={anchor}");
    let title = match title(&portal, &who, &template, &anchor, &form).await {
        Ok(title) => title,
        Err(Untitled::Missing(errors)) => {
            let attempt = Attempt {
                form: "start".into(),
                message: "Not started yet. Look at the marked field.".into(),
                values: form.typed(),
                errors,
            };
            return refused(&portal, &who, &template, &anchor, attempt).await;
        }
        Err(Untitled::Failed(error)) => return who.failed(&error),
    };
    let body = json!({ "title": title, "anchorDate": anchor, "templateId": template });
    let key = form.text("key");
    let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("idempotency-key", key)] };
    match portal.client.send::<BundleAnswer>(&who.caller(), "POST", "/api/bundles", &body, headers).await {
        Ok(made) => Redirect::to(&format!("/workflows/{}?saved=started", made.bundle.id)).into_response(),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 422) => {
            let mut attempt = act::attempt("start", &form, &problem, act::last_part);
            if problem.status == 422 {
                // The key was used for another title or date: this is a new start, so it gets a new key.
                attempt.message = "This start was sent before with another title. Check the workflows, then start it again.".to_owned();
                attempt.values.retain(|(name, _)| name != "key");
            }
            refused(&portal, &who, &template, &anchor, attempt).await
        }
        Err(error) => who.failed(&error),
    }
}

async fn refused(portal: &Portal, who: &SignedIn, template: &str, anchor: &str, attempt: Attempt) -> Response {
    if act::is_module(who) {
        return act::for_module(&attempt, None);
    }
    show(portal, who, template, anchor, &attempt).await
}

/// Why there is no title yet.
enum Untitled {
    Missing(Vec<(String, String)>),
    Failed(ClientError),
}

/// The title as typed, or the template's pattern with the names that were typed.
async fn title(portal: &Portal, who: &SignedIn, template: &str, anchor: &str, form: &Form) -> Result<String, Untitled> {
    let typed = form.starting("var:");
    if typed.is_empty() {
        let title = form.text("title");
        return if title.is_empty() {
            Err(Untitled::Missing(vec![("title".into(), "Give it a title.".into())]))
        } else {
            Ok(title.to_owned())
        };
    }
    let missing: Vec<(String, String)> = typed
        .iter()
        .filter(|(_, value)| value.is_empty())
        .map(|(name, _)| (format!("var:{name}"), "Fill this in; it becomes part of the title.".to_owned()))
        .collect();
    if !missing.is_empty() {
        return Err(Untitled::Missing(missing));
    }
    let preview = read(portal, who, template, anchor).await.map_err(Untitled::Failed)?;
    let pattern = preview.template.title_pattern.unwrap_or_default();
    let value = |name: &str| typed.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
    Ok(pages::start::title(&pattern, value))
}
