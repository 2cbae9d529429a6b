//! `GET` and `POST /recurring/new`, `POST /recurring/:id`: making and changing a duty. A module may ask first, with
//! `check`: then nothing is saved, and the answer says in words when it would come up.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use dataops_api::ClientError;
use dataops_api::recurring::{RecurringConfigAnswer, Simulated};
use dataops_api::views::recurring::NewDutyPage;
use dataops_domain::generation::SourceKey;
use dataops_domain::id;
use dataops_domain::json::Object;
use dataops_domain::time::plus_days;
use serde_json::{Value, json};

use super::render;
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::auth::token;
use crate::pages;
use crate::pages::error::Trouble;
use crate::pages::recurring::form::FORM;
use crate::portal::Portal;
use crate::routes::act;
use crate::ui::form::Attempt;
use crate::ui::words;

/// Days ahead that a check looks at; the engine takes 90 at most.
const AHEAD: i64 = 89;
/// Dates that a check names.
const NAMED: usize = 5;

pub(crate) async fn new(State(portal): State<Portal>, who: SignedIn) -> Response {
    let Ok(key) = token::random() else { return who.trouble(Trouble::Internal) };
    render_new(&portal, &who, &key, &Attempt::default()).await
}

async fn render_new(portal: &Portal, who: &SignedIn, key: &str, attempt: &Attempt) -> Response {
    match portal.client.get::<NewDutyPage>(&who.caller(), "/api/views/recurring/new", "").await {
        Ok(view) => {
            let page = pages::recurring::form::new_page(&view, &who.chrome, key, attempt);
            if attempt.message.is_empty() { who.page(&page) } else { who.refused(&page) }
        }
        Err(error) => who.failed(&error),
    }
}

pub(crate) async fn create(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { who, form } = sent;
    let mut body = typed(&form);
    body.retain(|_, value| !value.is_null());
    if form.has("check") {
        return check(&portal, &who, &form, body).await;
    }
    let key = form.text("key");
    let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("idempotency-key", key)] };
    match portal.client.send::<RecurringConfigAnswer>(&who.caller(), "POST", "/api/recurring", &body, headers).await {
        Ok(made) => act::to(&format!("/recurring/{}", made.recurring_config.id), "duty-added"),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 413 | 422) => {
            let attempt = act::attempt(FORM, &form, &problem, act::last_part);
            render_new(&portal, &who, key, &attempt).await
        }
        Err(error) => who.failed(&error),
    }
}

pub(crate) async fn save(State(portal): State<Portal>, Path(id): Path<String>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    let mut body = typed(&form);
    if form.has("check") {
        body.insert("id".to_owned(), json!(id));
        return check(&portal, &who, &form, body).await;
    }
    let path = format!("/api/recurring/{id}");
    match act::send_seen::<Value>(&portal, &who, form.text("version"), ("PUT", &path), &Value::Object(body)).await {
        Ok(_) => act::to(&format!("/recurring/{id}"), "duty"),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 412 | 413 | 422) => {
            who.chrome.path = format!("/recurring/{id}");
            render(&portal, &who, &SourceKey::recurring(id), &act::attempt(FORM, &form, &problem, act::last_part)).await
        }
        Err(error) => who.failed(&error),
    }
}

/// What a module asks while somebody types: what is wrong, or when it would come up.
async fn check(portal: &Portal, who: &SignedIn, form: &Form, config: Object) -> Response {
    let today = portal.today();
    let to = plus_days(today, AHEAD).unwrap_or(today);
    let body = json!({ "from": today, "to": to, "recurringConfig": config });
    match portal.client.send::<Simulated>(&who.caller(), "POST", "/api/recurring/simulate", &body, &[]).await {
        Ok(simulated) => {
            let says = says(&simulated, today);
            Json(json!({ "fields": {}, "advice": {}, "says": { "cronExpression": says } })).into_response()
        }
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 422) => {
            act::for_module(&act::attempt(FORM, form, &problem, act::last_part), None)
        }
        Err(error) => who.failed(&error),
    }
}

fn says(simulated: &Simulated, today: dataops_domain::time::Date) -> String {
    let dates = simulated.windows.iter().filter(|window| window.is_work()).take(NAMED);
    let dates: Vec<String> = dates.map(|window| words::short_date(window.date, today)).collect();
    let sentence = simulated.sentence.as_deref().map_or_else(String::new, |sentence| format!("{sentence}. "));
    if dates.is_empty() {
        return format!("{sentence}It would make nothing in the next 90 days.");
    }
    format!("{sentence}Next: {}.", dates.join(", "))
}

/// The fields as they were typed; what is empty is null, which removes it. A preset stands for its cron text.
fn typed(form: &Form) -> Object {
    let mut body = Object::new();
    let preset = form.text("preset");
    let cron = if preset.is_empty() { form.text("cronExpression") } else { preset };
    body.insert("description".to_owned(), json!(form.text("description")));
    body.insert("cronExpression".to_owned(), json!(cron));
    for key in ["timezone", "assigneeId", "instructionDocId", "instructionStepId", "instructionsUrl", "requiredLinkName"] {
        let text = form.text(key);
        body.insert(key.to_owned(), if text.is_empty() { Value::Null } else { json!(text) });
    }
    for key in ["systems", "tags"] {
        let list: Vec<&str> = form.text(key).split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        body.insert(key.to_owned(), if list.is_empty() { Value::Null } else { json!(list) });
    }
    body.insert("requiresFile".to_owned(), if form.has("requiresFile") { json!(true) } else { Value::Null });
    body.insert("proofRequirement".to_owned(), proof(form));
    body
}

fn proof(form: &Form) -> Value {
    let kind = form.text("proofType");
    if kind.is_empty() {
        return Value::Null;
    }
    let mut proof = Object::new();
    proof.insert("type".to_owned(), json!(kind));
    if !form.text("proofLabel").is_empty() {
        proof.insert("label".to_owned(), json!(form.text("proofLabel")));
    }
    if !form.has("proofRequired") {
        proof.insert("required".to_owned(), json!(false));
    }
    Value::Object(proof)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_stands_for_its_cron_text_and_what_is_empty_is_removed() {
        let body = typed(&Form::read(b"description=Look&preset=0+9+*+*+1&cronExpression=x&tags=a,+b&proofType=url&requiresFile=1"));
        assert_eq!(body["cronExpression"], json!("0 9 * * 1"));
        assert_eq!(body["tags"], json!(["a", "b"]));
        assert_eq!(body["proofRequirement"], json!({ "type": "url", "required": false }));
        assert_eq!((&body["timezone"], &body["requiresFile"]), (&Value::Null, &json!(true)));
        assert_eq!(typed(&Form::read(b"preset=&cronExpression=+0+8+*+*+*"))["cronExpression"], json!("0 8 * * *"));
    }
}
