//! Exports, imports and drills as people run them, with their exit statuses, over a data folder.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn dataops(line: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dataops")).args(line).stdin(Stdio::null()).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn ends_with(output: &Output, status: i32) -> String {
    assert_eq!(output.status.code(), Some(status), "{} {}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[track_caller]
fn json(output: &Output, status: i32) -> Value {
    serde_json::from_str(&ends_with(output, status)).expect("JSON")
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a name in Unicode")
}

#[test]
fn out_checked_planned_in_and_drilled() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let (one, two, out, bag, again) = (at("one"), at("two"), at("out"), at("bag"), at("again"));
    let of = |data: &Path, line: &[&str]| dataops(&[line, &["--data-dir", path(data)]].concat());
    ends_with(&of(&one, &["seed"]), 0);
    ends_with(&of(&one, &["user", "add", "--email", "e@example.org", "--name", "Eve", "--id", "eve"]), 0);
    ends_with(&of(&one, &["generate", "--from", "2026-07-01", "--to", "2026-07-07"]), 0);

    let made = json(&of(&one, &["export", "--out", path(&out), "--json"]), 0);
    assert!(made["entity_counts"]["tasks"].as_u64() > Some(5) && made["entity_counts"]["users"].as_u64() > Some(0), "{made}");
    let refused = of(&one, &["export", "--out", path(&out)]);
    ends_with(&refused, 3);
    assert!(text(&refused.stderr).contains("holds something already"), "{}", text(&refused.stderr));
    ends_with(&of(&one, &["export", "--out", path(&bag), "--bag"]), 0);
    assert!(bag.join("bagit.txt").exists() && bag.join("data/manifest.json").exists());
    for export in [&out, &bag] {
        ends_with(&dataops(&["validate", path(export)]), 0);
    }
    ends_with(&dataops(&["export"]), 2);

    let plan = json(&of(&two, &["dry-run-import", path(&bag), "--json"]), 0);
    assert_eq!(plan["plan"]["tasks"]["inserts"], plan["wouldWrite"]["tasks"]);
    ends_with(&of(&two, &["dry-run-import", path(&at("nowhere"))]), 3);
    assert!(!two.exists(), "a dry run makes nothing");
    for line in [&["export", "--out", "x"][..], &["files", "copy", "--from", "x"], &["audit", "verify"]] {
        let refused = of(&two, line);
        ends_with(&refused, 3);
        assert!(text(&refused.stderr).contains("holds no data of a fleet") && !two.exists(), "{}", text(&refused.stderr));
    }
    ends_with(&dataops(&["audit", "verify", "--url", "http://127.0.0.1:9", "--token", "x"]), 3);
    let told = ends_with(&of(&two, &["import", path(&out)]), 0);
    assert!(told.contains("Users have no passwords"), "{told}");
    ends_with(&of(&two, &["export", "--out", path(&again)]), 0);
    for file in ["tasks.jsonl", "users.jsonl", "change_events.jsonl", "generation_windows.jsonl"] {
        let read = |folder: &Path| std::fs::read(folder.join(file)).expect("a file");
        assert!(read(&out) == read(&again), "{file} is another");
    }
    let refused = json(&of(&one, &["import", path(&out), "--json"]), 1);
    assert!(refused["error"].as_str().is_some_and(|words| words.contains("The store is not empty")), "{refused}");
    ends_with(&of(&one, &["import", path(&out), "--merge"]), 0);

    let evidence = json(&of(&one, &["restore-drill", "--archive", path(&out), "--evidence", path(&at("evidence")), "--json"]), 0);
    let checks = evidence["smoke_check_checklist"].as_array().expect("checks");
    assert!(checks.iter().all(|check| check["result"] != "failed"), "{evidence:#}");
    assert!(checks.iter().filter(|check| check["result"] == "passed").count() >= 7, "{evidence:#}");
    assert_eq!(std::fs::read_dir(at("evidence")).expect("a folder").count(), 1);
    let refused = of(&one, &["restore-drill", "--archive", path(&out), "--target-environment", "Production"]);
    ends_with(&refused, 3);
    assert!(text(&refused.stderr).contains("non-production"));

    let cut = at("cut.tar.gz");
    std::fs::write(&cut, b"\x1f\x8b\x08 and nothing of it").expect("a file");
    ends_with(&of(&at("three"), &["import", path(&cut)]), 1);
    let evidence = json(&of(&one, &["restore-drill", "--archive", path(&cut), "--evidence", path(&at("evidence")), "--json"]), 1);
    assert_eq!(evidence["validation"]["valid"], false, "{evidence:#}");
    std::fs::write(out.join("tasks.jsonl"), "{}\n").expect("damaged");
    let damaged = json(&of(&two, &["dry-run-import", path(&out), "--json"]), 1);
    assert_eq!(damaged["valid"], false);
    ends_with(&of(&at("three"), &["import", path(&out)]), 1);
    ends_with(&of(&one, &["files", "copy", "--from", path(&at("bytes"))]), 3);
    std::fs::create_dir(at("bytes")).expect("a folder");
    let copied = json(&of(&one, &["files", "copy", "--from", path(&at("bytes")), "--json"]), 0);
    assert_eq!(copied["copied"], 0);
}

