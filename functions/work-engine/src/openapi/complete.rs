//! What every route has in common, written once: the bodies of refusals, the headers that any request may carry, and the
//! statuses that come from outside the handlers.

use http::StatusCode;
use serde_json::{Map, Value, json};

/// Adds to every operation what its handler's annotation leaves out. What it says stays.
pub(super) fn complete(document: &mut Value) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, methods) in paths {
        let Some(methods) = methods.as_object_mut() else { continue };
        for (method, operation) in methods.iter_mut().filter(|(method, _)| METHODS.contains(&method.as_str())) {
            headers(operation, method, path);
            let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { continue };
            for status in statuses(method, path) {
                responses.entry(status).or_insert_with(|| json!({ "description": "" }));
            }
            for (status, response) in responses.iter_mut() {
                describe(status, response);
            }
            responses.sort_keys();
        }
    }
}

const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

/// What may come before or beside any handler: a bad query or header, nobody signed in, another's change, a busy database.
fn statuses(method: &str, path: &str) -> Vec<&'static str> {
    if path == "/api/health" {
        return Vec::new();
    }
    let mut statuses = vec!["400", "401", "503"];
    if path.contains('{') {
        statuses.push("404");
    }
    match method {
        "get" => statuses.push("304"),
        "post" => statuses.extend(["409", "413", "422"]),
        _ => statuses.extend(["409", "412", "413"]),
    }
    statuses
}

fn describe(status: &str, response: &mut Value) {
    let code = status.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
    let Some(response) = response.as_object_mut() else { return };
    if response.get("description").is_none_or(|words| words == "") {
        let words = code.and_then(|code| code.canonical_reason()).unwrap_or("Answer");
        response.insert("description".to_owned(), json!(words));
    }
    if code.is_some_and(|code| code.is_client_error() || code.is_server_error()) && !response.contains_key("content") {
        let body = |name: &str| json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } });
        let content = json!({ "application/json": body("ErrorBody"), "application/problem+json": body("Problem") });
        response.insert("content".to_owned(), content);
    }
}

fn headers(operation: &mut Value, method: &str, path: &str) {
    let header = |name: &str, words: &str| json!({ "name": name, "in": "header", "required": false, "description": words, "schema": { "type": "string" } });
    let added = match method {
        "get" if path != "/api/health" => header("If-None-Match", "The ETag of an answer that is still at hand: 304 when nothing changed."),
        "post" => header(
            "Idempotency-Key",
            "Names this request: sent again with the same body, it is answered again and done once. Kept 24 hours.",
        ),
        "put" | "patch" | "delete" => header("If-Match", "The ETag of what the change is meant for: 412 when it is another version."),
        _ => return,
    };
    let Some(operation) = operation.as_object_mut() else { return };
    let known = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(known) = known.as_array_mut().filter(|known| known.iter().all(|one| one["name"] != added["name"])) {
        known.push(added);
    }
}

/// Puts the properties of `schema` that are not in `left_out` into a request body, with those in `required` demanded.
pub(super) fn body_of(document: &Value, schema: &str, left_out: &[&str], required: &[&str]) -> Value {
    let properties = document["components"]["schemas"][schema]["properties"].as_object().cloned().unwrap_or_default();
    let kept: Map<String, Value> = properties.into_iter().filter(|(name, _)| !left_out.contains(&name.as_str())).collect();
    json!({ "type": "object", "properties": kept, "required": required })
}
