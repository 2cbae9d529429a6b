//! The bodies of requests whose fields the domain reads one by one: their properties are those of the entity that they make or
//! change, without what only the server sets.

use serde_json::{Value, json};

/// Fields of a task that no request sets.
const OF_TASK: [&str; 16] = [
    "id",
    "dueAt",
    "completedAt",
    "completedBy",
    "evidence",
    "templateTaskRef",
    "stageOnComplete",
    "recurringConfigId",
    "taskHistory",
    "reminded",
    "createdAt",
    "updatedAt",
    "version",
    "deletedAt",
    "deletedBy",
    "risk",
];
const OF_BUNDLE: [&str; 10] =
    ["id", "sourceDocIds", "evidenceFor", "plannedTasks", "beingMade", "createdAt", "updatedAt", "version", "deletedAt", "risk"];
const OF_TEMPLATE: [&str; 7] = ["id", "anchorMeaning", "contentHash", "differsFromGit", "createdAt", "updatedAt", "version"];

/// Says what stands in every body that its handler calls just an object.
pub(super) fn describe(document: &mut Value) {
    let of = |document: &Value, schema: &str, left_out: &[&str], required: &[&str]| {
        super::complete::body_of(document, schema, left_out, required)
    };
    let bodies = [
        ("/api/tasks", "post", of(document, "Task", &OF_TASK, &["description", "date"])),
        ("/api/tasks/{id}", "put", of(document, "Task", &OF_TASK, &[])),
        ("/api/tasks/{id}/actions/{action}", "post", action(document)),
        ("/api/bundles", "post", of(document, "Bundle", &OF_BUNDLE, &["title", "anchorDate"])),
        ("/api/bundles/{id}", "put", of(document, "Bundle", &OF_BUNDLE, &[])),
        ("/api/templates", "post", of(document, "Template", &OF_TEMPLATE, &["name", "type", "taskDefinitions"])),
        ("/api/templates/{id}", "put", of(document, "Template", &OF_TEMPLATE, &[])),
        ("/api/users", "post", user(&["name", "email"])),
        ("/api/users/{id}", "patch", user(&[])),
        ("/api/users/{id}", "put", user(&[])),
    ];
    for (path, method, body) in bodies {
        let place = format!("{}/requestBody/content/application~1json/schema", operation(path, method));
        if let Some(schema) = document.pointer_mut(&place).filter(|schema| **schema == json!({ "type": "object" })) {
            *schema = body;
        }
    }
    let names = ["mark-waiting", "follow-up-sent", "response-received", "unblocked", "resolve-done", "comment"];
    let parameters = document.pointer_mut(&format!("{}/parameters", operation("/api/tasks/{id}/actions/{action}", "post")));
    if let Some(action) = parameters.and_then(Value::as_array_mut).and_then(|all| all.iter_mut().find(|one| one["name"] == "action")) {
        action["schema"] = json!({ "type": "string", "enum": names });
    }
}

/// The JSON pointer of an operation.
fn operation(path: &str, method: &str) -> String {
    format!("/paths/{}/{method}", path.replace('/', "~1"))
}

/// A follow-up action: which fields it needs depends on the action (wire contract 4.5).
fn action(document: &Value) -> Value {
    let text = |most: u32, words: &str| json!({ "type": "string", "maxLength": most, "description": words });
    let task = &document["components"]["schemas"]["Task"]["properties"];
    json!({ "type": "object", "properties": {
        "note": text(500, "What was said. No credentials."),
        "channel": text(60, "How somebody was asked. No credentials."),
        "waitingFor": text(160, "Who is waited for: `mark-waiting`."),
        "followUpAt": { "type": "string", "description": "When to ask again, a date or a timestamp: `mark-waiting`." },
        "nextFollowUpAt": { "type": "string", "description": "As `followUpAt`: `follow-up-sent`." },
        "comment": task["comment"], "link": task["link"], "externalStatus": task["externalStatus"],
        "artifactRefs": task["artifactRefs"], "assistantJobRefs": task["assistantJobRefs"], "auditEventRefs": task["auditEventRefs"],
    } })
}

fn user(required: &[&str]) -> Value {
    json!({ "type": "object", "required": required, "properties": {
        "name": { "type": "string" },
        "email": { "type": "string", "format": "email" },
        "role": { "type": "string", "enum": ["admin", "operator"] },
        "password": { "type": "string", "format": "password", "writeOnly": true },
        "disabled": { "type": "boolean" },
    } })
}
