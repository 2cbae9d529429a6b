//! The platform's side of the runtime interface, for one process: it hands out events one after the other and keeps what comes back
//! and when.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::{Notify, mpsc};

/// What a function told the platform.
#[derive(Debug, Clone)]
pub enum Heard {
    /// It asked for an event.
    Next(Instant),
    /// It answered one.
    Answer(Instant, Vec<u8>),
    /// It failed at one: the body, which names the error.
    Failure(Instant, Vec<u8>),
    /// It could not start: the error's type as the header has it, and the body.
    InitError(String, Vec<u8>),
}

/// The platform for one process.
pub struct Platform {
    /// `AWS_LAMBDA_RUNTIME_API`.
    pub address: String,
    heard: mpsc::UnboundedReceiver<Heard>,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

struct Shared {
    events: Mutex<VecDeque<Vec<u8>>>,
    added: Notify,
    tell: mpsc::UnboundedSender<Heard>,
}

impl Platform {
    /// Listens; events are [`Platform::send`].
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let (tell, heard) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { events: Mutex::default(), added: Notify::new(), tell });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answer))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failure))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("the platform serves") });
        Self { address, heard, shared, server }
    }

    /// Has an event for the function.
    pub fn send(&self, event: &[u8]) {
        self.shared.events.lock().expect("unpoisoned").push_back(event.to_vec());
        self.shared.added.notify_one();
    }

    /// The next thing the function says; `None` when it says nothing for so long.
    pub async fn hear(&mut self, patience: std::time::Duration) -> Option<Heard> {
        tokio::time::timeout(patience, self.heard.recv()).await.ok().flatten()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    fn tell(&self, heard: Heard) -> StatusCode {
        drop(self.tell.send(heard));
        StatusCode::ACCEPTED
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.tell(Heard::Next(Instant::now()));
    loop {
        let event = shared.events.lock().expect("unpoisoned").pop_front();
        if let Some(event) = event {
            let headers = [
                ("content-type", "application/json"),
                ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
                ("lambda-runtime-deadline-ms", "4102444800000"),
                ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:measured"),
                ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"),
            ];
            return (headers, event).into_response();
        }
        shared.added.notified().await;
    }
}

async fn answer(State(shared): State<Arc<Shared>>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    shared.tell(Heard::Answer(Instant::now(), body.to_vec()))
}

async fn failure(State(shared): State<Arc<Shared>>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    shared.tell(Heard::Failure(Instant::now(), body.to_vec()))
}

async fn init_error(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let kind = headers.get("lambda-runtime-function-error-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    shared.tell(Heard::InitError(kind.to_owned(), body.to_vec()))
}
