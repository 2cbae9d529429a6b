use serde_json::{Value, json};

use super::window::{By, Done};
use super::*;
use crate::actor::Actor;
use crate::id::{RecurringConfigId, TemplateId};
use crate::json::Object;
use crate::pause::Ask;
use crate::recurring::{RecurringConfig, change, input};
use crate::template::Template;
use crate::time::Tz;

const BERLIN: Tz = chrono_tz::Europe::Berlin;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap_or_else(|| panic!("{text}"))
}

fn date(text: &str) -> Date {
    time::parse_date(text).unwrap_or_else(|| panic!("{text}"))
}

fn range(from: &str, to: &str) -> Range {
    Range { from: date(from), to: date(to) }
}

fn object(value: Value) -> Object {
    let Value::Object(object) = value else { panic!("an object") };
    object
}

fn config(id: &str, cron: &str, created: &str) -> RecurringConfig {
    let fields = object(json!({ "description": id, "cronExpression": cron }));
    input::new(RecurringConfigId::new(id), &fields, &Actor::new("operator"), at(created), BERLIN)
}

fn duty(id: &str, cron: &str, created: &str) -> Source {
    Source::of_config(&config(id, cron, created), BERLIN)
}

fn paused(config: &RecurringConfig, when: &str) -> RecurringConfig {
    let ask = Ask { reason: Some("Quiet".to_owned()), until: None };
    change::pause(config, ask, &Actor::new("host"), at(when), BERLIN).expect("allowed").expect("changed").0
}

fn resumed(config: &RecurringConfig, when: &str) -> RecurringConfig {
    change::resume(config, &Actor::new("host"), at(when), BERLIN).expect("allowed").expect("changed").0
}

fn template(id: &str, extra: Value) -> Template {
    let mut fields = object(json!({
        "name": id, "type": id, "triggerType": "automatic", "triggerSchedule": "0 9 * * 1",
        "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": 0 }]
    }));
    fields.extend(object(extra));
    crate::template::new(TemplateId::new(id), &fields, at("2026-01-01T00:00:00Z"))
}

/// A tick in which everything works: what is written, as `source date status`.
fn tick(sources: &[Source], known: &mut Known, now: &str) -> Vec<String> {
    applied(sources, Asked::Tick { since: None }, known, now)
}

fn applied(sources: &[Source], asked: Asked, known: &mut Known, now: &str) -> Vec<String> {
    let plan = plan(sources, asked, known, at(now));
    let mut written = Vec::new();
    for window in plan.unsettled() {
        let before = known.row(&window.source, window.date).cloned();
        let row = Window::settled(window, Done::AsPlanned { tasks: 1 }, By::Tick, &Actor::system(), before.as_ref(), at(now));
        let row = row.expect("something to write");
        written.push(format!("{} {} {}", row.source.id, row.date, row.status.as_str()));
        known.settle(row);
    }
    written
}

fn outcomes(plan: &Plan) -> Vec<(String, Outcome)> {
    plan.expected().map(|window| (window.date.to_string(), window.outcome)).collect()
}

#[test]
fn a_tick_makes_every_window_once() {
    let sources = [duty("daily", "0 9 * * *", "2026-11-16T08:00:00Z"), duty("weekly", "0 9 * * 3", "2026-11-16T08:00:00Z")];
    let mut known = Known::default();
    assert_eq!(
        tick(&sources, &mut known, "2026-11-17T23:30:00Z"),
        ["daily 2026-11-16 created", "daily 2026-11-17 created", "daily 2026-11-18 created", "weekly 2026-11-18 created"]
    );
    assert!(tick(&sources, &mut known, "2026-11-17T23:30:00Z").is_empty());
    assert!(tick(&sources, &mut known, "2026-11-18T22:59:00Z").is_empty());
    // The clock goes backwards: nothing is made twice, and nothing is taken back.
    assert!(tick(&sources, &mut known, "2026-11-16T10:00:00Z").is_empty());
    assert_eq!(tick(&sources, &mut known, "2026-11-18T23:00:00Z"), ["daily 2026-11-19 created"]);
}

