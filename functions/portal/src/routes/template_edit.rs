//! The template editor's forms: what was typed becomes a change of the template, and what the engine refuses is shown
//! where it was typed. A module may ask first, with `check`: then nothing is saved.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::views::templates::TemplatePage;
use dataops_api::wire::{TemplateAnswer, TemplateCheck};
use dataops_api::{ClientError, Problem};
use dataops_domain::id;
use dataops_domain::json::{self, Object};
use dataops_domain::template::Template;
use serde_json::{Map, Value, json};

use super::act;
use super::template::read;
use crate::auth::signed_in::{Form, Sent, SignedIn};
use crate::pages::error::Trouble;
use crate::pages::template_edit::{self, FORM};
use crate::portal::Portal;
use crate::ui::form::Attempt;

/// What is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Section(String),
    Task(Option<usize>),
}

impl Part {
    fn task(name: &str) -> Option<Self> {
        if name == "new" { Some(Self::Task(None)) } else { name.parse().ok().map(|index| Self::Task(Some(index))) }
    }

    fn page(&self, view: &TemplatePage, who: &SignedIn, attempt: &Attempt) -> Option<crate::ui::page::Page> {
        match self {
            Self::Section(name) => template_edit::section(view, &who.chrome, name, attempt),
            Self::Task(index) => template_edit::task(view, &who.chrome, *index, attempt),
        }
    }
}

pub(super) async fn section(State(portal): State<Portal>, who: SignedIn, Path((id, section)): Path<(String, String)>) -> Response {
    show(&portal, &who, &id, Some(Part::Section(section)), &Attempt::default()).await
}

pub(super) async fn task(State(portal): State<Portal>, who: SignedIn, Path((id, index)): Path<(String, String)>) -> Response {
    show(&portal, &who, &id, Part::task(&index), &Attempt::default()).await
}

