//! `POST /tasks/:id/:action`: everything that can be done to a task, each a plain form.

use axum::extract::{Path, State};
use axum::response::Response;
use dataops_api::views::row::Gate;
use dataops_api::{ClientError, Problem};
use dataops_domain::id;
use dataops_domain::task::Task;
use serde_json::{Map, Value, json};

use super::workflow_actions::fill_links;
use super::{act, task, tasks_bulk as bulk};
use crate::auth::next;
use crate::auth::signed_in::{Form, Part, Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;
use crate::ui::gate;

/// Fields of the task itself that finishing may fill.
const PROOFS: [&str; 3] = ["link", "comment", "externalStatus"];

pub(super) async fn act(State(portal): State<Portal>, Path((id, action)): Path<(String, String)>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    let own = format!("/tasks/{id}");
    let change = match change(&portal, &who, &id, &action, &form).await {
        Ok(Some(change)) => change,
        Ok(None) => return who.trouble(Trouble::NotFound),
        Err(Stop::Error(error)) => return refuse(&portal, &mut who, &id, &action, &form, error).await,
        Err(Stop::Field(name, words)) => {
            let attempt = Attempt {
                form: action.clone(),
                message: "Not saved yet. Look at the marked field.".into(),
                values: form.typed(),
                errors: vec![(name, words)],
            };
            return show(&portal, &mut who, &id, attempt, None).await;
        }
    };
    match act::send(&portal, &who, change.method, &change.path, &change.body).await {
        Ok(_) if change.code == "deleted" => act::back(&form, &own, change.code, Some(&id)),
        Ok(answer) => {
            let task = serde_json::from_value::<Task>(answer).ok();
            act::back(&form, &own, change.code, task.as_ref().map(bulk::made).as_deref())
        }
        Err(error) => refuse(&portal, &mut who, &id, &action, &form, error).await,
    }
}

/// One request to the engine and the word that tells of its success.
struct Change {
    method: &'static str,
    path: String,
    body: Value,
    code: &'static str,
}

/// Why nothing is sent.
enum Stop {
    Error(ClientError),
    Field(String, String),
}

impl From<ClientError> for Stop {
    fn from(error: ClientError) -> Self {
        Self::Error(error)
    }
}

async fn change(portal: &Portal, who: &SignedIn, id: &str, action: &str, form: &Form) -> Result<Option<Change>, Stop> {
    let text = |name: &str| form.text(name);
    let put = |body: Value, code| Change { method: "PUT", path: format!("/api/tasks/{id}"), body, code };
    let post = |name: &str, body: Value, code| Change { method: "POST", path: format!("/api/tasks/{id}/actions/{name}"), body, code };
    Ok(Some(match action {
        "done" => {
            let mut body = proofs(portal, who, id, form).await?;
            body.insert("status".to_owned(), json!("done"));
            put(Value::Object(body), "done")
        }
        "save" => {
            let body = proofs(portal, who, id, form).await?;
            if body.is_empty() {
                return Err(Stop::Field("link".to_owned(), "Nothing was changed.".to_owned()));
            }
            put(Value::Object(body), "saved")
        }
        "resolve" => {
            let mut body = proofs(portal, who, id, form).await?;
            body.insert("note".to_owned(), json!(text("note")));
            post("resolve-done", Value::Object(body), "resolved")
        }
        "reopen" => put(json!({ "status": "todo" }), "reopened"),
        "archive" => put(json!({ "status": "archived" }), "archived-task"),
        "delete" => Change { method: "DELETE", path: format!("/api/tasks/{id}"), body: Value::Null, code: "deleted" },
        "restore" => Change { method: "POST", path: format!("/api/tasks/{id}/restore"), body: Value::Null, code: "untrashed" },
        "due" => put(json!({ "date": text("date") }), "due"),
        "assign" => put(json!({ "assigneeId": Some(text("assigneeId")).filter(|id| !id.is_empty()) }), "assigned"),
        "wait" => post(
            "mark-waiting",
            json!({ "waitingFor": text("waitingFor"), "followUpAt": text("followUpAt"), "channel": text("channel"), "note": text("note") }),
            "waiting",
        ),
        "sent" => post(
            "follow-up-sent",
            json!({ "channel": text("channel"), "note": text("note"), "nextFollowUpAt": text("nextFollowUpAt") }),
            "sent",
        ),
        "answered" => post("response-received", json!({ "note": text("note") }), "answered"),
        "unblocked" => post("unblocked", json!({ "note": text("note") }), "unblocked"),
        "comment" => post("comment", json!({ "note": text("note") }), "comment"),
        _ => return Ok(None),
    }))
}

/// The proofs a form brings, as far as they differ from what is stored. Links of the workflow are saved at once.
async fn proofs(portal: &Portal, who: &SignedIn, id: &str, form: &Form) -> Result<Map<String, Value>, Stop> {
    let slots: Vec<(String, String)> = form.starting("slot:").into_iter().filter(|(_, url)| !url.is_empty()).collect();
    let close_as = form.text("closeAs");
    let mut body = Map::new();
    if slots.is_empty() && close_as.is_empty() && !PROOFS.iter().any(|name| form.has(name)) {
        return Ok(body);
    }
    let task: Task = portal.client.get(&who.caller(), &format!("/api/tasks/{id}"), "").await?;
    if let Some(bundle) = task.bundle_id.text().filter(|_| !slots.is_empty()) {
        fill_links(portal, who, bundle, &slots).await.map_err(|refused| match refused {
            (_, ClientError::Unreachable(reason)) => Stop::Error(ClientError::Unreachable(reason)),
            (slot, ClientError::Refused(problem)) => Stop::Field(
                format!("slot:{}", slot.unwrap_or_else(|| slots[0].0.clone())),
                act::attempt("", form, &problem, |_| "link".to_owned()).errors.pop().map_or(problem.detail, |(_, words)| words),
            ),
        })?;
    }
    let stored = [("link", task.link.text()), ("comment", task.comment.text()), ("externalStatus", task.external_status.text())];
    for (name, stored) in stored {
        let typed = form.text(name);
        if form.has(name) && typed != stored.unwrap_or_default().trim() {
            body.insert(name.to_owned(), json!(typed));
        }
    }
    if !close_as.is_empty() {
        let comment = if form.has("comment") { form.text("comment") } else { task.comment.text().unwrap_or_default() };
        let comment = if comment.is_empty() { close_as.to_owned() } else { format!("{comment}\n{close_as}") };
        body.insert("comment".to_owned(), json!(comment));
        body.insert("externalStatus".to_owned(), json!(close_as));
    }
    Ok(body)
}

async fn refuse(portal: &Portal, who: &mut SignedIn, id: &str, action: &str, form: &Form, error: ClientError) -> Response {
    let problem = match error {
        ClientError::Refused(problem) if matches!(problem.status, 400 | 409 | 412 | 422) => problem,
        other => return who.failed(&other),
    };
    if problem.missing.is_empty() {
        let attempt = act::attempt(action, form, &problem, act::last_part);
        return show(portal, who, id, attempt, None).await;
    }
    blocked(portal, who, id, action, form, &problem).await
}

/// A completion whose proof is missing: the task with the problem at the very field, or for a row just those fields.
async fn blocked(portal: &Portal, who: &mut SignedIn, id: &str, action: &str, form: &Form, problem: &Problem) -> Response {
    let view = match task::read(portal, who, id).await {
        Ok(view) => view,
        Err(error) => return who.failed(&error),
    };
    let stored_missing: Vec<Gate> = view.gates.iter().filter(|gate| !gate.satisfied).cloned().collect();
    let given = |gate: &Gate| {
        gate::field_name(gate)
            .is_some_and(|name| !form.text(&name).is_empty() && !problem.errors.iter().any(|error| act::last_part(&error.pointer) == name))
    };
    let missing: Vec<Gate> = stored_missing.into_iter().filter(|gate| !given(gate)).collect();
    let asks: Vec<String> = if missing.is_empty() { problem.missing.clone() } else { missing.iter().map(gate::ask).collect() };
    let errors: Vec<(String, String)> =
        missing.iter().filter_map(|gate| Some((gate::field_name(gate)?, format!("{}.", gate::ask(gate))))).collect();
    let attempt = Attempt { form: action.to_owned(), message: format!("Not done yet. {}.", asks.join(". ")), values: form.typed(), errors };
    let from_row = !PROOFS.iter().any(|name| form.has(name)) && form.starting("slot:").is_empty();
    let fields = (act::is_module(who) && from_row).then(|| {
        gate::needs(id, &view.task.description, &missing, &who.chrome.csrf, form.back("/"), &format!("/tasks/{id}/{action}")).into_string()
    });
    render(portal, who, &view, &attempt, fields)
}

async fn show(portal: &Portal, who: &mut SignedIn, id: &str, attempt: Attempt, fields: Option<String>) -> Response {
    if act::is_module(who) {
        return act::for_module(&attempt, fields);
    }
    match task::read(portal, who, id).await {
        Ok(view) => render(portal, who, &view, &attempt, fields),
        Err(error) => who.failed(&error),
    }
}

fn render(
    portal: &Portal,
    who: &mut SignedIn,
    view: &dataops_api::views::task::TaskPage,
    attempt: &Attempt,
    fields: Option<String>,
) -> Response {
    if who.part != Part::Document {
        return act::for_module(attempt, fields);
    }
    who.chrome.path = next::with_query(&format!("/tasks/{}", view.task.id), &[]);
    who.refused(&pages::task::page(view, &who.chrome, portal.timezone, attempt))
}
