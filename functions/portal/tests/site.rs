//! The portal as a browser meets it: a whole fleet listens, and nothing is imitated.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "site/assistants.rs"]
mod assistants;
#[path = "site/documents.rs"]
mod documents;
#[path = "site/people.rs"]
mod people;
#[path = "site/speed.rs"]
mod speed;

use dataops_local::{Fleet, FleetOptions, functions};
use dataops_testkit::Browser;
use serde_json::json;
use tempfile::TempDir;

struct Site {
    fleet: Fleet,
    _folder: TempDir,
}

async fn site() -> Site {
    dataops_testkit::record_roles();
    let folder = tempfile::tempdir().unwrap();
    let options = FleetOptions {
        data_dir: folder.path().join("data"),
        port: 0,
        engine_port: None,
        portal_secret: None,
        seed: true,
        background: false,
        now: dataops_domain::Timestamp::parse("2026-07-01T09:00:00Z"),
        assistants: [].into(),
        exports: [].into(),
        build: functions::own(),
    };
    Site { fleet: Fleet::start(options).await.unwrap(), _folder: folder }
}

impl Site {
    fn browser(&self) -> Browser {
        Browser::new(&self.fleet.running.url)
    }

    /// A browser that is signed in as the operator.
    fn signed_in(&self) -> Browser {
        let mut browser = self.browser();
        let answer = sign_in(&mut browser, "operator@dataops.local", "dataops");
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }
}

fn sign_in(browser: &mut Browser, email: &str, password: &str) -> dataops_testkit::Answer {
    let page = browser.get("/sign-in").text;
    let token = hidden(&page, "csrf");
    browser.post_form("/sign-in", &[("csrf", &token), ("next", "/"), ("email", email), ("password", password)])
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let start = page.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no field {name}"));
    page[start..].split('"').nth(3).unwrap().to_owned()
}

