//! A caller with a credential. Requests go through the function's own handler as API Gateway events.

use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Map, Value, json};

use crate::stack::SECRET;
use crate::{Answer, Stack};

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Caller {
    stack: Arc<Stack>,
    user: Option<String>,
    headers: Vec<(String, String)>,
}

impl Caller {
    pub(crate) fn new(stack: Arc<Stack>, user: Option<String>) -> Self {
        Self { stack, user, headers: Vec::new() }
    }

    /// The same caller, sending a header.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut caller = self.clone();
        caller.headers.push((name.to_owned(), value.to_owned()));
        caller
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, Vec::new()).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, body.to_string().into_bytes()).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, body.to_string().into_bytes()).await
    }

    /// Uploads a file through the form; `fields` are the other parts.
    pub async fn upload(&self, fields: &[(&str, &str)], filename: &str, bytes: &[u8]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"{filename}\"\r\nContent-Type: text/plain\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(bytes);
        body.extend(b"\r\n--edge--\r\n");
        self.with("content-type", "multipart/form-data; boundary=edge").send("POST", "/api/files", body).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, Vec::new()).await
    }

    /// Any method, any bytes.
    pub async fn send(&self, method: &str, target: &str, body: Vec<u8>) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers = Map::new();
        if let Some(user) = &self.user {
            headers.insert("x-portal-auth".to_owned(), json!("true"));
            headers.insert("x-portal-secret".to_owned(), json!(SECRET));
            headers.insert("x-user-id".to_owned(), json!(user));
        }
        for (name, value) in &self.headers {
            headers.insert(name.clone(), json!(value));
        }
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": headers,
            "requestContext": {
                "accountId": "test", "apiId": "test", "domainName": "test", "domainPrefix": "test", "stage": "$default", "routeKey": "$default",
                "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test" },
                "requestId": self.stack.next_request(), "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 0
            },
            "body": base64::engine::general_purpose::STANDARD.encode(&body), "isBase64Encoded": true
        });
        let answer: Value = serde_json::from_slice(&self.stack.invoke(&event).await).expect("an answer");
        let text = answer["body"].as_str().unwrap_or_default().to_owned();
        let bytes = match answer["isBase64Encoded"].as_bool() {
            Some(true) => base64::engine::general_purpose::STANDARD.decode(&text).expect("base64"),
            _ => text.clone().into_bytes(),
        };
        let headers = answer["headers"].as_object().cloned().unwrap_or_default();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        if path.starts_with("/api/tasks") || path.starts_with("/api/bundles") {
            keeps_its_own_marks(&json);
        }
        Answer {
            status: answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status"),
            headers: headers
                .into_iter()
                .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap_or_default().to_owned()))
                .collect(),
            json,
            text,
            bytes,
        }
    }
}

/// No task is answered with what only the product itself reads.
fn keeps_its_own_marks(answer: &Value) {
    let lists = [&answer["tasks"], &answer["results"]].into_iter().filter_map(Value::as_array).flatten();
    for task in lists.chain([&answer["task"], answer]) {
        for key in ["definitionMark", "planned", "reminded", "linked", "files", "artifacts", "attached"] {
            assert!(task.get("createdAt").is_none() || task.get(key).is_none(), "`{key}` is answered: {task}");
        }
    }
}
