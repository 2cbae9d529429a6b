//! The podcast assistant: from an intake and what is known about an episode to the document a host prepares with.

use dataops_content::Playbook;
use dataops_domain::artifact::ArtifactType;
use dataops_domain::json::Object;
use serde_json::json;

use crate::output::{Output, Outputs};
use crate::request::Request;

/// The assistant type.
pub const TYPE: &str = "podcast";
/// File name of the metadata output, which comes first.
pub const METADATA_NAME: &str = "podcast-dry-run.json";
/// File name of the document.
pub const DOCUMENT_NAME: &str = "podcast-document.md";

/// The metadata of wire contract 12.5 as an artifact, then the Markdown document (`podcast-doc`). Pure: the same request
/// gives the same bytes.
pub fn document(playbook: &Playbook, request: &Request) -> Outputs {
    let _ = playbook;
    vec![
        metadata(request),
        Output {
            name: DOCUMENT_NAME.to_owned(),
            title: format!("{}: podcast document", request.title),
            artifact_type: ArtifactType::PodcastDoc,
            media_type: "text/markdown; charset=utf-8".to_owned(),
            bytes: format!("# {}\n", request.title).into_bytes(),
            metadata: Object::new(),
        },
    ]
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
