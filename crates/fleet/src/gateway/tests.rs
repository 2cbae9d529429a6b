//! Round trips: a request becomes an event, the event reaches a router, and the answer becomes a response again.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, OriginalUri, RawQuery};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use http::Request;
use http::header::{CONTENT_TYPE, SET_COOKIE};

use super::{HttpAnswer, HttpEvent, RequestContext, answer};

fn router() -> Router {
    async fn echo(headers: HeaderMap, body: Bytes) -> impl IntoResponse {
        ([(CONTENT_TYPE, headers[CONTENT_TYPE].clone())], body)
    }
    async fn target(OriginalUri(uri): OriginalUri, RawQuery(query): RawQuery) -> String {
        format!("{}|{}", uri.path(), query.unwrap_or_default())
    }
    async fn cookies(headers: HeaderMap) -> impl IntoResponse {
        let seen = headers[http::header::COOKIE].to_str().expect("text").to_owned();
        (AppendHeaders([(SET_COOKIE, "a=1; Path=/"), (SET_COOKIE, "b=2; Expires=Thu, 01 Jan 2026")]), seen)
    }
    async fn context(Extension(context): Extension<RequestContext>, headers: HeaderMap) -> String {
        let header = headers["x-request-id"].to_str().expect("text").to_owned();
        format!("{} {} {header}", context.request_id, context.source_ip.unwrap_or_default())
    }
    Router::new().route("/echo", post(echo)).route("/cookies", get(cookies)).route("/context", get(context)).fallback(target)
}

async fn call(request: Request<Vec<u8>>) -> (HttpAnswer, Vec<u8>) {
    let (parts, body) = request.into_parts();
    let mut event = HttpEvent::from_request(&parts, &body);
    event.request_context.request_id = "Req-1".to_owned();
    event.request_context.http.source_ip = Some("192.0.2.7".to_owned());
    let payload = serde_json::to_vec(&event).expect("an event");
    let answer: HttpAnswer = serde_json::from_slice(&answer(router(), &payload).await.expect("an answer")).expect("an answer");
    let body = answer.body_bytes().expect("a body");
    (answer, body)
}

fn request(method: &str, target: &str) -> http::request::Builder {
    Request::builder().method(method).uri(target)
}

#[tokio::test]
async fn binary_bodies_survive_both_ways() {
    let bytes: Vec<u8> = (0..=255).collect();
    let sent = request("POST", "/echo").header(CONTENT_TYPE, "application/zip").body(bytes.clone()).expect("a request");
    let (answer, body) = call(sent).await;
    assert!(answer.is_base64_encoded);
    assert_eq!(body, bytes);
}

#[tokio::test]
async fn text_stays_text_and_broken_text_becomes_base64() {
    let json = request("POST", "/echo").header(CONTENT_TYPE, "application/json; charset=utf-8");
    let (answer, _) = call(json.body("{\"ö\":1}".into()).expect("a request")).await;
    assert_eq!((answer.body.as_deref(), answer.is_base64_encoded), (Some("{\"ö\":1}"), false));
    let html = request("POST", "/echo").header(CONTENT_TYPE, "text/html");
    let (answer, body) = call(html.body(vec![0xff, 0xfe]).expect("a request")).await;
    assert_eq!((answer.is_base64_encoded, body), (true, vec![0xff, 0xfe]));
}

#[tokio::test]
async fn repeated_cookies_travel_apart() {
    let sent = request("GET", "/cookies").header("cookie", "x=1; y=2").header("cookie", "z=3");
    let (answer, body) = call(sent.body(Vec::new()).expect("a request")).await;
    assert_eq!(body, b"x=1; y=2; z=3");
    assert_eq!(answer.cookies, ["a=1; Path=/", "b=2; Expires=Thu, 01 Jan 2026"]);
    let response = answer.response(()).expect("a response");
    assert_eq!(response.headers().get_all(SET_COOKIE).iter().count(), 2);
}

