//! What a real executor hands to a model, and what it makes of the answer.
//!
//! Instructions are our prompts, as reviewed; everything a job brings along is data beside them: bounded, cleaned of
//! control characters, and without secrets, since it leaves the house.

use std::fmt::Write;

use dataops_content::Content;
use dataops_domain::artifact::ArtifactType;
use dataops_domain::{plain, secrets};
use serde_json::{Value, json};

use crate::clean;
use crate::dry_run;
use crate::executor::Usage;
use crate::failure::{Code, Failure};
use crate::output::{MAX_OUTPUT_BYTES, Output, Outputs};
use crate::podcast;
use crate::request::{AboutBundle, AboutTask, Data, Request};

/// The most bytes of one source that leave the house.
const MAX_SOURCE: usize = 60_000;
/// The most sources.
const MAX_SOURCES: usize = 40;
/// The least bytes of an answer that can be a document.
const LEAST: usize = 200;

/// The way material reaches a model: the prompt that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// In one message.
    Messages,
    /// In files.
    Command,
}

/// A text that was given, with what it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Material {
    /// Number, kind, title, address and what is not there.
    pub(crate) about: Value,
    /// The text, when there is one.
    pub(crate) text: Option<String>,
}

/// A request in the form that leaves the house.
#[derive(Debug, Clone)]
pub(crate) struct Brief {
    /// Our instructions.
    pub(crate) prompt: String,
    /// What was asked.
    pub(crate) job: Value,
    /// What it was asked about.
    pub(crate) sources: Vec<Material>,
    /// What our own rules make of it.
    pub(crate) draft: Option<String>,
    job_id: String,
    title: String,
    input_ref_count: usize,
    assistant: String,
}

impl Brief {
    /// The request for a model.
    ///
    /// # Errors
    /// The content has no prompt for this assistant type.
    pub(crate) fn of(content: &Content, request: &Request, way: Way) -> Result<Self, Failure> {
        let prompt = |name: &str| {
            let found = content.prompt(name).map(|prompt| prompt.text.trim());
            found.ok_or_else(|| Failure::new(Code::Unsupported, &format!("the content has no prompt named '{name}'")))
        };
        let how = prompt(match way {
            Way::Messages => "messages",
            Way::Command => "command",
        })?;
        let draft = dry_run::outputs(content, request).ok().and_then(|outputs| outputs.into_iter().next_back());
        Ok(Self {
            prompt: format!("{}\n\n{how}\n", prompt(&request.assistant_type)?),
            job: job(request),
            sources: sources(request),
            draft: draft.map(|output| String::from_utf8_lossy(&output.bytes).into_owned()),
            job_id: request.job_id.clone(),
            title: request.title.clone(),
            input_ref_count: request.inputs.len(),
            assistant: request.assistant_type.clone(),
        })
    }

    /// File name of the document that is asked for.
    pub(crate) fn document_name(&self) -> &'static str {
        if self.assistant == podcast::TYPE { podcast::DOCUMENT_NAME } else { "document.md" }
    }

    /// The outputs of an answer: what a program may know of the run, then the document.
    ///
    /// # Errors
    /// The answer is no document.
    pub(crate) fn outputs(&self, answer: &str, runner: &str, model: Option<&str>, usage: Usage) -> Result<Outputs, Failure> {
        if answer.len() > MAX_OUTPUT_BYTES {
            return Err(Failure::new(Code::OutputLimit, &format!("the document is longer than {MAX_OUTPUT_BYTES} bytes")));
        }
        let document = document(answer)?;
        let about = json!({
            "assistant_job_id": self.job_id,
            "assistant_type": self.assistant,
            "input_ref_count": self.input_ref_count,
            "output_kind": format!("{}-prep-draft", self.assistant),
            "runner": runner,
            "title": self.title,
            "model": model.map(|model| clean::line(model, 120)),
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cost_micros": usage.cost_micros,
        });
        let fields = about.as_object().cloned().unwrap_or_default();
        let is_podcast = self.assistant == podcast::TYPE;
        Ok(vec![
            Output {
                name: format!("{runner}.json"),
                title: clean::line(&format!("{} output metadata", self.title), 200),
                artifact_type: ArtifactType::AssistantOutput,
                media_type: "application/json".to_owned(),
                bytes: about.to_string().into_bytes(),
                metadata: fields.clone(),
            },
            Output {
                name: self.document_name().to_owned(),
                title: clean::line(&format!("{}: {} document", self.title, self.assistant), 200),
                artifact_type: if is_podcast { ArtifactType::PodcastDoc } else { ArtifactType::AssistantOutput },
                media_type: podcast::DOCUMENT_TYPE.to_owned(),
                bytes: document.into_bytes(),
                metadata: fields,
            },
        ])
    }
}

