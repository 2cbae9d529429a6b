//! What the runner may say of a job it holds: no more than fits, nothing that steers a terminal, and nothing once it is over.

use dataops_domain::id::JobId;
use dataops_domain::job::input::Request;
use dataops_domain::job::work::{self, Hold, LEASE_SECONDS};
use dataops_domain::job::{Job, JobError, MAX_TAIL, Progress, steps};
use dataops_domain::task::change::Context;
use dataops_domain::{Actor, Timestamp};

fn held() -> (Job, Hold) {
    let actor = Actor::system();
    let context = Context { actor: &actor, now: Timestamp::from_millis(0), operation: "o" };
    let request = Request { assistant_type: Some("podcast".into()), ..Request::default() };
    let (job, _) = steps::create(JobId::new("j"), (Some("t".into()), None), request, context);
    let job = steps::submit(&job, context).unwrap().job;
    let (step, hold) = work::claim(&job, "run", context).unwrap();
    (step.job, hold)
}

#[test]
fn a_renewal_tells_how_far_it_is_within_bounds() {
    let (job, hold) = held();
    let lines: Vec<String> = (0..200).map(|n| format!("\u{1b}[31mline {n}\u{1b}[0m {}", "x".repeat(1_000))).collect();
    let progress = Progress { percent: Some(250), step: Some("\u{1b}]0;title\u{7}Reading".to_owned()) };
    let now = Timestamp::from_millis(5_000);
    let after = work::renew(&job, &hold, Some(&progress), &lines, now).unwrap();
    assert_eq!(after.progress, Some(Progress { percent: Some(100), step: Some("Reading".to_owned()) }));
    assert_eq!((after.tail.len(), after.tail[MAX_TAIL - 1].starts_with("line 199 ")), (MAX_TAIL, true));
    assert!(after.tail.iter().all(|line| line.chars().count() <= 300 && !line.contains('\u{1b}')));
    assert_eq!(after.lease.as_ref().map(|lease| lease.until), Some(now.plus_seconds(LEASE_SECONDS)));
    assert_eq!((after.version, after.updated_at), (job.version, job.updated_at), "nothing has happened");
    assert!(serde_json::to_string(&after.clone().shown()).is_ok_and(|text| !text.contains("\"lease\"") && !text.contains("\"tail\"")));
}

#[test]
fn nobody_speaks_for_an_attempt_that_is_not_theirs() {
    let (job, hold) = held();
    let actor = Actor::system();
    let now = Timestamp::from_millis(1_000);
    let context = Context { actor: &actor, now, operation: "o" };
    for other in [Hold { attempt: 2, ..hold.clone() }, Hold { holder: "another".to_owned(), ..hold.clone() }] {
        assert_eq!(work::renew(&job, &other, None, &[], now).unwrap_err().code, "attempt_over");
        assert_eq!(work::finish(&job, &other, &[], &[], context).unwrap_err().code, "attempt_over");
        assert_eq!(work::fail(&job, &other, JobError::new("x", "y"), &[], context).unwrap_err().code, "attempt_over");
    }
    let late = now.plus_seconds(LEASE_SECONDS);
    assert!(work::renew(&job, &hold, None, &[], late).is_err(), "a frozen runner does not take its lease back");
    assert!(work::lose(&job, context).is_err(), "its lease holds");
    assert_eq!(work::lose(&job, Context { now: late, ..context }).unwrap().job.last_error.unwrap().code, "runner_lost");
    let canceled = steps::cancel(&job, context).unwrap().job;
    assert!(work::finish(&canceled, &hold, &[], &[], context).is_err());
}
