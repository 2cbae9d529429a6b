//! The page of exports, from a fixture: what is said of archives, what is sent, what is escaped, how big it is.

mod fixtures;

use chrono_tz::Europe::Berlin;
use dataops_api::exports::ExportList;
use dataops_portal::pages;
use dataops_portal::ui::page::document;
use fixtures::chrome;
use serde_json::{Value, json};

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

fn archive(day: u32, more: &Value) -> Value {
    let id = format!("2026-11-{day:02}T02-00-00-000Z");
    let key = format!("execution-exports/production/2026-11-{day:02}/dataops-execution-{id}.tar.gz");
    let mut archive = json!({ "id": id, "uri": format!("s3://exports/{key}"), "key": key, "generatedAt": format!("2026-11-{day:02}T02:00:00Z"),
        "publishedAt": format!("2026-11-{day:02}T02:00:07Z"), "bytes": 1_480_000, "checksum": format!("sha256:{}", "0f".repeat(32)),
        "counts": { "tasks": 611, "users": 9, "bundles": 44, "intake_items": 0, "change_events": 5_120 } });
    archive.as_object_mut().expect("an object").extend(more.as_object().expect("fields").clone());
    archive
}

fn view(archives: &[Value], more: &Value) -> ExportList {
    let mut view = json!({ "checkedAt": "2026-11-20T07:02:00Z", "exports": archives });
    view.as_object_mut().expect("an object").extend(more.as_object().expect("fields").clone());
    serde_json::from_value(view).expect("a list")
}

fn shown(view: &ExportList) -> String {
    let today = fixtures::TODAY.parse().expect("a date");
    document(&chrome("/data"), &pages::data::page(view, &chrome("/data"), today, Berlin)).into_string()
}

#[track_caller]
fn has(html: &str, all: &[&str]) {
    for words in all {
        assert!(html.contains(words), "{words}");
    }
    assert!(html.len() < 60 * 1024, "{} bytes", html.len());
}

#[test]
fn each_archive_says_how_sound_it_is() {
    let list = [
        archive(20, &json!({ "verifying": true })),
        archive(19, &json!({ "verification": { "at": "2026-11-19T09:00:00Z", "findings": 0 } })),
        archive(
            18,
            &json!({ "verification": { "at": "2026-11-18T09:00:00Z", "findings": 2, "first": ["tasks.jsonl checksum mismatch"] } }),
        ),
        archive(
            17,
            &json!({ "drill": { "at": "2026-11-17T09:00:00Z", "environment": "restore-drill", "passed": 9, "notRun": 1, "missingObjects": 3 } }),
        ),
        archive(
            16,
            &json!({ "drill": { "at": "2026-11-16T09:00:00Z", "environment": "restore-drill", "passed": 8, "failed": ["files of a task"], "notRun": 0, "missingObjects": 0 } }),
        ),
    ];
    let html = shown(&view(&list, &json!({})));
    has(
        &html,
        &[
            "being verified…",
            "verified again ",
            "damaged: 2 findings",
            "<li>tasks.jsonl checksum mismatch</li>",
            "restored in a drill ",
            "a drill failed ",
            "9 checks passed",
            "3 files without their bytes",
            "failed: files of a task",
            "/work/api/exports/2026-11-17T02-00-00-000Z/evidence",
            "/work/api/exports/2026-11-20T02-00-00-000Z/download",
            "action=\"/data/2026-11-19T02-00-00-000Z/verify\"",
            "data-working",
            "5,784 records",
        ],
    );
    assert!(!html.contains("intake"), "what is not there is not listed");
}

#[test]
fn a_run_a_failure_and_nothing_at_all_are_told_apart() {
    let running = json!({ "running": { "generatedAt": "2026-11-20T07:01:00Z", "step": "tasks", "records": 4_000, "waiting": false } });
    let html = shown(&view(&[archive(19, &json!({}))], &running));
    has(&html, &["under way since", "tasks", "data-working"]);
    assert!(html.contains("disabled") && html.contains("Export now"), "one at a time");
    let failed = json!({ "failed": { "at": "2026-11-20T02:00:00Z", "reason": HOSTILE } });
    let html = shown(&view(&[], &failed));
    has(&html, &["failed: &lt;script", "None yet. The first one comes within a day.", "None yet. A drill puts an archive back"]);
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x"), "unescaped");
    assert!(!html.contains("data-working"), "nothing goes on");
}

#[test]
fn a_year_of_archives_stays_a_page() {
    let list: Vec<Value> = (0..100).map(|n| archive(1 + n % 28, &json!({}))).collect();
    has(&shown(&view(&list, &json!({}))), &["earlier ones are in the bucket."]);
}
