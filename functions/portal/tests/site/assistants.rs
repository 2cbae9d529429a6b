//! The assistant through the whole fleet: asked by form, approved as it was seen or not at all, edited, rejected, let rest.

use dataops_testkit::{Answer, Browser};
use serde_json::{Value, json};

use super::{Site, hidden, site, visit};

struct Operator {
    browser: Browser,
    csrf: String,
    task: String,
}

impl Operator {
    fn of(site: &Site) -> Self {
        let mut browser = site.signed_in();
        let csrf = hidden(&browser.get("/tasks/new").text, "csrf");
        let body = json!({ "description": "Prepare the podcast", "date": "2026-07-02", "tags": ["Podcast"], "requiredLinkName": "Podcast document" });
        let task = browser.post_json("/work/api/tasks", &[("x-csrf-token", &csrf)], &body).expect(201).str("/id").to_owned();
        Self { browser, csrf, task }
    }

    fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend(fields);
        self.browser.post_form(path, &all)
    }

    /// A draft, made with the form; its page's address.
    fn draft(&mut self) -> String {
        let task = self.task.clone();
        let page = self.browser.get(&format!("/assistants/new?task={task}")).expect(200).text;
        let key = hidden(&page, "key");
        let fields = [
            ("task", task.as_str()),
            ("key", &key),
            ("title", "Ada and the engine"),
            ("assistantType", "podcast"),
            ("maxAttempts", "2"),
            ("approvalRequired", "1"),
            ("draft", "1"),
            ("notes", "Guest: Ada Lovelace"),
            ("url", "https://example.org/talk"),
        ];
        let made = self.send("/assistants/new", &fields);
        let to = led(&made);
        assert_eq!(led(&self.send("/assistants/new", &fields)), to, "the button pressed twice asks once");
        to.split('?').next().unwrap().to_owned()
    }

    fn job(&mut self, own: &str) -> Value {
        let id = own.rsplit('/').next().unwrap();
        self.browser.get(&format!("/work/api/assistant-jobs/{id}")).expect(200).json
    }

    fn page(&mut self, path: &str) -> String {
        let page = self.browser.get(path).expect(200).text;
        assert!(page.len() < 60 * 1024, "{path}: {} bytes", page.len());
        page
    }
}

