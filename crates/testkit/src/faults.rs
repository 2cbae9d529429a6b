//! The network between the product and its database, with everything that goes wrong on it: the SDK sees what AWS itself
//! answers, at the place where it would see it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// Longer than any client waits.
const NEVER: Duration = Duration::from_secs(3_600);
/// The key of an empty page: whoever continues after it reads from the beginning.
const EMPTY_PAGE: &str = "continue-from-the-beginning";

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happens {
    /// It is answered.
    Nothing,
    /// It is refused for now.
    Throttled,
    /// It is a transaction and meets another one.
    Conflict,
    /// It is never applied and never answered.
    SilentBefore,
    /// It is applied and never answered.
    SilentAfter,
    /// It is a query or a scan, and its first page is empty and says that there is more.
    EmptyPage,
}

/// Asked for each request: its operation (`GetItem`) and its number among those of this operation, from 1.
type Asked = Box<dyn Fn(&str, usize) -> Happens + Send + Sync>;

/// What a network does.
#[derive(Clone, Default)]
pub struct Faults(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: Mutex<Option<Asked>>,
    counts: Mutex<std::collections::HashMap<String, usize>>,
    happened: AtomicUsize,
}

impl Faults {
    /// Lets `asked` decide from now on.
    pub fn let_happen(&self, asked: impl Fn(&str, usize) -> Happens + Send + Sync + 'static) {
        self.0.counts.lock().expect("no panic under the lock").clear();
        self.0.happened.store(0, Ordering::SeqCst);
        *self.0.asked.lock().expect("no panic under the lock") = Some(Box::new(asked));
    }

    /// How often something happened since.
    pub fn happened(&self) -> usize {
        self.0.happened.load(Ordering::SeqCst)
    }

    fn ask(&self, operation: &str) -> Happens {
        let nth = {
            let mut counts = self.0.counts.lock().expect("no panic under the lock");
            let count = counts.entry(operation.to_owned()).or_default();
            *count += 1;
            *count
        };
        let happens =
            self.0.asked.lock().expect("no panic under the lock").as_ref().map_or(Happens::Nothing, |asked| asked(operation, nth));
        self.0.happened.fetch_add(usize::from(happens != Happens::Nothing), Ordering::SeqCst);
        happens
    }

    /// Listens in front of the database at `url`, until the runtime of this test ends; gives its own address.
    pub(crate) async fn serve(&self, url: String) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("its address"));
        let client = Client::builder(TokioExecutor::new()).build_http();
        let network = Network { faults: self.clone(), url, client };
        let router = Router::new().fallback(pass).with_state(network);
        tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        address
    }
}

#[derive(Clone)]
struct Network {
    faults: Faults,
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

async fn pass(State(network): State<Network>, headers: HeaderMap, body: Bytes) -> Response {
    let operation = headers.get("x-amz-target").and_then(|target| target.to_str().ok()?.split_once('.')).map(|(_, name)| name.to_owned());
    match network.faults.ask(&operation.unwrap_or_default()) {
        Happens::Nothing => network.forward(&headers, body).await,
        Happens::Throttled => refusal("ThrottlingException", json!({ "message": "Rate exceeded" })),
        Happens::Conflict => conflict(&body),
        Happens::SilentBefore => silence().await,
        Happens::SilentAfter => {
            network.forward(&headers, body).await;
            silence().await
        }
        Happens::EmptyPage => network.empty_page(&headers, body).await,
    }
}

impl Network {
    async fn forward(&self, headers: &HeaderMap, body: Bytes) -> Response {
        let mut request = Request::post(&self.url).body(Full::new(body)).expect("a request");
        request.headers_mut().extend(headers.iter().filter(|(name, _)| *name != "content-length").map(|(n, v)| (n.clone(), v.clone())));
        let answer = self.client.request(request).await.expect("the database answers");
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.expect("the database's answer").to_bytes();
        Response::from_parts(parts, body.into())
    }

    /// An empty page first; whoever follows its key gets the real first one.
    async fn empty_page(&self, headers: &HeaderMap, body: Bytes) -> Response {
        let mut wanted: Value = serde_json::from_slice(&body).expect("JSON");
        let start = wanted.as_object_mut().and_then(|wanted| wanted.remove("ExclusiveStartKey"));
        match start {
            None => {
                let key = json!({ EMPTY_PAGE: { "S": EMPTY_PAGE } });
                let consumed = json!({ "TableName": wanted["TableName"], "CapacityUnits": 0.5 });
                let page = json!({ "Items": [], "Count": 0, "ScannedCount": 0, "LastEvaluatedKey": key, "ConsumedCapacity": consumed });
                axum::Json(page).into_response()
            }
            Some(key) if key.get(EMPTY_PAGE).is_some() => self.forward(headers, wanted.to_string().into()).await,
            Some(_) => self.forward(headers, body).await,
        }
    }
}

async fn silence() -> Response {
    tokio::time::sleep(NEVER).await;
    StatusCode::GATEWAY_TIMEOUT.into_response()
}

fn refusal(code: &str, mut words: Value) -> Response {
    words["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{code}"));
    let header = [("content-type", "application/x-amz-json-1.0")];
    (StatusCode::BAD_REQUEST, header, words.to_string()).into_response()
}

/// As AWS answers when another transaction has hold of the first item.
fn conflict(body: &Bytes) -> Response {
    let wanted: Value = serde_json::from_slice(body).expect("JSON");
    let items = wanted["TransactItems"].as_array().map_or(1, Vec::len);
    let reason = |place: usize| if place == 0 { json!({ "Code": "TransactionConflict" }) } else { json!({ "Code": "None" }) };
    let reasons: Vec<Value> = (0..items).map(reason).collect();
    let words = "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]";
    refusal("TransactionCanceledException", json!({ "Message": words, "message": words, "CancellationReasons": reasons }))
}
