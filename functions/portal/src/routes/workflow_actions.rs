//! `POST /workflows/:id/:action`: links, stage, archive and back.

use axum::extract::{Path, State};
use axum::response::Response;
use dataops_api::ClientError;
use dataops_api::wire::BundleAnswer;
use dataops_domain::id;
use serde_json::{Value, json};

use super::{act, workflow};
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;

pub(super) async fn act(State(portal): State<Portal>, Path((id, action)): Path<(String, String)>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    let path = format!("/api/bundles/{id}");
    let (done, code) = match action.as_str() {
        "links" => match fill_links(&portal, &who, &id, &form.starting("slot:")).await {
            Ok(()) => (Ok(Value::Null), "links"),
            Err((slot, error)) => return refuse(&portal, &mut who, &id, &form, "links", slot, error).await,
        },
        "stage" => (act::send(&portal, &who, "PUT", &path, &json!({ "stage": form.text("stage") })).await, "stage"),
        "archive" => (act::send(&portal, &who, "PUT", &format!("{path}/archive"), &Value::Null).await, "archived"),
        "restore" => {
            let stage = Some(form.text("stage")).filter(|stage| !stage.is_empty());
            let body = stage.map_or_else(|| json!({ "status": "active" }), |stage| json!({ "status": "active", "stage": stage }));
            (act::send(&portal, &who, "PUT", &path, &body).await, "restored")
        }
        "delete" => (act::send(&portal, &who, "DELETE", &path, &Value::Null).await, "deleted-workflow"),
        _ => return who.trouble(Trouble::NotFound),
    };
    match done {
        Ok(_) => act::back(
            &form,
            &format!("/workflows/{id}"),
            code,
            Some(id.as_str()).filter(|_| matches!(code, "archived" | "deleted-workflow")),
        ),
        Err(error) => refuse(&portal, &mut who, &id, &form, &action, None, error).await,
    }
}

/// Sets slots of a workflow to the addresses given; other slots stay as they are. The error names the slot, when one is
/// to blame. Reading and writing are tied together by the version.
pub(super) async fn fill_links(
    portal: &Portal,
    who: &SignedIn,
    bundle: &str,
    slots: &[(String, String)],
) -> Result<(), (Option<String>, ClientError)> {
    let path = format!("/api/bundles/{bundle}");
    let stored: BundleAnswer = portal.client.get(&who.caller(), &path, "").await.map_err(|error| (None, error))?;
    let mut links = stored.bundle.links().to_vec();
    let before = links.clone();
    for link in &mut links {
        if let Some((_, url)) = slots.iter().find(|(name, _)| *name == link.name) {
            link.url.clone_from(url);
        }
    }
    if links == before {
        return Ok(());
    }
    let version = format!("\"{}\"", stored.bundle.version);
    let sent = portal.client.send::<Value>(&who.caller(), "PUT", &path, &json!({ "bundleLinks": links }), &[("if-match", &version)]).await;
    sent.map(|_| ()).map_err(|error| (blamed(&error, &links), error))
}

/// The slot an error points at: `/bundleLinks/3/url`, or one that is named in its words.
fn blamed(error: &ClientError, links: &[dataops_domain::refs::NamedLink]) -> Option<String> {
    let ClientError::Refused(problem) = error else { return None };
    let first = problem.errors.first()?;
    let index = first.pointer.split('/').find_map(|part| part.parse::<usize>().ok());
    let by_index = index.and_then(|index| links.get(index));
    by_index.or_else(|| links.iter().find(|link| first.message.contains(&format!("'{}'", link.name)))).map(|link| link.name.clone())
}

async fn refuse(
    portal: &Portal,
    who: &mut SignedIn,
    id: &str,
    form: &Form,
    name: &str,
    slot: Option<String>,
    error: ClientError,
) -> Response {
    let problem = match error {
        ClientError::Refused(problem) if matches!(problem.status, 400 | 409 | 412 | 422) => problem,
        other => return who.failed(&other),
    };
    let slot = slot.map(|slot| format!("slot:{slot}"));
    let attempt: Attempt = act::attempt(name, form, &problem, |pointer| slot.clone().unwrap_or_else(|| act::last_part(pointer)));
    if act::is_module(who) {
        return act::for_module(&attempt, None);
    }
    match workflow::read(portal, who, id).await {
        Ok(view) => {
            who.chrome.path = format!("/workflows/{id}");
            who.refused(&pages::workflow::page(&view, &who.chrome, portal.timezone, &attempt))
        }
        Err(error) => who.failed(&error),
    }
}
