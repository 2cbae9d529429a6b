//! A submitted job is running before anybody could ask: the engine starts the runner through the fleet's own Invoke.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dataops_domain::Timestamp;
use dataops_testkit::Browser;
use serde_json::{Value, json};

const SECRET: &str = "secret-of-the-jobs-test-32-characters";
/// The most milliseconds from submitted to running.
const MOST: i64 = 300;

struct Fleet(Child);

impl Drop for Fleet {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn call(engine: &str, method: &str, path: &str, body: &Value) -> Value {
    let headers = [("x-portal-auth", "true"), ("x-portal-secret", SECRET)];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Browser::new(engine).try_send(method, path, &headers, body.as_bytes()).expect("an answer").json
}

/// From queued to running of one job, once it waits for approval.
fn started_in(engine: &str, task: &Value) -> i64 {
    let job = call(engine, "POST", "/api/assistant-jobs", &json!({ "assistantType": "podcast", "taskId": task }));
    let path = format!("/api/assistant-jobs/{}", job["job"]["id"].as_str().unwrap());
    call(engine, "POST", &format!("{path}/submit"), &Value::Null);
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let job = call(engine, "GET", &path, &Value::Null)["job"].clone();
        if job["status"] == "waiting_approval" {
            let moment = |key: &str| Timestamp::parse(job[key].as_str().unwrap()).unwrap().millis();
            return moment("startedAt") - moment("queuedAt");
        }
        assert!(Instant::now() < until, "nobody works on it: {job}");
        std::thread::yield_now();
    }
}

#[test]
fn a_submitted_job_is_running_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dataops"));
    command.args(["dev", "--port", "0", "--engine-port", "0", "--portal-secret", SECRET, "--data-dir"]).arg(folder.path());
    let mut fleet = Fleet(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(fleet.0.stdout.take().unwrap()).lines();
    let engine = lines.find_map(|line| line.unwrap().strip_prefix("engine: http://").map(str::to_owned)).expect("the fleet is ready");
    let task = call(&engine, "POST", "/api/tasks", &json!({ "description": "Prepare", "date": "2026-07-10" }))["id"].clone();
    // A machine that is busy with other tests may be late once, not each time.
    let quickest = (0..5).map(|_| started_in(&engine, &task)).min().unwrap();
    assert!(quickest < MOST, "{quickest} ms from submitted to running");
}