#[test]
fn a_window_opens_at_the_start_of_its_local_day_and_is_due_at_its_time() {
    let plan = plan(
        &[duty("daily", "30 9 * * *", "2026-11-17T10:00:00Z")],
        Asked::Tick { since: None },
        &Known::default(),
        at("2026-11-17T23:00:00Z"),
    );
    let today = plan.windows.last().expect("a window");
    assert_eq!((today.date, today.opens_at), (date("2026-11-18"), at("2026-11-17T23:00:00Z")));
    assert_eq!(today.due_at, Some(at("2026-11-18T08:30:00Z")));
    assert_eq!(today.work_id.as_deref(), Some(work::duty_task_id("daily", today.date).as_str()));
}

#[test]
fn a_source_has_dates_of_its_own_timezone() {
    let auckland =
        RecurringConfig { timezone: Some("Pacific/Auckland".to_owned()), ..config("daily", "0 9 * * *", "2026-11-18T10:00:00Z") };
    let mut known = Known::default();
    assert_eq!(tick(&[Source::of_config(&auckland, BERLIN)], &mut known, "2026-11-18T10:59:00Z"), ["daily 2026-11-18 created"]);
    assert_eq!(tick(&[Source::of_config(&auckland, BERLIN)], &mut known, "2026-11-18T11:00:00Z"), ["daily 2026-11-19 created"]);
}

#[test]
fn lost_ticks_are_caught_up_for_seven_days_and_told_beyond() {
    let sources = [duty("daily", "0 9 * * *", "2026-01-01T00:00:00Z")];
    let mut known = Known::default();
    let made = tick(&sources, &mut known, "2026-11-18T12:00:00Z");
    assert_eq!((made.len(), made[0].as_str()), (8, "daily 2026-11-11 created"));
    let since = Asked::Tick { since: Some(date("2026-11-18")) };
    let made = applied(&sources, since, &mut known, "2026-11-28T12:00:00Z");
    assert_eq!(made[..3], ["daily 2026-11-19 missed", "daily 2026-11-20 missed", "daily 2026-11-21 created"]);
    assert_eq!(made.len(), 10);
    assert!(applied(&sources, since, &mut known, "2026-11-28T12:15:00Z").is_empty());
    // What was missed is made when somebody asks for it.
    let asked = Asked::Explicit(range("2026-11-19", "2026-11-21"));
    assert_eq!(applied(&sources, asked, &mut known, "2026-11-28T13:00:00Z"), ["daily 2026-11-19 created", "daily 2026-11-20 created"]);
}

#[test]
fn a_long_outage_is_told_for_90_days_at_most() {
    let sources = [duty("daily", "0 9 * * *", "2020-01-01T00:00:00Z")];
    let since = Asked::Tick { since: Some(date("2025-01-01")) };
    let plan = plan(&sources, since, &Known::default(), at("2026-11-18T12:00:00Z"));
    assert_eq!(plan.windows.len(), 91);
    assert_eq!(plan.windows.iter().filter(|window| window.outcome == Outcome::Missed).count(), 83);
}

#[test]
fn a_source_is_expected_from_its_creation_day_on_unless_somebody_asks() {
    let sources = [duty("daily", "0 9 * * *", "2026-11-18T20:00:00Z")];
    let mut known = Known::default();
    assert_eq!(tick(&sources, &mut known, "2026-11-18T20:15:00Z"), ["daily 2026-11-18 created"]);
    let before = explain(&sources[0], date("2026-11-17"), &known, at("2026-11-18T20:15:00Z"));
    assert_eq!((before.outcome, before.rule), (Outcome::BeforeCreation, Rule::Creation));
    assert_eq!(applied(&sources, Asked::Explicit(range("2026-11-16", "2026-11-18")), &mut known, "2026-11-18T21:00:00Z").len(), 2);
}

