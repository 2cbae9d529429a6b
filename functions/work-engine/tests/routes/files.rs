use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

async fn task(caller: &Caller, fields: Value) -> String {
    let mut body = json!({ "description": "Collect the invoice", "date": "2026-07-02" });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    caller.post("/api/tasks", body).await.expect(201).str("/id").to_owned()
}

async fn uploaded(caller: &Caller, task: &str, name: &str, bytes: &[u8]) -> Value {
    caller.upload(&[("taskId", task)], name, bytes).await.expect(201).json["file"].clone()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    format!("sha256:{}", Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[tokio::test]
async fn a_file_comes_back_as_it_went_in() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let bundle = operator.post("/api/bundles", json!({ "title": "Taxes", "anchorDate": "2026-07-01" })).await.expect(201);
    let task = task(&operator, json!({ "bundleId": bundle.str("/bundle/id") })).await;
    let bytes: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let answer =
        operator.upload(&[("taskId", &task), ("category", "invoice"), ("tags", "[\"july\"]")], "bank july.bin", &bytes).await.expect(201);
    let file = &answer.json["file"];
    assert_eq!(file["taskId"], task.as_str());
    assert_eq!(file["bundleId"], bundle.json["bundle"]["id"]);
    assert_eq!((&file["category"], &file["tags"]), (&json!("invoice"), &json!(["july"])));
    assert_eq!((&file["filename"], &file["storagePath"]), (&json!("bank july.bin"), &json!(format!("{task}/bank july.bin"))));
    assert_eq!((&file["storageProvider"], &file["sizeBytes"]), (&json!("s3"), &json!(70_000)));
    assert_eq!(file["checksum"], sha256(&bytes));
    assert_eq!(file["contentType"], "application/octet-stream");
    assert!(file["storageUri"].as_str().unwrap().starts_with("s3://"), "{file}");
    assert!(file.get("status").is_none() && file.get("linked").is_none(), "{file}");

    let id = file["id"].as_str().unwrap();
    let got = operator.get(&format!("/api/files/{id}")).await.expect(200);
    assert_eq!(&got.json["file"], file);
    let download = operator.get(&format!("/api/files/{id}/download")).await.expect(200);
    assert_eq!(download.bytes, bytes);
    assert_eq!(download.header("content-disposition"), Some("attachment; filename=\"bank july.bin\""));
    assert_eq!(download.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(operator.get(&format!("/api/tasks/{task}")).await.json["version"], 1, "linking a file is no change of the task");

    operator.delete(&format!("/api/files/{id}")).await.expect(204);
    operator.get(&format!("/api/files/{id}")).await.expect(404);
    operator.get(&format!("/api/files/{id}/download")).await.expect(404);
    operator.delete(&format!("/api/files/{id}")).await.expect(404);
    assert_eq!(operator.get(&format!("/api/files?taskId={task}")).await.json["files"], json!([]));
}

#[tokio::test]
async fn the_bytes_say_the_type_and_a_name_that_lies_is_served_as_bytes() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let task = task(&operator, json!({})).await;
    for (name, bytes, detected, served) in [
        ("notes.txt", &b"hello"[..], "text/plain", "text/plain"),
        ("data.json", b"{}", "application/json", "application/json"),
        ("script.js", b"let a = 1;", "application/javascript", "application/javascript"),
        ("invoice.pdf", b"%PDF-1.4 x", "application/pdf", "application/pdf"),
        ("invoice.pdf", b"<script>alert(1)</script>", "text/html", "application/octet-stream"),
        ("photo.png", b"MZ\x90\x00\x03", "application/vnd.microsoft.portable-executable", "application/octet-stream"),
        ("unknown.xyz", b"\x00\x01", "application/octet-stream", "application/octet-stream"),
    ] {
        let file = uploaded(&operator, &task, name, bytes).await;
        assert_eq!(file["contentType"], detected, "{name}");
        let download = operator.get(&format!("/api/files/{}/download", file["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(download.header("content-type"), Some(served), "{name}");
        assert_eq!(download.bytes, bytes, "{name}");
    }
}

#[tokio::test]
async fn a_hostile_name_becomes_a_harmless_one() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let task = task(&operator, json!({})).await;
    for (name, safe) in
        [("../../../etc/passwd", "passwd"), ("..\\\\..\\\\boot.ini", "boot.ini"), ("\u{202e}gpj.exe", "gpj.exe"), ("....", "file")]
    {
        let file = uploaded(&operator, &task, name, b"x").await;
        assert_eq!(file["filename"], safe, "{name:?}");
        assert_eq!(file["storagePath"], format!("{task}/{safe}"));
        let download = operator.get(&format!("/api/files/{}/download", file["id"].as_str().unwrap())).await.expect(200);
        assert!(download.header("content-disposition").unwrap().contains(safe));
    }
    let announce = json!({ "taskId": task, "filename": "a\u{0}b\r\n\u{7}.txt", "sizeBytes": 1, "checksum": sha256(b"x") });
    assert_eq!(operator.post("/api/files/uploads", announce).await.expect(201).str("/file/filename"), "ab.txt");
    let broken = operator.upload(&[("taskId", &task)], "a\u{0}b.txt", b"x").await.expect(400);
    assert!(broken.error().contains("form can't be read"), "{}", broken.error());
}

#[tokio::test]
async fn a_form_is_refused_in_the_contracts_order() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let task = task(&operator, json!({})).await;
    let form = |kind: &str| operator.with("content-type", kind);
    form("application/json").send("POST", "/api/files", b"{}".to_vec()).await.expect(400);
    form("multipart/form-data; boundary=edge").send("POST", "/api/files", Vec::new()).await.expect(400);
    form("multipart/form-data; boundary=edge").send("POST", "/api/files", b"garbage".to_vec()).await.expect(400);
    form("multipart/form-data").send("POST", "/api/files", b"--x".to_vec()).await.expect(400);
    let missing = operator.upload(&[("category", "wrong")], "a.txt", b"x").await.expect(400);
    assert_eq!(missing.error(), "Missing required field: taskId");
    let fields_only = format!("--edge\r\nContent-Disposition: form-data; name=\"taskId\"\r\n\r\n{task}\r\n--edge--\r\n");
    let no_file = form("multipart/form-data; boundary=edge").send("POST", "/api/files", fields_only.into_bytes()).await.expect(400);
    assert_eq!(no_file.error(), "Missing required field: file");
    let unknown = operator.upload(&[("taskId", "nobody"), ("category", "wrong")], "a.txt", b"x").await.expect(404);
    assert_eq!(unknown.error(), "Task not found");
    assert!(operator.upload(&[("taskId", &task), ("category", "wrong")], "a.txt", b"x").await.expect(400).error().contains("category"));
    for tags in ["july", "{\"a\":1}", "[1]", "[[\"a\"]]"] {
        assert!(operator.upload(&[("taskId", &task), ("tags", tags)], "a.txt", b"x").await.expect(400).error().contains("tags"));
    }
    operator.upload(&[("taskId", &task)], "a.txt", b"").await.expect(400);
    operator.upload(&[("taskId", &task)], "a.bin", &vec![0; 4 * 1024 * 1024 + 1]).await.expect(413);
    operator.upload(&[("taskId", &task)], "a.bin", &vec![0; 4 * 1024 * 1024]).await.expect(201);
    assert_eq!(operator.get(&format!("/api/files?taskId={task}")).await.json["files"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn files_are_listed_by_task_category_and_tag() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let (one, two) = (task(&operator, json!({})).await, task(&operator, json!({})).await);
    for (task, category, tags, name) in
        [(&one, "invoice", "[\"july\",\"tax\"]", "a.txt"), (&one, "image", "[\"july\"]", "b.txt"), (&two, "invoice", "[\"june\"]", "c.txt")]
    {
        operator.upload(&[("taskId", task), ("category", category), ("tags", tags)], name, b"x").await.expect(201);
    }
    let names = async |query: &str| {
        let files = operator.get(&format!("/api/files{query}")).await.expect(200).json["files"].clone();
        let mut names: Vec<String> = files.as_array().unwrap().iter().map(|file| file["filename"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(names("").await, "a.txt b.txt c.txt");
    assert_eq!(names(&format!("?taskId={one}&category=nothing")).await, "a.txt b.txt");
    assert_eq!(names("?category=invoice").await, "a.txt c.txt");
    assert_eq!(names("?category=invoice&tag=july").await, "a.txt");
    assert_eq!(names("?tag=tax").await, "a.txt");
    assert_eq!(names("?category=nothing").await, "");
    assert_eq!(names("?taskId=nobody").await, "");
    let page = operator.get("/api/files?limit=2&category=invoice").await.expect(200);
    assert_eq!(page.json["files"].as_array().unwrap().len(), 2);
    let first = operator.get("/api/files?limit=1&tag=june").await.expect(200);
    assert_eq!(first.str("/files/0/filename"), "c.txt");
}

#[tokio::test]
async fn a_file_proves_its_task_and_stays_while_it_does() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = task(&operator, json!({ "requiresFile": true, "proofRequirement": { "type": "file", "label": "Invoice" } })).await;
    let path = format!("/api/tasks/{id}");
    operator.put(&path, json!({ "status": "done" })).await.expect(400);
    let file = uploaded(&operator, &id, "invoice.pdf", b"%PDF-1.4").await;
    let file_id = file["id"].as_str().unwrap();
    stack.ledger.take();
    let done = operator.put(&path, json!({ "status": "done" })).await.expect(200);
    let calls: Vec<_> = stack.ledger.take_calls().into_iter().map(|call| call.operation).collect();
    assert_eq!(calls, ["GetItem", "BatchGetItem", "TransactWriteItems"], "no index decides");
    assert_eq!(done.json["evidence"]["fileIds"], json!([file_id]));
    assert_eq!(done.json["evidence"]["checksums"][file_id], file["checksum"]);

    let refused = operator.delete(&format!("/api/files/{file_id}")).await.expect(400);
    assert!(refused.error().contains("is evidence of a done task"), "{}", refused.error());
    operator.put(&path, json!({ "comment": "later" })).await.expect(200);
    operator.delete(&format!("/api/files/{file_id}")).await.expect(400);
    operator.put(&path, json!({ "status": "todo" })).await.expect(200);
    operator.delete(&format!("/api/files/{file_id}")).await.expect(204);
    operator.put(&path, json!({ "status": "done" })).await.expect(400);
}

#[tokio::test]
async fn completing_and_deleting_at_once_never_leaves_a_done_task_without_its_file() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    for round in 0..15 {
        let id = task(&operator, json!({ "requiresFile": true })).await;
        let file = uploaded(&operator, &id, "a.txt", b"x").await;
        let (task_path, file_path) = (format!("/api/tasks/{id}"), format!("/api/files/{}", file["id"].as_str().unwrap()));
        let (done, deleted) = tokio::join!(operator.put(&task_path, json!({ "status": "done" })), operator.delete(&file_path));
        assert!(
            matches!((done.status, deleted.status), (200, 400) | (400, 204)),
            "round {round}: {} {} / {} {}",
            done.status,
            done.text,
            deleted.status,
            deleted.text
        );
        let there = operator.get(&file_path).await.status == 200;
        let is_done = operator.get(&task_path).await.str("/status") == "done";
        assert_eq!(there, is_done, "round {round}");
    }
}

#[tokio::test]
async fn ten_uploads_at_once_are_ten_files_of_the_task() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = task(&operator, json!({ "requiresFile": true })).await;
    let names: Vec<String> = (0..10).map(|n| format!("{n}.txt")).collect();
    let fields = [("taskId", id.as_str())];
    let uploads = names.iter().map(|name| operator.upload(&fields, name, name.as_bytes()));
    for answer in futures_util::future::join_all(uploads).await {
        answer.expect(201);
    }
    assert_eq!(operator.get(&format!("/api/files?taskId={id}")).await.json["files"].as_array().unwrap().len(), 10);
    let done = operator.put(&format!("/api/tasks/{id}"), json!({ "status": "done" })).await.expect(200);
    assert_eq!(done.json["evidence"]["fileIds"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn a_big_file_goes_straight_to_the_bucket_and_is_checked() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = task(&operator, json!({ "requiresFile": true })).await;
    let bytes: Vec<u8> = [b"%PDF-1.7 ".as_slice(), &vec![7; 5 * 1024 * 1024]].concat();
    let announce =
        json!({ "taskId": id, "filename": "recording.pdf", "sizeBytes": bytes.len(), "checksum": sha256(&bytes), "category": "document" });
    let started = operator.post("/api/files/uploads", announce.clone()).await.expect(201);
    let (file, upload) = (started.json["file"].clone(), started.json["upload"].clone());
    let file_id = file["id"].as_str().unwrap();
    assert_eq!((&file["status"], &upload["method"]), (&json!("uploading"), &json!("PUT")));
    operator.get(&format!("/api/files/{file_id}")).await.expect(404);
    assert_eq!(operator.get(&format!("/api/files?taskId={id}")).await.json["files"], json!([]));
    let early = operator.post(&format!("/api/files/{file_id}/complete"), json!({})).await.expect(400);
    assert!(early.error().contains("not arrived"), "{}", early.error());

    let wrong = put(&upload, vec![8; bytes.len()]).await;
    assert!(wrong >= 400, "other bytes than those signed are refused: {wrong}");
    assert!((200..300).contains(&put(&upload, bytes.clone()).await));
    let file = operator.post(&format!("/api/files/{file_id}/complete"), json!({})).await.expect(200).json["file"].clone();
    assert_eq!((file.get("status"), &file["contentType"]), (None, &json!("application/pdf")));
    operator.post(&format!("/api/files/{file_id}/complete"), json!({})).await.expect(200);
    let download = operator.get(&format!("/api/files/{file_id}/download")).await.expect(302);
    assert!(download.header("location").unwrap().contains("X-Amz-Signature"));
    operator.put(&format!("/api/tasks/{id}"), json!({ "status": "done" })).await.expect(200);

    for (field, value) in [
        ("sizeBytes", json!(2_147_483_648_u64)),
        ("sizeBytes", json!(0)),
        ("sizeBytes", json!(-1)),
        ("sizeBytes", json!("5")),
        ("checksum", json!("sha256:xyz")),
        ("checksum", Value::Null),
        ("filename", json!(" ")),
        ("category", json!("secret")),
        ("tags", json!("july")),
    ] {
        let mut body = announce.clone();
        body[field] = value;
        let refused = operator.post("/api/files/uploads", body.clone()).await.expect(400);
        assert!(refused.error().contains(field), "{body}: {}", refused.error());
    }
    let keyed = operator.with("idempotency-key", "k1");
    keyed.post("/api/files/uploads", announce.clone()).await.expect(201);
    let again = keyed.post("/api/files/uploads", announce).await.expect(409);
    assert!(again.error().contains("announced before"));
}

/// Sends bytes to a signed address, as a browser does.
async fn put(upload: &Value, bytes: Vec<u8>) -> u16 {
    use http_body_util::Full;
    use hyper_util::client::legacy::Client;
    use hyper_util::rt::TokioExecutor;
    let mut request = http::Request::put(upload["url"].as_str().unwrap());
    for (name, value) in upload["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let client = Client::builder(TokioExecutor::new()).build_http();
    client.request(request.body(Full::new(bytes::Bytes::from(bytes))).unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn what_was_left_behind_is_swept_and_nothing_else() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = task(&operator, json!({})).await;
    let kept = uploaded(&operator, &id, "kept.txt", b"x").await;
    let announce = json!({ "taskId": id, "filename": "never.pdf", "sizeBytes": 5, "checksum": sha256(b"12345") });
    let started = operator.post("/api/files/uploads", announce).await.expect(201);
    assert_eq!(stack.administrate(json!({ "command": "sweep" })).await["swept"], 0, "an hour is not over");
    stack.clock.advance(25 * 60 * 60);
    assert_eq!(stack.administrate(json!({ "command": "sweep" })).await["swept"], 1);
    assert_eq!(stack.administrate(json!({ "command": "sweep" })).await["swept"], 0);
    operator.post(&format!("/api/files/{}/complete", started.str("/file/id")), json!({})).await.expect(404);
    operator.get(&format!("/api/files/{}/download", kept["id"].as_str().unwrap())).await.expect(200);
}

#[tokio::test]
async fn a_very_long_name_survives_and_a_stale_delete_is_refused() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let owner = task(&operator, json!({})).await;
    let name = format!("{}.txt", "n".repeat(170));
    let file = uploaded(&operator, &owner, &name, b"hello").await;
    assert_eq!(file["filename"], name.as_str());
    let path = format!("/api/files/{}", file["id"].as_str().unwrap());
    assert_eq!(operator.get(&format!("{path}/download/")).await.expect(200).bytes, b"hello");
    operator.with("if-match", "\"77\"").delete(&path).await.expect(412);
    operator.delete(&path).await.expect(204);
}
