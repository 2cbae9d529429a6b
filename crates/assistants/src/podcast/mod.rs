//! The podcast assistant: from an intake and what is known about an episode to the document a host prepares with.
//!
//! Everything is made from the request and our playbook, by fixed rules: no clock, no chance, no network. Text of others
//! is data on every way: it is cleaned (`crate::clean`), bounded where it is read (`intake`) and escaped where it is
//! written (`text`).

mod intake;
mod page;
mod plan;
mod text;

use dataops_content::{Need, Playbook};
use dataops_domain::artifact::ArtifactType;
use serde_json::{Value, json};

use crate::clean;
use crate::output::{Output, Outputs};
use crate::request::Request;
use page::Page;

/// The assistant type.
pub const TYPE: &str = "podcast";
/// File name of the metadata output, which comes first.
pub const METADATA_NAME: &str = "podcast-dry-run.json";
/// File name of the document.
pub const DOCUMENT_NAME: &str = "podcast-document.md";
/// Media type of the document.
pub const DOCUMENT_TYPE: &str = "text/markdown; charset=utf-8";
/// The longest title of an output, in bytes.
const MAX_TITLE: usize = 200;

/// The metadata of wire contract 12.5 as an artifact, then the Markdown document (`podcast-doc`). Pure: the same request
/// gives the same bytes.
pub fn document(playbook: &Playbook, request: &Request) -> Outputs {
    let facts = intake::read(playbook, request);
    let plan = plan::plan(playbook, &facts);
    let page = Page { playbook, request, facts: &facts, plan: &plan };
    let gaps = |need| page.gaps(need).map(|field| Value::from(field.key.as_str())).collect::<Vec<_>>();
    let about = json!({
        "runner": "podcast-dry-run",
        "assistant_job_id": request.job_id,
        "questions": plan.sections.iter().flat_map(|planned| &planned.asked).map(|asked| asked.question.id.as_str()).collect::<Vec<_>>(),
        "reserve": plan.reserve.len(),
        "themes": plan.themes.iter().map(|told| told.theme.id.as_str()).collect::<Vec<_>>(),
        "level": plan.level.as_ref().map(|told| told.theme.id.as_str()),
        "gaps_required": gaps(Need::Required),
        "gaps_wanted": gaps(Need::Wanted),
        "contradictions": facts.conflicts.len(),
        "sources": facts.sources.len(),
        "sources_missing": facts.missing_sources(),
    });
    let document = Output {
        name: DOCUMENT_NAME.to_owned(),
        title: clean::line(&format!("{}: podcast document", request.title), MAX_TITLE),
        artifact_type: ArtifactType::PodcastDoc,
        media_type: DOCUMENT_TYPE.to_owned(),
        bytes: page.markdown().into_bytes(),
        metadata: about.as_object().cloned().unwrap_or_default(),
    };
    vec![metadata(request), document]
}

/// The six fields in their order; the checksum is that of their compact form.
fn metadata(request: &Request) -> Output {
    let fields = json!({
        "assistant_job_id": request.job_id,
        "assistant_type": TYPE,
        "input_ref_count": request.inputs.len(),
        "output_kind": "podcast-prep-draft",
        "runner": "podcast-dry-run",
        "title": request.title,
    });
    Output {
        name: METADATA_NAME.to_owned(),
        title: format!("{} output metadata", request.title),
        artifact_type: ArtifactType::AssistantOutput,
        media_type: "application/json".to_owned(),
        bytes: fields.to_string().into_bytes(),
        metadata: fields.as_object().cloned().unwrap_or_default(),
    }
}
