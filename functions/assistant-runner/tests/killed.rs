//! The runner as a process of its own, ended by SIGKILL at every write and held by SIGSTOP past its lease: the sweep ends the
//! attempt, the next one succeeds, and what the zombie still sends changes nothing.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "process/http.rs"]
mod http;
#[path = "process/platform.rs"]
mod platform;
#[path = "process/proxy.rs"]
mod proxy;

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::Duration;

use dataops_fleet::Clock;
use dataops_testkit::{Stack, proof};
use serde_json::{Value, json};

use platform::Platform;
use proxy::Verdict;

/// Claim, renewal, two outputs and the log into the bucket, end.
const WRITES: usize = 6;
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A stack with one queued job.
async fn queued() -> (Arc<Stack>, String) {
    let stack = Stack::empty().await;
    stack.clock.set(Clock::system().now());
    let operator = stack.operator();
    let task =
        operator.post("/api/tasks", json!({ "description": "Prepare", "date": "2026-07-10" })).await.expect(201).str("/id").to_owned();
    let body = json!({ "assistantType": "podcast", "taskId": task });
    let job = operator.post("/api/assistant-jobs", body).await.expect(201).str("/job/id").to_owned();
    step(&stack, &job, "submit").await;
    (stack, job)
}

async fn step(stack: &Arc<Stack>, job: &str, action: &str) {
    stack.operator().post(&format!("/api/assistant-jobs/{job}/{action}"), Value::Null).await.expect(200);
}

async fn detail(stack: &Arc<Stack>, job: &str) -> Value {
    stack.operator().get(&format!("/api/assistant-jobs/{job}")).await.expect(200).json
}

/// Everything stored, as it is.
fn stored(stack: &Stack) -> Vec<Value> {
    let raw = stack.raw();
    ["assistant-jobs", "artifacts", "tasks", "audit-events", "notifications"].iter().flat_map(|table| raw.all(table)).collect()
}

/// A runner in a process, with what it sends in our hands.
struct Process {
    child: Mutex<Child>,
    pid: u32,
    platform: Platform,
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap();
        drop(child.kill());
        drop(child.wait());
    }
}

impl Process {
    /// Starts it for one job; `verdict` says what becomes of its n-th write.
    fn start(stack: &Stack, job: &str, verdict: impl Fn(usize) -> Verdict + Send + Sync + 'static) -> Self {
        let platform = Platform::start(json!({ "assistantJobId": job }).to_string());
        let (verdict, nth) = (Arc::new(verdict), Arc::new(AtomicUsize::new(0)));
        let held: Arc<OnceLock<u32>> = Arc::default();
        let decide: Arc<dyn Fn() -> Verdict + Send + Sync> = Arc::new(move || verdict(nth.fetch_add(1, Ordering::SeqCst) + 1));
        let mut command = Command::new(env!("CARGO_BIN_EXE_dataops-assistant-runner"));
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        for (name, value) in stack.runner_environment() {
            let value = match name.as_str() {
                "AWS_ENDPOINT_URL_DYNAMODB" | "AWS_ENDPOINT_URL_S3" => proxy::start(&value, Arc::clone(&decide), Arc::clone(&held)),
                _ => value,
            };
            command.env(name, value);
        }
        command.env("AWS_LAMBDA_RUNTIME_API", &platform.address).env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512");
        command.env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
        let child = command.spawn().unwrap();
        let pid = *held.get_or_init(|| child.id());
        Self { child: Mutex::new(child), pid, platform }
    }

    /// Waits until it has ended.
    fn ended(&self) {
        drop(self.child.lock().unwrap().wait());
    }

    fn signal(&self, name: &str) {
        signal(self.pid, name);
    }
}

fn signal(pid: u32, name: &str) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
}

/// What is so when a second attempt was made after the first one's runner was lost.
async fn second_attempt(stack: &Arc<Stack>, job: &str, said: &str) {
    let runner = stack.runner();
    stack.clock.set(Clock::system().now().plus_seconds(121));
    let swept = stack.run(&runner, None).await;
    assert_eq!(swept["sweep"]["lost"], json!([job]), "{said}: {swept}");
    step(stack, job, "retry").await;
    step(stack, job, "submit").await;
    assert_eq!(stack.run(&runner, Some(job)).await["outcome"], "handed_in", "{said}");
}

