//! `GET` and `POST /assistants/jobs/:id/edit`: an output is edited, and approved with the next request.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use dataops_api::ClientError;
use dataops_api::wire::JobArtifactAnswer;
use dataops_domain::id;
use serde_json::{Value, json};

use super::{act, address, read, refuse, seen, told};
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::pages;
use crate::pages::assistants::edit::FORM;
use crate::pages::assistants::job::Shown;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;

#[derive(serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    artifact: String,
}

pub(crate) async fn edit(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    render(&portal, &who, &id, &asked.artifact, &Attempt::default()).await
}

async fn render(portal: &Portal, who: &SignedIn, id: &str, artifact: &str, attempt: &Attempt) -> Response {
    if !id::is_valid(id) {
        return who.trouble(Trouble::NotFound);
    }
    let view = match read(portal, who, id).await {
        Ok(view) => view,
        Err(error) => return who.failed(&error),
    };
    let shown = Shown { view: &view, chrome: &who.chrome, today: portal.today(), timezone: portal.timezone, attempt };
    match pages::assistants::edit::page(shown, artifact) {
        Some(page) if attempt.message.is_empty() => who.page(&page),
        Some(page) => who.refused(&page),
        // Somebody decided meanwhile: the job says so.
        None => super::render(portal, who, id, attempt).await,
    }
}

pub(crate) async fn save(State(portal): State<Portal>, Path(id): Path<String>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    let old = form.text("artifact");
    let mut body = json!({ "artifactId": old, "content": form.raw("content") });
    if !form.text("checksum").is_empty() {
        body["checksum"] = json!(form.text("checksum"));
    }
    let path = format!("/api/assistant-jobs/{id}/revise");
    let made = match portal.client.send::<JobArtifactAnswer>(&who.caller(), "POST", &path, &body, &[]).await {
        Ok(made) => made,
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 412 | 413) => {
            who.chrome.path = address(&id);
            return render(&portal, &who, &id, old, &told(FORM, &form, &problem)).await;
        }
        Err(error) => return who.failed(&error),
    };
    if form.text("then") != "approve" {
        return act::to(&address(&id), "job-edited");
    }
    match super::send(&portal, &who, &id, "", "approve", json!({ "artifacts": after(&form, old, &made) })).await {
        Ok(_) => act::to(&address(&id), "job-edited-approved"),
        Err(error) => refuse(&portal, &mut who, &id, &form, "approve", error).await,
    }
}

/// What was seen, with the edited version in the place of the old one.
fn after(form: &Form, old: &str, made: &JobArtifactAnswer) -> Vec<Value> {
    let mut outputs = seen(form);
    outputs.retain(|output| output["artifactId"] != old);
    outputs.push(json!({ "artifactId": made.artifact.id, "checksum": made.artifact.checksum }));
    outputs
}
