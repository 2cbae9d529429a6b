//! Documents through the whole fleet: the list, every page, the way from a task and back, and a gap that is reported.

use dataops_testkit::Browser;
use serde_json::{Value, json};

use super::{hidden, site, visit};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_document_has_a_small_page_whose_links_lead_somewhere() {
    visit(site().await, |site| {
        let mut browser = site.signed_in();
        let list = browser.get("/documents");
        assert_eq!(list.status, 200);
        assert!(list.text.len() < 60_000, "{}", list.text.len());
        for words in ["Open-Source Spotlight", "Prepare the podcast document", "Texts to copy", "64 documents"] {
            assert!(list.text.contains(words), "{words}");
        }
        let addresses: Vec<&str> = list.text.split("class=\"title\" href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(addresses.len(), 64);
        let pages: Vec<(&str, String)> = addresses.iter().map(|address| (*address, browser.get(address).text)).collect();
        let has = |address: &str, anchor: &str| pages.iter().any(|(of, page)| *of == address && page.contains(&format!("id=\"{anchor}\"")));
        for (address, page) in &pages {
            assert!(page.len() < 60_000, "{address}: {}", page.len());
            for link in page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                if let Some(anchor) = link.strip_prefix('#').filter(|anchor| !anchor.starts_with("i-") && *anchor != "main") {
                    assert!(has(address, anchor), "{address} has no #{anchor}");
                } else if link.starts_with("/documents/") {
                    let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
                    assert!(addresses.contains(&target), "{address} leads to {link}");
                    assert!(anchor.is_empty() || has(target, anchor), "{address} leads to {link}");
                }
            }
        }
        let biggest = pages.iter().map(|(_, page)| page.len()).max().unwrap();
        assert!(biggest > 10_000, "the pages were really made: {biggest}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_filter_lives_in_the_address_and_finds_a_step() {
    visit(site().await, |site| {
        let mut browser = site.signed_in();
        let found = browser.get("/documents?q=podcast+edit+access").text;
        assert!(found.contains("href=\"/documents/sop.podcast.prep-document#6\"") && found.contains("value=\"podcast edit access\""));
        let texts = browser.get("/documents?kind=template").text;
        assert!(texts.contains("E-mail to the accountant") && !texts.contains("Build the accountant package"));
        let none = browser.get("/documents?q=%3Cscript%3Ezebra").text;
        assert!(none.contains("No document has all of these words") && !none.contains("<script>zebra"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_earlier_path_leads_on_and_a_missing_document_says_so() {
    visit(site().await, |site| {
        let mut browser = site.signed_in();
        let moved = browser.get("/documents/podcast/prep-document.md?from=t1");
        assert_eq!((moved.status, moved.header("location")), (303, Some("/documents/sop.podcast.prep-document?from=t1")));
        for gone in ["/documents/sop.none", "/documents/..%2Fx", "/documents/%3Cscript%3E", "/documents/%00"] {
            let page = browser.get(gone);
            assert_eq!(page.status, 404, "{gone}");
            assert!(page.text.contains("There is no such document") && !page.text.contains("<script>"), "{gone}");
        }
        let hostile = browser.get("/documents/sop.podcast.prep-document?from=%22%3E%3Cscript%3E");
        assert!(!hostile.text.contains("Back to the task") && !hostile.text.contains("\"><script>"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_gap_found_in_a_task_becomes_a_task_and_the_work_goes_on() {
    visit(site().await, |site| {
        let mut browser = site.signed_in();
        let (bundle, task) = started(&mut browser);
        let page = browser.get(&format!("/tasks/{task}")).text;
        let whole = format!("/documents/sop.podcast.prep-document?from={task}#6");
        assert!(page.contains(&whole) && page.contains("Remove internal notes before"), "{page}");
        assert!(browser.get(&whole).text.contains(&format!("href=\"/tasks/{task}\"")), "the way back");
        let form = browser.get(&format!("/gaps/new?task={task}")).text;
        assert!(form.contains("6. Give the guest edit access") && form.contains("Topic - Guest"));
        let (csrf, key) = (hidden(&form, "csrf"), hidden(&form, "key"));
        let send = |browser: &mut Browser, wrong: &str| {
            let fields = [
                ("csrf", csrf.as_str()),
                ("key", &key),
                ("document", "sop.podcast.prep-document"),
                ("task", &task),
                ("step", "6"),
                ("wrong", wrong),
                ("meanwhile", "Asked the host"),
                ("assigneeId", "operator"),
            ];
            browser.post_form("/gaps/new", &fields)
        };
        let refused = send(&mut browser, "  ");
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Say what is wrong or missing.") && refused.text.contains("Asked the host"));
        let sent = send(&mut browser, "The button <b>moved</b>");
        assert_eq!((sent.status, sent.header("location")), (303, Some(format!("/tasks/{task}?saved=gap").as_str())));
        assert_eq!(send(&mut browser, "The button <b>moved</b>").status, 303, "pressed twice");
        let tasks = tasks_of(&mut browser, "process-gap");
        assert_eq!(tasks.len(), 1, "{tasks:?}");
        let gap = browser.get(&format!("/work/api/tasks/{}", tasks[0])).json;
        assert_eq!(gap["description"], "Process gap: Prepare the podcast document, step 6");
        assert_eq!((&gap["source"], &gap["assigneeId"], gap.get("bundleId")), (&Value::from("manual"), &Value::from("operator"), None));
        assert_eq!((&gap["sourceDocIds"][0], &gap["instructionStepId"]), (&Value::from("sop.podcast.prep-document"), &Value::from("6")));
        let page = browser.get(&format!("/tasks/{}", tasks[0])).text;
        for part in [
            format!("Task: <a href=\"/tasks/{task}\">"),
            format!("<a href=\"/workflows/{bundle}\">Topic - Guest</a>"),
            "&lt;b&gt;moved".to_owned(),
            "Meanwhile: Asked the host".to_owned(),
        ] {
            assert!(page.contains(&part), "{part}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_task_without_a_document_says_so() {
    visit(site().await, |site| {
        let mut browser = site.signed_in();
        let mut page = |more: Value| {
            let mut body = json!({ "description": "x", "date": "2026-07-01" });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let made = post(&mut browser, "/work/api/tasks", &body);
            browser.get(&format!("/tasks/{}", made["id"].as_str().unwrap())).text
        };
        assert!(page(json!({})).contains("No document and no link describes this task."));
        let lost = page(json!({ "instructionDocId": "sop.none" }));
        assert!(lost.contains("“sop.none”") && lost.contains("no link to fall back to"));
        let linked = page(json!({ "instructionDocId": "sop.none", "instructionsUrl": "https://example.org/how" }));
        assert!(linked.contains("is not there") && linked.contains("href=\"https://example.org/how\""));
        let step = page(json!({ "instructionDocId": "sop.podcast.prep-document", "instructionStepId": "99", "sourceDocIds": ["sop.none", "sop.oss.outreach"] }));
        assert!(step.contains("The task names step 99, which the document does not have."));
        assert!(step.contains("sop.none (missing)") && step.contains(">Find and contact a project</a>"));
    })
    .await;
}

fn post(browser: &mut Browser, path: &str, body: &Value) -> Value {
    let token = hidden(&browser.get("/tasks/new").text, "csrf");
    browser.post_json(path, &[("x-csrf-token", &token)], body).expect(201).json
}

/// A podcast and its task about the guest's edit rights.
fn started(browser: &mut Browser) -> (String, String) {
    let body = json!({ "title": "Topic - Guest", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" });
    let made = post(browser, "/work/api/bundles", &body);
    let task = made["tasks"].as_array().unwrap().iter().find(|task| task["templateTaskRef"] == "add-guest-as-editor").unwrap();
    (made["bundle"]["id"].as_str().unwrap().to_owned(), task["id"].as_str().unwrap().to_owned())
}

/// The ids of the open tasks with a tag, as the list shows them.
fn tasks_of(browser: &mut Browser, tag: &str) -> Vec<String> {
    let page = browser.get(&format!("/tasks?tag={tag}")).text;
    page.split(" data-id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}
