//! What is simulated is what ticks then make: random sources over four weeks, in many timezones, across both changes of the
//! clocks, a leap day and a year's end, with ticks that are lost, late and doubled.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "support/expressions.rs"]
mod expressions;
#[expect(dead_code, unreachable_pub, reason = "the one file that sets the sizes of proofs, shared as it is")]
#[path = "../../testkit/src/proof.rs"]
mod proof;

use std::collections::BTreeMap;

use dataops_domain::generation::window::{By, Done};
use dataops_domain::generation::{self, Asked, Counters, Kind, Known, Outcome, Range, Source, SourceKey, Timing, Window};
use dataops_domain::pause::{Pause, Standing};
use dataops_domain::schedule::Schedule;
use dataops_domain::time::{self, Tz};
use dataops_domain::{Actor, Date, Timestamp};
use expressions::{Expression, Numbers};

const DAYS: i64 = 28;
/// Both changes of the clocks in Europe, one in the south, a leap day and a year's end.
const STRETCHES: [&str; 5] = ["2027-03-14", "2026-10-11", "2026-09-20", "2028-02-15", "2026-12-18"];
const ZONES: [Tz; 7] = [
    chrono_tz::Europe::Berlin,
    chrono_tz::UTC,
    chrono_tz::America::New_York,
    chrono_tz::Pacific::Auckland,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::Asia::Kathmandu,
    chrono_tz::Pacific::Kiritimati,
];

fn at(date: &str) -> Timestamp {
    Timestamp::parse(&format!("{date}T00:00:00Z")).unwrap()
}

fn hours(from: Timestamp, hours: i64) -> Timestamp {
    from.plus_seconds(hours * 3_600)
}

fn source(numbers: &mut Numbers, number: u32, start: Timestamp) -> Option<Source> {
    let timing = match numbers.below(12) {
        0 => Timing::Broken("it cannot be read".to_owned()),
        1 => Timing::Never("It is started by hand"),
        2..=5 => Timing::By(Box::new(Schedule::parse("0 9 * * *").unwrap())),
        _ => Timing::By(Box::new(Schedule::parse(&Expression::random(numbers).unix).ok()?)),
    };
    let kind = if numbers.once_in(3) { Kind::Template } else { Kind::Recurring };
    let zone = ZONES[numbers.below(ZONES.len() as u32) as usize];
    let mut standing = Standing { enabled: !numbers.once_in(8), ..Standing::running() };
    if numbers.once_in(2) {
        let from = hours(start, i64::from(numbers.below(40 * 24)) - 10 * 24);
        let until = numbers.once_in(2).then(|| hours(from, 1 + i64::from(numbers.below(240))));
        let (until, resumed_at) = if numbers.once_in(2) { (until, None) } else { (None, until) };
        let until =
            until.map(|until| if numbers.once_in(2) { until.local_date(zone).succ_opt().unwrap().to_string() } else { until.to_string() });
        standing.enabled = true;
        standing.pauses.push(Pause { from, until, reason: None, actor_id: "host".to_owned(), resumed_at, resumed_by: None });
    }
    if numbers.once_in(8) {
        standing.archived_at = Some(hours(start, i64::from(numbers.below(28 * 24))));
    }
    let since = hours(start, i64::from(numbers.below(60 * 24)) - 40 * 24);
    Some(Source {
        key: SourceKey { kind, id: format!("s{number}") },
        title: format!("Source {number}"),
        zone,
        timing,
        lead_days: if kind == Kind::Template { i64::from(numbers.below(30)) - 5 } else { 0 },
        since,
        standing,
        fingerprint: String::new(),
    })
}

type Made = BTreeMap<(SourceKey, Date), String>;

/// One tick: everything that is to be written is written, work and row together. Makes sure that nothing is made twice.
fn tick(sources: &[Source], known: &mut Known, made: &mut Made, now: Timestamp, since: Option<Date>) -> Counters {
    let plan = generation::plan(sources, Asked::Tick { since }, known, now);
    for window in plan.unsettled() {
        let before = known.row(&window.source, window.date).cloned();
        let row = Window::settled(window, Done::AsPlanned { tasks: 1 }, By::Tick, &Actor::system(), before.as_ref(), now).unwrap();
        known.settle(row);
        if window.is_work() {
            let twice = made.insert((window.source.clone(), window.date), window.work_id.clone().unwrap());
            assert_eq!(twice, None, "{} on {} is made twice", window.source, window.date);
        }
    }
    Counters::of(&plan)
}

struct Simulated {
    windows: usize,
    ticks: u64,
}