/// Runs blocking requests beside the fleet's own threads.
async fn visit<T: Send + 'static>(site: Site, steps: impl FnOnce(&Site) -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(move || steps(&site)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use() {
    visit(site().await, |site| {
        let mut browser = site.browser();
        let away = browser.get("/tasks?status=waiting");
        assert_eq!((away.status, away.header("location")), (303, Some("/sign-in?next=%2Ftasks%3Fstatus%3Dwaiting")));
        let wrong = sign_in(&mut browser, "operator@dataops.local", "no");
        assert!(wrong.status == 401 || wrong.status == 422, "{}", wrong.status);
        assert!(wrong.text.contains("role=\"alert\""));
        let answer = sign_in(&mut browser, "operator@dataops.local", "dataops");
        let cookie =
            answer.headers.iter().find(|(name, value)| name == "set-cookie" && value.starts_with("dataops_session=")).unwrap().1.clone();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
        let home = browser.get("/").expect(200);
        assert!(home.text.contains("Podcast") && home.text.contains("Newsletter"));
        assert!(home.header("content-security-policy").unwrap().contains("default-src 'none'"));
        browser.get("/tasks/none").expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wrong_password_a_hundred_times_is_slowed_down() {
    visit(site().await, |site| {
        let body = json!({ "email": "operator@dataops.local", "password": "wrong" });
        let statuses: Vec<u16> = (0..100).map(|_| site.browser().post_json("/work/api/auth/login", &[], &body).status).collect();
        assert_eq!((statuses[0], statuses[9], statuses[10], statuses[99]), (401, 401, 429, 429));
        let right = json!({ "email": "operator@dataops.local", "password": "dataops" });
        let refused = site.browser().post_json("/work/api/auth/login", &[], &right).expect(429);
        assert!(refused.header("retry-after").is_some());
        site.fleet.clock.advance(16 * 60);
        site.browser().post_json("/work/api/auth/login", &[], &right).expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forged_and_expired_sessions_ask_to_sign_in() {
    visit(site().await, |site| {
        let mut forged = site.browser();
        for value in ["x", "", "../../etc", &"a".repeat(4_000)] {
            forged.set_cookie("dataops_session", value);
            assert_eq!(forged.get("/").status, 303, "{value}");
            forged.get("/work/api/me").expect(401);
        }
        let mut browser = site.signed_in();
        site.fleet.clock.advance(11 * 3_600);
        browser.get("/").expect(200);
        site.fleet.clock.advance(11 * 3_600);
        browser.get("/").expect(200);
        site.fleet.clock.advance(13 * 3_600);
        assert_eq!(browser.get("/").status, 303, "idle for more than twelve hours");
        let mut active = site.signed_in();
        let mut ended = false;
        for _ in 0..17 {
            site.fleet.clock.advance(10 * 3_600);
            ended = active.get("/").status == 303;
        }
        assert!(ended, "no session outlives seven days");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_form_without_its_token_changes_nothing() {
    visit(site().await, |site| {
        let mut browser = site.signed_in();
        for token in ["", "wrong"] {
            let refused = browser.post_form("/tasks/new", &[("csrf", token), ("back", "/"), ("description", "x"), ("date", "2026-07-02")]);
            assert_eq!(refused.status, 403, "{}", refused.text);
        }
        browser.post_json("/work/api/tasks", &[], &json!({ "description": "x", "date": "2026-07-02" })).expect(403);
        assert_eq!(browser.get("/work/api/tasks?status=todo").expect(200).json["tasks"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn anybody_may_read_the_api_s_description_and_refusals_come_as_asked() {
    visit(site().await, |site| {
        let mut browser = site.browser();
        assert_eq!(browser.get("/work/api/openapi.json").expect(200).json["openapi"], "3.1.0");
        assert_eq!(browser.get("/work/api/health").expect(200).json, json!({ "status": "ok" }));
        assert_eq!(browser.get("/work/api/tasks?status=todo").expect(401).json, json!({ "error": "Unauthorized" }));
        let problem = browser.send("GET", "/work/api/tasks?status=todo", &[("accept", "application/problem+json")], b"").expect(401);
        assert_eq!(
            (&problem.json["code"], &problem.json["status"], &problem.json["error"]),
            (&json!("unauthorized"), &json!(401), &json!("Unauthorized"))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_json_login_has_the_contract_s_answers() {
    visit(site().await, |site| {
        let login = |body: &[u8]| site.browser().send("POST", "/work/api/auth/login", &[], body);
        login(b"{").expect(400);
        login(b"{\"email\":\"operator@dataops.local\"}").expect(400);
        assert_eq!(login(b"{\"email\":\"nobody@example.org\",\"password\":\"x\"}").expect(401).error(), "Invalid email or password");
        let answer = login(b"{\"email\":\"operator@dataops.local\",\"password\":\"dataops\"}").expect(200);
        assert_eq!(answer.str("/user/id"), "operator");
        let bearer = format!("Bearer {}", answer.str("/token"));
        let mut client = site.browser();
        let me = client.send("GET", "/work/api/me", &[("authorization", &bearer), ("x-user-id", "somebody-else")], b"").expect(200);
        assert_eq!(me.str("/user/id"), "operator");
        let forged =
            [("authorization", bearer.as_str()), ("x-portal-auth", "true"), ("x-user-id", "forged"), ("x-portal-secret", "forged")];
        let made = client
            .post_json("/work/api/tasks", &forged, &json!({ "description": "x", "date": "2026-07-02", "status": "done" }))
            .expect(201);
        assert_eq!(made.str("/completedBy"), "operator", "identity comes from the session alone");
        let disabled = client
            .send("PUT", "/work/api/users/editor", &[("authorization", &bearer)], b"{\"disabled\":true,\"password\":\"secret\"}")
            .expect(200);
        assert_eq!(disabled.json["user"]["disabled"], true);
        login(b"{\"email\":\"editor@dataops.local\",\"password\":\"nope\"}").expect(403);
        client.send("POST", "/work/api/auth/logout", &[("authorization", &bearer)], b"").expect(204);
        client.send("GET", "/work/api/me", &[("authorization", &bearer)], b"").expect(401);
        client.send("POST", "/work/api/auth/logout", &[], b"").expect(204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn disabling_a_user_ends_their_sessions_at_once() {
    visit(site().await, |site| {
        let mut admin = site.signed_in();
        let token = hidden(&admin.get("/tasks/new").text, "csrf");
        let send = |admin: &mut Browser, body: serde_json::Value| {
            admin.send("PUT", "/work/api/users/host", &[("x-csrf-token", &token)], body.to_string().as_bytes()).expect(200)
        };
        send(&mut admin, json!({ "password": "host password" }));
        let mut host = site.browser();
        assert_eq!(sign_in(&mut host, "host@dataops.local", "host password").status, 303);
        host.get("/").expect(200);
        send(&mut admin, json!({ "disabled": true }));
        assert_eq!(host.get("/").status, 303);
        assert_eq!(sign_in(&mut host, "host@dataops.local", "host password").status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_sent_elsewhere_after_signing_in() {
    visit(site().await, |site| {
        for next in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
            let mut browser = site.browser();
            let token = hidden(&browser.get("/sign-in").text, "csrf");
            let fields = [("csrf", token.as_str()), ("next", next), ("email", "operator@dataops.local"), ("password", "dataops")];
            assert_eq!(browser.post_form("/sign-in", &fields).header("location"), Some("/"), "{next}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bodies_over_the_limit_are_refused_by_size() {
    visit(site().await, |site| {
        let mut browser = site.signed_in();
        let token = hidden(&browser.get("/tasks/new").text, "csrf");
        let body = format!("{{\"description\":\"{}\"}}", "x".repeat(5_000_000));
        let answer = browser.send("POST", "/work/api/tasks", &[("x-csrf-token", &token)], body.as_bytes());
        assert_eq!(answer.status, 413, "{}", answer.text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deleted_task_is_taken_back_from_the_message_or_from_the_trash() {
    visit(site().await, |site| {
        let mut browser = site.signed_in();
        let csrf = hidden(&browser.get("/tasks/new").text, "csrf");
        let made = browser.post_form("/tasks/new", &[("csrf", &csrf), ("description", "Call the venue"), ("date", "2026-07-02")]);
        assert_eq!(made.status, 303, "{}", made.text);
        let list = browser.get("/tasks").expect(200).text;
        let at = list.find("href=\"/tasks/0").map(|at| at + "href=\"/tasks/".len()).unwrap();
        let id = list[at..at + 26].to_owned();
        let page = browser.get(&format!("/tasks/{id}")).expect(200).text;
        assert!(page.contains(&format!("/activity?entity=task%23{id}")), "the way to its whole log");
        let gone = browser.post_form(&format!("/tasks/{id}/delete"), &[("csrf", &csrf), ("back", "/tasks")]);
        let to = format!("/tasks?saved=deleted&did={id}");
        assert_eq!((gone.status, gone.header("location")), (303, Some(to.as_str())));
        assert!(browser.get(&to).expect(200).text.contains(&format!("formaction=\"/tasks/{id}/restore\"")));
        browser.get(&format!("/tasks/{id}")).expect(404);
        let log = browser.get(&format!("/activity?entity=task%23{id}")).expect(200).text;
        assert!(log.contains("which is in the") && log.contains("deleted it"), "its log stays");
        assert!(browser.get("/trash").expect(200).text.contains("Call the venue"));
        let back = browser.post_form(&format!("/trash/task/{id}"), &[("csrf", &csrf), ("back", "/trash")]);
        assert_eq!((back.status, back.header("location")), (303, Some("/trash?saved=untrashed")));
        browser.get(&format!("/tasks/{id}")).expect(200);
        assert!(browser.get("/trash").expect(200).text.contains("The trash is empty."));
        browser.post_form(&format!("/trash/planet/{id}"), &[("csrf", &csrf)]).expect(404);
        assert!(browser.get("/activity").expect(200).text.contains("Call the venue"), "an admin sees the day");
        for wrong in ["/activity?entity=x", "/activity?day=2026-02-31", "/activity?entity=task%23x&cursor=!"] {
            browser.get(wrong).expect(404);
        }
    })
    .await;
}
