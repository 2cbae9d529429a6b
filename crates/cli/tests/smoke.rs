//! `dataops smoke`, by its three ways: a fleet on this machine, a stack by direct Invoke, a stack through its API.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path as Named;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use dataops_fleet::Config;
use dataops_local::{Fleet, FleetOptions, Host, STACK, functions};
use serde_json::{Value, json};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn dataops(line: &str, data_dir: Option<&Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dataops"));
    command.args(line.split(' ')).stdin(Stdio::null()).env_remove("AWS_REGION").env_remove("AWS_DEFAULT_REGION");
    if let Some(folder) = data_dir {
        command.arg("--data-dir").arg(folder);
    }
    command
}

fn run(line: &str, data_dir: Option<&Path>) -> Output {
    dataops(line, data_dir).output().expect("the command runs")
}

/// Starts a fleet; its address.
fn start(data_dir: &Path, line: &str) -> (Running, String) {
    let mut child = dataops(line, Some(data_dir)).stdout(Stdio::piped()).spawn().expect("the fleet starts");
    let mut ready = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut ready).expect("a line");
    let url = ready.split_whitespace().find(|word| word.starts_with("http://")).expect("an address").to_owned();
    (Running(child), url)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn ended(output: &Output, status: i32) -> String {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{out}{err}");
    out
}

/// The check of this name, as `--json` tells it.
fn check<'r>(report: &'r Value, name: &str) -> (&'r Value, &'r str) {
    let all = report["checks"].as_array().expect("checks");
    let found = all.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("no {name} in {report:#}"));
    (&found["ok"], found["found"].as_str().expect("words"))
}

fn told(output: &Output, status: i32) -> Value {
    serde_json::from_str(&ended(output, status)).expect("JSON")
}

#[test]
fn it_passes_on_a_clean_fleet_and_on_one_with_work_and_changes_no_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = Some(folder.path());
    let (fleet, url) = start(folder.path(), "dev --port 0 --no-background --now 2026-03-10");
    let clean = ended(&run("smoke", data), 0);
    assert!(clean.lines().all(|line| line.starts_with("ok      ")), "{clean}");
    assert_eq!(clean.lines().count(), 11, "{clean}");
    assert!(clean.contains("work: nothing is under way; Home offers a first run out of 11 workflows"), "{clean}");
    assert!(clean.contains("export: the archive execution-exports/") && clean.contains("archive: read back and found sound"), "{clean}");

    ended(&run("generate --from 2026-03-11 --to 2026-03-13", data), 0);
    let first = told(&run(&format!("smoke --json --url {url}"), data), 0);
    assert_eq!(first["ok"], true);
    let tasks = check(&first, "work").1;
    assert!(tasks.contains("open tasks") && !tasks.contains(" 0 open tasks"), "{tasks}");
    let second = told(&run("smoke --json", data), 0);
    assert_eq!(check(&second, "work"), check(&first, "work"), "a second tick and export leave the work as it is");
    assert_eq!(check(&second, "people"), check(&first, "people"));
    assert_ne!(check(&second, "tick"), check(&first, "tick"), "each runs a tick of its own");
    assert_ne!(check(&second, "export"), check(&first, "export"), "and an export of its own");

    let elsewhere = run("smoke --url http://127.0.0.1:9", data);
    ended(&elsewhere, 3);
    assert!(text(&elsewhere.stderr).contains("--stack"), "{}", text(&elsewhere.stderr));
    drop(fleet);
    let gone = told(&run("smoke --json", data), 1);
    assert!(check(&gone, "portal").1.contains("is the stack there?"), "{gone}");
    ended(&run("smoke", Some(&folder.path().join("nowhere"))), 3);
}

#[test]
fn it_fails_without_templates_and_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_fleet, _) = start(folder.path(), "dev --port 0 --no-seed --no-background");
    let output = run("smoke", Some(folder.path()));
    let told = ended(&output, 1);
    assert!(told.contains("FAILED  catalog: no workflow can be started: the catalog is empty; run `dataops seed`"), "{told}");
    assert!(told.contains("FAILED  work: ") && told.contains("there is no admin yet"), "{told}");
    assert!(told.contains("ok      tick: ") && told.contains("ok      archive: "), "what works is tried all the same: {told}");
    assert_eq!(text(&output.stderr), "dataops: 2 of 11 checks failed\n");
    ended(&run("seed", Some(folder.path())), 0);
    ended(&run("smoke", Some(folder.path())), 0);
}

