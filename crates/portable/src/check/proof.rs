//! A done task is proved: by itself, by what its completion recorded, or by files, artifacts and links of the same export.
//!
//! The gates and their skip closures are the domain's. What needs other records is remembered as a want with its
//! alternatives, and joined at the end.

use std::io;

use dataops_domain::maybe::Maybe;
use dataops_domain::proof::{ProofRequirement, ProofType};
use dataops_domain::task::Task;
use dataops_domain::task::gates::{self, Facts, Gate};
use dataops_domain::{Date, Timestamp};

use super::{Check, Record};
use crate::entity::Entity;
use crate::json::Json;

/// The most bytes of a value that gates are read from: as much as may pass for a value of the product's.
const MOST_JUDGED: usize = 40 * 1024;

impl Check {
    pub(super) fn proof(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        if record.text("status") != Some("done") || record.is_deleted() {
            return Ok(());
        }
        let gated = ["required_link_name", "requires_file", "proof_requirement", "validation"];
        if !gated.iter().any(|field| record.get(field).is_some()) {
            return Ok(());
        }
        let task = judged(record);
        for (at, missing) in gates::missing(&task, &Facts::default()).into_iter().enumerate() {
            let words = format!("cannot be done without required {}", name(&missing.gate));
            if is_recorded(record, &missing.gate) {
                continue;
            }
            let wanted = match &missing.gate {
                Gate::File => true,
                Gate::Proof(proof) => matches!(proof.kind, ProofType::File | ProofType::Artifact),
                // Older systems record no evidence and never judged these again.
                Gate::BundleLink(_) if record.get("evidence").is_none() => continue,
                Gate::BundleLink(_) => record.text("bundle_id").is_some(),
                Gate::Link(_) => false,
            };
            if wanted {
                self.joins.want(record, at, &missing.gate, &words)?;
            } else {
                self.find(record, pointer(&missing.gate), "done-without-proof", &words)?;
            }
        }
        Ok(())
    }
}

/// The task as far as its gates look at it.
fn judged(record: &Record<'_, '_>) -> Task {
    let text = |name: &str| Maybe::from(record.text(name).map(str::to_owned));
    // What is larger is told as such, and judged no further.
    let value = |name: &str| record.get(name).filter(|value| value.size() <= MOST_JUDGED).map(Json::to_value);
    let proof = value("proof_requirement").and_then(|proof| serde_json::from_value::<ProofRequirement>(proof).ok());
    let bare = Task::bare(dataops_domain::id::TaskId::new(record.id), "", Date::default(), "", Timestamp::from_millis(0));
    Task {
        link: text("link"),
        comment: text("comment"),
        external_status: text("external_status"),
        required_link_name: text("required_link_name"),
        requires_file: record.get("requires_file").and_then(Json::flag).into(),
        bundle_id: record.text("bundle_id").or_else(|| record.text("external_bundle_id")).map(str::to_owned).into(),
        validation: value("validation").into(),
        proof_requirement: proof.into(),
        ..bare
    }
}

/// True when the task's completion recorded what met this gate: it stays proved when an artifact is put away later.
fn is_recorded(record: &Record<'_, '_>, gate: &Gate) -> bool {
    let Some(evidence) = record.get("evidence") else { return false };
    let has = |list: &str| evidence.get(list).is_some_and(|list| !list.list().is_empty());
    match gate {
        Gate::File => has("fileIds"),
        Gate::Proof(proof) => match proof.kind {
            ProofType::File => has("fileIds"),
            ProofType::Artifact => has("artifactIds"),
            ProofType::Url | ProofType::Comment | ProofType::ExternalStatus => false,
        },
        Gate::BundleLink(name) => evidence
            .get("bundleLinks")
            .map_or(&[][..], Json::list)
            .iter()
            .any(|link| link.text_of("name") == Some(name) && link.text_of("url").is_some_and(|url| !url.trim().is_empty())),
        Gate::Link(_) => false,
    }
}

fn name(gate: &Gate) -> String {
    match gate {
        Gate::Link(name) => format!("link '{name}'"),
        Gate::File => "file".to_owned(),
        Gate::BundleLink(name) => format!("bundle link '{name}'"),
        Gate::Proof(proof) if proof.kind == ProofType::Artifact => "approved artifact proof".to_owned(),
        Gate::Proof(proof) => format!("{} proof", proof.kind.as_str()),
    }
}

/// Where the missing thing belongs.
pub(super) fn pointer(gate: &Gate) -> &'static str {
    match gate {
        Gate::Link(_) => "/link",
        Gate::File => "/requires_file",
        Gate::BundleLink(_) => "/validation/requiredBundleLinks",
        Gate::Proof(proof) => match proof.kind {
            ProofType::Url => "/link",
            ProofType::Comment => "/comment",
            ProofType::ExternalStatus => "/external_status",
            ProofType::File | ProofType::Artifact => "/proof_requirement",
        },
    }
}

/// Ids of artifacts that a task or bundle refers to or has attached: any of them, approved, proves.
pub(super) fn artifacts_of<'r>(record: &Record<'r, '_>) -> impl Iterator<Item = &'r str> {
    debug_assert!(matches!(record.entity, Entity::Tasks | Entity::Bundles));
    let refs = record.get("artifact_refs").map_or(&[][..], Json::list).iter().filter_map(|entry| entry.text_of("artifactId"));
    let linked = record.get("linked");
    let linked =
        ["artifacts", "attached"].into_iter().flat_map(move |list| linked.and_then(|linked| linked.get(list)).map_or(&[][..], Json::list));
    refs.chain(linked.filter_map(Json::text))
}
