//! The command as people run it: a whole fleet in its own process, administered while it runs and after `kill -9`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use dataops_testkit::raw::{Raw, event_key};

struct Fleet(Child);

impl Drop for Fleet {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn dataops(data_dir: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dataops"));
    command.args(line.split(' ')).arg("--data-dir").arg(data_dir).stdin(Stdio::null());
    command
}

fn run(data_dir: &Path, line: &str) -> Output {
    dataops(data_dir, line).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Starts a fleet and waits for its readiness line.
fn start(data_dir: &Path, line: &str) -> (Fleet, String) {
    let mut child = dataops(data_dir, line).stdout(Stdio::piped()).spawn().expect("the fleet starts");
    let mut ready = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut ready).expect("a line");
    (Fleet(child), ready)
}

#[test]
fn a_running_fleet_is_administered_and_survives_being_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let (fleet, ready) = start(data, "dev --port 0");
    assert!(ready.starts_with("DataOps is ready at http://127.0.0.1:"), "{ready}");
    assert!(ready.contains("(sign in: operator@dataops.local / dataops)"), "{ready}");

    let mut add = dataops(data, "user add --email eve@example.org --name Eve --id eve --password-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command runs");
    add.stdin.take().expect("its input").write_all(b"secret-1\n").expect("the password");
    let added = add.wait_with_output().expect("its end");
    assert_eq!(text(&added.stdout), "Added eve@example.org with the id eve.\n");

    let again = run(data, "user add --email EVE@example.org --name Other");
    assert!(!again.status.success());
    assert!(text(&again.stderr).contains("used by another user"), "{}", text(&again.stderr));

    let link = text(&run(data, "user setup-link eve").stdout);
    assert!(link.starts_with("http://127.0.0.1:") && link.contains("/setup/eve?token="), "{link}");
    assert!(!run(data, "user setup-link nobody").status.success());

    let clock = run(data, "clock --set 2030-01-01T00:00:00Z");
    assert!(text(&clock.stdout).starts_with("The clock shows 2030-01-01T00:00:0"), "{}", text(&clock.stdout));

    drop(fleet);
    let clock = text(&run(data, "clock").stderr);
    assert!(clock.contains("no fleet is running"), "{clock}");
    let tick = text(&run(data, "tick").stdout);
    assert!(tick.contains("Ran Recover of dataops-local-work-engine: done"), "over the folder: {tick}");
    assert!(text(&run(data, "user disable eve").stdout).contains("Disabled eve."));
    let (_fleet, _) = start(data, "dev --port 0");
    let index = text(&run(data, "search rebuild").stdout);
    assert!(index.starts_with("The search index is new: "), "{index}");
    let users = text(&run(data, "user list").stdout);
    assert!(users.lines().any(|line| line.starts_with("eve ") && line.contains("disabled")), "{users}");
}

#[test]
fn without_seeding_there_is_nobody_until_seed_and_user_add() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_fleet, ready) = start(folder.path(), "dev --port 0 --no-seed --no-background --now 2026-03-10");
    assert!(ready.contains("no users yet"), "{ready}");
    assert_eq!(text(&run(folder.path(), "user list").stdout), "");
    let seeded = text(&run(folder.path(), "seed").stdout);
    assert!(seeded.starts_with("Workflows: 11 new, "), "{seeded}");
    let tick = text(&run(folder.path(), "tick").stdout);
    assert!(tick.contains("Ran Tick of dataops-local-cron-runner: done"), "also without a background: {tick}");
    let clock = text(&run(folder.path(), "clock --advance 1d").stdout);
    assert!(clock.starts_with("The clock shows 2026-03-10T23:0"), "{clock}");
    assert!(clock.contains("--no-background"), "{clock}");
}

#[test]
fn a_tampered_audit_log_is_found_with_and_without_a_running_fleet() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let (fleet, _) = start(data, "dev --port 0");
    let whole = run(data, "audit verify");
    assert!(whole.status.success(), "{}", text(&whole.stderr));
    assert!(text(&whole.stdout).starts_with("Checked 22 chains with 22 events: everything is whole."), "{}", text(&whole.stdout));

    let raw = Raw::open(&data.join("dynamodb.db"));
    let mut event = raw.get("audit-events", event_key("user#host", 1)).expect("an event");
    event["doc"]["S"] = event["doc"]["S"].as_str().expect("text").replace("Added", "Aided").into();
    raw.put("audit-events", event);
    raw.delete("audit-events", event_key("user#editor", 1));
    drop(fleet);

    let broken = run(data, "audit verify");
    assert_eq!(broken.status.code(), Some(1));
    assert_eq!(text(&broken.stderr), "dataops: the audit log is not whole: 2 found\n");
    let words = text(&broken.stdout);
    assert!(words.contains("user#host: event 1 is not what was written"), "{words}");
    assert!(words.contains("user#editor: no event is there; the record says there were 1"), "{words}");
    let one = run(data, "audit verify --entity user#host --json");
    assert_eq!(one.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&one.stdout).expect("JSON");
    assert_eq!((&report["entities"], &report["findings"][0]["problem"]), (&1.into(), &"altered".into()));
    assert!(run(data, "audit verify --entity user#operator").status.success());
    assert!(text(&run(data, "audit verify --from yesterday").stderr).contains("from must be a real calendar date"));
}

#[test]
fn a_range_is_previewed_and_made_once_with_and_without_a_running_fleet() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let (fleet, _) = start(data, "dev --port 0 --no-background --now 2026-03-10");
    let previewed = text(&run(data, "generate --from 2026-03-11 --to 2026-03-17 --preview").stdout);
    assert!(previewed.contains("Would make: 2026-03-1") && previewed.contains("Failures: 0."), "{previewed}");
    let counted = previewed.lines().last().expect("the counters").to_owned();
    assert!(!counted.starts_with("Workflows: 0 made") || !counted.contains("Duties: 0 made"), "{counted}");
    let made = text(&run(data, "generate --from 2026-03-11 --to 2026-03-17").stdout);
    assert_eq!(made.lines().last(), Some(counted.as_str()), "what was previewed is made");
    let tick = text(&run(data, "tick").stdout);
    assert!(tick.contains("Ran Tick of dataops-local-cron-runner: done") && tick.contains("Failures: 0."), "{tick}");
    drop(fleet);
    let again = text(&run(data, "generate --from 2026-03-11 --to 2026-03-17").stdout);
    assert!(again.contains("Workflows: 0 made") && again.contains("Duties: 0 made"), "over the folder: {again}");
    let one = run(data, "generate --from 2026-03-12 --preview");
    assert!(one.status.success() && !text(&one.stdout).contains("Would make"), "one date is a range of its own: {}", text(&one.stdout));
    let wrong = run(data, "generate --from 2026-03-17 --to 2026-03-11");
    assert!(!wrong.status.success() && text(&wrong.stderr).contains("to "), "{}", text(&wrong.stderr));
    assert!(text(&run(data, "generate --from 2026-01-01 --to 2026-06-01").stderr).contains("90 days"));
}
