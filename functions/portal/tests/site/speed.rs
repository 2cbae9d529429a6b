//! Work at speed through the whole fleet: many tasks at once, taking back, a new task in passing, moving and closing a workflow.

use dataops_testkit::{Answer, Browser};
use serde_json::json;

use super::{Site, hidden, site, visit};

/// A signed-in operator with the proof that forms need.
struct Operator {
    browser: Browser,
    csrf: String,
}

impl Operator {
    fn of(site: &Site) -> Self {
        let mut browser = site.signed_in();
        let csrf = hidden(&browser.get("/tasks/new").text, "csrf");
        Self { browser, csrf }
    }

    fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend(fields);
        self.browser.post_form(path, &all)
    }

    fn make(&mut self, path: &str, body: &serde_json::Value) -> Answer {
        let csrf = self.csrf.clone();
        self.browser.post_json(path, &[("x-csrf-token", &csrf)], body).expect(201)
    }

    /// A task; `more` goes on top of title and date.
    fn task(&mut self, title: &str, more: &serde_json::Value) -> String {
        let mut body = json!({ "description": title, "date": "2026-07-02" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.make("/work/api/tasks", &body).str("/id").to_owned()
    }

    fn read(&mut self, path: &str) -> serde_json::Value {
        self.browser.get(path).expect(200).json
    }

    /// Where a form led.
    fn led(answer: &Answer) -> String {
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.header("location").unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_change_at_once_and_are_taken_back() {
    visit(site().await, |site| {
        let mut me = Operator::of(site);
        let (one, two) = (me.task("Call the venue", &json!({})), me.task("Order stickers", &json!({})));
        site.fleet.clock.advance(60);
        let both = [("id", one.as_str()), ("id", two.as_str()), ("back", "/tasks?q=e")];
        let to = Operator::led(&me.send("/tasks/bulk", &[&both[..], &[("act", "reschedule"), ("date", "2026-07-09")]].concat()));
        assert!(to.starts_with("/tasks?q=e&saved=bulk-due&did="), "{to}");
        let page = me.browser.get(&to).expect(200).text;
        assert!(page.contains("2 tasks moved.") && page.contains("formaction=\"/tasks/undo\""));
        assert_eq!(me.read(&format!("/work/api/tasks/{two}"))["date"], "2026-07-09");
        let start = page.find("name=\"did\" value=\"").unwrap();
        let did = page[start..].split('"').nth(3).unwrap().to_owned();
        let back = Operator::led(&me.send("/tasks/undo", &[("did", &did), ("back", "/tasks?q=e")]));
        assert!(me.browser.get(&back).expect(200).text.contains("Taken back for 2 tasks."), "{back}");
        assert_eq!(me.read(&format!("/work/api/tasks/{one}"))["date"], "2026-07-02");

        me.send("/tasks/bulk", &[&both[..], &[("act", "add-tags"), ("tags", "print, , venue")]].concat());
        assert_eq!(me.read(&format!("/work/api/tasks/{one}"))["tags"], json!(["print", "venue"]));
        let made = |me: &mut Operator, source: &str| {
            me.browser.get(&format!("/tasks?source={source}")).expect(200).text.contains("Call the venue")
        };
        assert!(made(&mut me, "manual") && !made(&mut me, "template") && made(&mut me, "nonsense"), "an unknown source filters nothing");
        let list = me.browser.get("/tasks?tag=print").expect(200).text;
        assert!(list.contains("tag print") && list.contains("Call the venue"));
        let same = Operator::led(&me.send("/tasks/bulk", &[&both[..], &[("act", "assign"), ("assigneeId", "editor")]].concat()));
        assert!(me.browser.get(&same).expect(200).text.contains("2 tasks assigned."));
        for (fields, words) in [
            (&[("act", "done")][..], "Tick the tasks first."),
            (&[("act", "reschedule"), ("id", &one), ("date", "")], "Choose the date"),
            (&[("act", "add-tags"), ("id", &one), ("tags", " , ")], "Type the tags"),
            (&[("act", "dance"), ("id", &one)], "Choose what to do"),
        ] {
            let refused = me.send("/tasks/bulk", fields);
            assert!(refused.status == 422 && refused.text.contains(words), "{words}: {}", refused.status);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_refused_stays_ticked_and_says_why_at_its_row() {
    visit(site().await, |site| {
        let mut me = Operator::of(site);
        let free = me.task("Call the venue", &json!({}));
        let gated = me.task("Publish the event", &json!({ "requiredLinkName": "Luma" }));
        site.fleet.clock.advance(60);
        let answer = me.send("/tasks/bulk", &[("id", &free), ("id", &gated), ("act", "done"), ("back", "/tasks?status=open")]);
        assert_eq!(answer.status, 422, "{}", answer.text);
        assert!(answer.text.contains("1 of 2 tasks was not changed.") && answer.text.contains("1 task done."));
        assert!(answer.text.contains("Not changed: Add the Luma link first."), "{}", answer.text);
        assert!(answer.text.contains(&format!("value=\"{gated}\" checked")), "it stays ticked");
        assert_eq!(me.read(&format!("/work/api/tasks/{free}"))["status"], "done");
        assert_eq!(me.read(&format!("/work/api/tasks/{gated}"))["status"], "todo");

        let task = me.read(&format!("/work/api/tasks/{free}"));
        let did = format!("{free}.{}", task["version"]);
        me.send(&format!("/tasks/{free}/comment"), &[("note", "It was Ana.")]);
        let late = me.send("/tasks/undo", &[("did", &did), ("back", "/tasks")]);
        assert!(late.status == 422 && late.text.contains("has changed it since"), "{}: {}", late.status, late.text);
        assert_eq!(me.send("/tasks/undo", &[("did", "../x.7")]).status, 422);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_task_in_passing_leads_back_with_a_link() {
    visit(site().await, |site| {
        let mut me = Operator::of(site);
        let fields = [("description", "Call the venue"), ("date", "2026-07-02"), ("stay", "1"), ("back", "/?for=all"), ("key", "one-key")];
        let to = Operator::led(&me.send("/tasks/new", &fields));
        assert!(to.starts_with("/?for=all&saved=created&did="), "{to}");
        let page = me.browser.get(&to).expect(200).text;
        assert!(page.contains("Task created.") && page.contains("Open it"));
        assert_eq!(Operator::led(&me.send("/tasks/new", &fields)), to, "sent twice, made once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_workflow_moves_after_a_look_and_goes_back() {
    visit(site().await, |site| {
        let mut me = Operator::of(site);
        let body = json!({ "title": "October news", "anchorDate": "2026-08-03", "templateId": "task-template.tasks.newsletter" });
        let made = me.make("/work/api/bundles", &body);
        let (own, api) = (format!("/workflows/{}", made.str("/bundle/id")), format!("/work/api/bundles/{}", made.str("/bundle/id")));
        let first = made.json["tasks"][0]["id"].as_str().unwrap().to_owned();
        let before = me.read(&format!("/work/api/tasks/{first}"))["date"].clone();
        let by_hand = made.json["tasks"][1]["id"].as_str().unwrap().to_owned();
        me.send(&format!("/tasks/{by_hand}/due"), &[("date", "2026-07-30")]);

        let question = me.browser.get(&format!("{own}/move")).expect(200).text;
        assert!(question.contains("Show what moves") && !question.contains("Move it"));
        let plan = me.browser.get(&format!("{own}/move?anchorDate=2026-08-10")).expect(200).text;
        assert!(plan.contains("7 days later.") && plan.contains("Moved by hand, so they keep their own date"), "{plan}");
        assert_eq!(me.read(&format!("/work/api/tasks/{first}"))["date"], before, "looking changes nothing");
        me.browser.get(&format!("{own}/move?anchorDate=nonsense")).expect(200);

        let late = me.send(&format!("{own}/move"), &[("anchorDate", "2026-08-10"), ("from", "2026-08-04")]);
        assert!(late.status == 422 && late.text.contains("has been moved"), "{}", late.status);
        let to = Operator::led(&me.send(&format!("{own}/move"), &[("anchorDate", "2026-08-10"), ("from", "2026-08-03"), ("back", &own)]));
        let page = me.browser.get(&to).expect(200).text;
        assert!(page.contains("name=\"undo\" value=\"2026-08-03.2026-08-10\""), "{to}");
        assert_ne!(me.read(&format!("/work/api/tasks/{first}"))["date"], before);
        let back = Operator::led(&me.send(&format!("{own}/move"), &[("undo", "2026-08-03.2026-08-10"), ("back", &own)]));
        assert_eq!(back, format!("{own}?saved=moved-back"));
        assert_eq!(me.read(&format!("/work/api/tasks/{first}"))["date"], before);
        assert_eq!(me.read(&api)["bundle"]["anchorDate"], "2026-08-03");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_workflow_closes_when_nothing_speaks_against_it_and_opens_again() {
    visit(site().await, |site| {
        let mut me = Operator::of(site);
        let made = me.make("/work/api/bundles", &json!({ "title": "Office move", "anchorDate": "2026-08-03" }));
        let id = made.str("/bundle/id").to_owned();
        let task = me.task("Order boxes", &json!({ "bundleId": id }));
        let own = format!("/workflows/{id}");
        let because = me.browser.get(&format!("{own}/close")).expect(200).text;
        assert!(because.contains("Cannot close because") && because.contains(&format!("href=\"/tasks/{task}\"")), "{because}");
        let refused = me.send(&format!("{own}/close"), &[("stage", "preparation")]);
        assert!(refused.status == 422 && refused.text.contains("Cannot close because"), "{}", refused.status);

        me.send(&format!("/tasks/{task}/done"), &[]);
        let page = me.browser.get(&format!("{own}/close")).expect(200).text;
        assert!(page.contains("Nothing speaks against it"), "{page}");
        let to = Operator::led(&me.send(&format!("{own}/close"), &[("stage", &hidden(&page, "stage")), ("back", &own)]));
        let closed = me.browser.get(&to).expect(200).text;
        assert!(closed.contains("Workflow closed.") && closed.contains(&format!("formaction=\"{own}/restore\"")), "{to}");
        assert_eq!(me.read(&format!("/work/api/bundles/{id}"))["bundle"]["stage"], "done");
        me.send(&format!("{own}/restore"), &[("stage", "preparation"), ("back", &own)]);
        let open = me.read(&format!("/work/api/bundles/{id}"));
        assert_eq!((&open["bundle"]["stage"], &open["bundle"]["status"]), (&json!("preparation"), &json!("active")));

        let put_away = Operator::led(&me.send(&format!("{own}/archive"), &[("back", &own)]));
        assert!(me.browser.get(&put_away).expect(200).text.contains(&format!("formaction=\"{own}/restore\"")));
        let gone = Operator::led(&me.send(&format!("{own}/delete"), &[("back", "/workflows?status=archived")]));
        assert!(me.browser.get(&gone).expect(200).text.contains(&format!("formaction=\"/trash/bundle/{id}\"")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_change_of_a_task_names_its_version_and_is_taken_back() {
    visit(site().await, |site| {
        let mut me = Operator::of(site);
        let id = me.task("Call the venue", &json!({ "assigneeId": "operator" }));
        let facts = |me: &mut Operator| {
            let task = me.read(&format!("/work/api/tasks/{id}"));
            (task["date"].clone(), task["assigneeId"].clone(), task["status"].clone())
        };
        let before = facts(&mut me);
        for (action, fields) in
            [("due", &[("date", "2026-07-20")][..]), ("assign", &[("assigneeId", "editor")]), ("archive", &[]), ("done", &[])]
        {
            site.fleet.clock.advance(60);
            let to = Operator::led(&me.send(&format!("/tasks/{id}/{action}"), fields));
            assert_ne!(facts(&mut me), before, "{action}");
            let did = to.split("did=").nth(1).unwrap_or_else(|| panic!("{action}: {to}"));
            let back = Operator::led(&me.send("/tasks/undo", &[("did", did), ("back", &format!("/tasks/{id}"))]));
            assert_eq!(back, format!("/tasks/{id}?saved=undone"));
            assert_eq!(facts(&mut me), before, "{action}");
        }
        let same = Operator::led(&me.send(&format!("/tasks/{id}/assign"), &[("assigneeId", "operator")]));
        let nothing = me.send("/tasks/undo", &[("did", same.split("did=").nth(1).unwrap())]);
        assert!(nothing.status == 422 && nothing.text.contains("Not taken back.") && nothing.text.contains(&id), "{}", nothing.text);
        assert_eq!(facts(&mut me), before, "what was so already stays");
    })
    .await;
}
