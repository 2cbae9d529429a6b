//! Pages from fixtures: what is escaped, what is said, how big they are.

mod fixtures;

use chrono_tz::Europe::Berlin;
use dataops_api::views::home::Home;
use dataops_api::views::row::{Gate, GateKind};
use dataops_portal::pages::{self, error::Trouble};
use dataops_portal::ui::bulk::{Picked, Refused};
use dataops_portal::ui::form::Attempt;
use dataops_portal::ui::page::{Page, document};
use dataops_portal::ui::{flash::Flash, gate};
use fixtures::chrome;

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

fn shown(page: &Page) -> String {
    document(&chrome("/"), page).into_string()
}

fn home(view: &Home) -> String {
    shown(&pages::home::page(view, &chrome("/"), Berlin, false))
}

fn task(view: &dataops_api::views::task::TaskPage, attempt: &Attempt) -> String {
    shown(&pages::task::page(view, &chrome("/tasks/x"), Berlin, attempt))
}

fn inbox(view: &dataops_api::views::inbox::InboxPage) -> String {
    shown(&pages::inbox::page(view, Berlin))
}

/// No hostile text may open a tag or leave its attribute.
fn harmless(html: &str) {
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x"), "unescaped");
    assert!(!html.contains("\"'><"), "left its attribute");
}

#[test]
fn hostile_text_stays_text() {
    let mut view = fixtures::home();
    for row in view.overdue.iter_mut().chain(&mut view.follow_ups_due).chain(&mut view.due_today) {
        row.description = HOSTILE.into();
        row.waiting_for = Some(HOSTILE.into());
        row.source = HOSTILE.into();
        row.missing = vec![Gate { kind: GateKind::Link, label: HOSTILE.into(), satisfied: false }];
    }
    view.people[0].name = HOSTILE.into();
    view.workflows[0].title = HOSTILE.into();
    harmless(&home(&view));

    let mut view = fixtures::task();
    view.task.description = HOSTILE.into();
    view.task.link = Some(format!("javascript:alert(1)//{HOSTILE}")).into();
    view.task.comment = Some(HOSTILE.to_owned()).into();
    view.gates[0].label = HOSTILE.into();
    view.skip_statuses = vec![HOSTILE.into()];
    let instructions = view.instructions.as_mut().expect("instructions");
    instructions.markdown = format!("{HOSTILE} [x](javascript:alert(1))");
    instructions.document_title = HOSTILE.into();
    let attempt = Attempt {
        form: "done".into(),
        message: HOSTILE.into(),
        values: vec![("link".into(), HOSTILE.into())],
        errors: vec![("link".into(), HOSTILE.into())],
    };
    let html = task(&view, &attempt);
    harmless(&html);
    assert!(!html.contains("href=\"javascript"), "a script is never a link");

    let mut view = fixtures::document();
    view.markdown = format!("## {HOSTILE}\n\n## {HOSTILE}\n\n{HOSTILE} [x](javascript:alert(1)) [[reference.events.overview]]");
    for text in [&mut view.entry.title, &mut view.entry.summary, &mut view.entry.id, &mut view.entry.area, &mut view.entry.kind] {
        *text = HOSTILE.into();
    }
    for heading in &mut view.outline {
        (heading.title, heading.anchor) = (HOSTILE.into(), HOSTILE.into());
    }
    view.links[0].title = HOSTILE.into();
    view.links[0].id = HOSTILE.into();
    view.related[0].title = HOSTILE.into();
    view.backlinks.workflows[0].tasks[0].description = HOSTILE.into();
    view.backlinks.duties[0].description = HOSTILE.into();
    let html = shown(&pages::documents::one(&view, "t1"));
    harmless(&html);
    assert!(!html.contains("href=\"javascript"), "a script is never a link");
    let mut view = fixtures::gap();
    view.task.as_mut().expect("a task").name = HOSTILE.into();
    view.steps[0].name = HOSTILE.into();
    harmless(&shown(&pages::gap::page(&view, &chrome("/"), &attempt)));
    harmless(&shown(&pages::documents::missing(HOSTILE)));

    let mut view = fixtures::bundle();
    view.links[0].name = HOSTILE.into();
    view.links[4].url = format!("javascript:alert(1)//{HOSTILE}");
    view.bundle.title = HOSTILE.into();
    let html = shown(&pages::workflow::page(&view, &chrome("/"), Berlin, &Attempt::default()));
    harmless(&html);
    assert!(!html.contains("href=\"javascript"), "a script is never a link");
    let mut view = fixtures::inbox();
    for row in view.parts.iter_mut().flat_map(|part| &mut part.rows) {
        row.notification.message = HOSTILE.into();
        row.notification.bundle_id = Some(HOSTILE.into());
        row.workflow = Some(HOSTILE.into());
        if let Some(task) = &mut row.task {
            task.description = HOSTILE.into();
            task.waiting_for = Some(HOSTILE.into());
        }
    }
    view.parts[0].rows[0].notification.task_id = Some(HOSTILE.into());
    harmless(&inbox(&view));
    harmless(&pages::sign_in::page(HOSTILE, HOSTILE, false, &attempt).into_string());
    harmless(
        &gate::needs(
            "x",
            HOSTILE,
            &[Gate { kind: GateKind::BundleLink, label: HOSTILE.into(), satisfied: false }],
            "c",
            "/",
            "/tasks/x/done",
        )
        .into_string(),
    );
}