#[test]
fn another_schedule_reaches_no_day_before_it() {
    let config = config("duty", "0 9 * * 1", "2026-11-02T08:00:00Z");
    let changes = object(json!({ "cronExpression": "0 9 * * *" }));
    let (after, _) =
        change::edit(&config, &changes, &Actor::new("host"), at("2026-11-18T10:00:00Z"), BERLIN).expect("allowed").expect("changed");
    let mut known = Known::default();
    assert_eq!(tick(&[Source::of_config(&after, BERLIN)], &mut known, "2026-11-18T10:15:00Z"), ["duty 2026-11-18 created"]);
}

#[test]
fn a_paused_source_stays_quiet_and_resumes_without_surprises() {
    let config = config("dump", "0 9 * * *", "2026-11-10T08:00:00Z");
    let quiet = paused(&config, "2026-11-17T12:00:00Z");
    let mut known = Known::default();
    let made = tick(&[Source::of_config(&config, BERLIN)], &mut known, "2026-11-16T12:00:00Z");
    assert_eq!(made.len(), 7);
    // The 17th began before the pause, but the pause is open when it is settled.
    let source = Source::of_config(&quiet, BERLIN);
    assert_eq!(tick(std::slice::from_ref(&source), &mut known, "2026-11-17T12:15:00Z"), ["dump 2026-11-17 skipped"]);
    assert_eq!(tick(std::slice::from_ref(&source), &mut known, "2026-11-18T12:15:00Z"), ["dump 2026-11-18 skipped"]);
    // Resumed on the 19th before a tick came: its day began in the pause.
    let back = Source::of_config(&resumed(&quiet, "2026-11-19T06:00:00Z"), BERLIN);
    assert_eq!(tick(std::slice::from_ref(&back), &mut known, "2026-11-19T06:15:00Z"), ["dump 2026-11-19 skipped"]);
    assert_eq!(tick(std::slice::from_ref(&back), &mut known, "2026-11-20T06:15:00Z"), ["dump 2026-11-20 created"]);
    let why = explain(&back, date("2026-11-19"), &Known::default(), at("2026-11-20T06:15:00Z"));
    assert_eq!((why.outcome, why.rule), (Outcome::Paused, Rule::CoveringPause));
    assert_eq!(why.why, "It was paused when the day began, since 2026-11-17 by host: Quiet");
    // An explicit range makes what the pause left out.
    let asked = Asked::Explicit(range("2026-11-17", "2026-11-19"));
    assert_eq!(applied(&[back], asked, &mut known, "2026-11-20T07:00:00Z").len(), 3);
}

#[test]
fn a_present_pause_holds_against_an_explicit_range() {
    let source = Source::of_config(&paused(&config("dump", "0 9 * * *", "2026-11-10T08:00:00Z"), "2026-11-17T12:00:00Z"), BERLIN);
    let plan = plan(&[source], Asked::Explicit(range("2026-11-12", "2026-11-13")), &Known::default(), at("2026-11-18T12:00:00Z"));
    assert_eq!(outcomes(&plan), [("2026-11-12".to_owned(), Outcome::Paused), ("2026-11-13".to_owned(), Outcome::Paused)]);
    assert_eq!((plan.windows[0].rule, Counters::of(&plan)), (Rule::OpenPause, Counters::default()));
    assert_eq!(plan.unsettled().count(), 0, "the pause may be over when a day to come has come");
}

#[test]
fn what_is_switched_off_or_archived_makes_nothing() {
    let off = RecurringConfig { enabled: false, ..config("off", "0 9 * * *", "2026-11-18T08:00:00Z") };
    let (away, _) = change::archive(&config("away", "0 9 * * *", "2026-11-18T08:00:00Z"), at("2026-11-18T09:00:00Z")).expect("changed");
    let sources = [Source::of_config(&off, BERLIN), Source::of_config(&away, BERLIN)];
    let mut known = Known::default();
    assert_eq!(tick(&sources, &mut known, "2026-11-18T10:00:00Z"), ["away 2026-11-18 skipped", "off 2026-11-18 skipped"]);
    let rules: Vec<Rule> =
        sources.iter().map(|source| explain(source, date("2026-11-18"), &Known::default(), at("2026-11-18T10:00:00Z")).rule).collect();
    assert_eq!(rules, [Rule::Disabled, Rule::Archived]);
    // After the day it was put away, an archived source is asked for nothing.
    assert_eq!(tick(&sources, &mut known, "2026-11-19T10:00:00Z"), ["off 2026-11-19 skipped"]);
}

