//! `GET` and `POST /workflows/:id/template`: what the workflow can take from its template.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::views::bundle::BundleTemplatePage;
use dataops_domain::id;
use serde_json::{Value, json};

use super::act;
use crate::auth::signed_in::{Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>) -> Response {
    page(&portal, &who, &id, "").await
}

async fn page(portal: &Portal, who: &SignedIn, id: &str, problem: &str) -> Response {
    if !id::is_valid(id) {
        return who.trouble(Trouble::NotFound);
    }
    match portal.client.get::<BundleTemplatePage>(&who.caller(), &format!("/api/views/bundles/{id}/template"), "").await {
        Ok(view) => {
            let page = pages::workflow_template::page(&view, &who.chrome, problem);
            if problem.is_empty() { who.page(&page) } else { who.refused(&page) }
        }
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn take(State(portal): State<Portal>, Path(id): Path<String>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    who.chrome.path = format!("/workflows/{id}/template");
    let all = |name: &str| -> Vec<String> { form.typed().into_iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect() };
    let leave = form.text("do") == "leave";
    let (refs, links) = if leave { (Vec::new(), Vec::new()) } else { (all("ref"), all("link")) };
    let phases = !leave && form.has("phases");
    if !leave && refs.is_empty() && links.is_empty() && !phases {
        return page(&portal, &who, &id, "Nothing is ticked. Tick what to take, or leave it as it is.").await;
    }
    let body = json!({ "refs": refs, "links": links, "phases": phases, "leaveRest": leave });
    match act::send(&portal, &who, "POST", &format!("/api/bundles/{id}/template-difference"), &body).await {
        Ok(answer) => {
            let kept = answer["results"].as_array().into_iter().flatten().any(|result: &Value| result["outcome"] == "kept");
            let code = if leave {
                "template-left"
            } else if kept {
                "template-taken-some"
            } else {
                "template-taken"
            };
            Redirect::to(&format!("/workflows/{id}?saved={code}")).into_response()
        }
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 412 | 422) => {
            page(&portal, &who, &id, &problem.detail).await
        }
        Err(error) => who.failed(&error),
    }
}