async fn show(portal: &Portal, who: &SignedIn, id: &str, part: Option<Part>, attempt: &Attempt) -> Response {
    let Some(part) = part.filter(|_| id::is_valid(id)) else { return who.trouble(Trouble::NotFound) };
    match read(portal, who, id).await {
        Ok(view) => match part.page(&view, who, attempt) {
            Some(page) if attempt.message.is_empty() => who.page(&page),
            Some(page) => who.refused(&page),
            None => who.trouble(Trouble::NotFound),
        },
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn save_section(State(portal): State<Portal>, Path((id, section)): Path<(String, String)>, sent: Sent) -> Response {
    save(&portal, &id, Some(Part::Section(section)), sent).await
}

pub(super) async fn save_task(State(portal): State<Portal>, Path((id, index)): Path<(String, String)>, sent: Sent) -> Response {
    save(&portal, &id, Part::task(&index), sent).await
}

async fn save(portal: &Portal, id: &str, part: Option<Part>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    let Some(part) = part.filter(|_| id::is_valid(id)) else { return who.trouble(Trouble::NotFound) };
    who.chrome.path = form.back("/templates").to_owned();
    let path = format!("/api/templates/{id}");
    let stored = match portal.client.get::<TemplateAnswer>(&who.caller(), &path, "").await {
        Ok(answer) => answer.template,
        Err(error) => return who.failed(&error),
    };
    let change = match change(&part, &stored, &form) {
        Some(Ok(change)) => change,
        Some(Err((field, words))) => {
            let message = "Not saved yet. Look at the marked field.".to_owned();
            let attempt = Attempt { form: FORM.to_owned(), message, values: form.typed(), errors: vec![(field, words)] };
            return refuse(portal, &who, id, part, attempt).await;
        }
        None => return who.trouble(Trouble::NotFound),
    };
    if form.has("check") {
        return check(portal, &who, &path, &change, &form).await;
    }
    match act::send_seen::<Value>(portal, &who, form.text("version"), ("PUT", &path), &Value::Object(change.body.clone())).await {
        Ok(_) => Redirect::to(&format!("/templates/{id}?saved=template{}", change.anchor)).into_response(),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 412 | 413 | 422) => {
            refuse(portal, &who, id, part, refused(&form, &problem, &change)).await
        }
        Err(error) => who.failed(&error),
    }
}

async fn refuse(portal: &Portal, who: &SignedIn, id: &str, part: Part, attempt: Attempt) -> Response {
    if act::is_module(who) {
        return act::for_module(&attempt, None);
    }
    show(portal, who, id, Some(part), &attempt).await
}

/// What a module asks while somebody types: every problem and all advice, at their fields.
async fn check(portal: &Portal, who: &SignedIn, path: &str, change: &Change, form: &Form) -> Response {
    let sent = portal
        .client
        .send::<TemplateCheck>(&who.caller(), "PUT", &format!("{path}?dryRun=true"), &Value::Object(change.body.clone()), &[])
        .await;
    match sent {
        Ok(checked) => {
            let said = checked.advice.iter().filter_map(|advice| Some((change.field(&advice.pointer)?, json!(advice.message))));
            let advice: Map<String, Value> = said.collect();
            Json(json!({ "fields": {}, "advice": advice })).into_response()
        }
        Err(ClientError::Refused(problem)) if problem.status == 400 => act::for_module(&refused(form, &problem, change), None),
        Err(error) => who.failed(&error),
    }
}

fn refused(form: &Form, problem: &Problem, change: &Change) -> Attempt {
    act::attempt(FORM, form, problem, |pointer| change.field(pointer).unwrap_or_else(|| act::last_part(pointer)))
}

/// A change of the template, and where its fields were typed.
struct Change {
    body: Object,
    /// Start of a pointer, and the start of the name of the fields below it.
    fields: Vec<(String, String)>,
    /// Where to look at it afterwards.
    anchor: String,
}

impl Change {
    /// The field a pointer leads to; none when it was not typed here.
    fn field(&self, pointer: &str) -> Option<String> {
        let (start, name) = self.fields.iter().find(|(start, _)| pointer == start || pointer.starts_with(&format!("{start}/")))?;
        let rest = pointer[start.len()..].trim_start_matches('/').replace('/', ":");
        let rest = rest.replace("proofRequirement:", "proof:");
        Some(match (name.as_str(), rest.as_str()) {
            (name, "") => name.to_owned(),
            ("", "proof:type" | "proofRequirement") => "proofType".to_owned(),
            ("", "proof:label") => "proofLabel".to_owned(),
            ("", rest) => rest.split(':').next().unwrap_or_default().to_owned(),
            (name, rest) if name.starts_with("row:") => format!("{name}:{rest}"),
            (name, _) => name.to_owned(),
        })
    }
}

type Typed = Result<Change, (String, String)>;

fn change(part: &Part, stored: &Template, form: &Form) -> Option<Typed> {
    match part {
        Part::Section(name) => match (name.as_str(), template_edit::list(name)) {
            (_, Some(list)) => Some(Ok(rows(&list, stored, form))),
            ("basics", _) => Some(Ok(of_fields(
                form,
                &["name", "emoji", "description", "titlePattern", "anchorMeaning", "defaultAssigneeId"],
                &["tags"],
            ))),
            ("start", _) => Some(Ok(trigger(form))),
            ("documents", _) => Some(Ok(documents(form))),
            _ => None,
        },
        Part::Task(index) => {
            if index.is_some_and(|index| index >= stored.task_definitions.len()) {
                return None;
            }
            Some(definition(*index, stored, form))
        }
    }
}

fn plain(body: Object) -> Change {
    let fields = body.keys().map(|key| (format!("/{key}"), key.clone())).collect();
    Change { body, fields, anchor: String::new() }
}

fn of_fields(form: &Form, texts: &[&str], lists: &[&str]) -> Change {
    let mut body = Object::new();
    for key in texts {
        let text = form.text(key);
        body.insert((*key).to_owned(), if text.is_empty() && *key != "name" { Value::Null } else { json!(text) });
    }
    for key in lists {
        body.insert((*key).to_owned(), json!(split(form.text(key), ',')));
    }
    plain(body)
}

fn trigger(form: &Form) -> Change {
    let mut change = of_fields(form, &["triggerType", "triggerSchedule"], &[]);
    let automatic = form.text("triggerType") == "automatic";
    change.body.insert("triggerLeadDays".to_owned(), number(form.text("triggerLeadDays")));
    change.body.insert("triggerEnabled".to_owned(), if automatic { json!(form.has("triggerEnabled")) } else { Value::Null });
    plain(change.body)
}

fn documents(form: &Form) -> Change {
    let mut body = Object::new();
    body.insert("sourceDocIds".to_owned(), json!(split(form.text("sourceDocIds"), '\n')));
    plain(body)
}

fn split(text: &str, at: char) -> Vec<String> {
    text.split(at).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A number as it was typed; other text stays text, for the engine to refuse.
fn number(text: &str) -> Value {
    match text.replace('−', "-").parse::<i64>() {
        Ok(number) => json!(number),
        Err(_) if text.is_empty() => Value::Null,
        Err(_) => json!(text),
    }
}

/// A list from its lines: empty ones are left out, the others stand by their numbers. What the editor does not show of
/// an entry stays with it.
fn rows(list: &template_edit::List, stored: &Template, form: &Form) -> Change {
    let stored = json::object(stored);
    let entries = stored.get(list.field).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lines: Vec<(f64, usize, Object)> = Vec::new();
    for row in 0.. {
        if !list.columns.iter().any(|(key, _)| form.has(&format!("row:{row}:{key}"))) {
            break;
        }
        let typed: Vec<(&str, &str)> = list.columns.iter().map(|(key, _)| (*key, form.text(&format!("row:{row}:{key}")))).collect();
        if typed.iter().all(|(_, text)| text.is_empty()) {
            continue;
        }
        let mut entry = entries.get(row).and_then(Value::as_object).cloned().unwrap_or_default();
        for (key, text) in typed {
            if text.is_empty() && key != "name" && key != "id" && key != "url" {
                entry.shift_remove(key);
            } else {
                entry.insert(key.to_owned(), json!(text));
            }
        }
        lines.push((form.text(&format!("place:{row}")).parse().unwrap_or(row as f64 + 1.0), row, entry));
    }
    lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut fields: Vec<(String, String)> =
        lines.iter().enumerate().map(|(at, (_, row, _))| (format!("/{}/{at}", list.field), format!("row:{row}"))).collect();
    fields.push((format!("/{}", list.field), list.field.to_owned()));
    let entries: Vec<Value> = lines.into_iter().map(|(_, _, entry)| Value::Object(entry)).collect();
    let mut body = Object::new();
    body.insert(list.field.to_owned(), Value::Array(entries));
    Change { body, fields, anchor: String::new() }
}

/// The template's tasks with one of them as it was typed. What the editor does not show of a task stays with it.
fn definition(index: Option<usize>, stored: &Template, form: &Form) -> Typed {
    let mut tasks = stored.task_definitions.clone();
    let mut task = index.and_then(|index| tasks.get(index)).cloned().unwrap_or_default();
    let mut set = |key: &str, value: Value| {
        let empty = value.is_null() || value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty);
        // What was there and is empty stays as it was; nothing empty is added.
        if empty && key != "description" && key != "refId" && key != "offsetDays" {
            task.shift_remove(key);
        } else {
            task.insert(key.to_owned(), value);
        }
    };
    let name = form.text("refId");
    set("refId", json!(if name.is_empty() { slug(form.text("description"), stored) } else { name.to_owned() }));
    set("description", json!(form.text("description")));
    set("offsetDays", number(form.text("offsetDays")));
    for key in ["phase", "assigneeId", "stageOnComplete", "requiredLinkName", "instructionDocId", "instructionStepId", "instructionsUrl"] {
        set(key, json!(form.text(key)));
    }
    set("systems", json!(split(form.text("systems"), ',')));
    let rules = form.text("validation");
    let rules = if rules.starts_with('{') {
        serde_json::from_str(rules).map_err(|error| ("validation".to_owned(), format!("This is not JSON yet: {error}.")))?
    } else {
        json!(rules)
    };
    set("validation", rules);
    for key in ["isMilestone", "requiresFile"] {
        let known = task.contains_key(key);
        if form.has(key) || known {
            task.insert(key.to_owned(), json!(form.has(key)));
        }
    }
    proof(&mut task, form);
    let at = index.unwrap_or(tasks.len());
    let phase = task.get("phase").and_then(Value::as_str).unwrap_or_default().to_owned();
    match index {
        Some(index) => tasks[index] = task,
        None => tasks.push(task),
    }
    let mut body = Object::new();
    body.insert("taskDefinitions".to_owned(), json!(tasks));
    let fields = vec![(format!("/taskDefinitions/{at}"), String::new())];
    let phase: String = url::form_urlencoded::byte_serialize(phase.as_bytes()).collect();
    Ok(Change { body, fields, anchor: format!("&phase={phase}") })
}

fn proof(task: &mut Object, form: &Form) {
    let kind = form.text("proofType");
    if kind.is_empty() {
        task.shift_remove("proofRequirement");
        return;
    }
    let mut proof = task.get("proofRequirement").and_then(Value::as_object).cloned().unwrap_or_default();
    proof.insert("type".to_owned(), json!(kind));
    match form.text("proofLabel") {
        "" => proof.shift_remove("label"),
        label => proof.insert("label".to_owned(), json!(label)),
    };
    if !form.has("proofRequired") || proof.contains_key("required") {
        proof.insert("required".to_owned(), json!(form.has("proofRequired")));
    }
    task.insert("proofRequirement".to_owned(), Value::Object(proof));
}

/// A name for a new task that no other task has.
fn slug(words: &str, stored: &Template) -> String {
    let letters: String =
        words.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).take(48).collect();
    let parts: Vec<&str> = letters.split('-').filter(|part| !part.is_empty()).collect();
    let base = if parts.is_empty() { "task".to_owned() } else { parts.join("-") };
    let taken = |name: &str| stored.task_definitions.iter().any(|task| task.get("refId").and_then(Value::as_str) == Some(name));
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    std::iter::once(base.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(base)
}

/// `POST /templates/:id/tasks/:index/:action`: up, down, remove.
pub(super) async fn move_task(
    State(portal): State<Portal>,
    Path((id, index, action)): Path<(String, usize, String)>,
    sent: Sent,
) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    who.chrome.path = format!("/templates/{id}");
    let path = format!("/api/templates/{id}");
    let mut tasks = match portal.client.get::<TemplateAnswer>(&who.caller(), &path, "").await {
        Ok(answer) => answer.template.task_definitions,
        Err(error) => return who.failed(&error),
    };
    if index >= tasks.len() {
        return who.trouble(Trouble::NotFound);
    }
    let to = match action.as_str() {
        "up" if index > 0 => {
            tasks.swap(index, index - 1);
            format!("/templates/{id}/tasks/{}?saved=template", index - 1)
        }
        "down" if index + 1 < tasks.len() => {
            tasks.swap(index, index + 1);
            format!("/templates/{id}/tasks/{}?saved=template", index + 1)
        }
        "remove" => {
            tasks.remove(index);
            format!("/templates/{id}?saved=template-removed")
        }
        _ => return who.trouble(Trouble::NotFound),
    };
    let version = format!("\"{}\"", form.text("version"));
    match portal.client.send::<Value>(&who.caller(), "PUT", &path, &json!({ "taskDefinitions": tasks }), &[("if-match", &version)]).await {
        Ok(_) => Redirect::to(&to).into_response(),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 412) => {
            let words = if problem.status == 400 {
                problem.detail
            } else {
                "Somebody changed this at the same moment. Look at it once more, then try again.".to_owned()
            };
            let attempt = Attempt { form: "place".to_owned(), message: words, ..Attempt::default() };
            show(&portal, &who, &id, Some(Part::Task(Some(index))), &attempt).await
        }
        Err(error) => who.failed(&error),
    }
}
