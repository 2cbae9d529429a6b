//! The pages of assistant jobs, from fixtures: what is said, what is sent, what is escaped, how big they are.

mod fixtures;

use chrono_tz::Europe::Berlin;
use dataops_api::views::assistants::{AssistantsPage, JobRow};
use dataops_api::views::job::JobPage;
use dataops_portal::pages::{
    self,
    assistants::{
        ask::{About, Makes},
        job::Shown,
    },
};
use dataops_portal::ui::form::Attempt;
use dataops_portal::ui::page::{Page, document};
use fixtures::{assistants, chrome};
use serde_json::{Value, json};

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

fn shown(page: &Page) -> String {
    document(&chrome("/assistants"), page).into_string()
}

fn has(html: &str, all: &[&str]) {
    for words in all {
        assert!(html.contains(words), "{words}");
    }
    assert!(html.len() < 60 * 1024, "{} bytes", html.len());
}

fn lacks(html: &str, none: &[&str]) {
    for words in none {
        assert!(!html.contains(words), "{words}");
    }
}

fn harmless(html: &str) {
    lacks(html, &["<script>alert", "<img src=x", "\"'><"]);
}

fn row(value: Value) -> JobRow {
    serde_json::from_value(value).expect("a line")
}

fn with<T>(view: &JobPage, attempt: &Attempt, page: impl FnOnce(Shown<'_>) -> T) -> T {
    let today = fixtures::TODAY.parse().expect("a date");
    page(Shown { view, chrome: &chrome("/assistants/jobs/x"), today, timezone: Berlin, attempt })
}

fn list(view: &AssistantsPage) -> String {
    shown(&pages::assistants::page(view, Berlin))
}

fn job(view: &JobPage) -> String {
    with(view, &Attempt::default(), |it| shown(&pages::assistants::job::page(it)))
}

#[test]
fn what_waits_for_a_person_comes_first() {
    let view = assistants::assistants();
    let html = list(&view);
    has(
        &html,
        &[
            "Podcast assistant · attempt 1 of 2 · <time datetime=\"2026-11-20T06:40:00.000Z\">22 min ago</time>",
            "Review<span class=\"sr\">: Machine learning",
            "formaction=\"/assistants/jobs/01JD5A00000000000000008002/retry\">Try again",
            "/assistants/jobs/01JD5A00000000000000008003#follow-up\">Follow up",
            "It took longer than ten minutes. No attempt is left.",
            "at work, 40 %",
            "Writes the question plan",
            "formaction=\"/assistants/jobs/01JD5A00000000000000008005/submit\">Hand over",
            "2 attempts allowed",
            "2 days ago",
            "href=\"/assistants\" aria-current=\"page\"",
        ],
    );
    let places: Vec<usize> =
        ["waiting", "failed", "running", "recent"].iter().map(|id| html.find(&format!("id=\"{id}\"")).expect(id)).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(pages::assistants::attention(&view), 3);
    let mut many = view.clone();
    for part in [&mut many.waiting, &mut many.failed, &mut many.running, &mut many.drafts, &mut many.recent] {
        let one = JobRow { title: HOSTILE.into(), reason: Some(HOSTILE.repeat(20)), ..part[0].clone() };
        part.resize(100, one);
    }
    let html = list(&many);
    has(&html, &["80 more. Decide on these first."]);
    harmless(&html);
    let empty = AssistantsPage { waiting: vec![], failed: vec![], running: vec![], drafts: vec![], recent: vec![], ..view };
    has(&list(&empty), &["Nothing waits for your decision.", "Nothing failed.", "No assistant is at work."]);
}

#[test]
fn what_does_the_work_is_shown_as_verified_only_when_somebody_has_tried_it() {
    let mut view = assistants::assistants();
    has(&list(&view), &["podcast: a Messages service", "not verified", "Not in use, and not verified: a local command."]);
    view.executors[1].verified = true;
    has(&list(&view), &[">verified<"]);
    view.executors[1].types.clear();
    has(&list(&view), &["Every assistant works by the reviewed rules", "not verified: a Messages service, a local command."]);
}

#[test]
fn a_job_shows_everything_that_a_decision_needs() {
    let view = assistants::job();
    let html = job(&view);
    has(
        &html,
        &[
            "It waits for your decision",
            "action=\"/assistants/jobs/01JD5A00000000000000008001/approve\"",
            "name=\"seen\" value=\"01JD5A00000000000000007002 sha256:01JD5A00000000000000007002\"",
            "it fills “Podcast document”",
            "name=\"reason\"",
            "It was the last attempt.",
            "/assistants/jobs/01JD5A00000000000000008001/edit?artifact=01JD5A00000000000000007002",
            "action=\"/assistants/jobs/01JD5A00000000000000008001/cancel\"",
            "<li>How did the compiler come about?</li>",
            "<del>1. How do you train a model?</del>",
            "<ins>1. How did the compiler come about?</ins>",
            "<b>Rejected: </b>The questions fit another guest.",
            "decided by Ana Garcia",
            "took 7 s",
            "took 3 min",
            "Its whole log",
            "/documents/sop.podcast.prepare",
            "https://example.org/talk",
            "not there any more",
            "/tasks/new?description=Follow+up%3A+Machine",
            "asked the assistant",
            "/activity?entity=assistant_job%23",
        ],
    );
    lacks(&html, &["data-working", "name=\"seen\" value=\"01JD5A00000000000000007001", "/retry", "name=\"again\"", "work/api/files"]);
}

#[test]
fn what_can_be_done_is_what_the_engine_allows() {
    let of = |status: &str, may: &[&str], more: Value| {
        let mut view = assistants::job();
        view.row = row(assistants::line(status, "nothing", more));
        view.job.status = view.row.status;
        view.may = serde_json::from_value(assistants::may(may)).expect("what may be done");
        job(&view)
    };
    let html = of("draft", &["edit", "submit", "runDry", "cancel"], json!({"attempt": 0}));
    has(&html, &["Hand over", "/run-dry\">Make it at once", "/cancel"]);
    lacks(&html, &["/approve\"", "name=\"reason\"", "/acknowledge"]);
    let html = of("failed", &["retry", "acknowledge"], json!({"error": {"code": "timeout", "summary": "Too slow"}}));
    has(
        &html,
        &["/retry\"", "name=\"follow\" value=\"1\"", "value=\"Follow up: Machine learning in production - Grace Hopper\"", "Acknowledge…"],
    );
    lacks(&html, &["/cancel\"", "No attempt is left", "/tasks/new?description"]);
    let html = of("failed", &["acknowledge"], json!({"attempt": 2}));
    has(&html, &["No attempt is left. Make a follow-up task, or acknowledge it with a note."]);
    lacks(&html, &["/retry\"", "/cancel\""]);
    let html = of("waiting_approval", &["decide", "cancel"], json!({}));
    has(&html, &["name=\"again\" value=\"1\">Reject and try again"]);
    let html = of("approved", &[], json!({}));
    lacks(&html, &["/retry\"", "/cancel\"", "/approve\"", "/acknowledge\"", "name=\"reason\""]);
}

#[test]
fn a_running_job_shows_its_log_and_how_far_it_is() {
    let mut view = assistants::running();
    view.tail = vec!["Reads intake.md".into(), HOSTILE.into()];
    view.tail.resize(50, "x".repeat(500));
    let html = job(&view);
    has(
        &html,
        &[
            "data-watched",
            "data-working",
            "Reads intake.md",
            "<progress value=\"40\" max=\"100\"",
            "Writes the question plan",
            "The assistant is at work.",
        ],
    );
    harmless(&html);
}

#[test]
fn a_full_job_stays_small_and_harmless() {
    let mut view = assistants::job();
    view.row.title = HOSTILE.into();
    for input in &mut view.inputs {
        input.title = HOSTILE.into();
        input.uri = Some("javascript:alert(1)".into());
    }
    let attempt = view.job.attempts[0].clone();
    view.job.attempts =
        (1..=10).map(|number| dataops_domain::job::Attempt { number, reason: Some(HOSTILE.repeat(3)), ..attempt.clone() }).collect();
    let event = view.events[0].clone();
    view.events = (0..50).map(|_| dataops_domain::audit::Event { summary: HOSTILE.into(), ..event.clone() }).collect();
    view.previews[0].text = format!("# {HOSTILE}\n\n| a | b |\n|---|---|\n{}", "| <b>x</b> | [y](javascript:alert(1)) |\n".repeat(1_400));
    view.previews[0].cut = true;
    let html = job(&view);
    has(&html, &["Only its beginning is shown here."]);
    harmless(&html);
    lacks(&html, &["href=\"javascript", "/edit?artifact"]);
}

#[test]
fn an_edit_keeps_the_text_and_names_what_was_seen() {
    let view = assistants::job();
    let edit = |view: &_, attempt: &Attempt| {
        with(view, attempt, |it| pages::assistants::edit::page(it, assistants::SECOND).map(|page| shown(&page)))
    };
    let html = edit(&view, &Attempt::default()).expect("a page");
    has(
        &html,
        &[
            "name=\"checksum\" value=\"sha256:01JD5A00000000000000007002\"",
            "name=\"seen\" value=\"01JD5A00000000000000007002 ",
            "spellcheck=\"true\">\n# Grace Hopper\n",
            "name=\"then\" value=\"approve\">Save and approve",
        ],
    );
    let typed = Attempt {
        form: "edit".into(),
        message: "Not saved yet.".into(),
        values: vec![("content".into(), HOSTILE.into())],
        errors: vec![("content".into(), "The text is missing.".into())],
    };
    let html = edit(&view, &typed).expect("a page");
    has(&html, &["The text is missing.", "&lt;script&gt;alert(1)"]);
    harmless(&html);
    let mut long = view.clone();
    long.previews[0].text = "<".repeat(20_000);
    has(&edit(&long, &Attempt::default()).expect("a page"), &["too long to be edited"]);
    let mut decided = view.clone();
    decided.may.decide = false;
    assert!(edit(&decided, &Attempt::default()).is_none(), "nothing to edit once it is decided");
    long.previews[0].cut = true;
    assert!(edit(&long, &Attempt::default()).is_none(), "the rest would be lost");
}

#[test]
fn asking_offers_what_the_work_has() {
    let ask = |about: &About, attempt: &Attempt| {
        shown(&pages::assistants::ask::page(about, &chrome("/assistants/new"), Makes::New("k1"), attempt))
    };
    let about = About::task(&fixtures::task());
    let html = ask(&about, &Attempt::default());
    has(
        &html,
        &[
            "name=\"task\" value=\"01JD5A00000000000000000005\"",
            "name=\"key\" value=\"k1\"",
            "value=\"Machine learning in production - Grace Hopper\"",
            "{&quot;type&quot;:&quot;doc&quot;,&quot;id&quot;:&quot;sop.events.luma&quot;",
            "How events work",
            "name=\"approvalRequired\" value=\"1\" checked",
            "name=\"draft\"",
        ],
    );
    let about = About::workflow(&fixtures::bundle());
    let html = ask(&about, &Attempt::default());
    has(&html, &["name=\"bundle\"", "&quot;uri&quot;:&quot;https://docs.google.com", "Podcast planning board"]);
    lacks(&html, &["mailto:grace"]);
    let typed = Attempt {
        form: "ask".into(),
        message: "Not saved yet.".into(),
        values: vec![("notes".into(), HOSTILE.into()), ("maxAttempts".into(), "5".into())],
        errors: vec![("inputRefs".into(), "Too much to read.".into())],
    };
    let html = ask(&about, &typed);
    has(&html, &["Too much to read.", "<option value=\"5\" selected>", "name=\"approvalRequired\" value=\"1\">"]);
    harmless(&html);
}

#[test]
fn the_work_shows_its_assistant() {
    let page = |view: &_| shown(&pages::task::page(view, &chrome("/tasks/x"), Berlin, &Attempt::default()));
    let mut view = fixtures::task();
    has(&page(&view), &["href=\"/assistants/new?task=01JD5A00000000000000000005\" data-palette=\"Ask the assistant about this\""]);
    view.jobs = vec![row(assistants::line("waiting_approval", "review", json!({})))];
    view.artifacts = vec![serde_json::from_value(assistants::output()).expect("an artifact")];
    let html = page(&view);
    has(
        &html,
        &[
            "waits for approval",
            "<a class=\"quiet\" href=\"/assistants/jobs/01JD5A00000000000000008001\">Decided with its job<span class=\"sr\">: Podcast document",
        ],
    );
    lacks(&html, &["/approved\""]);
    view.row.tags.clear();
    lacks(&page(&view), &["/assistants/new"]);
    let mut bundle = fixtures::bundle();
    let workflow = |view: &_| shown(&pages::workflow::page(view, &chrome("/workflows/x"), Berlin, &Attempt::default()));
    lacks(&workflow(&bundle), &["/assistants/new"]);
    bundle.bundle.tags = serde_json::from_value(json!(["Podcast"])).expect("tags");
    bundle.jobs = view.jobs.clone();
    has(&workflow(&bundle), &["/assistants/new?bundle=", "waits for approval"]);
}

#[test]
fn home_tells_approvals_and_failures() {
    let mut view = fixtures::home();
    let home = |view: &_| shown(&pages::home::page(view, &chrome("/"), Berlin, false));
    lacks(&home(&view), &["id=\"approvals\""]);
    view.assistants = vec![row(assistants::line("waiting_approval", "review", json!({}))), row(assistants::failed())];
    let badge = json!({"id": assistants::JOB, "assistantType": "podcast", "status": "failed", "next": "retry"});
    view.due_today[0].job = Some(serde_json::from_value(badge.clone()).expect("a badge"));
    view.follow_ups_due[0].job = Some(serde_json::from_value(badge.clone()).expect("a badge"));
    view.workflows[0].job = Some(serde_json::from_value(badge).expect("a badge"));
    let html = home(&view);
    has(
        &html,
        &[
            "id=\"approvals\"",
            "The runner was not heard of in time",
            "/assistants/jobs/01JD5A00000000000000008002/retry",
            "class=\"job-badge is-late\" href=\"/assistants/jobs/01JD5A00000000000000008001\" title=\"Podcast assistant: failed\"",
        ],
    );
    assert_eq!(html.matches("job-badge").count(), 3);
    lacks(&html, &["None: all automations fine."]);
    let mut bare = fixtures::first_run();
    bare.assistants = view.assistants;
    has(&home(&bare), &["id=\"approvals\""]);
}