/// Every value of a hidden field.
fn all(page: &str, name: &str) -> Vec<String> {
    page.split(&format!("name=\"{name}\" value=\"")).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn led(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("location").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_approved_is_what_was_seen() {
    visit(site().await, |site| {
        let mut me = Operator::of(site);
        let own = me.draft();
        let page = me.page(&own);
        assert!(page.contains("It is a draft") && page.contains("https://example.org/talk") && page.contains("Notes of"));
        led(&me.send(&format!("{own}/run-dry"), &[("back", &own)]));
        let page = me.page(&own);
        assert!(page.contains("It waits for your decision") && page.contains("Ada Lovelace"), "the document is on the page");
        let seen = all(&page, "seen");
        assert!(!seen.is_empty() && seen.iter().all(|line| line.contains(" sha256:")), "{seen:?}");

        let other = seen[0].split(' ').next().unwrap().to_owned() + " sha256:other";
        let refused = me.send(&format!("{own}/approve"), &[("back", &own), ("seen", &other)]);
        assert!(refused.status == 422 && refused.text.contains("Nothing was approved: what it made has changed"), "{}", refused.status);
        assert_eq!(me.job(&own)["job"]["status"], "waiting_approval");

        let fields: Vec<(&str, &str)> = seen.iter().map(|line| ("seen", line.as_str())).chain([("back", own.as_str())]).collect();
        assert_eq!(led(&me.send(&format!("{own}/approve"), &fields)), format!("{own}?saved=job-approved"));
        assert!(me.page(&own).contains("It was approved."));
        let task = format!("/tasks/{}", me.task);
        assert!(me.page(&task).contains("Ada and the engine"), "the task shows its job");
        let late = me.send(&format!("{own}/cancel"), &[("back", &own)]);
        assert_eq!(late.status, 422, "what is approved can't be canceled");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rejection_keeps_its_reason_and_the_last_one_is_followed_up() {
    visit(site().await, |site| {
        let mut me = Operator::of(site);
        let own = me.draft();
        led(&me.send(&format!("{own}/run-dry"), &[]));
        let bare = me.send(&format!("{own}/reject"), &[("reason", " ")]);
        assert!(bare.status == 422 && bare.text.contains("Say what should be different."), "{}", bare.status);
        led(&me.send(&format!("{own}/reject"), &[("reason", "Another guest.")]));
        let page = me.page(&own);
        assert!(page.contains("It was rejected: Another guest.") && page.contains("/retry\""));
        assert!(me.page("/").contains("id=\"failures\""), "Home tells it");

        let unsaid = me.send(&format!("{own}/acknowledge"), &[("note", "")]);
        assert!(unsaid.status == 422 && unsaid.text.contains("Why it may rest is missing."), "{}", unsaid.status);
        let fields =
            [("follow", "1"), ("description", "Write it by hand"), ("date", "2026-07-03"), ("assigneeId", ""), ("note", "No time")];
        let to = led(&me.send(&format!("{own}/acknowledge"), &fields));
        assert!(to.starts_with(&format!("{own}?saved=created&did=")), "{to}");
        let page = me.page(&to);
        assert!(page.contains("acknowledged by") && page.contains("Open it"), "the way to the task");
        assert!(me.page("/tasks").contains("Write it by hand"));
        assert!(!me.page("/").contains("Another guest."), "it has left Home");
        for (wrong, status) in [("dance", 404), ("retry", 303), ("submit", 422)] {
            assert_eq!(me.send(&format!("{own}/{wrong}"), &[]).status, status, "{wrong}");
        }
        me.browser.get("/assistants/new").expect(404);
        me.browser.get("/assistants/jobs/none").expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_edited_version_is_approved_and_the_first_is_kept() {
    visit(site().await, |site| {
        let mut me = Operator::of(site);
        let own = me.draft();
        led(&me.send(&format!("{own}/run-dry"), &[]));
        let page = me.page(&own);
        let Some(at) = page.find("/edit?artifact=") else { panic!("nothing can be edited: {page}") };
        let artifact = page[at + "/edit?artifact=".len()..].split('"').next().unwrap().to_owned();
        let form = me.page(&format!("{own}/edit?artifact={artifact}"));
        let (checksum, seen) = (hidden(&form, "checksum"), all(&form, "seen"));
        let mut fields = vec![
            ("artifact", artifact.as_str()),
            ("checksum", &checksum),
            ("content", "# Ada\r\n\r\nMy own words.\r\n"),
            ("then", "approve"),
        ];
        fields.extend(seen.iter().map(|line| ("seen", line.as_str())));
        let stale: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, if *name == "checksum" { "sha256:other" } else { *value })).collect();
        let refused = me.send(&format!("{own}/edit"), &stale);
        assert!(refused.status == 422 && refused.text.contains("My own words."), "what was typed is kept: {}", refused.status);
        assert_eq!(led(&me.send(&format!("{own}/edit"), &fields)), format!("{own}?saved=job-edited-approved"));
        let job = me.job(&own);
        assert_eq!(job["job"]["status"], "approved");
        let of = |status: &str| job["artifacts"].as_array().unwrap().iter().filter(|one| one["status"] == status).count();
        assert!(of("superseded") == 1 && of("approved") >= 1, "both are kept: {}", job["artifacts"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_draft_is_changed_in_the_form_it_was_asked_with_and_then_handed_over() {
    visit(site().await, |site| {
        let mut me = Operator::of(site);
        let own = me.draft();
        assert!(me.page(&own).contains(&format!("href=\"{own}/change\"")));
        let change = format!("{own}/change");
        let form = me.page(&change);
        for words in ["Change the draft", "value=\"Ada and the engine\"", "Guest: Ada Lovelace", "https://example.org/talk", "checked"] {
            assert!(form.contains(words), "{words}");
        }
        let (task, version) = (me.task.clone(), hidden(&form, "version"));
        let link = json!({ "type": "url", "uri": "https://example.org/talk" }).to_string();
        let fields = |title: &'static str, version: String, more: (&'static str, &'static str)| {
            vec![
                ("task".to_owned(), task.clone()),
                ("version".to_owned(), version),
                ("title".to_owned(), title.to_owned()),
                ("assistantType".to_owned(), "podcast".to_owned()),
                ("maxAttempts".to_owned(), "3".to_owned()),
                ("notes".to_owned(), "Guest: a lead".to_owned()),
                ("input".to_owned(), link.clone()),
                (more.0.to_owned(), more.1.to_owned()),
            ]
        };
        let send = |me: &mut Operator, fields: Vec<(String, String)>| {
            let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            me.send(&change, &pairs)
        };
        assert_eq!(led(&send(&mut me, fields("The lead", version.clone(), ("draft", "1")))), format!("{own}?saved=job-draft"));
        let job = me.job(&own)["job"].clone();
        assert_eq!(
            (job["title"].as_str(), job["maxAttempts"].as_u64(), job["approvalRequired"].as_bool()),
            (Some("The lead"), Some(3), Some(false))
        );
        assert_eq!(job["inputRefs"].as_array().map(Vec::len), Some(2), "{job}");

        let stale = send(&mut me, fields("Too late", version, ("draft", "1")));
        assert!(stale.status == 422 && stale.text.contains("Somebody changed this") && stale.text.contains("Too late"), "{}", stale.status);
        let now = job["version"].to_string();
        let handed = send(&mut me, fields("The lead", now.clone(), ("url", "")));
        assert_eq!(led(&handed), format!("{own}?saved=job-asked"), "without `draft` it is handed over");
        assert_eq!(led(&me.browser.get(&change)), own, "what is no draft is not changed");
        assert_eq!(send(&mut me, fields("Late", now, ("draft", "1"))).status, 303);
    })
    .await;
}