#[tokio::test]
async fn paths_and_queries_stay_raw() {
    for (target, seen) in [
        ("/a%2Fb/../c%20d?q=%C3%B6&q=a+b&q=", "/a%2Fb/../c%20d|q=%C3%B6&q=a+b&q="),
        ("//double//slash", "//double//slash|"),
        ("/plain?a=b?c", "/plain|a=b?c"),
    ] {
        let (_, body) = call(request("GET", target).body(Vec::new()).expect("a request")).await;
        assert_eq!(String::from_utf8_lossy(&body), seen);
    }
}

#[tokio::test]
async fn a_decoded_path_is_encoded_again() {
    let mut event = HttpEvent { raw_path: "/tag/grün 5%".to_owned(), ..HttpEvent::default() };
    event.request_context.http.method = "GET".to_owned();
    let request = event.request(()).expect("a request");
    assert_eq!(request.uri().path(), "/tag/gr%C3%BCn%205%25");
}

#[tokio::test]
async fn the_gateways_id_reaches_the_handler_and_cannot_be_replaced() {
    let (_, body) = call(request("GET", "/context").body(Vec::new()).expect("a request")).await;
    assert_eq!(String::from_utf8_lossy(&body), "Req-1 192.0.2.7 Req-1");
    let forged = request("GET", "/context").header("x-request-id", "mine").body(Vec::new()).expect("a request");
    let (_, body) = call(forged).await;
    assert_eq!(String::from_utf8_lossy(&body), "Req-1 192.0.2.7 mine");
}

#[tokio::test]
async fn what_is_no_event_is_an_error_and_a_bad_method_an_answer() {
    assert_eq!(answer(router(), b"[").await.expect_err("no event").error_type, "BadEvent");
    let body = br#"{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}},"body":"*","isBase64Encoded":true}"#;
    assert_eq!(answer(router(), body).await.expect_err("no base64").error_type, "BadEvent");
    let odd = br#"{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"B AD"}}}"#;
    let answered = answer(router(), odd).await.expect("an answer");
    assert!(String::from_utf8_lossy(&answered).contains("\"statusCode\":400"));
}

#[tokio::test]
async fn an_event_of_another_kind_is_refused_by_its_name() {
    for (payload, words) in [
        ("{}", "it is of no known kind; expected an API Gateway HTTP API event, payload format 2.0"),
        (r#"{"Records":[{"eventSource":"aws:sqs","body":"a"}]}"#, "it is an SQS event"),
        (r#"{"version":"1.0","requestContext":{"httpMethod":"GET"}}"#, "another payload format"),
        (r#"{"version":"0","source":"aws.scheduler","detail-type":"Scheduled Event"}"#, "it is an EventBridge event"),
        (r#"{"version":2}"#, "it is of no known kind"),
        ("[]", "no JSON object"),
        ("{", "EOF"),
    ] {
        let error = answer(router(), payload.as_bytes()).await.expect_err(payload);
        assert_eq!(error.error_type, "BadEvent");
        assert!(error.error_message.contains(words), "{payload}: {}", error.error_message);
    }
}

#[tokio::test]
async fn the_route_is_noted_as_its_pattern_and_the_status_with_it() {
    use std::sync::Arc;

    use crate::scope::Scope;

    let scope = Arc::new(Scope::new("portal".into(), "ops-portal".into(), "invocation".to_owned(), None, false));
    let router = Router::new().route("/setup/{token}", get(|| async { "hello" })).layer(axum::middleware::from_fn(super::noted));
    let (parts, ()) = request("GET", "/setup/nobodys-business").body(()).expect("a request").into_parts();
    let mut event = HttpEvent::from_request(&parts, b"");
    event.request_context.request_id = "Req-2".to_owned();
    scope.run(super::route(router, event)).await.expect("an answer");
    let seen = scope.seen();
    assert_eq!(seen.route, Some(("GET".to_owned(), "/setup/{token}".to_owned())));
    assert_eq!((seen.status, seen.correlation.as_deref()), (Some(200), Some("Req-2")));
}
