//! What no function may ever do. A grant that lets one of these through fails here, whoever thinks it is needed.

use dataops_local::functions::{ALL, ASSISTANT_RUNNER, CRON_RUNNER, EXPORT_JOB, PORTAL, WORK_ENGINE};

use crate::calls::{Refusal, Stack, bucket_name};

/// Who may not do what to which item: the call, the table or its index, the partition key.
const ITEMS: &[(&str, &str, &str, &str)] = &[
    // The engine reaches no session, only API tokens; of users it deletes an address, never a user; what is no catalog it never reads whole.
    (WORK_ENGINE, "GetItem", "sessions", "session"),
    (WORK_ENGINE, "BatchGetItem", "sessions", "session"),
    (WORK_ENGINE, "PutItem", "sessions", "session"),
    (WORK_ENGINE, "UpdateItem", "sessions", "session"),
    (WORK_ENGINE, "DeleteItem", "sessions", "session"),
    (WORK_ENGINE, "Put", "sessions", "session"),
    (WORK_ENGINE, "Delete", "sessions", "session"),
    (WORK_ENGINE, "Scan", "sessions", ""),
    (WORK_ENGINE, "Query", "sessions/by-user", "user"),
    (WORK_ENGINE, "DeleteItem", "users", "user"),
    (WORK_ENGINE, "Delete", "users", "user"),
    (WORK_ENGINE, "UpdateItem", "users", "user"),
    (WORK_ENGINE, "DeleteItem", "tasks", "task"),
    (WORK_ENGINE, "Scan", "tasks", ""),
    (WORK_ENGINE, "Scan", "audit-events", ""),
    (WORK_ENGINE, "Scan", "tasks/open", ""),
    (WORK_ENGINE, "DeleteItem", "idempotency", "key"),
    // The portal knows sessions and who somebody is, nothing of work.
    (PORTAL, "GetItem", "tasks", "task"),
    (PORTAL, "Query", "tasks/open", "open"),
    (PORTAL, "Scan", "tasks", ""),
    (PORTAL, "GetItem", "bundles", "bundle"),
    (PORTAL, "GetItem", "audit-events", "task#1"),
    (PORTAL, "PutItem", "audit-events", "task#1"),
    (PORTAL, "PutItem", "users", "user"),
    (PORTAL, "UpdateItem", "users", "user"),
    (PORTAL, "DeleteItem", "users", "user"),
    (PORTAL, "Put", "users", "user"),
    (PORTAL, "Scan", "users", ""),
    (PORTAL, "Scan", "sessions", ""),
    (PORTAL, "GetItem", "system", "tick"),
    // The tick makes work; it changes no source of it, deletes nothing and knows nobody's password.
    (CRON_RUNNER, "GetItem", "sessions", "session"),
    (CRON_RUNNER, "GetItem", "sessions", "token#1"),
    (CRON_RUNNER, "Scan", "sessions", ""),
    (CRON_RUNNER, "PutItem", "users", "user"),
    (CRON_RUNNER, "PutItem", "templates", "template"),
    (CRON_RUNNER, "Put", "recurring-configs", "config"),
    (CRON_RUNNER, "DeleteItem", "tasks", "task"),
    (CRON_RUNNER, "Delete", "bundles", "bundle"),
    (CRON_RUNNER, "DeleteItem", "generation-windows", "source"),
    (CRON_RUNNER, "Scan", "tasks", ""),
    (CRON_RUNNER, "PutItem", "assistant-jobs", "job"),
    (CRON_RUNNER, "PutItem", "artifacts", "artifact"),
    // The runner works on jobs; it deletes nothing and reaches no person.
    (ASSISTANT_RUNNER, "DeleteItem", "assistant-jobs", "job"),
    (ASSISTANT_RUNNER, "DeleteItem", "tasks", "task"),
    (ASSISTANT_RUNNER, "DeleteItem", "bundles", "bundle"),
    (ASSISTANT_RUNNER, "DeleteItem", "artifacts", "artifact"),
    (ASSISTANT_RUNNER, "DeleteItem", "files", "file"),
    (ASSISTANT_RUNNER, "DeleteItem", "notifications", "notification"),
    (ASSISTANT_RUNNER, "Delete", "assistant-jobs", "job"),
    (ASSISTANT_RUNNER, "PutItem", "files", "file"),
    (ASSISTANT_RUNNER, "GetItem", "users", "user"),
    (ASSISTANT_RUNNER, "GetItem", "sessions", "session"),
    (ASSISTANT_RUNNER, "Scan", "assistant-jobs", ""),
    (ASSISTANT_RUNNER, "Query", "tasks/open", "open"),
    // The export job reads everything but sessions, and changes none of it.
    (EXPORT_JOB, "PutItem", "tasks", "task"),
    (EXPORT_JOB, "Put", "users", "user"),
    (EXPORT_JOB, "UpdateItem", "users", "user"),
    (EXPORT_JOB, "DeleteItem", "tasks", "task"),
    (EXPORT_JOB, "DeleteItem", "users", "email#a@example.org"),
    (EXPORT_JOB, "PutItem", "audit-events", "task#1"),
    (EXPORT_JOB, "GetItem", "sessions", "session"),
    (EXPORT_JOB, "Scan", "sessions", ""),
    (EXPORT_JOB, "Scan", "idempotency", ""),
];

