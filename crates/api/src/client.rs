//! The typed client: one request to the engine is one Invoke with an API Gateway v2 event.

use aws_sdk_lambda::primitives::Blob;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::problem::{MEDIA_TYPE, Problem};

/// Who asks, and under which request id. The engine trusts it because only the portal knows the secret.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The signed-in user.
    pub user_id: String,
    /// Names the request in logs, and the operation when no Idempotency-Key does.
    pub request_id: String,
    /// When the request reached the gateway, in milliseconds since 1970; 0 when it did not say.
    pub received_at: i64,
}

/// A request as the engine's router sees it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// Path, percent-encoded, such as `/api/tasks/x`.
    pub path: String,
    /// Query without `?`.
    pub query: String,
    /// Headers to pass on, lower-case names.
    pub headers: Vec<(String, String)>,
    /// Body bytes.
    pub body: Vec<u8>,
}

/// What the engine answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, lower-case names.
    pub headers: Vec<(String, String)>,
    /// Body bytes.
    pub body: Vec<u8>,
}

/// Why a typed call gave no value.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The engine refused; the problem says why.
    #[error("{}", .0.detail)]
    Refused(Box<Problem>),
    /// The engine could not be reached or answered nonsense.
    #[error("the work engine did not answer: {0}")]
    Unreachable(String),
}

/// Invokes the work-engine.
#[derive(Debug, Clone)]
pub struct Client {
    lambda: aws_sdk_lambda::Client,
    function: String,
    secret: String,
}

impl Client {
    /// A client of the function with this name that proves itself with the portal's secret.
    pub fn new(lambda: aws_sdk_lambda::Client, function: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { lambda, function: function.into(), secret: secret.into() }
    }

    /// Reads a resource or view.
    ///
    /// # Errors
    /// When the engine refuses or can't be reached.
    pub async fn get<T: DeserializeOwned>(&self, caller: &Caller, path: &str, query: &str) -> Result<T, ClientError> {
        self.typed(caller, "GET", path, query, &Value::Null, &[]).await
    }

    /// Sends a JSON body and reads the answer.
    ///
    /// # Errors
    /// When the engine refuses or can't be reached.
    pub async fn send<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        method: &str,
        path: &str,
        body: &impl Serialize,
        headers: &[(&str, &str)],
    ) -> Result<T, ClientError> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        self.typed(caller, method, path, query, body, headers).await
    }

    async fn typed<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        method: &str,
        path: &str,
        query: &str,
        body: &impl Serialize,
        headers: &[(&str, &str)],
    ) -> Result<T, ClientError> {
        let unreadable = |error: serde_json::Error| ClientError::Unreachable(error.to_string());
        let body = serde_json::to_vec(body).map_err(unreadable)?;
        let mut all = vec![("accept".to_owned(), MEDIA_TYPE.to_owned())];
        all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let body = if body == b"null" { Vec::new() } else { body };
        let request = Request { method: method.to_owned(), path: path.to_owned(), query: query.to_owned(), headers: all, body };
        let answer = self.call(caller, request).await?;
        if (200..300).contains(&answer.status) {
            let bytes = if answer.body.is_empty() { b"null" } else { answer.body.as_slice() };
            return serde_json::from_slice(bytes).map_err(unreadable);
        }
        let problem = serde_json::from_slice(&answer.body).map_err(|_| ClientError::Unreachable(format!("status {}", answer.status)))?;
        Err(ClientError::Refused(Box::new(problem)))
    }

    /// Sends one request and gives the answer as it is, whatever its status.
    ///
    /// # Errors
    /// When the engine can't be reached, or does not know the secret.
    pub async fn call(&self, caller: &Caller, request: Request) -> Result<Answer, ClientError> {
        let unreachable = |error: String| ClientError::Unreachable(error);
        let payload = serde_json::to_vec(&self.event(caller, &request)).map_err(|error| unreachable(error.to_string()))?;
        let reply = self.lambda.invoke().function_name(&self.function).payload(Blob::new(payload)).send().await;
        let reply = reply.map_err(|error| unreachable(aws_sdk_lambda::error::DisplayErrorContext(&error).to_string()))?;
        if let Some(kind) = reply.function_error() {
            return Err(unreachable(format!("function error: {kind}")));
        }
        let payload = reply.payload().map(Blob::as_ref).unwrap_or_default();
        let answer: Value = serde_json::from_slice(payload).map_err(|error| unreachable(error.to_string()))?;
        let answer = read_answer(&answer).ok_or_else(|| unreachable("not an HTTP answer".to_owned()))?;
        // Who is signed in is decided before this. So the engine means the caller itself, and nobody at a browser can help that.
        match answer.status {
            401 => {
                Err(unreachable("it takes this caller for a stranger: WORK_ENGINE_PORTAL_SECRET is not the same here and there".to_owned()))
            }
            _ => Ok(answer),
        }
    }

    fn event(&self, caller: &Caller, request: &Request) -> Value {
        let mut headers = serde_json::Map::new();
        for (name, value) in &request.headers {
            headers.insert(name.clone(), json!(value));
        }
        headers.insert("x-portal-auth".to_owned(), json!("true"));
        headers.insert("x-portal-secret".to_owned(), json!(self.secret));
        headers.insert("x-user-id".to_owned(), json!(caller.user_id));
        headers.insert("x-request-id".to_owned(), json!(caller.request_id));
        use base64::Engine as _;
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": request.path,
            "rawQueryString": request.query,
            "headers": headers,
            "requestContext": {
                "accountId": "internal", "apiId": "portal", "domainName": "work-engine", "domainPrefix": "work-engine",
                "http": { "method": request.method, "path": request.path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "portal" },
                "requestId": caller.request_id, "routeKey": "$default", "stage": "$default",
                "time": "01/Jan/1970:00:00:00 +0000", "timeEpoch": caller.received_at
            },
            "body": base64::engine::general_purpose::STANDARD.encode(&request.body),
            "isBase64Encoded": true
        })
    }
}

fn read_answer(answer: &Value) -> Option<Answer> {
    use base64::Engine as _;
    let status = u16::try_from(answer.get("statusCode")?.as_u64()?).ok()?;
    let headers = answer.get("headers").and_then(Value::as_object);
    let headers =
        headers.into_iter().flatten().filter_map(|(name, value)| Some((name.to_lowercase(), value.as_str()?.to_owned()))).collect();
    let text = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    let encoded = answer.get("isBase64Encoded").and_then(Value::as_bool) == Some(true);
    let body = if encoded { base64::engine::general_purpose::STANDARD.decode(text).ok()? } else { text.as_bytes().to_vec() };
    Some(Answer { status, headers, body })
}
