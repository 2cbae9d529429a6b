//! The pages of recurring work, from fixtures: what is said, what is escaped, how big they are.

mod fixtures;

use chrono_tz::Europe::Berlin;
use dataops_api::views::recurring::{LedgerSummary, Origin, SourceLabel};
use dataops_portal::pages::{self, recurring::generate::Shown};
use dataops_portal::ui::form::Attempt;
use dataops_portal::ui::page::{Page, document};
use fixtures::{chrome, recurring};

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

fn shown(page: &Page) -> String {
    document(&chrome("/recurring"), page).into_string()
}

fn has(html: &str, all: &[&str]) {
    for words in all {
        assert!(html.contains(words), "{words}");
    }
    assert!(html.len() < 60 * 1024, "{} bytes", html.len());
}

fn harmless(html: &str) {
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x") && !html.contains("\"'><"), "unescaped");
}

fn today() -> chrono::NaiveDate {
    fixtures::TODAY.parse().expect("a date")
}

#[test]
fn every_source_says_how_it_stands() {
    let list = |view: &_| shown(&pages::recurring::page(view, &chrome("/recurring"), Berlin, &Attempt::default()));
    let mut view = recurring::recurring();
    let html = list(&view);
    has(
        &html,
        &[
            "Expected and made: <b>14 of 14</b>, last check 08:02",
            "Every day at 09:00",
            "Next: <time datetime=\"2026-11-23\"",
            "Paused until Tue 1 Dec by Ana Garcia, because: The mailbox moves",
            "Broken: its schedule is not five cron fields",
            "moved by the clock change",
            "once, though the hour comes twice",
            "Nobody assigned",
            "Archived <span class=\"number\">1</span>",
            "href=\"/templates/newsletter\"",
            "href=\"/recurring/slack#pause\" data-dialog=\"pause\"",
            "data-id=\"template/newsletter\"",
            "the days that passed are not made up",
            "Failed for <time datetime=\"2026-11-01\">Sun 1 Nov</time>: Its template names a phase that there is not. Tried 3 times.",
        ],
    );
    for row in view.duties.iter_mut().chain(&mut view.workflows) {
        row.title = HOSTILE.into();
        row.problem = Some(HOSTILE.into());
        row.sentence = Some(HOSTILE.into());
    }
    view.failures[0].why = HOSTILE.into();
    view.ledger = recurring::gap();
    view.ledger.gap[0].title = HOSTILE.into();
    harmless(&list(&view));
    let row = recurring::recurring().duties[1].clone();
    view.duties.resize(40, row);
    has(&list(&view), &["13 of 14", "Missing: "]);
}

#[test]
fn a_duty_shows_its_ledger_with_why_and_its_form() {
    let view = recurring::source_page();
    let one = |view: &_, attempt: &Attempt| shown(&pages::recurring::one::page(view, &chrome("/recurring/backup"), Berlin, attempt));
    has(
        &one(&view, &Attempt::default()),
        &[
            "data-check",
            "<option value=\"0 9 * * 3\" selected>Every Wednesday at 09:00</option>",
            "name=\"cronExpression\" type=\"text\" value=\"0 9 * * 3\"",
            "paused, paused by Ana Garcia: The mailbox moves",
            "a person asked for it",
            "/recurring/explain?source=recurring%23backup&amp;date=2026-11-18",
            "action=\"/recurring/backup/resume\"",
            "until Tue 1 Dec: The mailbox moves",
            "name=\"version\" value=\"2\"",
        ],
    );
    let attempt = Attempt {
        form: "duty".into(),
        message: "Not saved yet.".into(),
        values: vec![("cronExpression".into(), HOSTILE.into())],
        errors: vec![("cronExpression".into(), "Must have five fields.".into())],
    };
    let html = one(&view, &attempt);
    harmless(&html);
    assert!(html.contains("Must have five fields.") && html.contains("aria-invalid=\"true\""));
    let html = shown(&pages::recurring::form::new_page(&recurring::new_duty(), &chrome("/recurring/new"), "k1", &Attempt::default()));
    has(&html, &["name=\"key\" value=\"k1\"", "action=\"/recurring/new\"", "Create duty"]);
}

#[test]
fn a_range_is_shown_before_it_is_made() {
    let asked = pages::recurring::generate::Asked { from: "2026-11-16".into(), to: "2026-11-20".into(), source: String::new() };
    let page = |what: Shown<'_>| {
        shown(&pages::recurring::generate::page(what, &asked, &chrome("/recurring/generate"), today(), &Attempt::default()))
    };
    assert!(!page(Shown::Empty).contains("name=\"token\""));
    let html = page(Shown::Plan(&recurring::preview_of(3), "k1"));
    has(
        &html,
        &["Make 3 dates", "name=\"token\" value=\"tttt", "Already there", "Not made: paused, switched off or archived", "Mailchimp backup"],
    );
    assert!(!page(Shown::Plan(&recurring::preview_of(0), "k1")).contains("name=\"token\""), "nothing to confirm");
    has(&page(Shown::Plan(&recurring::preview_of(400), "k1")), &["Make 400 dates", "And 340 more."]);
    has(
        &page(Shown::Done(&recurring::applied())),
        &[
            "3 tasks and 1 workflow made.",
            "4 were there already. 2 missing tasks made again.",
            "1 failed.",
            "5 were not reached",
            "Open the workflow",
        ],
    );
}