#[test]
fn one_broken_source_is_told_and_stops_no_other() {
    let sources = [
        Source::of_template(&template("bad", json!({ "triggerSchedule": "0 9 * * MON-XYZ" })), BERLIN),
        Source::of_template(&template("far", json!({ "triggerLeadDays": 1.5 })), BERLIN),
        Source::of_template(&template("lost", json!({ "timezone": null, "triggerSchedule": "0 9 31 2 *" })), BERLIN),
        Source::of_config(
            &RecurringConfig { timezone: Some("Mars/Base".to_owned()), ..config("zone", "0 9 * * *", "2026-11-18T08:00:00Z") },
            BERLIN,
        ),
        Source::unreadable(SourceKey::template("torn"), "its record cannot be read", BERLIN),
        duty("good", "0 9 * * *", "2026-11-18T08:00:00Z"),
    ];
    let mut known = Known::default();
    let all = plan(&sources, Asked::Tick { since: None }, &known, at("2026-11-18T10:00:00Z"));
    assert_eq!(Counters::of(&all), Counters { failures: 5, recurring_generated: 1, ..Counters::default() });
    let words: Vec<&str> =
        all.windows.iter().filter(|window| window.outcome == Outcome::Broken).map(|window| window.why.as_str()).collect();
    for cause in ["timezone 'Mars/Base' is unknown", "'XYZ'", "triggerLeadDays 1.5", "can never fire", "cannot be read"] {
        assert!(words.iter().any(|words| words.contains(cause)), "{cause} in {words:?}");
    }
    assert_eq!(tick(&sources, &mut known, "2026-11-18T10:00:00Z").len(), 6);
    assert!(tick(&sources, &mut known, "2026-11-18T10:15:00Z").is_empty(), "the same failure is not written again");
    // Asked for a range, each is told once.
    assert_eq!(
        plan(&sources[..5], Asked::Explicit(range("2026-11-01", "2026-11-30")), &known, at("2026-11-18T10:00:00Z")).windows.len(),
        5
    );
}

#[test]
fn a_broken_source_that_is_paused_or_archived_is_quiet() {
    let bad = template("bad", json!({ "triggerSchedule": "nonsense" }));
    let ask = Ask { reason: Some("Being mended".to_owned()), until: None };
    let (quiet, _) = crate::template::trigger::pause(&bad, ask, &Actor::new("host"), at("2026-11-18T09:00:00Z"), BERLIN)
        .expect("allowed")
        .expect("changed");
    let (away, _) = crate::template::trigger::archive(&bad, at("2026-11-17T09:00:00Z")).expect("allowed").expect("changed");
    let sources = [Source::of_template(&quiet, BERLIN), Source::of_template(&away, BERLIN)];
    let plan = plan(&sources, Asked::Tick { since: None }, &Known::default(), at("2026-11-18T10:00:00Z"));
    let told: Vec<_> = plan.windows.iter().map(|window| (window.date.to_string(), window.outcome)).collect();
    assert_eq!(told, [("2026-11-17".to_owned(), Outcome::Archived), ("2026-11-18".to_owned(), Outcome::Paused)]);
}