async fn is_whole(stack: &Arc<Stack>, job: &str, said: &str) {
    let detail = detail(stack, job).await;
    assert_eq!(detail["job"]["status"], "waiting_approval", "{said}");
    assert_eq!(detail["job"]["outputArtifactIds"].as_array().unwrap().len(), 2, "{said}: {detail}");
    assert_eq!(detail["artifacts"].as_array().unwrap().len(), 3, "{said}: no artifact of a lost attempt: {detail}");
    assert_eq!(detail["job"]["version"].as_u64(), Some(detail["events"].as_array().unwrap().len() as u64), "{said}");
    let entity = format!("assistant_job#{job}");
    let verified = stack.administrate(json!({ "command": "audit-verify", "entity": entity })).await;
    assert_eq!(verified["audit"]["findings"], json!([]), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_runner_that_is_killed_at_any_write_loses_nothing() {
    let (mut kills, mut lost, mut untouched, mut whole) = (0, 0, 0, 0);
    for nth in 1..=WRITES {
        for arrives in [false, true] {
            let said = format!("killed {} write {nth}", if arrives { "after" } else { "before" });
            let (stack, job) = queued().await;
            let verdict = if arrives { Verdict::KillAfter } else { Verdict::KillBefore };
            let process = Process::start(&stack, &job, move |n| if n == nth { verdict.clone() } else { Verdict::Pass });
            tokio::task::block_in_place(|| process.ended());
            kills += 1;
            match detail(&stack, &job).await["job"]["status"].as_str().unwrap() {
                "queued" => {
                    assert!(nth == 1 && !arrives, "{said}");
                    let runner = stack.runner();
                    assert_eq!(stack.run(&runner, None).await["sweep"]["ran"], json!([[job, "handed_in"]]), "{said}");
                    untouched += 1;
                }
                "running" => {
                    second_attempt(&stack, &job, &said).await;
                    lost += 1;
                }
                "waiting_approval" => {
                    assert!(nth == WRITES && arrives, "{said}");
                    whole += 1;
                }
                other => panic!("{said}: {other}"),
            }
            is_whole(&stack, &job, &said).await;
        }
    }
    let counts: [(&str, &dyn std::fmt::Display); 5] = [
        ("writes of a run, objects in the bucket included", &WRITES),
        ("kills, before and after each", &kills),
        ("job still queued, run by the sweep", &untouched),
        ("attempt lost, the next one handed in", &lost),
        ("handed in already", &whole),
    ];
    proof::record(
        "runner-killed",
        "Killing the runner's process at every write",
        &counts,
        "two outputs and one log in the end; a whole chain",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_runner_that_is_stopped_past_its_lease_changes_nothing_when_it_goes_on() {
    let mut stops = 0;
    for nth in 2..=WRITES {
        let said = format!("stopped at write {nth}");
        let (stack, job) = queued().await;
        let (tell, stopped) = mpsc::channel();
        let (go, wait) = mpsc::channel();
        let (tell, wait) = (Mutex::new(tell), Arc::new(Mutex::new(wait)));
        let process = Process::start(&stack, &job, move |n| match n == nth {
            true => {
                tell.lock().unwrap().send(()).unwrap();
                Verdict::StopUntil(Arc::clone(&wait))
            }
            false => Verdict::Pass,
        });
        tokio::task::block_in_place(|| stopped.recv_timeout(PATIENCE).unwrap());
        second_attempt(&stack, &job, &said).await;
        let before = stored(&stack);
        // Its write was on the way and arrives only now; then the process goes on.
        go.send(()).unwrap();
        process.signal("-CONT");
        let answer = tokio::task::block_in_place(|| process.platform.answer(PATIENCE));
        assert_eq!(answer["outcome"], "dropped", "{said}: {answer}");
        assert_eq!(stored(&stack), before, "{said}: the zombie wrote");
        is_whole(&stack, &job, &said).await;
        stops += 1;
    }
    let counts: [(&str, &dyn std::fmt::Display); 1] = [("stops, one at each write after the claim", &stops)];
    proof::record(
        "runner-stopped",
        "Stopping the runner's process past its lease",
        &counts,
        "it drops its work; not one item of the store differs",
    );
}
