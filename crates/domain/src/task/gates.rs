//! Completion gates: what must be there before a task is done (WM-5; wire contract 4.6).
//!
//! The gates judged are those stored before the request together with those it adds, so that a request can never
//! lift its own gate. Every missing item is named, in the contract's order: link, file, bundle links, proof.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Evidence, Task};
use crate::bundle::Bundle;
use crate::proof::{ProofRequirement, ProofType};
use crate::refs::NamedLink;
use crate::refusal::{FieldError, Refusal};

/// What the gates look at besides the task itself.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// The task's bundle, as stored.
    pub bundle: Option<&'a Bundle>,
    /// Files uploaded for the task.
    pub file_ids: Vec<String>,
    /// Approved artifacts of the task, of its bundle, or referred to by either.
    pub approved_artifact_ids: Vec<String>,
    /// Checksums of those files and artifacts, by id.
    pub checksums: BTreeMap<String, String>,
}

/// One gate.
#[derive(Debug, Clone, PartialEq)]
pub enum Gate {
    /// The task's own link, named after the slot it fills.
    Link(String),
    /// An uploaded file.
    File,
    /// A filled slot of the bundle.
    BundleLink(String),
    /// A proof requirement.
    Proof(ProofRequirement),
}

/// One gate that is not satisfied: which, and the words that say so.
#[derive(Debug, Clone, PartialEq)]
pub struct Missing {
    /// The gate.
    pub gate: Gate,
    /// The contract's words for it.
    pub words: String,
}

/// Every gate a task has, in the contract's order, whether satisfied or not.
pub fn gates(task: &Task) -> Vec<Gate> {
    let link = task.required_link_name.text().map(|name| Gate::Link(name.to_owned()));
    let file = task.requires_file.get().is_some_and(|required| *required).then_some(Gate::File);
    let bundle_links = required_bundle_links(task).into_iter().map(Gate::BundleLink);
    let proof = task.proof_requirement.get().filter(|proof| proof.is_required()).cloned().map(Gate::Proof);
    link.into_iter().chain(file).chain(bundle_links).chain(proof).collect()
}

/// The missing items of a task as it stands. Empty: it may be completed.
pub fn missing(task: &Task, facts: &Facts<'_>) -> Vec<Missing> {
    judge(task, task, facts)
}

/// The missing items of `merged`, judged by the gates of `stored` and those that `merged` adds.
pub fn judge(stored: &Task, merged: &Task, facts: &Facts<'_>) -> Vec<Missing> {
    let stored_gates = gates(stored);
    let added = gates(merged).into_iter().filter(|gate| !stored_gates.contains(gate));
    let stored_closure = closure(stored, merged);
    let added_closure = if closure_rule(stored).is_some() { stored_closure.clone() } else { closure(merged, merged) };
    let judged = stored_gates.iter().cloned().map(|gate| (gate, &stored_closure)).chain(added.map(|gate| (gate, &added_closure)));
    let mut missing: Vec<Missing> = judged
        .filter(|(gate, closure)| !is_waived(gate, closure.as_ref(), merged))
        .filter(|(gate, _)| !is_satisfied(gate, merged, facts))
        .map(|(gate, _)| Missing { words: words(&gate, merged), gate })
        .collect();
    missing.sort_by_key(|missing| order(&missing.gate));
    missing
}

/// The refusal that names every missing item; `None` when nothing is missing.
pub fn refusal(missing: &[Missing]) -> Option<Refusal> {
    let first = missing.first()?;
    Some(Refusal {
        code: "proof_missing",
        message: first.words.clone(),
        errors: missing.iter().map(|item| FieldError { pointer: pointer(&item.gate), message: item.words.clone() }).collect(),
        missing: missing.iter().map(|item| item.words.clone()).collect(),
    })
}

/// What proves the task now: what its gates rest on, to be recorded when it is completed.
pub fn evidence(task: &Task, facts: &Facts<'_>) -> Evidence {
    let closure = closure(task, task);
    let mut evidence = Evidence::default();
    for gate in gates(task) {
        if is_waived(&gate, closure.as_ref(), task) {
            evidence.skipped_as = closure.as_ref().map(|closure| closure.status.clone());
            continue;
        }
        match gate {
            Gate::Link(name) => {
                evidence.link = task.link.text().map(str::to_owned);
                // The workflow's slot that this link filled proves the task as well.
                let slot = facts.bundle.and_then(|bundle| bundle.link(&name)).filter(|slot| Some(slot.url.as_str()) == task.link.text());
                evidence.bundle_links.extend(slot.map(|slot| NamedLink { url: slot.url.clone(), ..NamedLink::empty(name.clone()) }));
            }
            Gate::File => evidence.file_ids.clone_from(&facts.file_ids),
            Gate::BundleLink(name) => {
                let link = facts.bundle.and_then(|bundle| bundle.link(&name));
                evidence.bundle_links.extend(link.map(|link| NamedLink { url: link.url.clone(), ..NamedLink::empty(name.clone()) }));
            }
            Gate::Proof(proof) => match proof.kind {
                ProofType::Url => evidence.link = task.link.text().map(str::to_owned),
                ProofType::File => evidence.file_ids.clone_from(&facts.file_ids),
                ProofType::Artifact => evidence.artifact_ids.clone_from(&facts.approved_artifact_ids),
                ProofType::Comment => evidence.comment = task.comment.text().map(str::to_owned),
                ProofType::ExternalStatus => evidence.external_status = task.external_status.text().map(str::to_owned),
            },
        }
    }
    let checksum = |id: &String| Some((id.clone(), facts.checksums.get(id)?.clone()));
    evidence.checksums = evidence.file_ids.iter().chain(&evidence.artifact_ids).filter_map(checksum).collect();
    evidence
}

