//! Asking the assistant about a task or workflow: what it shall read, what else it shall know.

use dataops_api::documents::DocumentLink;
use dataops_api::views::bundle::BundlePage;
use dataops_api::views::task::TaskPage;
use dataops_domain::artifact::{Artifact, ArtifactStatus};
use dataops_domain::job::{Job, MAX_ATTEMPTS};
use maud::{Markup, html};
use serde_json::{Value, json};

use crate::ui::form::{self, Attempt, Field};
use crate::ui::job::address;
use crate::ui::page::{Chrome, Page};

/// The form's name.
pub const FORM: &str = "ask";
/// The longest note, in characters: all inputs together have 8 KB.
pub const MOST_NOTES: usize = 6_000;
/// The most inputs that are offered.
const OFFERED: usize = 40;

/// One thing to read that can be ticked: what is sent for it, and how it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The input reference.
    pub input: Value,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: &'static str,
    /// Ticked from the start.
    pub ticked: bool,
}

impl Choice {
    fn new(kind: &'static str, wire: &str, id: &str, name: &str, ticked: bool) -> Self {
        Self { input: json!({ "type": wire, "id": id, "title": name }), name: name.to_owned(), kind, ticked }
    }

    fn link(name: &str, url: &str, ticked: bool) -> Self {
        Self { input: json!({ "type": "url", "uri": url, "title": name }), name: name.to_owned(), kind: "link", ticked }
    }
}

/// What the form is about.
#[derive(Debug, Clone)]
pub struct About {
    /// `task` or `bundle`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The title proposed for the job.
    pub proposed: String,
    /// What can be read.
    pub choices: Vec<Choice>,
}

impl About {
    /// A task: the workflow it is part of, its instructions, documents, files and artifacts.
    pub fn task(view: &TaskPage) -> Self {
        let mut choices = Vec::new();
        if let Some(instructions) = &view.instructions {
            choices.push(Choice::new("instructions", "doc", &instructions.document_id, &instructions.document_title, false));
        }
        choices.extend(documents(&view.documents));
        choices.extend(view.files.iter().map(|file| Choice::new("file", "file", file.id.as_str(), &file.filename, true)));
        choices.extend(artifacts(&view.artifacts));
        if let Some(url) = view.task.link.text().filter(|url| url.starts_with("http")) {
            choices.push(Choice::link("The link of the task", url, true));
        }
        let workflow = view.row.workflow.as_ref().map(|workflow| workflow.title.clone());
        let title = view.task.description.clone();
        Self {
            kind: "task",
            id: view.task.id.to_string(),
            proposed: workflow.unwrap_or_else(|| title.clone()),
            title,
            choices: unique(choices),
        }
    }

    /// A workflow: its links, references, documents and artifacts.
    pub fn workflow(view: &BundlePage) -> Self {
        let mut choices = documents(&view.documents);
        choices.extend(artifacts(&view.artifacts));
        choices.extend(view.links.iter().filter(|link| link.url.starts_with("http")).map(|link| Choice::link(&link.name, &link.url, true)));
        let references = view.bundle.references.get().map(Vec::as_slice).unwrap_or_default();
        choices
            .extend(references.iter().filter(|link| link.url.starts_with("http")).map(|link| Choice::link(&link.name, &link.url, false)));
        let title = view.bundle.title.clone();
        Self { kind: "bundle", id: view.bundle.id.to_string(), proposed: title.clone(), title, choices: unique(choices) }
    }

    /// The page of what it is about.
    pub fn address(&self) -> String {
        if self.kind == "task" { format!("/tasks/{}", self.id) } else { format!("/workflows/{}", self.id) }
    }
}

fn documents(list: &[DocumentLink]) -> Vec<Choice> {
    list.iter()
        .filter(|document| document.found)
        .map(|document| Choice::new("document", "doc", &document.id, &document.title, false))
        .collect()
}

fn artifacts(list: &[Artifact]) -> Vec<Choice> {
    let current =
        |artifact: &&Artifact| !matches!(artifact.status, ArtifactStatus::Superseded | ArtifactStatus::Archived | ArtifactStatus::Rejected);
    let own = |artifact: &Artifact| artifact.assistant_job_id.is_none();
    list.iter().filter(current).map(|one| Choice::new("artifact", "artifact", one.id.as_str(), &one.title, own(one))).collect()
}

