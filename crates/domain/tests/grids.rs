//! The grids of the task: what every action does in every state, and what every gate says. Each is generated, checked
//! in under docs/grids/ and compared on every run; `UPDATE_DOCS=1` rewrites them.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::fmt::Write as _;

use dataops_domain::bundle::{self, Bundle};
use dataops_domain::id::{BundleId, TaskId};
use dataops_domain::json::Object;
use dataops_domain::task::Task;
use dataops_domain::task::gates::{self, Facts};
use dataops_domain::task::state::{Action, Effect, Status, transition};
use dataops_domain::{Timestamp, time};
use serde_json::{Value, json};

fn compare(name: &str, text: &str) {
    let path = format!("{}/../../docs/grids/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "docs/grids/{name} differs from the code: run `UPDATE_DOCS=1 scripts/test`\n{text}");
}

fn cell(from: Status, action: Action) -> String {
    match transition(from, action) {
        Ok(Effect::Keep) => "stays".to_owned(),
        Ok(Effect::Become(to)) => format!("→ {}", to.as_str()),
        Ok(Effect::Wait) => "→ waiting (who, when, why)".to_owned(),
        Ok(Effect::Complete) => "→ done (gates)".to_owned(),
        Ok(Effect::CompleteAgain) => "stays done (gates again)".to_owned(),
        Ok(Effect::Reopen(to)) => format!("→ {}, reopened", to.as_str()),
        Ok(Effect::EndWait) => "→ todo, wait over".to_owned(),
        Ok(Effect::Restore) => "→ what it was before".to_owned(),
        Err(refusal) => format!("✗ {}", refusal.message),
    }
}

#[test]
fn the_task_state_grid_is_the_committed_one() {
    let mut text = "# What every action does to a task in every state\n\nGenerated from `crates/domain/src/task/state.rs`. ✗ is a refusal with its words; nothing is written then.\n\n".to_owned();
    let _ = writeln!(text, "| action | todo | waiting | done | archived |\n|---|---|---|---|---|");
    for action in Action::ALL {
        let cells: Vec<String> = Status::ALL.iter().map(|from| cell(*from, action)).collect();
        let _ = writeln!(text, "| {action:?} | {} |", cells.join(" | "));
    }
    compare("task-states.md", &text);
}

fn task(fields: Value) -> Task {
    let bare = Task::bare(TaskId::new("t"), "Prove it", time::parse_date("2026-07-02").unwrap(), "manual", Timestamp::from_millis(0));
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    dataops_domain::json::merged(&bare, &fields)
}

fn bundle() -> Bundle {
    let Value::Object(fields) = json!({ "title": "Run", "anchorDate": "2026-07-20", "bundleLinks": [{ "name": "Filled", "url": "https://example.org" }, { "name": "Empty", "url": "" }] })
    else {
        panic!("fields are an object")
    };
    bundle::new(BundleId::new("b"), &Object::from_iter(fields), None, Timestamp::from_millis(0))
}

#[test]
fn the_gate_snapshot_is_the_committed_one() {
    let bundle = bundle();
    let proofs = ["url", "file", "artifact", "comment", "external-status"];
    let mut cases: Vec<(String, Value)> = vec![
        ("nothing required".to_owned(), json!({})),
        ("required link, empty".to_owned(), json!({ "requiredLinkName": "Luma" })),
        ("required link, blank".to_owned(), json!({ "requiredLinkName": "Luma", "link": "  " })),
        ("required link, filled".to_owned(), json!({ "requiredLinkName": "Luma", "link": "https://example.org" })),
        ("required file".to_owned(), json!({ "requiresFile": true })),
        ("file not required".to_owned(), json!({ "requiresFile": false })),
        ("bundle link, filled".to_owned(), json!({ "bundleId": "b", "validation": { "requiredBundleLinks": ["Filled"] } })),
        (
            "bundle links, one empty, one unknown".to_owned(),
            json!({ "bundleId": "b", "validation": { "requiredBundleLinks": ["Filled", "Empty", "Unknown"] } }),
        ),
        ("bundle link without a bundle".to_owned(), json!({ "validation": { "requiredBundleLinks": ["Filled"] } })),
        (
            "everything at once".to_owned(),
            json!({ "requiredLinkName": "Luma", "requiresFile": true, "bundleId": "b", "validation": { "requiredBundleLinks": ["Empty"] }, "proofRequirement": { "type": "comment", "label": "Note" } }),
        ),
    ];
    for proof in proofs {
        cases.push((
            format!("{proof} proof, with a label"),
            json!({ "proofRequirement": { "type": proof, "label": "The proof", "required": true } }),
        ));
        cases.push((format!("{proof} proof, without"), json!({ "proofRequirement": { "type": proof } })));
        cases.push((format!("{proof} proof, only suggested"), json!({ "proofRequirement": { "type": proof, "required": false } })));
    }
    let closure = |extra: Value| {
        let mut validation =
            json!({ "requiredBundleLinks": ["Empty"], "skipClosure": { "allowedStatuses": ["no sponsor"], "requires": ["comment"] } });
        if !extra.is_null() {
            validation["skipClosure"]["suppresses"] = extra;
        }
        json!({ "bundleId": "b", "requiredLinkName": "Luma", "requiresFile": true, "comment": "[07-01] No sponsor", "validation": validation, "proofRequirement": { "type": "url" } })
    };
    cases.push(("skip closure, lifts everything".to_owned(), closure(Value::Null)));
    cases.push(("skip closure, lifts what it lists".to_owned(), closure(json!({ "no sponsor": { "bundleLinks": ["*"], "file": true } }))));
    cases.push(("skip closure, the matched status lists nothing".to_owned(), closure(json!({ "other": { "proof": true } }))));
    let mut text = "# What the completion gates say\n\nGenerated from `crates/domain/src/task/gates.rs`. The bundle of the samples has one filled slot, `Filled`, and one `Empty`.\n\n| task | what is missing |\n|---|---|\n".to_owned();
    for (name, fields) in cases {
        let task = task(fields);
        let facts = Facts { bundle: Some(&bundle).filter(|_| task.bundle_id.text().is_some()), ..Facts::default() };
        let words: Vec<String> = gates::missing(&task, &facts).into_iter().map(|missing| missing.words).collect();
        let _ = writeln!(text, "| {name} | {} |", if words.is_empty() { "nothing".to_owned() } else { words.join("<br>") });
    }
    compare("task-gates.md", &text);
}