#[test]
fn what_was_found_is_marked_grouped_and_only_text() {
    let today = fixtures::TODAY.parse().expect("a date");
    let asked = pages::search::Asked { q: "inv spons".into(), ..Default::default() };
    let html = shown(&pages::search::page(&fixtures::found(), &asked, today));
    assert!(html.contains("Send the <mark>invoice</mark> to the <mark>sponsor</mark>"));
    assert!(html.contains("2 days late") && html.contains("done, was due Fri 2 Oct") && html.contains("waiting, due Tue 24 Nov"));
    assert!(html.contains("href=\"/search?q=inv+spons&amp;type=task\"") && html.contains("All 14 tasks"));
    assert!(html.contains("href=\"/documents/sop.newsletter.sponsor#4\"") && html.contains("Step 4: Send the <mark>invoice</mark>"));
    let options = pages::search::options(&fixtures::found(), &asked, today).into_string();
    assert_eq!(options.matches("role=\"option\"").count(), 7, "six results and all of them");

    let mut view = fixtures::found();
    for hit in &mut view.results {
        hit.title = HOSTILE.into();
        hit.excerpt = Some(HOSTILE.into());
        hit.bundle_title = Some(HOSTILE.into());
        hit.assignee = Some(HOSTILE.into());
        hit.step_title = Some(HOSTILE.into());
    }
    let asked = pages::search::Asked { q: HOSTILE.into(), ..Default::default() };
    let marked = |html: &str| harmless(&html.replace("<mark>", "").replace("</mark>", ""));
    marked(&shown(&pages::search::page(&view, &asked, today)));
    marked(&pages::search::options(&view, &asked, today).into_string());

    view.results.clear();
    view.counts.clear();
    view.complete = false;
    let html = shown(&pages::search::page(&view, &asked, today));
    assert!(html.contains("Nothing has all of these words") && html.contains("The index is still being made"));
    let html = shown(&pages::search::page(&view, &pages::search::Asked::default(), today));
    assert!(html.contains("Each word counts from its beginning"));
}

