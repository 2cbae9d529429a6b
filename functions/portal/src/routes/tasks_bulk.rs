//! `POST /tasks/bulk`: one action on the ticked tasks; `POST /tasks/undo`: takes back what was just done to tasks.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::bulk::{BulkAnswer, BulkResult};
use dataops_api::views::tasks::TasksPage;
use dataops_domain::id;
use dataops_domain::task::Task;
use http::{StatusCode, Uri};
use serde_json::{Map, Value, json};

use super::{act, tasks};
use crate::auth::next;
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::pages;
use crate::portal::Portal;
use crate::ui::bulk::{Picked, Refused};
use crate::ui::flash::{self, Flash};
use crate::ui::page::Page;

/// `GET` of a form's address, as a browser makes it when somebody returns to it: the list.
pub(super) async fn to_tasks() -> Redirect {
    Redirect::to("/tasks")
}

/// What is asked of the engine, and the code that tells of its success.
struct Asked {
    action: &'static str,
    fields: Value,
    code: &'static str,
}

pub(super) async fn act(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    let ids: Vec<String> = form.all("id").into_iter().filter(|id| id::is_valid(id)).collect();
    let asked = match asked(&form, &ids) {
        Ok(asked) => asked,
        Err(words) => return show(&portal, &mut who, &form, Picked { problem: words.to_owned(), ids, ..Picked::default() }).await,
    };
    let body = json!({ "ids": ids, "action": asked.action, "fields": asked.fields });
    let answer = match portal.client.send::<BulkAnswer>(&who.caller(), "POST", "/api/tasks/bulk", &body, &[]).await {
        Ok(answer) => answer,
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 422) => {
            let words = problem.errors.first().map_or(&problem.detail, |error| &error.message);
            return show(&portal, &mut who, &form, Picked { problem: act::sentence(words), ids, ..Picked::default() }).await;
        }
        Err(error) => return who.failed(&error),
    };
    let (did, refused): (Vec<BulkResult>, Vec<BulkResult>) = answer.results.into_iter().partition(|result| result.ok);
    let did = did.iter().map(|result| result.task.as_ref().map_or_else(|| result.id.clone(), made));
    let did = did.collect::<Vec<_>>().join(",");
    if refused.is_empty() {
        return act::back(&form, "/tasks", asked.code, Some(&did));
    }
    who.chrome.flash = if did.is_empty() { None } else { Flash::of(asked.code, Some(&did)) };
    show(&portal, &mut who, &form, told(refused, ids.len())).await
}

/// A task as a change left it, with the version to take back.
pub(super) fn made(task: &Task) -> String {
    format!("{}.{}", task.id, task.version)
}

fn asked(form: &Form, ids: &[String]) -> Result<Asked, &'static str> {
    if ids.is_empty() {
        return Err("Tick the tasks first.");
    }
    let (action, fields, code) = match form.text("act") {
        "done" => ("done", json!({}), "bulk-done"),
        "reopen" => ("reopen", json!({}), "bulk-reopened"),
        "reschedule" if form.text("date").is_empty() => return Err("Choose the date to move them to."),
        "reschedule" => ("reschedule", json!({ "date": form.text("date") }), "bulk-due"),
        "assign" => ("assign", json!({ "assigneeId": Some(form.text("assigneeId")).filter(|id| !id.is_empty()) }), "bulk-assigned"),
        name @ ("add-tags" | "remove-tags") => {
            let tags: Vec<&str> = form.text("tags").split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect();
            if tags.is_empty() {
                return Err("Type the tags, with commas between them.");
            }
            (if name == "add-tags" { "add-tags" } else { "remove-tags" }, json!({ "tags": tags }), "bulk-tagged")
        }
        _ => return Err("Choose what to do with them."),
    };
    Ok(Asked { action, fields, code })
}

