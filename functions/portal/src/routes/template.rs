//! `GET /templates/:id`, its file, and what is done to the template as a whole.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::views::templates::TemplatePage;
use dataops_api::wire::TemplateFile;
use dataops_domain::id;
use http::{HeaderValue, header};
use serde_json::{Value, json};

use crate::auth::signed_in::{Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::routes::act;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    phase: Option<String>,
}

/// The template's view.
pub(super) async fn read(portal: &Portal, who: &SignedIn, id: &str) -> Result<TemplatePage, ClientError> {
    portal.client.get(&who.caller(), &format!("/api/views/templates/{id}"), "").await
}

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    page(&portal, &who, &id, asked.phase.as_deref(), "").await
}

async fn page(portal: &Portal, who: &SignedIn, id: &str, phase: Option<&str>, problem: &str) -> Response {
    if !id::is_valid(id) {
        return who.trouble(Trouble::NotFound);
    }
    match read(portal, who, id).await {
        Ok(view) => {
            let page = pages::template::page(&view, &who.chrome, phase, problem);
            if problem.is_empty() { who.page(&page) } else { who.refused(&page) }
        }
        Err(error) => who.failed(&error),
    }
}

/// The template as a file for `content/workflows/`. What Git would refuse stands in comments at its top.
pub(super) async fn file(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>) -> Response {
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    match portal.client.get::<TemplateFile>(&who.caller(), &format!("/api/templates/{id}/file"), "").await {
        Ok(file) => {
            let notes: String = file.problems.iter().map(|problem| format!("# To be mended: {}\n", problem.replace('\n', " "))).collect();
            let safe = |letter: char| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '-' };
            let name: String = file.name.chars().take(100).map(safe).collect();
            let mut response = format!("{notes}{}", file.text).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/yaml; charset=utf-8"));
            if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
                response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
            }
            response
        }
        Err(error) => who.failed(&error),
    }
}

/// `POST /templates/:id/content` and `/delete`.
pub(super) async fn act(State(portal): State<Portal>, Path((id, action)): Path<(String, String)>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    who.chrome.path = format!("/templates/{id}");
    let path = format!("/api/templates/{id}");
    let (sent, to) = match action.as_str() {
        "content" => {
            let sent = act::send_seen::<Value>(&portal, &who, form.text("version"), ("POST", &format!("{path}/content")), &json!({})).await;
            (sent, format!("/templates/{id}?saved=template-content"))
        }
        "delete" => {
            let sent = portal.client.send::<Value>(&who.caller(), "DELETE", &path, &Value::Null, &[]).await;
            (sent, format!("/templates?saved=template-deleted&did={id}"))
        }
        _ => return who.trouble(Trouble::NotFound),
    };
    match sent {
        Ok(_) => Redirect::to(&to).into_response(),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 412) => {
            let words = if problem.status == 400 {
                problem.detail.as_str()
            } else {
                "Somebody changed this at the same moment. Look at it once more."
            };
            page(&portal, &who, &id, None, words).await
        }
        Err(error) => who.failed(&error),
    }
}
