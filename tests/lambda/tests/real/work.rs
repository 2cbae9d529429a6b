//! What the functions do without anybody looking: the tick, the runner with a job that was submitted, an export.

use std::time::Duration;

use serde_json::{Value, json};

use crate::site::{Api, Site, site};

/// Looks until it is so; the functions work in their own time.
fn until(what: &str, mut look: impl FnMut() -> Option<Value>) -> Value {
    for _ in 0..200 {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} does not come");
}

/// Asks for a podcast and submits it; its id.
fn submitted(api: &mut Api) -> String {
    let task = api.post("/tasks", &json!({ "description": "Prepare the episode", "date": "2026-07-10" })).expect(201).str("/id").to_owned();
    let job = api.post("/assistant-jobs", &json!({ "assistantType": "podcast", "taskId": task })).expect(201).str("/job/id").to_owned();
    api.post(&format!("/assistant-jobs/{job}/submit"), &json!({})).expect(200);
    job
}

/// Has a podcast made: the job's id, and all of it when it waits for approval.
pub(crate) fn handed_in(api: &mut Api) -> (String, Value) {
    let job = submitted(api);
    let detail = until("the podcast", || {
        let detail = api.get(&format!("/assistant-jobs/{job}")).expect(200).json;
        (detail["job"]["status"] == "waiting_approval").then_some(detail)
    });
    (job, detail)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn a_submitted_podcast_is_worked_on_by_the_runner_and_waits_for_approval() {
    let site = site("podcast").await;
    site.visit(|mut api| {
        let (job, handed_in) = handed_in(&mut api);
        assert_eq!(handed_in["job"]["outputArtifactIds"].as_array().map(Vec::len), Some(2), "{handed_in}");
        api.post(&format!("/assistant-jobs/{job}/approve"), &json!({})).expect(200);
    })
    .await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn the_tick_makes_what_is_due_once() {
    let site = site("tick").await;
    let first = site.invoke("cron-runner", &json!({})).await.unwrap();
    assert_eq!(first["ok"], true, "{first}");
    let again = site.invoke("cron-runner", &json!({})).await.unwrap();
    assert_eq!(again["ok"], true, "{again}");
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn an_export_that_is_asked_for_is_made_and_verified() {
    let site = site("export").await;
    let id = site
        .visit(|mut api| {
            let made = api.post("/cron/export", &json!({})).expect(200);
            assert!(made.str("/archive_key").contains("dataops-execution-"), "{}", made.text);
            api.get("/exports").expect(200).str("/exports/0/id").to_owned()
        })
        .await;
    let verified = site.invoke("export-job", &json!({ "verify": id })).await.unwrap();
    assert_eq!((&verified["ok"], &verified["verification"]["findings"]), (&json!(true), &json!(0)), "{verified}");
    let other = site.invoke("export-job", &json!({ "verify": "none" })).await.unwrap();
    assert_eq!((&other["ok"], &other["status"]), (&json!(false), &json!(404)), "{other}");
    site.stop().await;
}

/// A runner that is ended with its invocation leaves a job for the sweep.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn a_job_whose_start_was_lost_is_found_by_the_sweep() {
    let site: Site = crate::site::changed("sweep", |id, environment| {
        if id == dataops_local::functions::WORK_ENGINE {
            environment.insert("DATAOPS_ASSISTANT_RUNNER_FUNCTION".to_owned(), "dataops-local-nobody".to_owned());
        }
    })
    .await;
    let job = site.visit(|mut api| submitted(&mut api)).await;
    let swept = site.invoke("assistant-runner", &json!({})).await.unwrap();
    assert_eq!(swept["sweep"]["ran"], json!([[job, "handed_in"]]), "{swept}");
    site.stop().await;
}
