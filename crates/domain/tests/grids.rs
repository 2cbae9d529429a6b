//! The grids: what every action does to a task in every state, what every gate says, and what becomes of a window. Each is generated, checked
//! in under docs/grids/ and compared on every run; `UPDATE_DOCS=1` rewrites them.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "support/committed.rs"]
mod committed;

use std::fmt::Write as _;

use committed::compare;
use dataops_domain::bundle::{self, Bundle};
use dataops_domain::generation::window::{By, Done, Skip};
use dataops_domain::generation::{self, Asked, Known, Range, Source, SourceKey, Status as Settled, Timing, Window};
use dataops_domain::id::{BundleId, TaskId};
use dataops_domain::json::Object;
use dataops_domain::pause::{Pause, Standing};
use dataops_domain::schedule::Schedule;
use dataops_domain::task::Task;
use dataops_domain::task::gates::{self, Facts};
use dataops_domain::task::state::{Action, Effect, Status, transition};
use dataops_domain::{Actor, Date, Timestamp, time};
use serde_json::{Value, json};

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

/// The window of the grid: Wednesday, 18 November 2026, judged that day at noon unless its row says otherwise.
const WINDOW: &str = "2026-11-18";

fn moment(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn daily() -> Source {
    Source {
        key: SourceKey::recurring("duty"),
        title: "Duty".to_owned(),
        zone: chrono_tz::Europe::Berlin,
        timing: Timing::By(Box::new(Schedule::parse("0 9 * * *").unwrap())),
        lead_days: 0,
        since: moment("2026-01-01T00:00:00Z"),
        standing: Standing::running(),
        fingerprint: String::new(),
    }
}

fn paused(from: &str, resumed_at: Option<&str>, until: Option<&str>) -> Source {
    let pause = Pause {
        from: moment(from),
        until: until.map(str::to_owned),
        reason: None,
        actor_id: "operator".to_owned(),
        resumed_at: resumed_at.map(moment),
        resumed_by: None,
    };
    Source { standing: Standing { enabled: resumed_at.is_some(), pauses: vec![pause], archived_at: None }, ..daily() }
}

fn with_row(status: Settled, reason: Option<Skip>) -> Known {
    let date: Date = time::parse_date(WINDOW).unwrap();
    let now = moment("2026-11-18T07:00:00Z");
    let open = generation::explain(&daily(), date, &Known::default(), now);
    let done = if status == Settled::Failed { Done::Failed("no".to_owned()) } else { Done::AsPlanned { tasks: 1 } };
    let row = Window::settled(&open, done, By::Tick, &Actor::system(), None, now).unwrap();
    Known::of([Window { status, reason, ..row }])
}

/// The circumstances of the grid: words, source, what is known, and the moment.
fn circumstances() -> Vec<(&'static str, Source, Known, &'static str)> {
    let noon = "2026-11-18T11:00:00Z";
    let nothing = Known::default;
    let timed = |timing: Timing| Source { timing, ..daily() };
    let by = |text: &str| timed(Timing::By(Box::new(Schedule::parse(text).unwrap())));
    let mut found = Known::default();
    found.found(SourceKey::recurring("duty"), time::parse_date(WINDOW).unwrap(), "t1");
    let mut lacking = with_row(Settled::Created, None);
    lacking.incomplete(SourceKey::recurring("duty"), time::parse_date(WINDOW).unwrap(), 2);
    let monthly = Source { timing: Timing::By(Box::new(Schedule::parse("0 9 1 * *").unwrap())), ..daily() };
    let archived = |at: &str| Source { standing: Standing { archived_at: Some(moment(at)), ..Standing::running() }, ..daily() };
    vec![
        ("nothing stands against it", daily(), nothing(), noon),
        ("its day has not begun", daily(), nothing(), "2026-11-17T22:59:00Z"),
        ("seven days back", daily(), nothing(), "2026-11-25T11:00:00Z"),
        ("eight days back", daily(), nothing(), "2026-11-26T11:00:00Z"),
        ("the schedule does not name it", by("0 9 * * 1"), nothing(), noon),
        ("started by hand", timed(Timing::Never("It is started by hand")), nothing(), noon),
        ("cannot be read", timed(Timing::Broken("it cannot be read".to_owned())), nothing(), noon),
        ("made that day", Source { since: moment("2026-11-18T10:00:00Z"), ..daily() }, nothing(), noon),
        ("made the day after", Source { since: moment("2026-11-19T10:00:00Z"), ..daily() }, nothing(), "2026-11-19T11:00:00Z"),
        ("paused before, still open", paused("2026-11-10T10:00:00Z", None, None), nothing(), noon),
        ("paused that morning, still open", paused("2026-11-18T10:00:00Z", None, None), nothing(), noon),
        ("paused until that day", paused("2026-11-10T10:00:00Z", None, Some(WINDOW)), nothing(), noon),
        ("paused until the day after", paused("2026-11-10T10:00:00Z", None, Some("2026-11-19")), nothing(), "2026-11-20T11:00:00Z"),
        ("resumed that morning", paused("2026-11-10T10:00:00Z", Some("2026-11-18T10:00:00Z"), None), nothing(), noon),
        ("paused and resumed that morning", paused("2026-11-18T08:00:00Z", Some("2026-11-18T10:00:00Z"), None), nothing(), noon),
        ("came in switched off", Source { standing: Standing::default(), ..daily() }, nothing(), noon),
        ("archived that morning", archived("2026-11-18T10:00:00Z"), nothing(), noon),
        ("archived the day before", archived("2026-11-17T10:00:00Z"), nothing(), noon),
        ("its work is there without a row", daily(), found, noon),
        ("row: created", daily(), with_row(Settled::Created, None), noon),
        ("row: created, tasks are missing", daily(), lacking, noon),
        ("row: exists", daily(), with_row(Settled::Exists, None), noon),
        ("row: recovered", daily(), with_row(Settled::Recovered, None), noon),
        ("row: skipped, paused", daily(), with_row(Settled::Skipped, Some(Skip::Paused)), noon),
        ("row: skipped, switched off", daily(), with_row(Settled::Skipped, Some(Skip::Disabled)), noon),
        ("row: failed", daily(), with_row(Settled::Failed, None), noon),
        ("row: failed, archived since", archived("2026-11-18T10:00:00Z"), with_row(Settled::Failed, None), noon),
        ("row: failed, its schedule names other dates now", monthly, with_row(Settled::Failed, None), noon),
        ("row: missed", daily(), with_row(Settled::Missed, None), noon),
        ("row: created, archived since", archived("2026-11-18T10:00:00Z"), with_row(Settled::Created, None), noon),
        ("row: failed, paused since", paused("2026-11-18T10:00:00Z", None, None), with_row(Settled::Failed, None), noon),
    ]
}

#[test]
fn the_window_grid_is_the_committed_one() {
    let date = time::parse_date(WINDOW).unwrap();
    let range = Range { from: date, to: date };
    let mut text = format!(
        "# What becomes of a window\n\nGenerated from `crates/domain/src/generation/`. The window is {WINDOW} of a duty that comes up daily in Berlin, judged that day at noon unless said otherwise. Each cell has the outcome, the rule that decided it and what is written into the ledger; — is a window that is not asked for.\n\n| circumstances | a tick | an explicit range | a simulation |\n|---|---|---|---|\n"
    );
    for (words, source, known, now) in circumstances() {
        // A tick after some days without one, so that it looks back as far as it may.
        let since = Asked::Tick { since: Some(time::parse_date("2026-11-01").unwrap()) };
        let cells = [since, Asked::Explicit(range), Asked::Simulate(range)].map(|asked| {
            let plan = generation::plan(std::slice::from_ref(&source), asked, &known, moment(now));
            plan.windows.iter().find(|window| window.date == date).map_or_else(
                || "—".to_owned(),
                |window| {
                    let written = window.settles().map(|status| format!(" → {}", status.as_str())).unwrap_or_default();
                    format!("{} ({}){written}", window.outcome.as_str(), window.rule.as_str())
                },
            )
        });
        let _ = writeln!(text, "| {words} | {} |", cells.join(" | "));
    }
    compare("windows.md", &text);
}