fn compare(seed: u64, stretch: &str) -> Simulated {
    let mut numbers = Numbers::seeded(seed);
    let start = at(stretch);
    let sources: Vec<Source> = (0..10).filter_map(|number| source(&mut numbers, number, start)).collect();
    let first = start.local_date(chrono_tz::UTC);
    let range = Range { from: first, to: time::plus_days(first, DAYS - 1).unwrap() };
    // What is there before the simulation belongs to both.
    let (mut known, mut made) = (Known::default(), Made::new());
    tick(&sources, &mut known, &mut made, hours(start, -30), None);
    let simulated = generation::plan(&sources, Asked::Simulate(range), &known, start);
    let is_there = |window: &&generation::Planned| matches!(window.outcome, Outcome::Create | Outcome::Exists);
    let expected: Made =
        simulated.windows.iter().filter(is_there).map(|one| ((one.source.clone(), one.date), one.work_id.clone().unwrap())).collect();

    let each = 24 * 60 / i64::from(proof::sizes().ticks_a_day);
    let mut ticks = 0;
    // A day more, so that every timezone has had the last date.
    for minute in (0..(DAYS + 1) * 24 * 60).step_by(each as usize) {
        let now = start.plus_seconds(minute * 60);
        let counted = tick(&sources, &mut known, &mut made, now, None);
        ticks += 1;
        if numbers.once_in(6) {
            let again = tick(&sources, &mut known, &mut made, now, None);
            assert_eq!((again.recurring_generated, again.template_created), (0, 0), "the same tick delivered twice");
            assert_eq!(again.failures, counted.failures);
            ticks += 1;
        }
    }
    let within = |date: &Date| (range.from..=range.to).contains(date);
    made.retain(|(_, date), _| within(date));
    assert_eq!(made, expected, "seed {seed}, {stretch}");
    let mut ids: Vec<&String> = made.values().collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), made.len(), "every window has work of its own");
    Simulated { windows: expected.len(), ticks }
}

#[test]
fn a_simulation_is_what_the_ticks_make() {
    let (mut windows, mut ticks) = (0, 0);
    for seed in 0..proof::sizes().simulations {
        for stretch in STRETCHES {
            let done = compare(seed * 31 + 5, stretch);
            windows += done.windows;
            ticks += done.ticks;
        }
    }
    assert!(windows > 200, "{windows} windows prove little");
    proof::record(
        "simulated-ticks",
        "Simulations of four weeks against the ticks themselves",
        &[
            ("stretches of four weeks", &STRETCHES.len()),
            ("sets of sources", &proof::sizes().simulations),
            ("ticks", &ticks),
            ("windows with work", &windows),
        ],
        "none. Every simulation named the windows that the ticks then made, each once.",
    );
}

/// Lost ticks change nothing as long as one comes while the circumstances are the same: what is late is made late.
#[test]
fn lost_ticks_change_nothing_when_nobody_pauses() {
    for seed in 0..proof::sizes().simulations {
        let mut numbers = Numbers::seeded(seed * 17 + 3);
        let start = at(STRETCHES[(seed % 5) as usize]);
        let mut sources: Vec<Source> = (0..8).filter_map(|number| source(&mut numbers, number, start)).collect();
        for source in &mut sources {
            source.standing = Standing::running();
        }
        let run = |lost: &mut dyn FnMut(i64) -> bool| {
            let (mut known, mut made) = (Known::default(), Made::new());
            for hour in (0..=DAYS * 24).filter(|hour| *hour == 0 || *hour == DAYS * 24 || !lost(*hour)) {
                tick(&sources, &mut known, &mut made, hours(start, hour), None);
            }
            made
        };
        let whole = run(&mut |_| false);
        // Three days without any tick, then every other one at random.
        let lossy = run(&mut |hour| (200..272).contains(&hour) || numbers.once_in(2));
        assert_eq!(whole, lossy, "seed {seed}");
    }
}

/// Explicit ranges and ticks in any order: one piece of work per window, whoever comes first.
#[test]
fn ranges_and_ticks_in_any_order_make_each_window_once() {
    for seed in 0..proof::sizes().simulations * 5 {
        let mut numbers = Numbers::seeded(seed * 13 + 1);
        let start = at(STRETCHES[(seed % 5) as usize]);
        let sources: Vec<Source> = (0..6).filter_map(|number| source(&mut numbers, number, start)).collect();
        let (mut known, mut made) = (Known::default(), Made::new());
        for _ in 0..40 {
            // The clock may go backwards, too.
            let now = hours(start, i64::from(numbers.below(28 * 24)));
            if numbers.once_in(2) {
                tick(&sources, &mut known, &mut made, now, None);
                continue;
            }
            let from = time::plus_days(start.local_date(chrono_tz::UTC), i64::from(numbers.below(40)) - 10).unwrap();
            let to = time::plus_days(from, i64::from(numbers.below(20))).unwrap();
            let plan = generation::plan(&sources, Asked::Explicit(Range { from, to }), &known, now);
            for window in plan.work() {
                let before = known.row(&window.source, window.date).cloned();
                let row = Window::settled(window, Done::AsPlanned { tasks: 1 }, By::Request, &Actor::new("host"), before.as_ref(), now);
                known.settle(row.unwrap());
                let twice = made.insert((window.source.clone(), window.date), window.work_id.clone().unwrap());
                assert_eq!(twice, None, "seed {seed}: {} on {}", window.source, window.date);
            }
        }
    }
}