#[test]
fn a_template_without_a_schedule_or_started_by_hand_never_comes_up() {
    let never = [
        template("manual", json!({ "triggerType": "manual" })),
        template("empty", json!({ "triggerSchedule": " " })),
        template("bare", json!({ "triggerType": null, "triggerSchedule": "nonsense" })),
    ];
    for template in never {
        let window = explain(&Source::of_template(&template, BERLIN), date("2026-11-16"), &Known::default(), at("2026-11-16T10:00:00Z"));
        assert_eq!((window.outcome, window.rule), (Outcome::NotMatching, Rule::NoSchedule), "{}", template.name);
        assert_eq!((window.work_id, window.due_at, window.anchor_date), (None, None, None));
    }
}

#[test]
fn a_workflow_comes_up_lead_days_before_its_anchor() {
    let source = Source::of_template(&template("newsletter", json!({ "triggerLeadDays": 14 })), BERLIN);
    let mut known = Known::default();
    let plan = plan(std::slice::from_ref(&source), Asked::Tick { since: None }, &known, at("2026-11-16T10:00:00Z"));
    let today = plan.windows.last().expect("a window");
    assert_eq!((today.outcome, today.anchor_date), (Outcome::Create, Some(date("2026-11-30"))));
    assert_eq!(today.work_id.as_deref(), Some(work::bundle_id("newsletter", date("2026-11-30")).as_str()));
    // Started by hand, its window is settled and the tick finds it.
    let day = work::window_of_start(&source, date("2026-11-30")).expect("a window");
    known.settle(Window::of_start(
        source.key.clone(),
        day,
        &crate::id::BundleId::new("b1"),
        date("2026-11-30"),
        &Actor::new("host"),
        at("2026-11-15T10:00:00Z"),
    ));
    let window = explain(&source, date("2026-11-16"), &known, at("2026-11-16T10:00:00Z"));
    assert_eq!((window.outcome, window.rule, window.work_id.as_deref()), (Outcome::Exists, Rule::Ledger, Some("b1")));
    assert_eq!(window.why, "Its workflow was started by hand on 2026-11-15");
}

#[test]
fn work_that_is_found_without_a_row_is_not_made_again() {
    let sources = [duty("duty", "0 9 * * *", "2026-11-18T08:00:00Z")];
    let mut known = Known::default();
    known.found(SourceKey::recurring("duty"), date("2026-11-18"), "imported-7");
    let plan = plan(&sources, Asked::Tick { since: None }, &known, at("2026-11-18T10:00:00Z"));
    assert_eq!(
        (plan.windows[0].outcome, plan.windows[0].rule, plan.windows[0].work_id.as_deref()),
        (Outcome::Exists, Rule::Found, Some("imported-7"))
    );
    assert_eq!(tick(&sources, &mut known, "2026-11-18T10:00:00Z"), ["duty 2026-11-18 exists"]);
    assert!(tick(&sources, &mut known, "2026-11-18T10:15:00Z").is_empty());
}

#[test]
fn what_failed_is_tried_again_until_it_is_made() {
    let sources = [duty("duty", "0 9 * * *", "2026-11-18T08:00:00Z")];
    let mut known = Known::default();
    for attempt in 1..=3 {
        let plan = plan(&sources, Asked::Tick { since: None }, &known, at("2026-11-18T10:00:00Z"));
        let before = known.row(&plan.windows[0].source, plan.windows[0].date).cloned();
        let failed = Done::Failed("the store said no; password=hunter2hunter2".to_owned());
        let row = Window::settled(&plan.windows[0], failed, By::Tick, &Actor::system(), before.as_ref(), at("2026-11-18T10:00:00Z"))
            .expect("a row");
        assert_eq!((row.attempts, row.status, row.needs_attention()), (attempt, Status::Failed, true));
        assert!(!row.cause.as_deref().unwrap_or_default().contains("hunter2"), "{:?}", row.cause);
        known.settle(row);
    }
    assert_eq!(tick(&sources, &mut known, "2026-11-18T11:00:00Z"), ["duty 2026-11-18 created"]);
    assert_eq!(known.row(&SourceKey::recurring("duty"), date("2026-11-18")).expect("a row").attempts, 4);
}