#[test]
fn a_window_says_why_and_what_can_be_done() {
    let mut view = recurring::explained();
    let page =
        |view: &_| shown(&pages::recurring::explain::page(view, &chrome("/recurring/explain"), today(), Berlin, &Attempt::default()));
    let html = page(&view);
    has(
        &html,
        &[
            "It is due and will be made.",
            "nothing speaks against it.",
            "the assignee is disabled",
            "2 times",
            "Try again",
            "Let it rest",
            "/tasks/new?description=Look+after",
        ],
    );
    view.row = None;
    view.why = HOSTILE.into();
    view.window.title = HOSTILE.into();
    let html = page(&view);
    harmless(&html);
    assert!(!html.contains("Try again") && html.contains("Nothing yet"));
}

#[test]
fn four_weeks_stay_small_however_full_they_are() {
    let mut view = recurring::calendar(2);
    let html = shown(&pages::calendar::page(&view));
    has(
        &html,
        &[
            "Will come up: ",
            "Not made: ",
            "Weekly email #212",
            "href=\"/calendar?from=2026-10-19\"",
            "href=\"/calendar?from=2026-12-14\"",
            "is-today",
        ],
    );
    let window = view.days[5].windows[0].clone();
    view.days[0].windows.push(window);
    view.days[0].windows[0].title = HOSTILE.into();
    harmless(&shown(&pages::calendar::page(&view)));
    let html = shown(&pages::calendar::page(&recurring::calendar(40)));
    has(&html, &["and 36 more", "/tasks?status=done&amp;from=2026-11-16", "/tasks?status=open&amp;from=2026-11-20"]);
}

#[test]
fn home_tells_failures_and_what_was_expected() {
    let mut view = fixtures::home();
    let home = |view: &_| shown(&pages::home::page(view, &chrome("/"), Berlin, false));
    let html = home(&view);
    has(
        &html,
        &[
            "None: all automations fine.",
            "Expected and made: <b>14 of 14</b>, last check 08:02",
            "href=\"/recurring/slack\" title=\"Made by: Send Slack invites\">Every day at 09:00</a>",
        ],
    );
    view.failures = recurring::recurring().failures;
    view.ledger = recurring::gap();
    let html = home(&view);
    has(
        &html,
        &[
            "13 of 14",
            "Missing: <a href=\"/recurring/explain?source=recurring%23slack",
            "Retry<span class=\"sr\"> Monthly tax report</span>",
            ">Why<span class=\"sr\">",
        ],
    );
    // A failure is there whether or not there is other work.
    let mut bare = fixtures::first_run();
    bare.failures = view.failures;
    assert!(home(&bare).contains("Retry"));
}

#[test]
fn a_generated_task_leads_to_why_it_is_here() {
    let mut view = fixtures::task();
    let page = |view: &_| shown(&pages::task::page(view, &chrome("/tasks/x"), Berlin, &Attempt::default()));
    assert!(!page(&view).contains("Why is this here?"));
    let made_by = fixtures::home().due_today[0].made_by.clone().expect("a duty's task");
    view.origin = Some(Origin { made_by, date: "2028-02-02".parse().expect("a date") });
    let html = page(&view);
    assert!(
        html.contains("/recurring/explain?source=recurring%23slack&amp;date=2028-02-02\">Why is this here?"),
        "the day it was made for"
    );
    assert!(html.contains("Send Slack invites</a>, Every day at 09:00"));
}

#[test]
fn a_workflow_that_its_schedule_started_says_so() {
    let mut view = fixtures::bundle();
    let page = |view: &_| shown(&pages::workflow::page(view, &chrome("/workflows/x"), Berlin, &Attempt::default()));
    assert!(!page(&view).contains("Started by"));
    let source = dataops_domain::generation::SourceKey::template("newsletter");
    let made_by = SourceLabel { source, title: "Newsletter".into(), sentence: Some("Every Monday at 09:00".into()) };
    view.origin = Some(Origin { made_by, date: "2026-11-09".parse().expect("a date") });
    has(&page(&view), &["Started by", "/recurring/template/newsletter", "source=template%23newsletter&amp;date=2026-11-09"]);
}

#[test]
fn before_the_first_check_nothing_is_called_missing() {
    let mut home = fixtures::first_run();
    home.ledger = LedgerSummary { last_tick: None, last_check: None, ..recurring::gap() };
    let html = shown(&pages::home::page(&home, &chrome("/"), Berlin, true));
    has(&html, &["Coming up by itself today, at the first check: <a", "Send Slack invites"]);
    assert!(!html.contains("Missing:"));
}
