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
const OF_TEMPLATE: [&str; 9] =
    ["id", "anchorMeaning", "contentHash", "differsFromGit", "pauses", "archivedAt", "createdAt", "updatedAt", "version"];
const OF_RECURRING: [&str; 6] = ["id", "pauses", "archivedAt", "createdAt", "updatedAt", "version"];

/// Fields of an assistant job that no request sets.
const OF_JOB: [&str; 18] = [
    "id",
    "status",
    "outputArtifactIds",
    "logRefs",
    "approval",
    "attemptCount",
    "lastError",
    "attempts",
    "progress",
    "acknowledgedAt",
    "acknowledgedBy",
    "queuedAt",
    "startedAt",
    "completedAt",
    "createdAt",
    "updatedAt",
    "version",
    "lease",
];

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
        ("/api/templates/{id}/trigger/pause", "post", pause()),
        ("/api/recurring", "post", of(document, "RecurringConfig", &OF_RECURRING, &["description", "cronExpression"])),
        ("/api/recurring/{id}", "put", of(document, "RecurringConfig", &OF_RECURRING, &[])),
        ("/api/recurring/{id}/pause", "post", pause()),
        ("/api/recurring/generate", "post", dates(&["startDate", "endDate"], json!({}))),
        ("/api/recurring/preview", "post", dates(&[], json!({ "source": source() }))),
        (
            "/api/recurring/apply",
            "post",
            dates(&["token"], json!({ "source": source(), "token": { "type": "string", "description": "Of the preview." } })),
        ),
        ("/api/recurring/simulate", "post", simulated(document)),
        ("/api/recurring/windows/acknowledge", "post", acknowledged()),
        ("/api/assistant-jobs", "post", of(document, "Job", &OF_JOB, &["assistantType"])),
        ("/api/assistant-jobs/{id}", "put", of(document, "Job", &[&OF_JOB[..], &["requestedBy", "retryOfJobId"]].concat(), &[])),
        ("/api/assistant-jobs/{id}/transition", "post", moved(document)),
        ("/api/assistant-jobs/{id}/transition", "put", moved(document)),
        ("/api/assistant-jobs/{id}/reject", "post", texts(&["reason"])),
        ("/api/assistant-jobs/{id}/reject", "put", texts(&["reason"])),
        ("/api/assistant-jobs/{id}/revise", "post", texts(&["artifactId", "content"])),
        ("/api/assistant-jobs/{id}/revise", "put", texts(&["artifactId", "content"])),
        ("/api/assistant-jobs/{id}/artifacts", "post", texts(&["artifactId"])),
        ("/api/assistant-jobs/{id}/artifacts", "put", texts(&["artifactId"])),
        ("/api/assistant-jobs/{id}/events", "post", texts(&["action", "summary"])),
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

/// Why a source is paused, and until when.
fn pause() -> Value {
    json!({ "type": "object", "required": ["reason"], "properties": {
        "reason": { "type": "string", "maxLength": 500, "description": "Why." },
        "until": { "type": "string", "description": "When it ends by itself, a date or a timestamp." },
    } })
}

fn source() -> Value {
    json!({ "type": "string", "description": "One source alone: `recurring#<id>` or `template#<id>`." })
}

/// A range of dates, by the names of the route, with more properties.
fn dates(required: &[&str], more: Value) -> Value {
    let date = |words: &str| json!({ "type": "string", "format": "date", "description": words });
    let mut properties = if required.contains(&"startDate") {
        json!({ "startDate": date("The first date."), "endDate": date("The last date, at most 90 days later.") })
    } else {
        json!({
            "date": date("One date, in place of `from` and `to`."),
            "from": date("The first date."),
            "to": date("The last date, at most 90 days later."),
        })
    };
    if let (Some(properties), Value::Object(more)) = (properties.as_object_mut(), more) {
        properties.extend(more);
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// A range, and the source as it would be: the fields of a duty or of a template, with the id of the stored one.
fn simulated(document: &Value) -> Value {
    let of = |schema: &str| json!({ "type": "object", "properties": document["components"]["schemas"][schema]["properties"] });
    dates(&[], json!({ "source": source(), "recurringConfig": of("RecurringConfig"), "template": of("Template") }))
}

fn acknowledged() -> Value {
    json!({ "type": "object", "required": ["source", "date"], "properties": {
        "source": { "type": "string", "description": "`recurring#<id>` or `template#<id>`." },
        "date": { "type": "string", "format": "date" },
        "note": { "type": "string", "maxLength": 500 },
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

/// A body of texts that are all there.
fn texts(names: &[&str]) -> Value {
    let properties: serde_json::Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
    json!({ "type": "object", "properties": properties, "required": names })
}

/// Where a job is moved, and what comes with it.
fn moved(document: &Value) -> Value {
    let status = document.pointer("/components/schemas/JobStatus").cloned().unwrap_or_default();
    let objects = json!({ "type": "array", "items": { "type": "object" } });
    json!({ "type": "object", "required": ["status"], "properties": {
        "status": status, "metadata": { "type": "object" }, "logRefs": objects, "outputArtifactIds": { "type": "array", "items": { "type": "string" } },
        "error": { "description": "A text, or an object with code and summary." }, "summary": { "type": "string" },
        "attempt": { "type": "integer", "description": "The attempt that was worked on: refused when it is over." } } })
}
