//! `kill -9` at any moment of a start leaves the whole workflow or none of it; one too big for a transaction is whole
//! after the request is repeated.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dataops_testkit::{Browser, proof};
use serde_json::{Value, json};

const SECRET: &str = "secret-of-the-kill-test-32-characters";

struct Fleet {
    child: Child,
    engine: String,
}

impl Drop for Fleet {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn start(data: &Path) -> Fleet {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dataops"));
    command.args(["dev", "--port", "0", "--engine-port", "0", "--portal-secret", SECRET, "--no-background", "--data-dir"]).arg(data);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let engine = lines.find_map(|line| line.unwrap().strip_prefix("engine: http://").map(str::to_owned)).expect("the fleet is ready");
    Fleet { child, engine }
}

/// One request; `None` when the connection broke.
fn call(engine: &str, method: &str, path: &str, key: &str, body: &Value) -> Option<Value> {
    let mut headers = vec![("x-portal-auth", "true"), ("x-portal-secret", SECRET)];
    headers.extend((!key.is_empty()).then_some(("idempotency-key", key)));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Browser::new(engine).try_send(method, path, &headers, body.as_bytes()).map(|answer| answer.json)
}

fn tasks_of(engine: &str, bundle: &Value) -> usize {
    let path = format!("/api/bundles/{}/tasks", bundle["id"].as_str().unwrap());
    call(engine, "GET", &path, "", &Value::Null).unwrap()["tasks"].as_array().unwrap().len()
}

#[test]
fn a_killed_start_leaves_the_whole_workflow_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut fleet = start(folder.path());
    let definitions: Vec<Value> =
        (0..400).map(|n| json!({ "refId": format!("t{n}"), "description": format!("Task {n}"), "offsetDays": n % 30 })).collect();
    let big = call(&fleet.engine, "POST", "/api/templates", "", &json!({ "name": "Big", "type": "big", "taskDefinitions": definitions }))
        .unwrap();
    let big = big["template"]["id"].as_str().unwrap().to_owned();
    let (mut whole, mut none, mut unfinished) = (0, 0, 0);
    let kills = proof::sizes().kills;
    for round in 0..kills {
        let (template, planned) = if round % 2 == 0 { ("task-template.tasks.podcast", 42) } else { (big.as_str(), 400) };
        let title = format!("Round {round}");
        let body = json!({ "title": title, "anchorDate": "2026-07-20", "templateId": template });
        let (engine, key, sent) = (fleet.engine.clone(), title.replace(' ', "-"), body.clone());
        let request = std::thread::spawn({
            let key = key.clone();
            move || call(&engine, "POST", "/api/bundles", &key, &sent)
        });
        std::thread::sleep(Duration::from_millis(2 + round * 997 % 180));
        fleet.child.kill().unwrap();
        fleet.child.wait().unwrap();
        request.join().unwrap();
        fleet = start(folder.path());
        let bundles = call(&fleet.engine, "GET", "/api/bundles", "", &Value::Null).unwrap();
        let mine: Vec<&Value> = bundles["bundles"].as_array().unwrap().iter().filter(|bundle| bundle["title"] == title.as_str()).collect();
        assert!(mine.len() <= 1, "round {round}: {mine:?}");
        match mine.first() {
            None => none += 1,
            Some(bundle) if bundle["beingMade"] == true => unfinished += 1,
            Some(bundle) => {
                assert_eq!(tasks_of(&fleet.engine, bundle), planned, "round {round}");
                whole += 1;
            }
        }
        let repeated = call(&fleet.engine, "POST", "/api/bundles", &key, &body).unwrap();
        assert_eq!(tasks_of(&fleet.engine, &repeated["bundle"]), planned, "round {round}, repeated");
        let again = call(&fleet.engine, "GET", "/api/bundles", "", &Value::Null).unwrap();
        let made: Vec<&Value> = again["bundles"].as_array().unwrap().iter().filter(|bundle| bundle["title"] == title.as_str()).collect();
        assert!(made.len() == 1 && made[0].get("beingMade").is_none(), "round {round}: {made:?}");
    }
    assert_eq!(whole + none + unfinished, kills);
    let mut verify = Command::new(env!("CARGO_BIN_EXE_dataops"));
    let checked = verify.args(["audit", "verify", "--data-dir"]).arg(folder.path()).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    let counts: [(&str, &dyn std::fmt::Display); 4] = [
        ("kills", &kills),
        ("nothing there after restart", &none),
        ("whole after restart", &whole),
        ("still being made, finished by the repeated request", &unfinished),
    ];
    proof::record("start-killed", "Killing the fleet during a start", &counts, "no half workflow, no second one");
}