#[test]
fn what_failed_rests_once_its_source_is_mended_and_does_not_want_the_date() {
    let bad = template("tax", json!({ "triggerSchedule": "nonsense" }));
    let mut known = Known::default();
    for day in ["2026-11-17", "2026-11-18", "2026-11-30"] {
        let failed = tick(&[Source::of_template(&bad, BERLIN)], &mut known, &format!("{day}T10:00:00Z"));
        assert_eq!(failed, [format!("tax {day} failed")]);
    }
    let mut mended = template("tax", json!({ "triggerSchedule": "0 9 1 * *" }));
    mended.scheduled_since = Some(at("2026-11-30T11:00:00Z"));
    let mended = [Source::of_template(&mended, BERLIN)];
    let rested: Vec<String> = ["2026-11-17", "2026-11-18", "2026-11-30"].map(|day| format!("tax {day} skipped")).into();
    assert_eq!(tick(&mended, &mut known, "2026-11-30T12:00:00Z"), rested);
    let row = known.row(&mended[0].key, date("2026-11-17")).expect("a row");
    assert_eq!((row.reason, row.needs_attention(), row.attempts), (Some(window::Skip::NotNamed), false, 2));
    assert_eq!(row.cause.as_deref(), Some("Its schedule does not name this date: on the 1st of every month at 09:00"));
    assert!(tick(&mended, &mut known, "2026-11-30T12:15:00Z").is_empty());
    assert_eq!(tick(&mended, &mut known, "2026-12-01T05:00:00Z"), ["tax 2026-12-01 created"]);
}

#[test]
fn a_workflow_that_lacks_tasks_is_recovered_and_counted() {
    let sources = [Source::of_template(&template("newsletter", json!({})), BERLIN)];
    let mut known = Known::default();
    assert_eq!(tick(&sources, &mut known, "2026-11-16T10:00:00Z"), ["newsletter 2026-11-09 created", "newsletter 2026-11-16 created"]);
    known.incomplete(sources[0].key.clone(), date("2026-11-16"), 3);
    let plan = plan(&sources, Asked::Tick { since: None }, &known, at("2026-11-16T10:15:00Z"));
    assert_eq!(plan.work().map(|window| (window.outcome, window.missing_tasks)).collect::<Vec<_>>(), [(Outcome::Recover, 3)]);
    assert_eq!(Counters::of(&plan), Counters { template_skipped: 1, template_recovered: 3, ..Counters::default() });
}

#[test]
fn a_second_run_counts_what_is_there_for_today() {
    let sources = [
        duty("a", "0 9 * * *", "2026-11-10T08:00:00Z"),
        duty("b", "0 9 * * *", "2026-11-10T08:00:00Z"),
        duty("c", "0 9 1 * *", "2026-11-10T08:00:00Z"),
    ];
    let mut known = Known::default();
    tick(&sources, &mut known, "2026-11-18T10:00:00Z");
    let counted = |asked| Counters::of(&plan(&sources, asked, &known, at("2026-11-18T10:15:00Z")));
    assert_eq!(counted(Asked::Tick { since: None }), Counters { recurring_skipped: 2, ..Counters::default() });
    assert_eq!(
        counted(Asked::Explicit(range("2026-11-17", "2026-11-19"))),
        Counters { recurring_skipped: 4, recurring_generated: 2, ..Counters::default() }
    );
    let nothing = plan(&sources[2..], Asked::Explicit(range("2026-11-17", "2026-11-19")), &known, at("2026-11-18T10:15:00Z"));
    assert_eq!((Counters::of(&nothing), nothing.expected().count()), (Counters::default(), 0));
}