/// The answer as a document: without a fence around it, control characters or secrets.
fn document(answer: &str) -> Result<String, Failure> {
    let answer = plain::text(answer);
    let text = answer.trim();
    let unfenced = text.strip_prefix("```markdown").or_else(|| text.strip_prefix("```md")).or_else(|| text.strip_prefix("```"));
    let text = unfenced.map_or(text, |rest| rest.trim_end().trim_end_matches("```")).trim();
    if text.len() < LEAST || !text.starts_with("# ") {
        let begins = clean::line(text, 120);
        return Err(Failure::new(
            Code::BrokenAnswer,
            &format!("expected a Markdown document that begins with a title; it begins: {begins}"),
        ));
    }
    Ok(format!("{}\n", secrets::redact(text)))
}

fn job(request: &Request) -> Value {
    let earlier = request.earlier.iter().rev().take(5).rev();
    json!({
        "title": clean::line(&request.title, 300),
        "attempt": request.attempt,
        "stream_day": request.bundle.as_ref().map(|bundle| bundle.anchor_date.as_str()),
        "earlier_attempts": earlier.map(|earlier| json!({
            "attempt": earlier.attempt,
            "rejected": earlier.rejected,
            "words": clean::line(&earlier.words, 1_000),
        })).collect::<Vec<_>>(),
    })
}

/// The inputs in their order, then bundle and task, numbered as the draft numbers them.
fn sources(request: &Request) -> Vec<Material> {
    let mut sources: Vec<Material> = Vec::new();
    let mut add = |kind: &str, title: &str, uri: Option<&str>, note: Option<String>, text: Option<String>| {
        let cut = text.as_ref().is_some_and(|text| text.len() > MAX_SOURCE);
        let about = json!({
            "source": format!("S{}", sources.len() + 1),
            "kind": clean::line(kind, 40),
            "title": clean::line(title, 300),
            "address": uri.map(|uri| clean::line(uri, 300)),
            "note": note.map(|note| clean::line(&note, 300)),
            "cut": cut,
        });
        let text = text.map(|text| outward(clean::cut(&text, MAX_SOURCE))).filter(|text| !text.trim().is_empty());
        sources.push(Material { about, text });
    };
    for input in request.inputs.iter().take(MAX_SOURCES) {
        let title = input.title.as_deref().or(input.id.as_deref()).unwrap_or_default();
        let (note, text) = match &input.data {
            Data::Reference => (None, None),
            Data::Text(text) => (None, Some(text.clone())),
            Data::Binary { media_type, size } => (Some(format!("not read: {media_type} of {size} bytes")), None),
            Data::Task(task) => (None, Some(task_text(task))),
            Data::Bundle(bundle) => (None, Some(bundle_text(bundle))),
            Data::Missing(why) => (Some(format!("missing: {why}")), None),
        };
        let fields = (!input.metadata.is_empty()).then(|| Value::Object(input.metadata.clone()).to_string());
        let text = [fields, text].into_iter().flatten().collect::<Vec<_>>().join("\n\n");
        add(&input.kind, title, input.uri.as_deref(), note, (!text.is_empty()).then_some(text));
    }
    if let Some(bundle) = &request.bundle {
        add("bundle", &bundle.title, None, None, Some(bundle_text(bundle)));
    }
    if let Some(task) = &request.task {
        add("task", &task.description, None, None, Some(task_text(task)));
    }
    sources
}

fn task_text(task: &AboutTask) -> String {
    let mut text = format!("Task: {}\nDue: {}\n", task.description, task.date);
    if let Some(comment) = &task.comment {
        let _ = writeln!(text, "Comment: {comment}");
    }
    links(&mut text, &task.references);
    text
}

fn bundle_text(bundle: &AboutBundle) -> String {
    let mut text = format!("Workflow: {}\nDay: {}\n", bundle.title, bundle.anchor_date);
    if let Some(description) = &bundle.description {
        let _ = writeln!(text, "{description}");
    }
    links(&mut text, &bundle.links);
    links(&mut text, &bundle.references);
    text
}

fn links(text: &mut String, links: &[(String, String)]) {
    for (name, url) in links.iter().take(40).filter(|(_, url)| !url.is_empty()) {
        let _ = writeln!(text, "{name}: {url}");
    }
}

/// Text fit to leave the house.
fn outward(text: &str) -> String {
    secrets::redact(&plain::text(text)).into_owned()
}
