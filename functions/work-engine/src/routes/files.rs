//! `/api/files`: uploads, their bytes and what is known of them.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::wire::{FileAnswer, FileList, UploadAnswer, UploadRequest};
use dataops_domain::file::upload::Announced;
use dataops_engine::UploadStarted;
use dataops_store::FileFilter;
use serde_json::json;

use super::not_found;
use crate::App;
use crate::http::upload::UploadForm;
use crate::http::{Call, Ids, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/files", routing::get(list).post(upload).fallback(not_found))
        .route("/api/files/uploads", routing::post(start).fallback(not_found))
        .route("/api/files/{id}", routing::get(get).delete(delete).fallback(not_found))
        .route("/api/files/{id}/complete", routing::post(complete).fallback(not_found))
        .route("/api/files/{id}/download", routing::get(download).fallback(not_found))
}

#[utoipa::path(get, path = "/api/files", tag = "files", params(
    ("taskId" = Option<String>, Query, description = "Of a task; wins over the others"), ("category" = Option<String>, Query), ("tag" = Option<String>, Query),
    ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = FileList), (status = 400)))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let text = |name: &str| call.query(name).map(str::to_owned);
        let filter = match text("taskId") {
            Some(task) => FileFilter::OfTask(task),
            None => FileFilter::All { category: text("category"), tag: text("tag") },
        };
        let mut list = app.engine.files_list(&filter, &call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/files", tag = "files",
    request_body(content = Object, content_type = "multipart/form-data", description = "`taskId`, optional `category` and `tags` (a JSON array as text), and one part with a file name, up to 4 MB"),
    responses((status = 201, body = FileAnswer), (status = 400), (status = 404), (status = 413)))]
pub(crate) async fn upload(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let form = UploadForm::read(&call).await?;
        let task = form.task_id.clone();
        let upload = match form.upload() {
            Ok(upload) => upload,
            Err(refused) => {
                app.engine.task_get(&task).await?;
                return Err(refused);
            }
        };
        Reply::created(json!({ "file": app.engine.file_upload(&call.operation, &upload).await? }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(post, path = "/api/files/uploads", tag = "files",
    request_body(content = Object, description = "`{taskId, filename, sizeBytes, checksum, category?, tags?}`; the checksum is `sha256:` and the hex digest of the bytes"),
    responses((status = 201, body = UploadAnswer), (status = 400), (status = 404), (status = 409)))]
pub(crate) async fn start(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let announced = Announced::parse(&call.json()?)?;
        let UploadStarted { file, request, expires_at } = app.engine.upload_start(&call.operation, &announced).await?;
        let upload = UploadRequest { url: request.url, method: request.method, headers: request.headers.into_iter().collect(), expires_at };
        Reply::created(UploadAnswer { file, upload })
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/files/{id}/complete", tag = "files", params(("id" = String, Path)), responses((status = 200, body = FileAnswer), (status = 400), (status = 404)))]
pub(crate) async fn complete(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { Reply::ok(json!({ "file": app.engine.upload_complete(&call.operation, &id).await? })) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(get, path = "/api/files/{id}", tag = "files", params(("id" = String, Path)), responses((status = 200, body = FileAnswer), (status = 404)))]
pub(crate) async fn get(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.file_get(&id).await.and_then(|file| Reply::ok(json!({ "file": file }))))
}

#[utoipa::path(get, path = "/api/files/{id}/download", tag = "files", params(("id" = String, Path)), responses(
    (status = 200, description = "The bytes", content_type = "application/octet-stream"),
    (status = 302, description = "Over 4 MB: a signed address of five minutes"), (status = 404)))]
pub(crate) async fn download(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.download(app.engine.file_download(&id).await)
}

#[utoipa::path(delete, path = "/api/files/{id}", tag = "files", params(("id" = String, Path)), responses((status = 204), (status = 400), (status = 404)))]
pub(crate) async fn delete(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        app.engine.file_delete(&call.operation, &id, call.seen()?).await?;
        Ok(Reply::nothing())
    };
    call.answer(work.await)
}