/// Who may not do what to which object.
const OBJECTS: &[(&str, &str, &str, &str)] = &[
    (WORK_ENGINE, "PutObject", "exports", "execution-exports/a.tar.gz"),
    (WORK_ENGINE, "DeleteObject", "exports", "execution-exports/a.tar.gz"),
    (WORK_ENGINE, "GetObject", "exports", "work/run"),
    (PORTAL, "GetObject", "artifacts", "files/a"),
    (PORTAL, "PutObject", "artifacts", "files/a"),
    (PORTAL, "GetObject", "exports", "execution-exports/a.tar.gz"),
    (PORTAL, "ListObjectsV2", "artifacts", ""),
    (CRON_RUNNER, "GetObject", "artifacts", "files/a"),
    (CRON_RUNNER, "PutObject", "artifacts", "files/a"),
    (CRON_RUNNER, "DeleteObject", "artifacts", "files/a"),
    (CRON_RUNNER, "GetObject", "exports", "execution-exports/a.tar.gz"),
    (ASSISTANT_RUNNER, "PutObject", "artifacts", "files/a"),
    (ASSISTANT_RUNNER, "CreateMultipartUpload", "artifacts", "search/base"),
    (ASSISTANT_RUNNER, "DeleteObject", "artifacts", "assistant-jobs/a"),
    (ASSISTANT_RUNNER, "GetObject", "exports", "execution-exports/a.tar.gz"),
    (EXPORT_JOB, "DeleteObject", "exports", "execution-exports/a.tar.gz"),
    (EXPORT_JOB, "PutObject", "exports", "elsewhere/a"),
    (EXPORT_JOB, "GetObject", "artifacts", "files/a"),
    (EXPORT_JOB, "PutObject", "artifacts", "files/a"),
];

/// Who may not invoke whom.
const FUNCTIONS: &[(&str, &str)] = &[
    (PORTAL, "assistant-runner"),
    (PORTAL, "export-job"),
    (PORTAL, "cron-runner"),
    (WORK_ENGINE, "portal"),
    (WORK_ENGINE, "cron-runner"),
    (WORK_ENGINE, "work-engine"),
    (CRON_RUNNER, "work-engine"),
    (CRON_RUNNER, "assistant-runner"),
    (ASSISTANT_RUNNER, "work-engine"),
    (ASSISTANT_RUNNER, "portal"),
    (EXPORT_JOB, "work-engine"),
    (EXPORT_JOB, "assistant-runner"),
];

/// What IAM calls a call.
fn action(operation: &str) -> String {
    match operation {
        "Put" | "Update" | "Delete" | "ConditionCheck" => format!("dynamodb:{operation}Item"),
        "HeadObject" => "s3:GetObject".to_owned(),
        "CreateMultipartUpload" => "s3:PutObject".to_owned(),
        "ListObjectsV2" => "s3:ListBucket".to_owned(),
        name if name.ends_with("Object") || name.ends_with("Upload") => format!("s3:{name}"),
        name => format!("dynamodb:{name}"),
    }
}

fn table_arn(place: &str) -> String {
    let place = place.replacen('/', "/index/", 1);
    format!("arn:aws:dynamodb:us-east-1:000000000000:table/dataops-local-{place}")
}