#[test]
fn a_token_holds_until_applying_would_do_something_else() {
    let config = config("duty", "0 9 * * *", "2026-11-10T08:00:00Z");
    let asked = Asked::Explicit(range("2026-11-17", "2026-11-19"));
    let token = |config: &RecurringConfig, known: &Known| {
        plan(&[Source::of_config(config, BERLIN)], asked, known, at("2026-11-18T10:15:00Z")).token()
    };
    let mut known = Known::default();
    let first = token(&config, &known);
    assert_eq!(first, token(&config, &known));
    let (renamed, _) =
        change::edit(&config, &object(json!({ "description": "other" })), &Actor::system(), at("2026-11-18T10:00:00Z"), BERLIN)
            .expect("allowed")
            .expect("changed");
    assert_ne!(first, token(&renamed, &known), "it would make another task");
    assert_ne!(first, token(&paused(&config, "2026-11-18T10:00:00Z"), &known), "it would make none");
    tick(&[Source::of_config(&config, BERLIN)], &mut known, "2026-11-18T10:00:00Z");
    assert_ne!(first, token(&config, &known), "a tick was faster");
}

#[test]
fn progress_names_the_gap() {
    let sources = [
        duty("a", "0 9 * * *", "2026-11-18T08:00:00Z"),
        duty("b", "0 9 * * *", "2026-11-18T08:00:00Z"),
        Source::of_config(&paused(&config("c", "0 9 * * *", "2026-11-18T08:00:00Z"), "2026-11-18T09:00:00Z"), BERLIN),
    ];
    let mut known = Known::default();
    tick(&sources[..1], &mut known, "2026-11-18T10:00:00Z");
    let plan = plan(&sources, Asked::Tick { since: None }, &known, at("2026-11-18T10:00:00Z"));
    let progress = plan.progress();
    assert_eq!((progress.expected, progress.made), (2, 1));
    assert_eq!(progress.gap.iter().map(|window| window.title.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn a_source_is_written_with_its_kind() {
    for text in ["recurring#duty.slack-export", "template#task-template.tasks.podcast"] {
        assert_eq!(SourceKey::parse(text).expect("a source").to_string(), text);
    }
    for bad in ["", "recurring", "recurring#", "bundle#b", "recurring#a/b", "recurring#a#b", "Recurring#a"] {
        assert_eq!(SourceKey::parse(bad), None, "{bad}");
    }
}

#[test]
fn failures_and_new_workflows_are_told_once() {
    let today = crate::reminder::Today { now: at("2026-11-18T10:00:00Z"), timezone: BERLIN };
    let broken = explain(
        &Source::of_template(&template("bad", json!({ "triggerSchedule": "x" })), BERLIN),
        date("2026-11-18"),
        &Known::default(),
        today.now,
    );
    let told = notice::window_failed(&broken, &broken.why, today);
    assert_eq!((told.template_id.as_deref(), told.recurring_config_id, told.due_at.as_deref()), (Some("bad"), None, Some("2026-11-18")));
    assert!(told.message.contains("bad") && told.message.contains("2026-11-18") && told.message.contains("cron"), "{}", told.message);
    assert_eq!(told.id, notice::window_failed(&broken, &broken.why, today).id);
    assert_eq!(told.metadata.as_ref().map(|metadata| metadata["templateId"].clone()), Some(json!("bad")));
    let template = template("Newsletter", json!({ "defaultAssigneeId": "operator" }));
    let (bundle, tasks) = work::workflow(&template, date("2026-03-03"), |_: &str| true, today.now).expect("a workflow");
    let told = notice::workflow_made(&template, &bundle, today);
    assert!(told.message.contains("Newsletter") && told.message.contains("Mar 3"), "{}", told.message);
    assert_eq!(
        (told.kind.as_deref(), told.user_id.as_deref(), told.due_at.as_deref()),
        (Some("stage-change"), Some("operator"), Some("2026-03-03"))
    );
    let recovered = notice::workflow_recovered(&template, &bundle, &[tasks[0].id.clone()], today);
    assert_eq!(recovered.metadata, Some(json!({ "recoveredTaskIds": [tasks[0].id], "anchorDate": "2026-03-03" })));
    assert_eq!((recovered.kind.as_deref(), recovered.due_at.as_deref()), (Some("automation-failure"), Some("2026-03-03")));
}