/// A fleet in this process, with Lambda's Invoke in front of it as on a stack.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stack_is_tried_seeded_and_given_its_first_admin_by_direct_invoke() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = FleetOptions {
        data_dir: folder.path().to_owned(),
        port: 0,
        engine_port: None,
        portal_secret: None,
        seed: false,
        background: false,
        now: None,
        assistants: [].into(),
        exports: functions::exports(&Config::from_map([].into())),
        build: functions::own(),
    };
    let fleet = Fleet::start(options).await.expect("a fleet");
    let (lambda, url) = (lambda(Arc::clone(fleet.host())).await, fleet.running.url.clone());
    let on_stack = move |line: String| {
        let lambda = lambda.clone();
        async move {
            let command = move || dataops(&line, None).env("AWS_ENDPOINT_URL_LAMBDA", lambda).env("AWS_REGION", "eu-central-1").output();
            tokio::task::spawn_blocking(command).await.expect("a thread").expect("the command runs")
        }
    };

    let bare = ended(&on_stack(format!("smoke --url {url} --stack {STACK}")).await, 1);
    assert!(bare.contains("FAILED  catalog: "), "{bare}");
    let seeded = ended(&on_stack(format!("seed --stack {STACK}")).await, 0);
    assert!(seeded.starts_with("Workflows: 11 new, "), "{seeded}");
    let again = ended(&on_stack(format!("seed --stack {STACK}")).await, 0);
    assert!(again.starts_with("Workflows: 0 new, 0 brought up to date, 11 unchanged."), "{again}");
    let line = format!("user add --stack {STACK} --email a@example.org --name Ada --role admin --id ada --setup-link");
    let added = ended(&on_stack(line).await, 0);
    assert!(added.contains("PortalUrl") && added.contains("\n/setup/ada?token="), "{added}");
    let line = format!("user setup-link ada --stack {STACK} --url https://ops.example.org/");
    let linked = ended(&on_stack(line).await, 0);
    assert!(linked.starts_with("https://ops.example.org/setup/ada?token="), "{linked}");
    let tried = ended(&on_stack(format!("smoke --url {url} --stack {STACK}")).await, 0);
    assert!(tried.contains("people: 1 may sign in, 1 of them as admins"), "{tried}");

    let other = ended(&on_stack(format!("smoke --url {url} --stack another")).await, 1);
    assert!(other.contains("FAILED  engine: ") && other.contains("Function not found"), "{other}");
    let nowhere = tokio::task::spawn_blocking(move || run(&format!("smoke --url {url} --stack {STACK}"), None)).await.expect("a thread");
    ended(&nowhere, 3);
    assert!(text(&nowhere.stderr).contains("AWS_REGION is not set"), "{}", text(&nowhere.stderr));
    fleet.stop().await;
}

/// Lambda's Invoke as whoever has an administrator's credentials sees it: every function, by its alias. Its address.
async fn lambda(host: Arc<Host>) -> String {
    let invoke = move |Named(name): Named<String>, payload: Bytes| async move {
        match name.strip_suffix(":live").filter(|name| host.has(name)) {
            Some(name) => host.invoke(name, payload.to_vec()).await.expect("an answer").into_response(),
            None => {
                let words = json!({ "Type": "User", "Message": format!("Function not found: {name}") });
                (StatusCode::NOT_FOUND, [("x-amzn-errortype", "ResourceNotFoundException")], words.to_string()).into_response()
            }
        }
    };
    let router = Router::new().route("/2015-03-31/functions/{name}/invocations", post(invoke));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[test]
fn an_admins_token_is_enough() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_fleet, url) = start(folder.path(), "dev --port 0");
    let with_token = |token: &str| {
        let mut child =
            dataops(&format!("smoke --json --token-stdin --url {url}"), None).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let child = child.as_mut().expect("the command runs");
        writeln!(child.stdin.take().expect("its input"), "{token}").expect("the token");
        let mut out = String::new();
        child.stdout.take().expect("its output").read_to_string(&mut out).expect("text");
        (child.wait().expect("its end").code(), serde_json::from_str::<Value>(&out).expect("JSON"))
    };
    let (status, report) = with_token(&sign_in(&url));
    assert_eq!(status, Some(0), "{report:#}");
    assert!(check(&report, "catalog").1.starts_with("11 workflows") && check(&report, "archive").1.contains("sound"), "{report:#}");
    let (status, report) = with_token("dop_nobody");
    assert_eq!(status, Some(1), "{report:#}");
    assert!(check(&report, "engine").1.contains("answered 401"), "{report:#}");
}

/// Signs the seeded admin in; the session's token.
fn sign_in(url: &str) -> String {
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let body = r#"{"email":"operator@dataops.local","password":"dataops"}"#;
    let mut stream = TcpStream::connect(host).expect("the portal");
    let request = format!(
        "POST /work/api/auth/login HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let from = answer.find("{\"").expect("JSON");
    let (from, to) = (from, answer.rfind('}').expect("its end") + 1);
    let signed_in: Value = serde_json::from_str(&answer[from..to]).expect("JSON");
    signed_in["token"].as_str().expect("a token").to_owned()
}
