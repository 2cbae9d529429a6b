//! A whole fleet with functions of the test's own: doors, Invoke, control, lock, ports, seeding.

mod support;

use std::path::Path;
use std::sync::Arc;

use dataops_local::{Fleet, FleetOptions, LocalError};
use serde_json::{Value, json};
use support::{build, send};

fn options(data_dir: &Path) -> FleetOptions {
    FleetOptions {
        data_dir: data_dir.to_owned(),
        port: 0,
        engine_port: Some(0),
        portal_secret: None,
        seed: true,
        background: true,
        now: None,
        assistants: [].into(),
        exports: [].into(),
        build: Arc::new(build),
    }
}

async fn fleet(data_dir: &Path) -> Fleet {
    Fleet::start(options(data_dir)).await.expect("a fleet")
}

#[tokio::test]
async fn a_request_reaches_the_portal_as_api_gateway_would_send_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let fleet = fleet(folder.path()).await;
    let target = format!("{}/a%2Fb/../c?q=%20&q=2", fleet.running.url);
    let (status, headers, body) = send("POST", &target, &[("cookie", "x=1")], vec![0, 255, 7]).await;
    assert_eq!(status, 201);
    assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
    let event: Value = serde_json::from_slice(&body).expect("the event");
    assert_eq!(event["rawPath"], "/a%2Fb/../c");
    assert_eq!(event["rawQueryString"], "q=%20&q=2");
    assert_eq!(event["cookies"], json!(["x=1"]));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("AP8H"), &json!(true)));
    assert_eq!(event["headers"]["x-forwarded-for"], "127.0.0.1");
    assert_eq!(event["requestContext"]["requestId"].as_str().map(str::len), Some(26));
    fleet.stop().await;
}

#[tokio::test]
async fn the_portal_invokes_the_engine_through_the_sdk() {
    let folder = tempfile::tempdir().expect("a folder");
    let fleet = fleet(folder.path()).await;
    let (status, _, body) = send("GET", &format!("{}/via-engine", fleet.running.url), &[], Vec::new()).await;
    assert_eq!((status, String::from_utf8_lossy(&body).as_ref()), (200, "engine says {\"hello\":1}"));
    let (status, _, body) = send("GET", &format!("{}/failing-engine", fleet.running.url), &[], Vec::new()).await;
    assert_eq!((status, String::from_utf8_lossy(&body).as_ref()), (200, "Unhandled: Odd"));
    let engine = fleet.running.engine_url.clone().expect("the engine's own door");
    assert_eq!(send("GET", &format!("{engine}/x"), &[], Vec::new()).await.0, 201);
    fleet.stop().await;
}

#[tokio::test]
async fn a_failing_function_and_a_big_body_are_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let fleet = fleet(folder.path()).await;
    assert_eq!(send("GET", &format!("{}/panic", fleet.running.url), &[], Vec::new()).await.0, 500);
    let fits = vec![0; 4_404_019];
    assert_eq!(send("POST", &fleet.running.url, &[], fits).await.0, 201);
    let (status, _, body) = send("POST", &fleet.running.url, &[], vec![b'x'; 10_000_000]).await;
    assert_eq!(status, 413);
    assert!(String::from_utf8_lossy(&body).contains("\"error\":\"Request body too large"));
    fleet.stop().await;
}

#[tokio::test]
async fn one_fleet_per_folder_and_a_busy_port_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = fleet(folder.path()).await;
    let locked = Fleet::start(options(folder.path())).await.err().expect("locked");
    assert!(matches!(locked, LocalError::Locked { .. }), "{locked}");
    assert!(locked.to_string().contains(&first.running.url), "{locked}");

    let other = tempfile::tempdir().expect("a folder");
    let port = first.running.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let busy = Fleet::start(FleetOptions { port, ..options(other.path()) }).await.err().expect("busy").to_string();
    assert!(busy.contains(&format!("port {port}")) && busy.contains("--port"), "{busy}");

    first.stop().await;
    fleet(folder.path()).await.stop().await;
}

#[tokio::test]
async fn a_first_start_seeds_once_and_a_refusal_ends_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let marker = folder.path().join("seeded");
    Fleet::start(FleetOptions { seed: false, ..options(folder.path()) }).await.expect("a fleet").stop().await;
    assert!(!marker.exists());
    fleet(folder.path()).await.stop().await;
    assert!(marker.exists());

    let other = tempfile::tempdir().expect("a folder");
    let refused = FleetOptions { build: Arc::new(support::build_refusing), ..options(other.path()) };
    let words = Fleet::start(refused).await.err().expect("refused").to_string();
    assert_eq!(words, "content/workflows/a.yaml:3: expected a text");
    assert!(!other.path().join("seeded").exists());
}

#[tokio::test]
async fn the_control_endpoint_moves_the_clock_for_who_has_the_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let fleet = fleet(folder.path()).await;
    let url = format!("{}/clock", fleet.running.control_url);
    let json_body = ("content-type", "application/json");
    assert_eq!(send("POST", &url, &[json_body], b"{}".to_vec()).await.0, 401);
    let token = format!("Bearer {}", fleet.running.token);
    let body = br#"{"set":"2030-01-01T00:00:00Z","advanceSeconds":86400}"#.to_vec();
    let (status, _, body) = send("POST", &url, &[json_body, ("authorization", &token)], body).await;
    assert_eq!(status, 200);
    let answer: Value = serde_json::from_slice(&body).expect("an answer");
    assert!(answer["now"].as_str().is_some_and(|now| now.starts_with("2030-01-02T00:00:0")), "{answer}");
    assert!(fleet.clock.now().to_string().starts_with("2030-01-02"));
    fleet.stop().await;
}

#[tokio::test]
async fn the_lambda_endpoint_refuses_what_no_sdk_sends() {
    let folder = tempfile::tempdir().expect("a folder");
    let fleet = fleet(folder.path()).await;
    let (_, _, body) = send("GET", &format!("{}/lambda-url", fleet.running.url), &[], Vec::new()).await;
    let url = |name: &str| format!("{}/2015-03-31/functions/{name}/invocations", String::from_utf8_lossy(&body));
    assert_eq!(send("POST", &url("dataops-local-portal"), &[], b"{}".to_vec()).await.0, 403);
    assert_eq!(send("POST", &url("dataops-local-portal"), &[("authorization", "AWS4-HMAC-SHA256 x")], b"{}".to_vec()).await.0, 403);
    let signed = ("authorization", "AWS4-HMAC-SHA256 Credential=dataops-local/20260701/us-east-1/lambda/aws4_request, Signature=0");
    assert_eq!(send("POST", &url("nobody"), &[signed], b"{}".to_vec()).await.0, 404);
    let event = ("x-amz-invocation-type", "Event");
    assert_eq!(send("POST", &url("dataops-local-portal"), &[signed, event], b"{}".to_vec()).await.0, 202);
    assert_eq!(send("POST", &url("dataops-local-portal"), &[signed], vec![b' '; 7_000_000]).await.0, 413);
    fleet.stop().await;
}