/// The refusals in words, each to stand at its row; those rows stay ticked.
fn told(results: Vec<BulkResult>, of: usize) -> Picked {
    let problem = if results.len() == of && of > 1 {
        format!("None of the {of} tasks was changed.")
    } else if of == 1 {
        "The task was not changed.".to_owned()
    } else {
        format!("{} of {of} tasks {} not changed.", results.len(), if results.len() == 1 { "was" } else { "were" })
    };
    let refused = results.into_iter().map(|result| Refused {
        words: act::sentence(&result.error.unwrap_or_default()),
        lacks_proof: !result.missing.is_empty(),
        id: result.id,
    });
    let refused: Vec<Refused> = refused.collect();
    Picked { problem, ids: refused.iter().map(|refused| refused.id.clone()).collect(), refused }
}

/// The list the form came from, with what was refused and those tasks still ticked.
async fn show(portal: &Portal, who: &mut SignedIn, form: &Form, picked: Picked) -> Response {
    let back = next::with_query(form.back("/tasks"), &[]);
    let back = if back.split('?').next() == Some("/tasks") { back } else { "/tasks".to_owned() };
    let asked = back.parse::<Uri>().ok().and_then(|uri| Query::try_from_uri(&uri).ok()).map(|Query(asked)| asked);
    let filters = tasks::filters(asked.unwrap_or_default());
    who.chrome.path = back;
    let query = tasks::engine_query(&filters, &who.chrome.user_id);
    match portal.client.get::<TasksPage>(&who.caller(), "/api/views/tasks", &query).await {
        Ok(view) => answer(who, &pages::tasks::page(&view, &filters, &who.chrome, portal.timezone, &picked)),
        Err(error) => who.failed(&error),
    }
}

/// A module takes a refusal as an answer like any other; every other status is an error of the page to a browser.
fn answer(who: &SignedIn, page: &Page) -> Response {
    if act::is_module(who) { who.page(page) } else { who.refused(page) }
}

pub(super) async fn undo(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    let changes = flash::versions(form.text("did"));
    let ids: Vec<&str> = changes.iter().map(|(id, _)| id.as_str()).collect();
    let versions: Map<String, Value> = changes.iter().map(|(id, version)| (id.clone(), json!(version))).collect();
    let body = json!({ "ids": ids, "action": "undo", "fields": { "versions": versions } });
    let answer = match portal.client.send::<BulkAnswer>(&who.caller(), "POST", "/api/tasks/bulk", &body, &[]).await {
        Ok(answer) => answer,
        Err(ClientError::Refused(problem)) if problem.status < 500 => {
            return not_undone(&mut who, &form, &[], &act::sentence(&problem.detail));
        }
        Err(error) => return who.failed(&error),
    };
    let (did, refused): (Vec<BulkResult>, Vec<BulkResult>) = answer.results.into_iter().partition(|result| result.ok);
    if refused.is_empty() {
        let code = if did.len() == 1 { "undone" } else { "bulk-undone" };
        return act::back(&form, "/tasks", code, Some(&ids.join(",")).filter(|_| did.len() > 1).map(String::as_str));
    }
    let words = if changes.len() == 1 {
        "Not taken back.".to_owned()
    } else {
        format!("{} of {} tasks were not taken back.", refused.len(), changes.len())
    };
    not_undone(&mut who, &form, &told(refused, changes.len()).refused, &words)
}

fn not_undone(who: &mut SignedIn, form: &Form, refused: &[Refused], words: &str) -> Response {
    if act::is_module(who) {
        let why: Vec<&str> = refused.iter().map(|refused| refused.words.as_str()).collect();
        let message = format!("{words} {}", why.join(" "));
        return (StatusCode::OK, axum::Json(json!({ "refused": true, "message": message.trim_end(), "fields": {} }))).into_response();
    }
    who.chrome.path = next::with_query(form.back("/tasks"), &[]);
    who.refused(&pages::tasks::not_undone(words, refused, &who.chrome.path))
}