/// The names in `validation.requiredBundleLinks`.
pub fn required_bundle_links(task: &Task) -> Vec<String> {
    let names = task.validation.get().and_then(|validation| validation.get("requiredBundleLinks")).and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).filter(|name| !name.trim().is_empty()).map(str::to_owned).collect()
}

fn is_satisfied(gate: &Gate, task: &Task, facts: &Facts<'_>) -> bool {
    match gate {
        Gate::Link(_) => task.link.text().is_some(),
        Gate::File => !facts.file_ids.is_empty(),
        Gate::BundleLink(name) => facts.bundle.and_then(|bundle| bundle.link(name)).is_some_and(NamedLink::is_filled),
        Gate::Proof(proof) => match proof.kind {
            ProofType::Url => task.link.text().is_some(),
            ProofType::File => !facts.file_ids.is_empty(),
            ProofType::Artifact => !facts.approved_artifact_ids.is_empty(),
            ProofType::Comment => task.comment.text().is_some(),
            ProofType::ExternalStatus => task.external_status.text().is_some(),
        },
    }
}

fn words(gate: &Gate, task: &Task) -> String {
    match gate {
        Gate::Link(name) => format!("Cannot mark task as done: required link '{name}' is not filled"),
        Gate::File => "Cannot mark task as done: required file has not been uploaded".to_owned(),
        Gate::BundleLink(name) if task.bundle_id.text().is_none() => {
            format!("Cannot mark task as done: required shared bundle link '{name}' needs a workflow bundle")
        }
        Gate::BundleLink(name) => format!("Cannot mark task as done: required bundle link '{name}' is not filled"),
        Gate::Proof(proof) => proof.missing_words(),
    }
}

fn pointer(gate: &Gate) -> String {
    match gate {
        Gate::Link(_) => "/link",
        Gate::File => "/requiresFile",
        Gate::BundleLink(_) => "/validation/requiredBundleLinks",
        Gate::Proof(proof) => match proof.kind {
            ProofType::Url => "/link",
            ProofType::Comment => "/comment",
            ProofType::ExternalStatus => "/externalStatus",
            ProofType::File | ProofType::Artifact => "/proofRequirement",
        },
    }
    .to_owned()
}

fn order(gate: &Gate) -> u8 {
    match gate {
        Gate::Link(_) => 0,
        Gate::File => 1,
        Gate::BundleLink(_) => 2,
        Gate::Proof(_) => 3,
    }
}

/// A skip closure that applies: the status that was named, and what it lifts (`None`: everything).
#[derive(Debug, Clone)]
struct Closure {
    status: String,
    suppresses: Option<Value>,
}

fn closure_rule(task: &Task) -> Option<&Value> {
    task.validation.get()?.get("skipClosure").filter(|rule| rule.is_object())
}

/// The closure that `ruled` allows and that the text of `task` names.
fn closure(ruled: &Task, task: &Task) -> Option<Closure> {
    let rule = closure_rule(ruled)?;
    let names = |key: &str| rule.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>();
    let required = names("requires");
    let (comment, external) = (task.comment.text(), task.external_status.text());
    let candidates: Vec<Option<&str>> = match (required.contains(&"comment"), required.contains(&"externalStatus")) {
        (false, false) => vec![comment, external],
        (true, false) => vec![comment],
        (false, true) => vec![external],
        (true, true) => {
            let both = |status: &&str| [comment, external].iter().all(|text| text.is_some_and(|text| says(text, status)));
            return names("allowedStatuses").into_iter().find(both).map(|status| lifted(rule, status));
        }
    };
    let said = |status: &&str| candidates.iter().flatten().any(|text| says(text, status));
    names("allowedStatuses").into_iter().find(said).map(|status| lifted(rule, status))
}

fn lifted(rule: &Value, status: &str) -> Closure {
    let suppresses = rule.get("suppresses").filter(|value| value.is_object());
    let matching = |lifts: &Value| {
        let lifts = lifts.as_object()?.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(status.trim()))?;
        Some(lifts.1.clone())
    };
    Closure { status: status.to_owned(), suppresses: suppresses.map(|lifts| matching(lifts).unwrap_or(Value::Null)) }
}

/// True when the whole text, or any line of it after a leading `[...]`, is the status.
fn says(text: &str, status: &str) -> bool {
    let equal = |line: &str| line.trim().to_lowercase() == status.trim().to_lowercase();
    let bare = |line: &str| {
        let line = line.trim();
        line.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(line, |(_, rest)| rest).trim().to_owned()
    };
    equal(text) || text.lines().any(|line| equal(&bare(line)))
}

fn is_waived(gate: &Gate, closure: Option<&Closure>, task: &Task) -> bool {
    let Some(closure) = closure else { return false };
    let Some(lifts) = &closure.suppresses else {
        // Without a list everything is lifted, but shared links still need a bundle to be shared in.
        return !matches!(gate, Gate::BundleLink(_)) || task.bundle_id.text().is_some();
    };
    let lifts_flag = |key: &str| lifts.get(key).and_then(Value::as_bool) == Some(true);
    match gate {
        Gate::Link(_) => lifts_flag("requiredLink"),
        Gate::File => lifts_flag("file"),
        Gate::Proof(_) => lifts_flag("proof"),
        Gate::BundleLink(name) => {
            let names = lifts.get("bundleLinks").and_then(Value::as_array);
            names.into_iter().flatten().filter_map(Value::as_str).any(|lifted| lifted == "*" || lifted == name)
        }
    }
}
