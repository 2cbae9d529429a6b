//! Four processes of the function, each as the platform runs it, tick at once over one database: one item a window, and what
//! they say they made adds up.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::collections::{HashMap, HashSet};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use dataops_fleet::Clock;
use dataops_testkit::{Stack, proof};
use serde_json::{Value, json};
use tokio::sync::{Barrier, Mutex, mpsc};

const PROCESSES: usize = 4;
const DAY: i64 = 86_400;

/// The platform's side: gives every process its event when all of them ask and the test says so, and takes the answers.
struct Platform {
    together: Barrier,
    rounds: Mutex<HashMap<usize, usize>>,
    answers: mpsc::UnboundedSender<Value>,
}

type Side = (Arc<Platform>, usize);

async fn next(State((platform, process)): State<Side>) -> Response {
    platform.together.wait().await;
    let round = *platform.rounds.lock().await.entry(process).and_modify(|round| *round += 1).or_insert(1);
    let deadline = Clock::system().now().plus_seconds(300).millis();
    let headers = [
        ("lambda-runtime-aws-request-id", format!("event-{process}-{round}")),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:000000000000:function:cron-runner".to_owned()),
    ];
    (headers, "{}").into_response()
}

async fn response(State((platform, _)): State<Side>, body: String) -> Response {
    platform.answers.send(serde_json::from_str(&body).unwrap_or_else(|_| json!({ "not JSON": body }))).unwrap();
    (http::StatusCode::ACCEPTED, "{}").into_response()
}

fn platform() -> (Arc<Platform>, mpsc::UnboundedReceiver<Value>) {
    let (answers, answered) = mpsc::unbounded_channel();
    // The test itself is the last that has to come.
    (Arc::new(Platform { together: Barrier::new(PROCESSES + 1), rounds: Mutex::default(), answers }), answered)
}

/// The platform as one process sees it; its address.
async fn side(platform: &Arc<Platform>, process: usize) -> String {
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(response))
        .with_state((Arc::clone(platform), process));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn start(stack: &Stack, platform: &str) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dataops-cron-runner"));
    command.envs(stack.cron_config().iter()).env("AWS_LAMBDA_RUNTIME_API", platform);
    command.env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512").env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    command.env("AWS_LAMBDA_LOG_STREAM_NAME", "log").env("AWS_LAMBDA_LOG_GROUP_NAME", "log");
    Process(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// New sources, three days old, so that four dates of each are due.
async fn sources(stack: &Arc<Stack>, round: usize) {
    stack.clock.set(Clock::system().now().plus_seconds(-3 * DAY));
    for n in 0..3 {
        let body = json!({ "description": format!("Duty {round}.{n}"), "cronExpression": "0 0 * * *" });
        stack.operator().post("/api/recurring", body).await.expect(201);
    }
    let body = json!({ "name": format!("Workflow {round}"), "type": "w", "triggerType": "automatic", "triggerSchedule": "0 0 * * *",
        "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": 0 }, { "refId": "b", "description": "B", "offsetDays": 1 }] });
    stack.operator().post("/api/templates", body).await.expect(201);
}

fn texts(items: &[Value], key: &str) -> Vec<String> {
    items
        .iter()
        .filter_map(|item| serde_json::from_str::<Value>(item["doc"]["S"].as_str()?).ok()?[key].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_processes_that_tick_at_once_make_one_item_a_window() {
    let rounds = proof::sizes().process_rounds;
    let stack = Stack::empty().await;
    let (platform, mut answered) = platform();
    let mut processes = Vec::new();
    for number in 0..PROCESSES {
        processes.push(start(&stack, &side(&platform, number).await));
    }
    let (mut tasks, mut bundles, mut sharers) = (0, 0, 0);
    for round in 0..rounds {
        sources(&stack, round).await;
        platform.together.wait().await;
        let mut makers = 0;
        for _ in 0..PROCESSES {
            let answer = answered.recv().await.unwrap();
            let count = |name: &str| answer["tick"]["counters"][name].as_u64().unwrap_or_else(|| panic!("{answer}"));
            assert_eq!(count("failures"), 0, "{answer}");
            makers += u64::from(count("recurringGenerated") + count("templateCreated") > 0);
            tasks += count("recurringGenerated");
            bundles += count("templateCreated");
        }
        sharers += u64::from(makers > 1);
    }
    let raw = stack.raw();
    let rows = raw.all("generation-windows");
    let made = [texts(&rows, "taskId"), texts(&rows, "bundleId")];
    let stored = [raw.all("tasks").iter().filter(|item| item.get("recurring_config_id").is_some()).count(), raw.all("bundles").len()];
    assert_eq!((made[0].len(), made[1].len()), (stored[0], stored[1]), "one item for each window");
    assert_eq!(made.iter().flatten().collect::<HashSet<_>>().len(), stored[0] + stored[1], "and no item for two");
    assert_eq!((tasks, bundles), (stored[0] as u64, stored[1] as u64), "what all of them say they made is what is there");
    assert_eq!(raw.all("tasks").len(), stored[0] + 2 * stored[1], "each workflow has its tasks once");
    assert!(stored[0] >= rounds * 9, "{} tasks of duties", stored[0]);
    let counts: [(&str, &dyn std::fmt::Display); 4] = [
        ("processes of the function over one database", &PROCESSES),
        ("rounds of ticks at once", &rounds),
        ("rounds in which several of them made something", &sharers),
        ("windows with work", &(stored[0] + stored[1])),
    ];
    proof::record(
        "tick-processes",
        "Ticks of several processes",
        &counts,
        "none. One item a window; what the processes say they made adds up to what is there.",
    );
}