#[test]
fn a_drill_of_a_published_archive_is_listed_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let data = at("data");
    ends_with(&dataops(&["seed", "--data-dir", path(&data)]), 0);
    ends_with(&dataops(&["tick", "--data-dir", path(&data)]), 0);
    let mut found = Vec::new();
    let mut folders = vec![data.join("s3")];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    let archive = found.iter().find(|path| path.to_string_lossy().ends_with(".tar.gz")).expect("the schedule makes an archive").clone();
    let drilled = dataops(&["restore-drill", "--archive", path(&archive), "--evidence", path(&at("evidence")), "--data-dir", path(&data)]);
    ends_with(&drilled, 0);
    assert_eq!(text(&drilled.stderr), "");
    let kept = archive.to_string_lossy().replace(".tar.gz", ".restore-evidence.json");
    let kept: Value = serde_json::from_slice(&std::fs::read(kept).expect("the evidence lies beside it")).expect("JSON");
    assert_eq!(kept["schema_version"], "dataops.restore-evidence.v1");
}

#[test]
fn nothing_is_imported_into_production_unawares() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = ["import", path(folder.path()), "--aws"];
    let refused = Command::new(env!("CARGO_BIN_EXE_dataops"))
        .args(line)
        .env("DATAOPS_ENV", "production")
        .env("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    ends_with(&refused, 3);
    assert!(text(&refused.stderr).contains("--break-glass"), "{}", text(&refused.stderr));
    let typed = Command::new(env!("CARGO_BIN_EXE_dataops"))
        .args([&line[..], &["--break-glass"]].concat())
        .env("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    ends_with(&typed, 3);
    // A stack is what it says itself, whatever whoever imports says.
    let data = folder.path().join("data");
    let of = |name: &str, line: &[&str]| {
        let all = [line, &["--data-dir", path(&data)]].concat();
        Command::new(env!("CARGO_BIN_EXE_dataops"))
            .args(all)
            .env("DATAOPS_ENV", name)
            .stdin(Stdio::null())
            .output()
            .expect("the command runs")
    };
    ends_with(&of("x", &["seed"]), 0);
    let out = folder.path().join("out");
    ends_with(&of("x", &["export", "--out", path(&out)]), 0);
    let refused = of("Prod EU", &["import", path(&out), "--merge"]);
    ends_with(&refused, 3);
    assert!(text(&refused.stderr).contains("this stack is Prod EU"), "{}", text(&refused.stderr));
    ends_with(&of("x", &["import", path(&out), "--merge"]), 0);
    assert!(text(&typed.stderr).contains("import into production"), "{}", text(&typed.stderr));
}
