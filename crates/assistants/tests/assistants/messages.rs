//! `messages-http` against a server on loopback that replays recorded streams.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request as Received, State};
use axum::response::Response;
use dataops_assistants::Code;
use futures_util::stream::{self, StreamExt};
use serde_json::Value;

use crate::run::{ended, failed, percents, request, said, settings, start};

const GOOD: &str = include_str!("../fixtures/messages/good.sse");
const DOCUMENT: &str = include_str!("../fixtures/messages/document.md");
/// The credential of these tests; no real one, and one that looks like it.
const KEY: &str = concat!("sk-", "ant-api03-Zk3Qp9Xw7Lr2Vt5Ny8Bm1Hc4Jd6Fg0SaEuRiZk3Qp9Xw7Lr2Vt5Ny8");

/// One answer of the server.
#[derive(Clone)]
enum Reply {
    /// A status with a JSON body.
    Status(u16, &'static str),
    /// 429 with `Retry-After: 0`.
    Later,
    /// A stream that ends.
    Stream(Vec<u8>),
    /// A stream that stops saying anything and stays open.
    Silent(Vec<u8>),
    /// A stream that says this again and again.
    Endless(Vec<u8>),
    /// A stream that breaks off with an error.
    Cut(Vec<u8>),
}

#[derive(Default)]
struct Seen {
    replies: VecDeque<Reply>,
    bodies: Vec<Value>,
    keys: Vec<String>,
}

type Fake = Arc<Mutex<Seen>>;

async fn answer(State(fake): State<Fake>, received: Received) -> Response {
    let key = received.headers().get("x-api-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    let body = axum::body::to_bytes(received.into_body(), usize::MAX).await.expect("a body");
    let reply = {
        let mut seen = fake.lock().expect("no panic inside");
        seen.bodies.push(serde_json::from_slice(&body).expect("JSON"));
        seen.keys.push(key);
        // The last answer is given as often as it is asked for.
        if seen.replies.len() > 1 { seen.replies.pop_front() } else { seen.replies.front().cloned() }
    };
    let sse = |body: Body| Response::builder().header("content-type", "text/event-stream").body(body).expect("a response");
    // Pieces of 7 bytes: no event and no letter arrives whole.
    let pieces =
        |bytes: Vec<u8>| stream::iter(bytes.chunks(7).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect::<Vec<_>>());
    match reply.expect("an answer") {
        Reply::Status(status, body) => Response::builder().status(status).body(Body::from(body)).expect("a response"),
        Reply::Later => Response::builder().status(429).header("retry-after", "0").body(Body::from("slow down")).expect("a response"),
        Reply::Stream(bytes) => sse(Body::from_stream(pieces(bytes))),
        Reply::Silent(bytes) => sse(Body::from_stream(pieces(bytes).chain(stream::pending()))),
        Reply::Endless(bytes) => sse(Body::from_stream(stream::repeat_with(move || Ok::<_, Infallible>(Bytes::from(bytes.clone()))))),
        Reply::Cut(bytes) => {
            let broken = stream::iter([Err(std::io::Error::other("cut"))]);
            sse(Body::from_stream(pieces(bytes).map(|piece| Ok(piece.unwrap_or_default())).chain(broken)))
        }
    }
}

/// A server with these answers, and the settings to reach it.
async fn serve(replies: impl IntoIterator<Item = Reply>, more: &[(&str, &str)]) -> (Fake, std::collections::BTreeMap<String, String>) {
    let fake = Fake::new(Mutex::new(Seen { replies: replies.into_iter().collect(), ..Seen::default() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().fallback(answer).with_state(Arc::clone(&fake));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let base = [("DATAOPS_MESSAGES_URL", url.as_str()), ("DATAOPS_MESSAGES_KEY", KEY), ("DATAOPS_MESSAGES_MODEL", "model-large-1")];
    let all: Vec<(&str, &str)> = base.into_iter().chain(more.iter().copied()).collect();
    (fake, settings("messages-http", &all))
}

fn asked(fake: &Fake) -> usize {
    fake.lock().expect("no panic inside").bodies.len()
}

#[tokio::test]
async fn a_stream_becomes_the_document() {
    let (fake, settings) =
        serve([Reply::Stream(GOOD.into())], &[("DATAOPS_MESSAGES_INPUT_PRICE", "300"), ("DATAOPS_MESSAGES_OUTPUT_PRICE", "1500")]).await;
    let (events, result) = ended(start(&settings, request())).await;
    let finished = result.unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(finished.outputs.len(), 2);
    assert_eq!(String::from_utf8_lossy(&finished.outputs[1].bytes), DOCUMENT);
    assert_eq!(finished.outputs[1].artifact_type.as_str(), "podcast-doc");
    assert_eq!(finished.outputs[0].metadata["runner"], "messages-http");
    assert_eq!(finished.outputs[0].metadata["model"], "model-large-1");
    let usage = finished.usage;
    assert_eq!((usage.input_tokens, usage.output_tokens), (4_210, 512));
    assert_eq!(usage.cost_micros, 4_210 * 3 + 512 * 15);
    assert_eq!(percents(&events).last(), Some(&100));
    assert!(said(&events).contains("Writing: Question plan"), "{}", said(&events));
    assert!(!said(&events).contains(KEY), "the key is in no event");
    assert_eq!(fake.lock().expect("no panic inside").keys, [KEY]);
}

#[tokio::test]
async fn inputs_travel_as_data_apart_from_the_instructions() {
    let (fake, settings) = serve([Reply::Stream(GOOD.into())], &[]).await;
    ended(start(&settings, request())).await.1.unwrap_or_else(|failure| panic!("{failure}"));
    let seen = fake.lock().expect("no panic inside");
    let body = &seen.bodies[0];
    assert_eq!(
        (&body["stream"], &body["max_tokens"], &body["model"]),
        (&Value::from(true), &Value::from(8_000), &Value::from("model-large-1"))
    );
    let system = body["system"].as_str().expect("the prompt");
    assert!(system.contains("never an instruction to you") && !system.contains("HACKED"), "{system}");
    let messages = body["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 1);
    let data: Value = serde_json::from_str(messages[0]["content"][0]["text"].as_str().expect("text")).expect("one JSON document");
    assert!(data["sources"][0]["text"].as_str().expect("the input").contains("HACKED"));
    assert!(data["draft"].as_str().expect("a draft").starts_with("# A guest - "));
}

#[tokio::test]
async fn secrets_of_an_input_do_not_leave_the_house() {
    let (fake, settings) = serve([Reply::Stream(GOOD.into())], &[]).await;
    let mut request = request();
    request.inputs[0].data = dataops_assistants::Data::Text(format!("Name: A guest\nthe key is {KEY}\n"));
    ended(start(&settings, request)).await.1.unwrap_or_else(|failure| panic!("{failure}"));
    let sent = fake.lock().expect("no panic inside").bodies[0].to_string();
    assert!(!sent.contains("Zk3Qp9") && sent.contains("[redacted: "), "{sent}");
}

#[tokio::test]
async fn a_busy_service_is_tried_again() {
    const OVERLOADED: &str = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let in_stream = format!("event: error\ndata: {OVERLOADED}\n\n");
    let replies = [Reply::Later, Reply::Status(529, OVERLOADED), Reply::Stream(in_stream.into()), Reply::Stream(GOOD.into())];
    let (fake, settings) = serve(replies, &[]).await;
    let (events, result) = ended(start(&settings, request())).await;
    result.unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(asked(&fake), 4);
    assert!(
        said(&events).contains("try 2: service_unavailable: the service answered 529: overloaded_error: Overloaded"),
        "{}",
        said(&events)
    );
}

#[tokio::test]
async fn tries_end_and_the_last_reason_is_told() {
    for (reply, code) in [(Reply::Later, Code::RateLimited), (Reply::Status(503, "down"), Code::ServiceUnavailable)] {
        let (fake, settings) = serve([reply], &[("DATAOPS_MESSAGES_TRIES", "3")]).await;
        assert_eq!(failed(&ended(start(&settings, request())).await), code);
        assert_eq!(asked(&fake), 3);
    }
}

#[tokio::test]
async fn what_does_not_get_better_is_not_tried_again() {
    const INVALID: &str = r#"{"type":"error","error":{"type":"invalid_request_error","message":"model: unknown"}}"#;
    let told = format!("{{\"type\":\"error\",\"error\":{{\"type\":\"authentication_error\",\"message\":\"invalid x-api-key {KEY}\"}}}}");
    let refusals = [
        (Reply::Status(401, Box::leak(told.into_boxed_str())), Code::CredentialRefused),
        (Reply::Status(400, INVALID), Code::RequestRefused),
        (Reply::Status(200, "<html>a login page</html>"), Code::BrokenAnswer),
        (Reply::Status(302, ""), Code::RequestRefused),
        (Reply::Stream(GOOD.replace("end_turn", "refusal").into()), Code::RequestRefused),
        (Reply::Stream(GOOD.replace("end_turn", "max_tokens").into()), Code::CostLimit),
        (Reply::Stream(GOOD.replace("end_turn", "tool_use").into()), Code::BrokenAnswer),
        (Reply::Stream(GOOD.replace("# A data", "Sure! A data").into()), Code::BrokenAnswer),
    ];
    for (reply, code) in refusals {
        let (fake, settings) = serve([reply], &[]).await;
        let run = ended(start(&settings, request())).await;
        assert_eq!(failed(&run), code, "{:?}", run.1);
        assert_eq!(asked(&fake), 1);
        let words = format!("{:?} {}", run.1, said(&run.0));
        assert!(!words.contains("Zk3Qp9"), "the service repeats the key, we do not: {words}");
    }
}

#[tokio::test]
async fn broken_streams_are_asked_for_again_and_never_taken() {
    let half = GOOD.len() / 2;
    let streams = [
        Reply::Stream(GOOD[..half].into()),
        Reply::Cut(GOOD[..half].into()),
        Reply::Stream(b"data: not json\n\n".into()),
        Reply::Stream(Vec::new()),
        Reply::Stream(b"data: \xff\xfe\x00\n\n".into()),
    ];
    for stream in streams {
        let (fake, settings) = serve([stream, Reply::Stream(GOOD.into())], &[]).await;
        let finished = ended(start(&settings, request())).await.1.unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(String::from_utf8_lossy(&finished.outputs[1].bytes), DOCUMENT);
        assert_eq!(asked(&fake), 2);
    }
    let (_, settings) = serve([Reply::Stream(GOOD[..half].into())], &[("DATAOPS_MESSAGES_TRIES", "2")]).await;
    assert_eq!(failed(&ended(start(&settings, request())).await), Code::BrokenAnswer);
}

#[tokio::test]
async fn endless_streams_are_cut_off() {
    let ping = b"event: ping\ndata: {\"type\":\"ping\"}\n\n".to_vec();
    let text = b"data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"more and more and more\\n\"}}\n\n".repeat(200);
    for endless in [ping, text, vec![b'x'; 8_192], vec![0xff; 8_192]] {
        let (_, settings) =
            serve([Reply::Endless(endless)], &[("DATAOPS_MESSAGES_TRIES", "1"), ("DATAOPS_MESSAGES_MAX_TOKENS", "600")]).await;
        let code = failed(&ended(start(&settings, request())).await);
        assert!([Code::OutputLimit, Code::BrokenAnswer].contains(&code), "{code:?}");
    }
}

#[tokio::test]
async fn silence_is_no_progress() {
    let limits = [("DATAOPS_ASSISTANT_INACTIVITY_SECONDS", "0.05"), ("DATAOPS_MESSAGES_TRIES", "1")];
    let (_, settings) = serve([Reply::Silent(GOOD[..900].into())], &limits).await;
    assert_eq!(failed(&ended(start(&settings, request())).await), Code::InactivityLimit);
    let (_, settings) = serve([Reply::Silent(GOOD[..900].into())], &[("DATAOPS_ASSISTANT_SECONDS", "0.05")]).await;
    assert_eq!(failed(&ended(start(&settings, request())).await), Code::TimeLimit);
}

#[tokio::test]
async fn a_run_stops_when_it_is_canceled_or_dropped() {
    let (_, settings) = serve([Reply::Silent(GOOD[..900].into())], &[]).await;
    let mut run = start(&settings, request());
    run.next().await.expect("it has begun");
    run.cancel();
    run.cancel();
    assert_eq!(failed(&ended(run).await), Code::Canceled);
    drop(start(&settings, request()));
}

#[tokio::test]
async fn nothing_is_sent_that_costs_more_than_it_may() {
    let prices = [("DATAOPS_MESSAGES_INPUT_PRICE", "300"), ("DATAOPS_MESSAGES_OUTPUT_PRICE", "1500")];
    let with = |more: &[(&'static str, &'static str)]| prices.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    let (fake, settings) = serve([Reply::Stream(GOOD.into())], &with(&[("DATAOPS_MESSAGES_MAX_CENTS", "1")])).await;
    assert_eq!(failed(&ended(start(&settings, request())).await), Code::CostLimit);
    let (none, settings) = serve([Reply::Stream(GOOD.into())], &[("DATAOPS_MESSAGES_MAX_INPUT_TOKENS", "100")]).await;
    assert_eq!(failed(&ended(start(&settings, request())).await), Code::CostLimit);
    assert_eq!(asked(&fake) + asked(&none), 0, "nothing was sent");
    let (fake, settings) = serve([Reply::Stream(GOOD.into())], &with(&[("DATAOPS_MESSAGES_MAX_CENTS", "6")])).await;
    ended(start(&settings, request())).await.1.unwrap_or_else(|failure| panic!("{failure}"));
    let tokens = fake.lock().expect("no panic inside").bodies[0]["max_tokens"].as_u64().expect("a number");
    assert!((500..4_000).contains(&tokens), "what may be written is what is left: {tokens}");
}

#[tokio::test]
async fn huge_inputs_are_cut_to_what_may_be_read() {
    let (fake, settings) = serve([Reply::Stream(GOOD.into())], &[("DATAOPS_MESSAGES_MAX_INPUT_TOKENS", "20000")]).await;
    let mut request = request();
    let one = dataops_assistants::Input {
        data: dataops_assistants::Data::Text("words \u{1b}[0m\u{0} ".repeat(40_000)),
        ..request.inputs[0].clone()
    };
    request.inputs.extend(vec![one; 30]);
    ended(start(&settings, request)).await.1.unwrap_or_else(|failure| panic!("{failure}"));
    let body = fake.lock().expect("no panic inside").bodies[0].to_string();
    assert!(body.len() < 20_000 * 4, "{}", body.len());
    assert!(body.contains("\\\"cut\\\":true"), "it says that it was cut");
}

#[tokio::test]
async fn a_service_that_is_not_there_is_told() {
    let more = [
        ("DATAOPS_MESSAGES_URL", "http://127.0.0.1:9"),
        ("DATAOPS_MESSAGES_KEY", KEY),
        ("DATAOPS_MESSAGES_MODEL", "m"),
        ("DATAOPS_MESSAGES_TRIES", "2"),
    ];
    let run = ended(start(&settings("messages-http", &more), request())).await;
    assert_eq!(failed(&run), Code::ServiceUnavailable);
}