fn unique(mut choices: Vec<Choice>) -> Vec<Choice> {
    let mut seen: Vec<(Value, Value)> = Vec::new();
    choices.retain(|choice| {
        let key = (choice.input["id"].clone(), choice.input["uri"].clone());
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
    choices.truncate(OFFERED);
    choices
}

/// What the form makes.
#[derive(Debug, Clone, Copy)]
pub enum Makes<'a> {
    /// A new job; the key makes pressing the button twice one request.
    New(&'a str),
    /// Another version of a draft: its id and the version that is changed. The attempt holds what it says now.
    Draft(&'a str, &'a str),
}

/// A draft as the form shows it: its fields, and its inputs as choices, ticked, beside those of its work.
pub fn draft(about: &mut About, job: &Job) -> Attempt {
    let mut values = vec![
        ("title".to_owned(), job.title.clone()),
        ("assistantType".to_owned(), job.assistant_type.clone()),
        ("maxAttempts".to_owned(), job.max_attempts.to_string()),
    ];
    if job.approval_required {
        values.push(("approvalRequired".to_owned(), "1".to_owned()));
    }
    let mut kept = Vec::new();
    for input in &job.input_refs {
        let input = Value::Object(input.clone());
        match input["metadata"]["text"].as_str().filter(|_| input["type"] == NOTES) {
            Some(notes) if !values.iter().any(|(name, _)| name == "notes") => values.push(("notes".to_owned(), notes.to_owned())),
            _ => {
                values.push(("input".to_owned(), input.to_string()));
                let name =
                    ["title", "uri", "id"].iter().find_map(|key| input[*key].as_str()).unwrap_or("Something without a name").to_owned();
                kept.push(Choice { input, name, kind: "", ticked: true });
            }
        }
    }
    kept.append(&mut about.choices);
    about.choices = unique(kept);
    Attempt { form: FORM.to_owned(), values, ..Attempt::default() }
}

/// The type of an input that was written into the form.
pub const NOTES: &str = "source-message";

/// The page.
pub fn page(about: &About, chrome: &Chrome, makes: Makes<'_>, attempt: &Attempt) -> Page {
    let tried = attempt.form == FORM && (matches!(makes, Makes::Draft(..)) || !attempt.message.is_empty());
    let (title, action, back) = match makes {
        Makes::New(_) => ("Ask the assistant", "/assistants/new".to_owned(), about.address()),
        Makes::Draft(id, _) => ("Change the draft", format!("{}/change", address(id)), address(id)),
    };
    let ticked = |choice: &Choice| {
        let sent = ("input".to_owned(), choice.input.to_string());
        if tried { attempt.values.contains(&sent) } else { choice.ticked }
    };
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        form .stack method="post" action=(action) data-plain {
            (form::hidden(&chrome.csrf, &back))
            @match makes {
                Makes::New(key) => input type="hidden" name="key" value=(attempt.value(FORM, "key").unwrap_or(key));,
                Makes::Draft(_, version) => input type="hidden" name="version" value=(version);,
            }
            input type="hidden" name=(about.kind) value=(about.id);
            (Field { value: &about.proposed, most: 500, required: true, ..Field::text(FORM, "title", "What it is about") }.show(attempt))
            fieldset .inputs aria-describedby=[attempt.error(FORM, "inputRefs").map(|_| "ask-inputs-error")] {
                legend { "What it shall read" }
                p .hint { "The task and its workflow are read in any case. Links are named in the output, not opened." }
                @if about.choices.is_empty() { p .none { "Nothing else is kept here yet. Write below what it shall know." } }
                @for choice in &about.choices {
                    label .tick { input type="checkbox" name="input" value=(choice.input.to_string()) checked[ticked(choice)]; " " (choice.name) @if !choice.kind.is_empty() { " " span .optional { (choice.kind) } } }
                }
                @if let Some(words) = attempt.error(FORM, "inputRefs") { p .wrong #ask-inputs-error { (words) } }
            }
            (Field { kind: "area", hint: "a mail, notes: lines such as “Guest: …” are understood", most: MOST_NOTES, ..Field::text(FORM, "notes", "What else it shall know") }.show(attempt))
            (Field { hint: "optional", most: 2_000, ..Field::text(FORM, "url", "A link more") }.show(attempt))
            (more(attempt, tried))
            p .actions { button .primary { "Ask the assistant" } button .quiet name="draft" value="1" { "Keep as a draft" } a .quiet href=(back) { "Cancel" } }
        }
    };
    Page { lead: html! { a href=(about.address()) { (about.title) } }, ..Page::new("assistant-ask", title, body) }
}

fn more(attempt: &Attempt, tried: bool) -> Markup {
    let approve = if tried { attempt.value(FORM, "approvalRequired").is_some() } else { true };
    let numbers: Vec<(String, String)> = (1..=MAX_ATTEMPTS).map(|number| (number.to_string(), number.to_string())).collect();
    let refused = ["assistantType", "maxAttempts"].iter().any(|name| attempt.error(FORM, name).is_some());
    html! {
        details .more-fields open[refused] data-key="ask-more" {
            summary { "Approval, attempts, another assistant" }
            div .stack {
                label .tick { input type="checkbox" name="approvalRequired" value="1" checked[approve]; " Somebody has to approve what it makes" }
                (form::select(FORM, "maxAttempts", "Attempts at most", &numbers, attempt.value(FORM, "maxAttempts").unwrap_or("2")))
                (Field { value: "podcast", hint: "podcast, or one that runs elsewhere", most: 80, ..Field::text(FORM, "assistantType", "Which assistant") }.show(attempt))
            }
        }
    }
}