#[test]
fn nothing_needs_inline_script_or_style() {
    let none = Attempt::default();
    let all = [
        home(&fixtures::home()),
        task(&fixtures::task(), &none),
        shown(&pages::workflow::page(&fixtures::bundle(), &chrome("/"), Berlin, &none)),
        shown(&pages::start::preview(&fixtures::preview(), &chrome("/start/x"), "k", &none)),
        shown(&pages::documents::one(&fixtures::document(), "t1")),
        shown(&pages::gap::page(&fixtures::gap(), &chrome("/gaps/new"), &none)),
        shown(&pages::error::page(Trouble::Unreachable, "r1")),
        inbox(&fixtures::inbox()),
    ];
    for html in all {
        assert!(!html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick="), "inline");
        assert_eq!(html.matches("<script").count(), html.matches("<script type=\"module\" src=\"/assets/").count());
        assert_eq!(html.matches("<h1").count(), 1);
    }
}

#[test]
fn the_four_quiet_homes_are_told_apart() {
    let first = home(&fixtures::first_run());
    assert!(first.contains("Nothing is under way yet") && first.contains("/start/task-template.tasks.podcast"));
    assert!(first.find("Podcast").expect("podcast") < first.find("Newsletter").expect("newsletter"));
    let mut view = fixtures::first_run();
    view.templates.clear();
    let bare = home(&view);
    assert!(bare.contains("No templates yet") && bare.contains("dataops seed") && !bare.contains("Nothing is under way yet"));
    let mut view = fixtures::home();
    for list in [&mut view.overdue, &mut view.follow_ups_due, &mut view.due_today] {
        list.clear();
    }
    assert!(home(&view).contains("All clear"));
    let waiting = fixtures::assistants::assistants().waiting;
    let decide = home(&Home { assistants: waiting, ..view.clone() });
    assert!(!decide.contains("All clear") && decide.contains("Nothing late"), "a decision is work too");
    assert!(decide.contains("<a href=\"#approvals\">1 approval waits for you</a>"));
    let failed =
        home(&Home { failures: vec![serde_json::from_value(fixtures::recurring::failure(1)).expect("a failure")], ..view.clone() });
    assert!(!failed.contains("All clear") && failed.contains("<a href=\"#failures\">1 failure to look at</a>"));
    view.active_workflows = 0;
    view.workflows.clear();
    let idle = home(&view);
    assert!(idle.contains("No workflow is under way") && idle.contains("See all dates"), "the start is kept while no workflow is active");
    assert!(shown(&pages::error::page(Trouble::Unreachable, "r1")).contains("The work engine does not answer"));
}

#[test]
fn the_inbox_says_why_in_words_that_are_true_today() {
    let html = inbox(&fixtures::inbox());
    for words in [
        "Failed by itself",
        "2 days late",
        "Ask Sponsor again, asked 3 days ago, 2 chasers",
        "needs Luma link, due in 2 days",
        "its proof is missing, due today",
        "due today, recurring",
        "moved to after event with",
        "9 reminders",
        "/inbox/dismiss-all",
        "aria-label=\"Dismiss: Sponsor: signed-off copy\"",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert_eq!(html.matches("/dismiss\"").count(), 9);
    assert!(!html.contains("01JD5B00000000000000000001</"), "no raw id is shown");
    let mut view = fixtures::inbox();
    view.parts.clear();
    view.total = 0;
    let clear = inbox(&view);
    assert!(clear.contains("The inbox is clear.") && !clear.contains("dismiss-all"));
    view.only = Some(dataops_api::views::inbox::InboxGroup::Late);
    assert!(inbox(&view).contains("Nothing left in this part of the inbox."));
}

#[test]
fn a_full_inbox_is_under_60_kb() {
    let mut view = fixtures::inbox();
    for part in &mut view.parts {
        part.rows = part.rows.iter().cycle().take(10).cloned().collect();
        part.total = 50;
    }
    let html = inbox(&view);
    assert!(html.contains("Show all 50") && html.len() < 60_000, "{} bytes", html.len());
    view.parts.truncate(2);
    view.parts.remove(0);
    view.parts[0].rows = view.parts[0].rows.iter().cycle().take(60).cloned().collect();
    view.only = Some(dataops_api::views::inbox::InboxGroup::Late);
    assert!(inbox(&view).len() < 60_000, "{} bytes", inbox(&view).len());
}

#[test]
fn an_empty_group_is_one_line() {
    let mut view = fixtures::home();
    view.follow_ups_due.clear();
    let html = home(&view);
    assert!(html.contains("Nobody to chase. Next: Thu 26 Nov."), "{html}");
}

#[test]
fn a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_beside_it() {
    let attempt = Attempt {
        form: "done".into(),
        message: "Not done yet. Add the Luma link first.".into(),
        values: vec![("link".into(), "luma".into())],
        errors: vec![("link".into(), "Add the Luma link first.".into())],
    };
    let html = task(&fixtures::task(), &attempt);
    assert!(html.contains("name=\"link\" type=\"text\" value=\"luma\""), "{html}");
    assert!(
        html.contains("aria-describedby=\"done-link-error\"")
            && html.contains("<p class=\"wrong\" id=\"done-link-error\">Add the Luma link first.</p>")
    );
}

#[test]
fn waiting_is_told_in_words() {
    let html = task(&fixtures::waiting_task(), &Attempt::default());
    for words in [
        "Follow-up due: ask Sponsor again",
        "2 chasers so far",
        "a short reminder about: Please sign off the copy for issue 212.",
        "Done, stop waiting",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert!(!html.contains("status: waiting"));
}

#[test]
fn the_start_shows_weekends_and_past_dates() {
    let html = shown(&pages::start::preview(&fixtures::preview(), &chrome("/start/x"), "k1", &Attempt::default()));
    assert!(html.contains("already past") && html.contains("on a weekend") && html.contains("Start with 42 tasks"));
    assert!(html.contains("name=\"key\" value=\"k1\"") && html.contains("name=\"var:TOPIC\""));
}

#[test]
fn pages_stay_under_sixty_kilobytes() {
    let mut view = fixtures::home();
    let long = "Hand the October statements and invoices over to the accountant and record it";
    for list in [&mut view.overdue, &mut view.follow_ups_due, &mut view.due_today, &mut view.waiting, &mut view.next] {
        let first = dataops_api::views::row::TaskRow { description: long.into(), ..list[0].clone() };
        list.resize(60, first);
    }
    let card = view.workflows[0].clone();
    view.workflows.resize(60, card);
    view.failures = vec![fixtures::recurring::recurring().failures[0].clone(); 60];
    let jobs = fixtures::assistants::assistants();
    view.assistants = [vec![jobs.waiting[0].clone(); 30], vec![jobs.failed[0].clone(); 30]].concat();
    let worst = home(&view).len();
    assert!(worst < 60 * 1024, "home: {worst} bytes");
    assert!(home(&view).contains("Show all 60"));
    let workflow = shown(&pages::workflow::page(&fixtures::bundle(), &chrome("/"), Berlin, &Attempt::default())).len();
    assert!(workflow < 60 * 1024, "workflow: {workflow} bytes");
    let mut view = fixtures::tasks();
    let row = view.tasks[3].clone();
    view.tasks.resize(20, row);
    for (n, task) in view.tasks.iter_mut().enumerate() {
        task.id = format!("01JD5A0000000000000000{n:04}");
        task.job = Some(fixtures::assistants::badge());
    }
    let refused: Vec<Refused> = view
        .tasks
        .iter()
        .map(|task| Refused { id: task.id.clone(), words: "Add the Luma link first.".into(), lacks_proof: true })
        .collect();
    let picked = Picked {
        problem: "None of the 20 tasks was changed.".into(),
        ids: refused.iter().map(|refused| refused.id.clone()).collect(),
        refused,
    };
    let tasks = shown(&pages::tasks::page(
        &view,
        &pages::tasks::Filters { status: "open".into(), ..Default::default() },
        &chrome("/tasks"),
        Berlin,
        &picked,
    ));
    assert!(tasks.matches("checked aria-label=\"Select: ").count() == 20 && tasks.contains("And 12 more."));
    let tasks = tasks.len();
    assert!(tasks < 60 * 1024, "tasks: {tasks} bytes");
}

#[test]
fn every_page_has_its_fixture() {
    let none = Attempt::default();
    assert!(
        shown(&pages::templates::page(&fixtures::templates())).contains("2 runs under way")
            || shown(&pages::templates::page(&fixtures::templates())).contains("runs")
    );
    assert!(shown(&pages::workflows::page(&fixtures::workflows(), false)).contains("1 at risk"));
    assert!(shown(&pages::task_new::page(&fixtures::tasks(), &chrome("/tasks/new"), "", &none)).contains("What is to be done?"));
    assert!(Flash::of("done", None).is_some());
}

#[test]
fn the_log_tells_changes_in_words_and_hostile_ones_as_text() {
    let mut view = fixtures::timeline();
    let html = shown(&pages::activity::page(&view, Berlin, view.today, false));
    for words in [
        "<b>Ana Garcia</b> changed it<",
        "Due date</span>: <del>Wed 18 Nov</del>",
        "<ins>Fri 20 Nov</ins>",
        "<del>Tim Berg</del>",
        "Tags</span> changed",
        "The guest wants another photograph on it.",
        "href=\"/tasks/t1\"",
        "/activity?entity=task%23t1&amp;cursor=MTA",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert!(!html.contains("Completed at"), "what only follows is left out");
    view.events[2].summary = HOSTILE.into();
    view.events[2].metadata = serde_json::json!({ "note": HOSTILE, "changes": { HOSTILE: { "from": HOSTILE, "to": "x" } } });
    view.subject.as_mut().expect("a subject").title = HOSTILE.into();
    harmless(&shown(&pages::activity::page(&view, Berlin, view.today, false)));
    let day = fixtures::day();
    let html = shown(&pages::activity::page(&day, Berlin, day.today, false));
    assert!(html.contains("/activity?day=2026-11-18") && html.contains("/activity?day=2026-11-20"), "days before and after");
    assert!(html.contains("/activity?entity=bundle%23b1") && html.contains("Its activity"));
    view.events.clear();
    assert!(shown(&pages::activity::page(&view, Berlin, view.today, false)).contains("Nothing has happened yet."));
}

#[test]
fn the_trash_has_a_way_back_for_each_thing() {
    let mut view = fixtures::trash();
    let html = shown(&pages::trash::page(&view, &chrome("/trash"), Berlin, false));
    for words in [
        "action=\"/trash/task/t9\"",
        "action=\"/trash/bundle/b9\"",
        "Workflow for ",
        "by Olga Petrova",
        "Restore<span class=\"sr\"> Weekly email #208</span>",
    ] {
        assert!(html.contains(words), "{words}");
    }
    view.items[0].title = HOSTILE.into();
    harmless(&shown(&pages::trash::page(&view, &chrome("/trash"), Berlin, false)));
    view.items.clear();
    assert!(shown(&pages::trash::page(&view, &chrome("/trash"), Berlin, false)).contains("The trash is empty."));
}

/// The podcast with this many tasks, as even as they come in its phases.
fn big(tasks: usize) -> dataops_api::views::bundle::BundlePage {
    let mut view = fixtures::bundle();
    let each = tasks.div_ceil(view.phases.len());
    for (place, phase) in view.phases.iter_mut().enumerate() {
        phase.tasks = phase.tasks.iter().cycle().take(each).cloned().collect();
        for (n, task) in phase.tasks.iter_mut().enumerate() {
            task.id = format!("01JD5A00000000000000{place:02}{n:04}");
        }
    }
    view
}

#[test]
fn a_workflow_of_four_hundred_tasks_stays_under_sixty_kilobytes() {
    let view = big(400);
    assert!(view.phases.iter().map(|phase| phase.tasks.len()).sum::<usize>() >= 400);
    let page = |address: &str| shown(&pages::workflow::page(&view, &chrome(address), Berlin, &Attempt::default()));
    for address in ["/workflows/x".to_owned(), format!("/workflows/x?phase={}", view.phases[0].id)] {
        let html = page(&address);
        assert!(html.len() < 60 * 1024, "{address}: {} bytes", html.len());
        assert!(html.contains("?phase=") && html.contains("#tasks"), "the other phases are links");
    }
    for (tasks, links) in [(400, 6), (42, 12)] {
        all_late(tasks, links);
    }
}

/// The worst day: nothing has been done and everything is late.
fn all_late(tasks: usize, links: usize) {
    let mut late = big(tasks);
    let (first, named) = (late.links[0].clone(), late.links.len());
    late.links.extend((named..links).map(|n| dataops_api::views::bundle::LinkSlot { name: format!("Another link {n}"), ..first.clone() }));
    for task in late.phases.iter_mut().flat_map(|phase| &mut phase.tasks) {
        (task.overdue, task.status) = (true, dataops_domain::task::Status::Todo);
    }
    let html = shown(&pages::workflow::page(&late, &chrome("/workflows/x"), Berlin, &Attempt::default()));
    assert!(html.len() < 60 * 1024, "{tasks} late: {} bytes", html.len());
}

#[test]
fn moving_and_closing_four_hundred_tasks_stays_small_and_hostile_names_stay_text() {
    let mut view = big(400);
    let rows: Vec<_> = view.phases.iter().flat_map(|phase| phase.tasks.clone()).collect();
    let mut plan = fixtures::plan(&rows);
    let today = fixtures::TODAY.parse().expect("a date");
    let show = |plan: &dataops_api::reschedule::Rescheduled| {
        shown(&pages::move_workflow::page(pages::move_workflow::Shown::Plan(plan), &chrome("/workflows/x/move"), today, ""))
    };
    let html = show(&plan);
    assert!(html.len() < 60 * 1024, "moving: {} bytes", html.len());
    for words in [
        "Move it and ",
        "7 days later.",
        "These follow",
        "more, by the same number of days",
        "Added by hand",
        "new date falls on a weekend",
    ] {
        assert!(html.contains(words), "{words}");
    }
    plan.moved[0].description = HOSTILE.into();
    plan.kept[0].description = HOSTILE.into();
    plan.bundle.title = HOSTILE.into();
    harmless(&show(&plan));

    let reason = view.close.blockers[0].clone();
    view.close.blockers.resize(400, reason);
    let html = shown(&pages::close_workflow::page(&view, &chrome("/workflows/x/close")));
    assert!(html.len() < 60 * 1024 && html.contains("And 280 more."), "closing: {} bytes", html.len());
    view.close.blockers[0].words = HOSTILE.into();
    harmless(&shown(&pages::close_workflow::page(&view, &chrome("/workflows/x/close"))));
    view.close = dataops_api::views::bundle::Close { possible: true, blockers: Vec::new() };
    assert!(shown(&pages::close_workflow::page(&view, &chrome("/workflows/x/close"))).contains("Close this workflow"));
}

#[test]
fn comments_are_a_thread_and_history_only_tells_that_there_are_some() {
    let mut view = fixtures::task();
    let html = task(&view, &Attempt::default());
    assert_eq!(html.matches("The cover picture is in the folder.").count(), 1);
    assert!(html.contains("class=\"thread\"") && html.contains("</b> commented"), "{html}");
    view.task.task_history[0].note = Some(HOSTILE.into());
    harmless(&task(&view, &Attempt::default()));
}
