//! `POST /tasks/:id/upload` and `POST /files/:id/delete`. A file is fetched through the API, which checks the same session.

use axum::extract::{Path, State};
use axum::response::Response;
use dataops_api::client::Request;
use dataops_api::{ClientError, Problem};
use dataops_domain::id;
use serde_json::Value;

use super::{act, task};
use crate::auth::signed_in::{Sent, SignedIn};
use crate::auth::upload::SentFile;
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;

pub(super) async fn upload(State(portal): State<Portal>, Path(id): Path<String>, mut sent: SentFile) -> Response {
    if !id::is_valid(&id) {
        return sent.who.trouble(Trouble::NotFound);
    }
    let request = Request {
        method: "POST".into(),
        path: "/api/files".into(),
        headers: vec![("content-type".into(), sent.content_type.clone()), ("accept".into(), dataops_api::problem::MEDIA_TYPE.into())],
        body: sent.bytes.to_vec(),
        ..Request::default()
    };
    match portal.client.call(&sent.who.caller(), request).await {
        Ok(answer) if answer.status == 201 => act::to(sent.back(&format!("/tasks/{id}")), "uploaded"),
        Ok(answer) => match serde_json::from_slice::<Problem>(&answer.body) {
            Ok(problem) if problem.status != 404 && problem.status < 500 => refuse(&portal, &mut sent.who, &id, &problem).await,
            Ok(problem) => sent.who.failed(&ClientError::Refused(Box::new(problem))),
            Err(error) => sent.who.failed(&ClientError::Unreachable(error.to_string())),
        },
        Err(error) => sent.who.failed(&error),
    }
}

pub(super) async fn delete(State(portal): State<Portal>, Path(id): Path<String>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    match act::send(&portal, &who, "DELETE", &format!("/api/files/{id}"), &Value::Null).await {
        Ok(_) => act::back(&form, "/", "file-deleted", None),
        Err(ClientError::Refused(problem)) if problem.status == 400 => {
            let task = form.text("task").to_owned();
            refuse(&portal, &mut who, &task, &problem).await
        }
        Err(error) => who.failed(&error),
    }
}

/// The task with the words of the refusal at its files.
async fn refuse(portal: &Portal, who: &mut SignedIn, task: &str, problem: &Problem) -> Response {
    let words = match problem.code.as_str() {
        "file_too_large" | "body_too_large" => {
            "The file is larger than 4 MB. With JavaScript it goes straight to the store; else link to it.".to_owned()
        }
        _ => format!("{}.", problem.detail.trim_end_matches('.')),
    };
    let attempt = Attempt { form: "upload".into(), message: words.clone(), errors: vec![("file".into(), words)], ..Attempt::default() };
    if act::is_module(who) {
        return act::for_module(&attempt, None);
    }
    match task::read(portal, who, task).await {
        Ok(view) => {
            who.chrome.path = format!("/tasks/{task}");
            who.refused(&pages::task::page(&view, &who.chrome, portal.timezone, &attempt))
        }
        Err(error) => who.failed(&error),
    }
}
