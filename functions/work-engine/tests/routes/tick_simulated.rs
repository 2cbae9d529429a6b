//! What was simulated for four weeks is what ticks through the engine then make; and how long a tick of many windows takes.

use std::collections::BTreeSet;
use std::time::Instant;

use dataops_domain::{Date, Timestamp, time};
use dataops_testkit::{Stack, proof};
use serde_json::{Value, json};

const DAYS: i64 = 28;
/// Both changes of the clocks, a leap day and a year's end.
const STRETCHES: [&str; 4] = ["2027-03-14", "2026-10-11", "2028-02-15", "2026-12-18"];
const DUTIES: [(&str, &str); 7] = [
    ("0 9 * * *", "Europe/Berlin"),
    ("30 2 * * *", "Europe/Berlin"),
    ("15 3 * * SUN", "America/New_York"),
    ("0 0 29 2 *", "UTC"),
    ("59 23 31 12 *", "Pacific/Kiritimati"),
    ("0 12 1,15 * 1-5", "Pacific/Auckland"),
    ("45 1 */3 * *", "Australia/Lord_Howe"),
];
const WORKFLOWS: [(&str, i64); 3] = [("0 9 * * 3", 12), ("30 2 28-31 * *", 0), ("0 0 1 * *", 20)];

type Windows = BTreeSet<(String, String)>;

fn at(date: Date, hours: i64) -> Timestamp {
    Timestamp::parse(&format!("{date}T00:00:00Z")).unwrap().plus_seconds(hours * 3_600)
}

async fn sources(stack: &std::sync::Arc<Stack>, until: Date) {
    let operator = stack.operator();
    for (cron, zone) in DUTIES {
        operator.post("/api/recurring", json!({ "description": cron, "cronExpression": cron, "timezone": zone })).await.expect(201);
    }
    let paused =
        operator.post("/api/recurring", json!({ "description": "Paused for a while", "cronExpression": "0 9 * * *" })).await.expect(201);
    let path = format!("/api/recurring/{}/pause", paused.str("/recurringConfig/id"));
    operator.post(&path, json!({ "reason": "Holidays", "until": until })).await.expect(200);
    for (schedule, lead) in WORKFLOWS {
        let body = json!({ "name": schedule, "type": "w", "triggerType": "automatic", "triggerSchedule": schedule, "triggerLeadDays": lead,
            "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": 0 }] });
        operator.post("/api/templates", body).await.expect(201);
    }
}

fn windows(of: &[Value]) -> Windows {
    of.iter().map(|one| (one["source"].as_str().unwrap().to_owned(), one["date"].as_str().unwrap().to_owned())).collect()
}

/// The windows with work and the ticks of one stretch.
async fn compare(stretch: &str) -> (usize, u64) {
    let stack = Stack::empty().await;
    let first = time::parse_date(stretch).unwrap();
    let last = time::plus_days(first, DAYS - 1).unwrap();
    stack.clock.set(at(first, -30));
    sources(&stack, time::plus_days(first, 9).unwrap()).await;
    let range = json!({ "from": first, "to": last });
    let simulated = stack.operator().post("/api/recurring/simulate", range).await.expect(200);
    let planned: Vec<Value> =
        simulated.json["windows"].as_array().unwrap().iter().filter(|one| one["outcome"] == "create").cloned().collect();

    let each = 24 * 60 / i64::from(proof::sizes().engine_ticks_a_day);
    let mut ticks = 0;
    // A day more at both ends, so that every timezone has had the first date and the last.
    for minute in (-24 * 60..(DAYS + 1) * 24 * 60).step_by(usize::try_from(each).unwrap()) {
        stack.clock.set(at(first, 0).plus_seconds(minute * 60));
        let report = stack.administrate(json!({ "command": "tick" })).await;
        assert_eq!((report["tick"]["counters"]["failures"].as_u64(), report["tick"]["left"].as_u64()), (Some(0), Some(0)), "{report}");
        stack.ledger.take();
        ticks += 1;
    }
    let rows: Vec<Value> = stack
        .raw()
        .all("generation-windows")
        .iter()
        .map(|item| serde_json::from_str(item["doc"]["S"].as_str().unwrap()).unwrap())
        .collect();
    let within = |row: &Value| row["date"].as_str().is_some_and(|date| *date >= *first.to_string() && *date <= *last.to_string());
    let made: Vec<Value> = rows.into_iter().filter(|row| row["status"] == "created" && within(row)).collect();
    assert_eq!(windows(&made), windows(&planned), "{stretch}");
    (made.len(), ticks)
}

#[tokio::test]
async fn four_weeks_of_ticks_make_what_was_simulated() {
    let (mut all, mut ticks) = (0, 0);
    for stretch in STRETCHES {
        let (made, ticked) = compare(stretch).await;
        all += made;
        ticks += ticked;
    }
    assert!(all > 200, "{all} windows prove little");
    let counts: [(&str, &dyn std::fmt::Display); 4] = [
        ("stretches of four weeks: both changes of the clocks, a leap day, a year's end", &STRETCHES.len()),
        ("sources, in seven timezones", &(DUTIES.len() + 1 + WORKFLOWS.len())),
        ("ticks of the engine", &ticks),
        ("windows with work", &all),
    ];
    proof::record(
        "engine-ticks",
        "Simulations of four weeks against ticks of the engine",
        &counts,
        "none. The ticks made the windows that were simulated, each once, and no other.",
    );
}

#[tokio::test]
async fn a_tick_of_many_windows_makes_them_all_at_once() {
    let stack = Stack::empty().await;
    let due = proof::sizes().due_at_once;
    for n in 0..due {
        let body = json!({ "description": format!("Duty {n}"), "cronExpression": "0 9 * * *" });
        stack.operator().post("/api/recurring", body).await.expect(201);
    }
    let mut took: Vec<u128> = Vec::new();
    for day in 1..=5 {
        stack.clock.set(Timestamp::parse(&format!("2026-07-{day:02}T09:00:00Z")).unwrap());
        let started = Instant::now();
        let report = stack.administrate(json!({ "command": "tick" })).await;
        took.push(started.elapsed().as_millis());
        assert_eq!(report["tick"]["counters"]["recurringGenerated"].as_u64(), Some(due as u64), "{report}");
    }
    took.sort_unstable();
    let counts: [(&str, &dyn std::fmt::Display); 5] = [
        ("due windows, each a transaction over HTTP", &due),
        ("ticks measured", &took.len()),
        ("milliseconds, the middle one", &took[took.len() / 2]),
        ("milliseconds, the slowest", &took[took.len() - 1]),
        ("milliseconds wanted at most", &3_000),
    ];
    proof::record(
        "tick-speed",
        "How long a tick of many due windows takes",
        &counts,
        "measured with the profile `prove`, on the machine that wrote this.",
    );
}
