//! What each endpoint and page costs, exact and checked in as docs/cost.md; and that history changes no count.

use std::fmt::Write as _;
use std::sync::Arc;

use dataops_store::Call;
use dataops_testkit::{Answer, Caller, Stack};
use serde_json::{Value, json};

/// Finished tasks that must not change a count.
const HISTORY: usize = 20_000;

struct Table {
    stack: Arc<Stack>,
    rows: String,
}

impl Table {
    /// A row of what no request asked for.
    async fn work(&mut self, what: &str, work: impl Future<Output = Value>) {
        self.stack.ledger.take();
        let answer = work.await;
        assert_eq!(answer["ok"], true, "{what}: {answer}");
        let calls = self.stack.ledger.take();
        let capacity: f64 = calls.iter().fold(0.0, |sum, call| sum + call.capacity);
        let _ = writeln!(self.rows, "| {what} | {} | {} | {capacity} | {} |", calls.len(), names(&calls), names(&[]));
    }

    async fn row(&mut self, what: &str, request: impl Future<Output = Answer>) -> Answer {
        self.stack.ledger.take();
        let answer = request.await;
        assert!(answer.status < 300, "{what}: {}", answer.text);
        let calls = self.stack.ledger.take();
        let (catalogs, calls): (Vec<Call>, Vec<Call>) = calls.into_iter().partition(|call| call.operation == "Scan");
        let capacity: f64 = calls.iter().fold(0.0, |sum, call| sum + call.capacity);
        let _ = writeln!(self.rows, "| {what} | {} | {} | {capacity} | {} |", calls.len(), names(&calls), names(&catalogs));
        answer
    }
}

fn names(calls: &[Call]) -> String {
    let mut names: Vec<String> =
        calls.iter().map(|call| format!("{} {}", call.operation, call.target.replace("dataops-local-", ""))).collect();
    names.sort();
    if names.is_empty() { "–".to_owned() } else { names.join("; ") }
}