#[track_caller]
fn assert_denied(refusal: Refusal, code: &str, function: &str, action: &str, arn: &str) {
    let Some((given, words)) = refusal else { panic!("{function} may {action} on {arn}") };
    assert_eq!(given, code, "{function}: {words}");
    let expected =
        format!("is not authorized to perform: {action} on resource: {arn} because no identity-based policy allows the {action} action");
    assert!(
        words.starts_with("User: arn:aws:sts::000000000000:assumed-role/") && words.contains(&expected),
        "{function}: {words}\n  should say {expected}"
    );
}

#[tokio::test]
async fn no_function_reaches_an_item_that_is_not_its_business() {
    let stack = Stack::start().await;
    for (function, operation, place, partition) in ITEMS {
        let refusal = stack.caller(function).item(operation, place, partition).await;
        assert_denied(refusal, "AccessDeniedException", function, &action(operation), &table_arn(place));
    }
}

#[tokio::test]
async fn nobody_changes_or_deletes_an_audit_event() {
    let stack = Stack::start().await;
    for function in ALL {
        let caller = stack.caller(function);
        for operation in ["UpdateItem", "DeleteItem", "BatchWriteItem", "Update", "Delete"] {
            let refusal = caller.item(operation, "audit-events", "task#1").await;
            assert_denied(refusal, "AccessDeniedException", function, &action(operation), &table_arn("audit-events"));
        }
    }
}

#[tokio::test]
async fn no_function_reaches_an_object_that_is_not_its_business() {
    let stack = Stack::start().await;
    for (function, operation, bucket, key) in OBJECTS {
        let refusal = stack.caller(function).object(operation, bucket, key).await;
        let of = if *operation == "ListObjectsV2" { String::new() } else { format!("/{key}") };
        assert_denied(refusal, "AccessDenied", function, &action(operation), &format!("arn:aws:s3:::{}{of}", bucket_name(bucket)));
    }
}

#[tokio::test]
async fn no_function_invokes_one_that_it_has_no_business_with() {
    let stack = Stack::start().await;
    for (function, other) in FUNCTIONS {
        let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:dataops-local-{other}");
        let caller = stack.caller(function);
        for named in [format!("dataops-local-{other}"), arn.clone()] {
            assert_denied(caller.invoke(&named).await, "AccessDeniedException", function, "lambda:InvokeFunction", &arn);
        }
        let live = format!("{arn}:live");
        assert_denied(caller.invoke(&live).await, "AccessDeniedException", function, "lambda:InvokeFunction", &live);
    }
}

#[tokio::test]
async fn one_part_that_is_denied_denies_all_of_a_call() {
    let stack = Stack::start().await;
    let engine = stack.caller(WORK_ENGINE);
    assert_eq!(engine.transaction(&[("Put", "tasks", "t1"), ("Put", "sessions", "token#1")]).await, None);
    let refusal = engine.transaction(&[("Put", "tasks", "t2"), ("Put", "sessions", "session")]).await;
    assert_denied(refusal, "AccessDeniedException", WORK_ENGINE, "dynamodb:PutItem", &table_arn("sessions"));
    let refusal = engine.transaction(&[("Put", "tasks", "t2"), ("Delete", "users", "email#a"), ("Delete", "users", "user")]).await;
    assert_denied(refusal, "AccessDeniedException", WORK_ENGINE, "dynamodb:DeleteItem", &table_arn("users"));
    let stored = stack.admin().dynamodb.scan().table_name("dataops-local-tasks").send().await.unwrap();
    assert_eq!(stored.count(), 1, "what was denied wrote nothing");
}

#[tokio::test]
async fn whoever_may_invoke_the_alias_may_not_invoke_the_function_past_it() {
    let stack = Stack::start().await;
    for (function, other) in [(PORTAL, "work-engine"), (WORK_ENGINE, "assistant-runner"), (WORK_ENGINE, "export-job")] {
        let caller = stack.caller(function);
        let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:dataops-local-{other}");
        assert_eq!(caller.invoke(&format!("{arn}:live")).await, None, "{function}");
        assert_denied(caller.invoke(&arn).await, "AccessDeniedException", function, "lambda:InvokeFunction", &arn);
    }
}