fn podcast() -> Value {
    json!({ "title": "Topic - Guest", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" })
}

#[tokio::test]
async fn the_cost_table_is_the_committed_one() {
    let stack = Stack::seeded().await;
    let (operator, admin) = (stack.operator(), stack.admin());
    let mut table = Table { stack: Arc::clone(&stack), rows: String::new() };
    table.row("`GET /api/health`", operator.get("/api/health")).await;
    table.row("`GET /api/views/home`, first run", operator.get("/api/views/home")).await;
    table.row("`GET /api/templates`", operator.get("/api/templates")).await;
    table.row("`GET /api/templates/:id`", operator.get("/api/templates/task-template.tasks.podcast")).await;
    table
        .row("`GET /api/templates/:id/preview`", operator.get("/api/templates/task-template.tasks.podcast/preview?anchorDate=2026-07-20"))
        .await;
    let made = table.row("`POST /api/bundles`, podcast of 42 tasks", operator.post("/api/bundles", podcast())).await;
    let keyed = operator.with("idempotency-key", "k");
    table.row("`POST /api/bundles`, podcast, with Idempotency-Key", keyed.post("/api/bundles", podcast())).await;
    table.row("the same again", keyed.post("/api/bundles", podcast())).await;
    table
        .row("`POST /api/bundles` without template", operator.post("/api/bundles", json!({ "title": "x", "anchorDate": "2026-07-20" })))
        .await;
    let bundle = made.str("/bundle/id").to_owned();
    table.row("`GET /api/bundles/:id`", operator.get(&format!("/api/bundles/{bundle}"))).await;
    table.row("`GET /api/bundles?limit=100`", operator.get("/api/bundles?limit=100")).await;
    table.row("`GET /api/bundles/:id/tasks`", operator.get(&format!("/api/bundles/{bundle}/tasks"))).await;
    table.row("`PUT /api/bundles/:id`", operator.put(&format!("/api/bundles/{bundle}"), json!({ "description": "x" }))).await;
    let task = |reference: &str| {
        made.json["tasks"].as_array().unwrap().iter().find(|task| task["templateTaskRef"] == reference).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let moved = json!({ "anchorDate": "2026-07-27", "preview": true });
    table.row("`POST /api/bundles/:id/reschedule`, preview", operator.post(&format!("/api/bundles/{bundle}/reschedule"), moved)).await;
    for date in ["2026-07-27", "2026-07-20"] {
        let body = json!({ "anchorDate": date });
        let what = format!("`POST /api/bundles/:id/reschedule`, 42 tasks{}", if date == "2026-07-27" { "" } else { ", back" });
        table.row(&what, operator.post(&format!("/api/bundles/{bundle}/reschedule"), body)).await;
    }
    let stream = task("actual-stream");
    table.row("`GET /api/tasks/:id`", operator.get(&format!("/api/tasks/{stream}"))).await;
    table.row("`PUT /api/tasks/:id`, a field", operator.put(&format!("/api/tasks/{stream}"), json!({ "comment": "x" }))).await;
    table
        .row(
            "`PUT /api/tasks/:id`, done: fills a slot, moves the stage",
            operator.put(&format!("/api/tasks/{stream}"), json!({ "status": "done", "link": "https://example.org" })),
        )
        .await;
    table.row("`PUT /api/tasks/:id`, reopened", operator.put(&format!("/api/tasks/{stream}"), json!({ "status": "todo" }))).await;
    let ids = [task("create-calendar-invite"), stream.clone()];
    let body = json!({ "ids": ids, "action": "reschedule", "fields": { "days": 1 } });
    table.row("`POST /api/tasks/bulk`, two tasks", operator.post("/api/tasks/bulk", body)).await;
    let version = operator.get(&format!("/api/tasks/{stream}")).await.json["version"].clone();
    table
        .row(
            "`POST /api/tasks/:id/actions/undo`",
            operator.post(&format!("/api/tasks/{stream}/actions/undo"), json!({ "version": version })),
        )
        .await;
    table.row("`POST /api/tasks`", operator.post("/api/tasks", json!({ "description": "x", "date": "2026-07-02" }))).await;
    let wait = json!({ "waitingFor": "Guest", "followUpAt": "2026-07-03", "channel": "mail", "note": "asked" });
    let mail = task("obtain-speaker-email");
    table.row("`POST /api/tasks/:id/actions/mark-waiting`", operator.post(&format!("/api/tasks/{mail}/actions/mark-waiting"), wait)).await;
    let resolve = json!({ "note": "has it", "link": "guest@example.org" });
    table
        .row("`POST /api/tasks/:id/actions/resolve-done`", operator.post(&format!("/api/tasks/{mail}/actions/resolve-done"), resolve))
        .await;
    for query in ["date=2026-07-02", "startDate=2026-07-01&endDate=2026-07-31", "status=todo", "status=done"] {
        table.row(&format!("`GET /api/tasks?{query}`"), operator.get(&format!("/api/tasks?{query}"))).await;
    }
    table.row("`DELETE /api/tasks/:id`", operator.delete(&format!("/api/tasks/{}", task("create-banner-figma")))).await;
    table.row("`GET /api/views/home`", operator.get("/api/views/home")).await;
    table.row("`GET /api/views/tasks`", operator.get("/api/views/tasks")).await;
    table.row("`GET /api/views/tasks/:id`", operator.get(&format!("/api/views/tasks/{stream}"))).await;
    table.row("`GET /api/views/bundles`", operator.get("/api/views/bundles")).await;
    table.row("`GET /api/views/bundles/:id`, 41 tasks", operator.get(&format!("/api/views/bundles/{bundle}"))).await;
    table.row("`GET /api/views/templates`", operator.get("/api/views/templates")).await;
    table.row("`GET /api/documents`", operator.get("/api/documents")).await;
    table.row("`GET /api/documents/:id`", operator.get("/api/documents/sop.podcast.prep-document")).await;
    table.row("`GET /api/views/gap?task=`", operator.get(&format!("/api/views/gap?task={stream}"))).await;
    let deleted = task("create-banner-figma");
    table.row("`GET /api/audit-events?entity=`", operator.get(&format!("/api/audit-events?entity=bundle%23{bundle}"))).await;
    table.row("`GET /api/audit-events?from=&to=`, two days", admin.get("/api/audit-events?from=2026-06-30&to=2026-07-01")).await;
    table.row("`GET /api/audit-events/verify?entity=`", admin.get(&format!("/api/audit-events/verify?entity=bundle%23{bundle}"))).await;
    table.row("`GET /api/views/timeline?entity=`", operator.get(&format!("/api/views/timeline?entity=bundle%23{bundle}"))).await;
    table.row("`GET /api/views/timeline?day=`", admin.get("/api/views/timeline?day=2026-07-01")).await;
    table.row("`GET /api/views/trash`", operator.get("/api/views/trash")).await;
    table.row("`POST /api/tasks/:id/restore`", operator.post(&format!("/api/tasks/{deleted}/restore"), json!({}))).await;
    operator.put(&format!("/api/bundles/{bundle}/archive"), json!({})).await.expect(200);
    table.row("`DELETE /api/bundles/:id`", operator.delete(&format!("/api/bundles/{bundle}"))).await;
    table.row("`POST /api/bundles/:id/restore`", operator.post(&format!("/api/bundles/{bundle}/restore"), json!({}))).await;
    table.row("`GET /api/views/inbox`, a follow-up due", inbox(&stack, &operator).await.get("/api/views/inbox")).await;
    table.row("`GET /api/notifications`", operator.get("/api/notifications")).await;
    table.row("`GET /api/notifications?all=true`", operator.get("/api/notifications?all=true")).await;
    let first = |told: Answer| format!("/api/notifications/{}/dismiss", told.json["notifications"][0]["id"].as_str().unwrap());
    let computed = first(operator.get("/api/notifications").await);
    table.row("`PUT /api/notifications/:id/dismiss`, not stored yet", operator.put(&computed, Value::Null)).await;
    operator.post("/api/tasks", json!({ "description": "late", "date": "2026-06-01" })).await.expect(201);
    stack.administrate(json!({ "command": "remind" })).await;
    let stored = first(operator.get("/api/notifications").await);
    table.row("`PUT /api/notifications/:id/dismiss`", operator.put(&stored, Value::Null)).await;
    operator.put("/api/notifications/dismiss-all", Value::Null).await.expect(200);
    table.row("`PUT /api/notifications/dismiss-all`, none left", operator.put("/api/notifications/dismiss-all", Value::Null)).await;
    table.row("`GET /api/users`", operator.get("/api/users")).await;
    table.row("`POST /api/users`", admin.post("/api/users", json!({ "name": "x", "email": "x@example.org" }))).await;
    index(&stack).await;
    stack.clock.advance(2 * 3_600);
    index(&stack).await;
    table.row("`GET /api/search?q=`, the first one of a process", operator.get("/api/search?q=podcast")).await;
    table.row("`GET /api/search?q=`, the next ones", operator.get("/api/search?q=podcast")).await;
    recurring(&mut table).await;
    assistants(&mut table).await;
    people(&mut table).await;
    exports(&mut table).await;
    compare(&table.rows);
}

/// Duties and the tick; the stack has those of the content.
async fn recurring(table: &mut Table) {
    let operator = table.stack.operator();
    let range = json!({ "date": "2026-07-02" });
    table.row("`GET /api/recurring`", operator.get("/api/recurring")).await;
    let body = json!({ "description": "x", "cronExpression": "0 9 * * *" });
    let id = table.row("`POST /api/recurring`", operator.post("/api/recurring", body)).await.str("/recurringConfig/id").to_owned();
    table.row("`GET /api/recurring/:id`", operator.get(&format!("/api/recurring/{id}"))).await;
    table.row("`PUT /api/recurring/:id`", operator.put(&format!("/api/recurring/{id}"), json!({ "description": "y" }))).await;
    table.row("`POST /api/recurring/:id/pause`", operator.post(&format!("/api/recurring/{id}/pause"), json!({ "reason": "x" }))).await;
    table.row("`DELETE /api/recurring/:id`, nothing made", operator.delete(&format!("/api/recurring/{id}"))).await;
    let one = json!({ "date": "2026-07-02", "source": "recurring#duty.slack-invites" });
    let seen = table.row("`POST /api/recurring/preview`, one window", operator.post("/api/recurring/preview", one.clone())).await;
    let mut apply = one;
    apply["token"] = seen.json["token"].clone();
    table.row("`POST /api/recurring/apply`, one duty", operator.post("/api/recurring/apply", apply)).await;
    table.row("`POST /api/recurring/simulate`, one date", operator.post("/api/recurring/simulate", range)).await;
    let explain = "/api/recurring/explain?source=recurring%23duty.slack-invites&date=2026-07-02";
    table.row("`GET /api/recurring/explain`, what is there", operator.get(explain)).await;
    table.row("`POST /api/cron/run`, the duties of a day", operator.post("/api/cron/run", json!({}))).await;
    table.row("`POST /api/cron/run`, nothing due", operator.post("/api/cron/run", json!({}))).await;
    table.row("`GET /api/recurring/windows`, a month", operator.get("/api/recurring/windows?from=2026-06-02&to=2026-07-02")).await;
    table.row("`GET /api/views/recurring`", operator.get("/api/views/recurring")).await;
    table.row("`GET /api/views/recurring/new`", operator.get("/api/views/recurring/new")).await;
    table.row("`GET /api/views/recurring/:kind/:id`", operator.get("/api/views/recurring/recurring/duty.slack-invites")).await;
    table.row("`GET /api/views/calendar`", operator.get("/api/views/calendar")).await;
}

/// The life of two assistant jobs, and what the runner does with them.
async fn assistants(table: &mut Table) {
    let (stack, operator) = (Arc::clone(&table.stack), table.stack.operator());
    let made = operator.post("/api/bundles", podcast()).await.expect(201);
    let tasks = made.json["tasks"].as_array().unwrap();
    let task = tasks.iter().find(|task| task["requiredLinkName"] == "Podcast document").unwrap()["id"].as_str().unwrap().to_owned();
    let body = json!({ "assistantType": "podcast", "taskId": task, "maxAttempts": 1, "bundleId": made.str("/bundle/id") });
    let job = table.row("`POST /api/assistant-jobs`", operator.post("/api/assistant-jobs", body.clone())).await.str("/job/id").to_owned();
    let at = |rest: &str| format!("/api/assistant-jobs/{job}{rest}");
    table.row("`PUT /api/assistant-jobs/:id`", operator.put(&at(""), json!({ "title": "Prepare" }))).await;
    table.row("`POST /api/assistant-jobs/:id/run-dry`", operator.post(&at("/run-dry"), Value::Null)).await;
    table.row("`GET /api/assistant-jobs/:id`", operator.get(&at(""))).await;
    table.row("`GET /api/views/jobs/:id`", operator.get(&format!("/api/views/jobs/{job}"))).await;
    table.row("`POST /api/assistant-jobs/:id/approve`", operator.post(&at("/approve"), Value::Null)).await;
    table.row("`POST /api/assistant-jobs/:id/transition`", operator.post(&at("/transition"), json!({ "status": "succeeded" }))).await;
    let entry = json!({ "action": "log-appended", "summary": "x" });
    table.row("`POST /api/assistant-jobs/:id/events`", operator.post(&at("/events"), entry)).await;
    table.row("`GET /api/assistant-jobs/:id/events`", operator.get(&at("/events"))).await;
    let second = operator.post("/api/assistant-jobs", body).await.expect(201).str("/job/id").to_owned();
    let at = |rest: &str| format!("/api/assistant-jobs/{second}{rest}");
    table.row("`POST /api/assistant-jobs/:id/submit`", operator.post(&at("/submit"), Value::Null)).await;
    let runner = stack.runner();
    table.work("the runner, one podcast job", stack.run(&runner, Some(&second))).await;
    table.work("the runner, a sweep with nothing to do", stack.run(&runner, None)).await;
    let artifact = operator.get(&at("")).await.str("/artifacts/0/id").to_owned();
    table.row("`POST /api/assistant-jobs/:id/artifacts`", operator.post(&at("/artifacts"), json!({ "artifactId": artifact }))).await;
    table.row("`POST /api/assistant-jobs/:id/reject`", operator.post(&at("/reject"), json!({ "reason": "x" }))).await;
    let follow_up = json!({ "note": "x", "followUp": true });
    table.row("`POST /api/assistant-jobs/:id/acknowledge`, a follow-up task", operator.post(&at("/acknowledge"), follow_up)).await;
    table.row("`GET /api/assistant-jobs?limit=100`", operator.get("/api/assistant-jobs?limit=100")).await;
    table.row("`GET /api/assistant-jobs?status=rejected&limit=100`", operator.get("/api/assistant-jobs?status=rejected&limit=100")).await;
    table.row("`GET /api/views/assistants`", operator.get("/api/views/assistants")).await;
}

/// An export of all of the above, and what admins see of it. The ledger tells its reads of whole tables from scans.
async fn exports(table: &mut Table) {
    let (stack, admin) = (Arc::clone(&table.stack), table.stack.admin());
    let job = stack.export_job();
    table.work("an export of this store", stack.export(&job, json!({}))).await;
    table.work("the export job with nothing to go on with", stack.export(&job, json!({ "resume": true }))).await;
    let list = table.row("`GET /api/exports`", admin.get("/api/exports")).await;
    let id = list.json["exports"][0]["id"].as_str().unwrap();
    table
        .row("`POST /api/exports/:id/verify`, nothing here can start it", admin.post(&format!("/api/exports/{id}/verify"), json!({})))
        .await;
    table.work("verifying an archive once more", stack.export(&job, json!({ "verify": id }))).await;
    table.work("how a stack stands, for `dataops smoke`", stack.administrate(json!({ "command": "standing" }))).await;
}

async fn people(table: &mut Table) {
    let (operator, admin) = (table.stack.operator(), table.stack.admin());
    let made = table.row("`POST /api/tokens`", operator.post("/api/tokens", json!({ "name": "x" }))).await;
    table.row("`GET /api/tokens`", operator.get("/api/tokens")).await;
    table.row("`DELETE /api/tokens/:id`", operator.delete(&format!("/api/tokens/{}", made.str("/token/id")))).await;
    let change = json!({ "oldPassword": "dataops", "newPassword": "a longer one" });
    table.row("`POST /api/users/:id/password`", admin.post("/api/users/operator/password", change)).await;
    let link = table.row("`POST /api/users/:id/setup-link`", admin.post("/api/users/host/setup-link", json!({}))).await;
    let token = link.str("/setupLink/path").split_once("?token=").unwrap().1.to_owned();
    let body = json!({ "token": token, "password": "a longer one" });
    table.row("`POST /api/users/:id/setup`", operator.post("/api/users/host/setup", body)).await;
    table.row("`GET /api/views/users`", admin.get("/api/views/users")).await;
    table.row("`GET /api/views/users/:id`", admin.get("/api/views/users/host")).await;
    let task = json!({ "description": "x", "date": "2026-07-02", "assigneeId": "host" });
    operator.post("/api/tasks", task).await.expect(201);
    table.row("`POST /api/users/:id/reassign`, one task", admin.post("/api/users/host/reassign", json!({ "to": "editor" }))).await;
    table.row("`PATCH /api/users/:id`, disabled", admin.send("PATCH", "/api/users/host", b"{\"disabled\":true}".to_vec())).await;
}

/// Makes the search index, so that asking costs what it costs every day.
async fn index(stack: &Stack) {
    while stack.administrate(json!({ "command": "search-pass" })).await["search"]["building"] == true {}
}

/// A follow-up that has just come due: the inbox computes it.
async fn inbox(stack: &Arc<Stack>, operator: &Caller) -> Caller {
    let task = operator.post("/api/tasks", json!({ "description": "x", "date": "2026-07-09" })).await.expect(201).str("/id").to_owned();
    let wait = json!({ "waitingFor": "Guest", "followUpAt": "2026-07-01T10:00:00Z", "channel": "mail", "note": "asked" });
    operator.post(&format!("/api/tasks/{task}/actions/mark-waiting"), wait).await.expect(200);
    stack.clock.advance(3_600);
    operator.clone()
}

fn compare(rows: &str) {
    let text = format!(
        "# What each endpoint costs\n\nGenerated by `functions/work-engine/tests/routes/cost.rs` and compared on every run; `UPDATE_DOCS=1 scripts/test` rewrites it. A call is one\n\
         DynamoDB request of the engine; catalogs (read whole, tens of rows) and the portal's two point reads (session, user) are\nlisted apart. Capacity is what \
         DynamoDB says it consumed, read and write units together, for the small store of the test.\n\n\
         | Request | Calls | Which | Capacity | Catalogs |\n|---|--:|---|--:|---|\n{rows}"
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cost.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "docs/cost.md differs from what was measured: run `UPDATE_DOCS=1 scripts/test`\n{text}");
}

#[tokio::test]
async fn the_numbers_hold_and_history_changes_none() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    stack.ledger.take();
    let made = operator.post("/api/bundles", podcast()).await.expect(201);
    assert_eq!(operations(&stack), ["GetItem", "TransactWriteItems"], "starting a podcast");
    let task = made.json["tasks"][0]["id"].as_str().unwrap().to_owned();
    let before = pages(&stack, &operator, made.str("/bundle/id"), &task).await;
    assert!(before[0].len() <= 6 && before[1].len() <= 3 && before[2].len() <= 3, "{before:?}");
    // Six, and one for the workflows whose proof is due to be asked for.
    assert!(before[3].len() <= 7, "a tick with nothing to do: {before:?}");
    fill_history(&stack).await;
    assert_eq!(pages(&stack, &operator, made.str("/bundle/id"), &task).await, before, "{HISTORY} finished tasks change no count");
    operator.put(&format!("/api/tasks/{task}"), json!({ "status": "done", "link": "guest@example.org" })).await.expect(200);
    let completion = operations(&stack);
    assert!(completion.len() <= 3 && completion.iter().filter(|name| *name == "TransactWriteItems").count() == 1, "{completion:?}");
}

fn operations(stack: &Stack) -> Vec<String> {
    stack.ledger.take_calls().into_iter().map(|call| call.operation.to_owned()).collect()
}

async fn pages(stack: &Arc<Stack>, operator: &Caller, bundle: &str, task: &str) -> Vec<Vec<String>> {
    let mut counted = Vec::new();
    for path in ["/api/views/home".to_owned(), format!("/api/views/bundles/{bundle}"), format!("/api/views/tasks/{task}")] {
        stack.ledger.take();
        operator.get(&path).await.expect(200);
        // Reads of one page run at once, in no order.
        let mut calls = operations(stack);
        calls.sort();
        counted.push(calls);
    }
    // A tick with nothing to do: those before it have made what is due and brought the search index up to date. Its row is
    // written once an hour in any case; this is not that tick.
    for _ in 0..3 {
        stack.clock.advance(60);
        stack.ledger.take();
        stack.administrate(json!({ "command": "tick" })).await;
    }
    counted.push(operations(stack));
    counted
}

/// Finished tasks of other workflows and years, written the way a big start writes them.
async fn fill_history(stack: &Arc<Stack>) {
    use dataops_domain::id::TaskId;
    use dataops_domain::task::{Status, Task};
    let now = stack.clock.now();
    let day = dataops_domain::time::parse_date("2024-01-01").unwrap();
    let tasks: Vec<Task> = (0..HISTORY)
        .map(|n| {
            let date = dataops_domain::time::plus_days(day, (n % 900) as i64).unwrap();
            let mut task = Task::bare(TaskId::new(format!("old-{n}")), format!("Old task {n}"), date, "manual", now);
            task.status = Status::Done;
            task
        })
        .collect();
    stack.write_tasks(tasks).await;
    stack.ledger.take();
}
