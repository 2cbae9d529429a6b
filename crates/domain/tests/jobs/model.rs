//! An exhaustive walk over one job with an attempt limit of three and three actors: people, an outside worker, and runs of the
//! runner (two at once, so that one can be a zombie), with a sweep.
//!
//! A write is what it is in the store: decided on what was read, and applied only if the job's chain still ends there. So
//! each actor may hold one decision back while the others go on, and may crash, which loses it. Time only matters where it
//! ends a lease, so it is a step of its own. What is left out of the state is what nothing decides on: moments and words.

use std::collections::{HashMap, HashSet, VecDeque};

use dataops_domain::Actor;
use dataops_domain::Timestamp;
use dataops_domain::id::JobId;
use dataops_domain::job::input::{Move, Request};
use dataops_domain::job::steps::{self, Step};
use dataops_domain::job::work::{self, Hold};
use dataops_domain::job::{ACTIONS, Job, JobError, JobStatus, Verdict};
use dataops_domain::refusal::Refusal;
use dataops_domain::task::change::Context;

const MOST: u32 = 3;
/// The moment everything happens at; a lease that has run out ends before it.
const NOW: i64 = 1_000_000_000;
/// Who: people, the outside worker, two runs of the runner.
const ACTORS: usize = 4;

/// Everything that is decided on.
#[derive(Clone)]
struct World {
    job: Job,
    /// Events so far: actions by number.
    events: Vec<&'static str>,
    /// Reasons that people gave.
    reasons: u32,
    /// What the two runs of the runner believe to hold.
    holds: [Option<Hold>; 2],
    /// A decision each actor has made and not yet written: on which event it rests.
    pending: [Option<(usize, Box<Decision>)>; ACTORS],
}

#[derive(Clone, PartialEq)]
enum Decision {
    Step(Step),
    Claim(Step, Hold),
    Renew(Job),
}

fn context(actor: &Actor) -> Context<'_> {
    Context { actor, now: Timestamp::from_millis(NOW), operation: "o" }
}

fn start(required: bool) -> World {
    let request = Request {
        assistant_type: Some("podcast".into()),
        approval_required: Some(required),
        max_attempts: Some(MOST),
        ..Request::default()
    };
    let actor = Actor::new("op");
    let (mut job, created) = steps::create(JobId::new("j"), (Some("t".into()), None), request, context(&actor));
    job.version = 1;
    World { job, events: vec![created.action], reasons: 0, holds: [None, None], pending: [None, None, None, None] }
}

/// Every decision that an actor could make on the job as it is, allowed or not.
fn choices(world: &World, who: usize) -> Vec<Result<Decision, Refusal>> {
    let (job, actor) = (&world.job, Actor::new(format!("actor-{who}")));
    let context = context(&actor);
    let step = |step: Result<Step, Refusal>| step.map(Decision::Step);
    match who {
        0 => vec![
            step(steps::submit(job, context)),
            step(steps::retry(job, false, context)),
            step(steps::retry(job, true, context)),
            step(steps::approve(job, context)),
            step(steps::reject(job, "no", context)),
            step(steps::cancel(job, context)),
            step(steps::acknowledge(job, None, None, context)).and_then(|step| match step {
                Decision::Step(step) if step.events.is_empty() => Err(Refusal::rule("nothing", "nothing to write")),
                step => Ok(step),
            }),
            step(work::lose(job, context)),
        ],
        1 => JobStatus::ALL.into_iter().map(|to| step(steps::transition(job, Move::bare(to), context))).collect(),
        runner => {
            let name = format!("run-{runner}");
            let Some(hold) = &world.holds[runner - 2] else {
                return vec![work::claim(job, &name, context).map(|(step, hold)| Decision::Claim(step, hold))];
            };
            vec![
                work::renew(job, hold, None, &[], context.now).map(Decision::Renew),
                work::finish(job, hold, &[], &[], context).map(|worked| Decision::Step(worked.step)),
                work::fail(job, hold, JobError::new("broken", "no"), &[], context).map(|worked| Decision::Step(worked.step)),
            ]
        }
    }
}

/// Writes what an actor decided, if nothing happened in between. A runner that is refused lets go.
fn write(world: &World, who: usize) -> World {
    let mut next = world.clone();
    let Some((seen, decision)) = next.pending[who].take() else { return next };
    if seen != next.events.len() {
        if who >= 2 {
            next.holds[who - 2] = None;
        }
        return next;
    }
    let before = next.job.clone();
    let step = match *decision {
        Decision::Renew(job) => {
            assert_eq!(world.holds[who - 2].as_ref().map(|hold| hold.attempt), before.lease.as_ref().map(|lease| lease.attempt));
            next.job = job;
            return next;
        }
        Decision::Claim(step, hold) => {
            next.holds[who - 2] = Some(hold);
            step
        }
        Decision::Step(step) => {
            if who >= 2 {
                let hold = next.holds[who - 2].take().expect("only a runner that holds the job writes");
                assert_eq!(hold.attempt, before.attempt_count, "a zombie of attempt {} wrote", hold.attempt);
                assert_eq!(before.lease.as_ref().map(|lease| &lease.holder), Some(&hold.holder));
            }
            step
        }
    };
    for event in &step.events {
        assert!(ACTIONS.contains(&event.action), "no export may hold an event '{}' of a job", event.action);
        next.reasons += u32::from(event.action == "rejected");
        next.events.push(event.action);
    }
    next.job = step.job;
    next.job.version = before.version + step.events.len() as u64;
    holds(&before, &next);
    next
}

/// What must be true of every step that is written.
fn holds(before: &Job, world: &World) {
    let job = &world.job;
    let approved = job.approval.as_ref().is_some_and(|approval| approval.status == Verdict::Approved);
    assert!(job.status != JobStatus::Succeeded || !job.approval_required || approved, "succeeded unapproved");
    assert!(job.attempt_count <= job.max_attempts, "{} attempts", job.attempt_count);
    assert!(job.attempts.len() <= job.max_attempts as usize && job.attempts.iter().all(|attempt| attempt.number <= job.max_attempts));
    assert_eq!(job.version, world.events.len() as u64, "an event is missing");
    let decided = job.approval.as_ref().is_some_and(|approval| approval.decided_by.is_some() && approval.decided_at.is_some());
    assert!(!matches!(job.status, JobStatus::Approved | JobStatus::Rejected) || decided, "no record of the decision");
    assert!(job.status != JobStatus::Rejected || job.approval.as_ref().is_some_and(|approval| approval.reason.is_some()));
    let kept = job.attempts.iter().filter(|attempt| attempt.reason.is_some()).count();
    assert_eq!(kept, world.reasons as usize, "a reason is lost");
    match before.status {
        JobStatus::Succeeded | JobStatus::Canceled => assert_eq!(job.status, before.status, "a final state was left"),
        JobStatus::Failed | JobStatus::Rejected => assert!(matches!(job.status, JobStatus::Retrying) || job.status == before.status),
        JobStatus::Approved => assert!(matches!(job.status, JobStatus::Approved | JobStatus::Succeeded)),
        _ => {}
    }
    assert!(job.lease.is_none() || job.status == JobStatus::Running, "a lease outlived its attempt");
}

/// What tells two worlds apart: everything that a decision looks at.
fn key(world: &World) -> String {
    let job = |job: &Job| {
        let attempts: Vec<(JobStatus, bool, bool)> =
            job.attempts.iter().map(|attempt| (attempt.status, attempt.reason.is_some(), attempt.error.is_some())).collect();
        let lease = job.lease.as_ref().map(|lease| (lease.attempt, lease.holder.clone(), job.is_lost(Timestamp::from_millis(NOW))));
        let verdict = job.approval.as_ref().map(|approval| approval.status);
        format!("{:?}", (job.status, job.attempt_count, verdict, attempts, lease, job.acknowledged_at.is_some()))
    };
    let pending = |decided: &Option<(usize, Box<Decision>)>| {
        decided.as_ref().map(|(seen, decision)| {
            // One that was overtaken fails whatever it is.
            if *seen != world.events.len() {
                return "overtaken".to_owned();
            }
            match decision.as_ref() {
                Decision::Step(step) => format!("step {}", job(&step.job)),
                Decision::Claim(step, _) => format!("claim {}", job(&step.job)),
                Decision::Renew(after) => format!("renew {}", job(after)),
            }
        })
    };
    let holds: Vec<_> = world.holds.iter().map(|hold| hold.as_ref().map(|hold| hold.attempt)).collect();
    format!("{} {:?} {:?} {}", job(&world.job), holds, world.pending.each_ref().map(pending), world.reasons)
}

/// A count of what a walk has seen.
type Count = fn(&Seen) -> usize;

#[derive(Default)]
struct Seen {
    worlds: usize,
    steps: usize,
    refused: usize,
    overtaken: usize,
    crashes: usize,
    deepest: usize,
    ends: HashMap<&'static str, usize>,
    statuses: HashSet<JobStatus>,
}

fn walk(required: bool, held_back: usize) -> Seen {
    let mut seen = Seen::default();
    let mut known = HashSet::new();
    let mut queue = VecDeque::from([(start(required), 0)]);
    known.insert(key(&queue[0].0));
    while let Some((world, depth)) = queue.pop_front() {
        seen.worlds += 1;
        seen.deepest = seen.deepest.max(depth);
        if seen.statuses.insert(world.job.status) {
            seen.ends.insert(world.job.status.as_str(), depth);
        }
        let mut next = Vec::new();
        for who in 0..ACTORS {
            match &world.pending[who] {
                Some((at, _)) => {
                    seen.overtaken += usize::from(*at != world.events.len());
                    seen.steps += 1;
                    next.push(write(&world, who));
                    // It crashes before it writes; what a run of the runner knew is gone with it.
                    seen.crashes += 1;
                    let mut crashed = world.clone();
                    crashed.pending[who] = None;
                    if who >= 2 {
                        crashed.holds[who - 2] = None;
                    }
                    next.push(crashed);
                }
                None if world.pending.iter().flatten().count() < held_back => {
                    for decided in choices(&world, who) {
                        match decided {
                            Ok(decision) => {
                                let mut decided = world.clone();
                                decided.pending[who] = Some((world.events.len(), Box::new(decision)));
                                next.push(decided);
                            }
                            Err(_) => {
                                seen.refused += 1;
                                if who >= 2 && world.holds[who - 2].is_some() {
                                    let mut gone = world.clone();
                                    gone.holds[who - 2] = None;
                                    next.push(gone);
                                }
                            }
                        }
                    }
                    // It crashes between two writes.
                    if who >= 2 && world.holds[who - 2].is_some() {
                        seen.crashes += 1;
                        let mut crashed = world.clone();
                        crashed.holds[who - 2] = None;
                        next.push(crashed);
                    }
                }
                None => {}
            }
        }
        if let Some(lease) = world.job.lease.as_ref().filter(|lease| lease.until > Timestamp::from_millis(NOW)) {
            let mut late = world.clone();
            late.job.lease = Some(dataops_domain::job::Lease { until: Timestamp::from_millis(NOW - 1), ..lease.clone() });
            next.push(late);
        }
        for world in next {
            if known.insert(key(&world)) {
                queue.push_back((world, depth + 1));
            }
        }
    }
    seen
}

#[test]
fn nothing_that_can_happen_to_a_job_breaks_its_rules() {
    let mut text = "# Everything that can happen to an assistant job\n\nGenerated by `crates/domain/tests/jobs/model.rs`, which walks through every order of what people, an \
                    outside worker, two runs of the runner and a sweep can do to a job of three attempts. A decision may be held back while others are written; an actor may crash \
                    with it; a lease may run out at any time. After every write: never succeeded unapproved where approval is required, attempts never over the limit, final \
                    states left by nothing but a retry, a decision on record wherever one was made, every reason kept, as many events as versions, no write of a runner \
                    whose attempt is over.\n\n| | approval required | no approval required |\n|---|--:|--:|\n"
        .to_owned();
    let (with, without) = (walk(true, 2), walk(false, 2));
    for seen in [&with, &without] {
        assert_eq!(seen.statuses.len(), JobStatus::ALL.len(), "{:?}", seen.statuses);
    }
    let rows: [(&str, Count); 6] = [
        ("states of the world", |seen| seen.worlds),
        ("writes tried", |seen| seen.steps),
        ("of these, overtaken by another", |seen| seen.overtaken),
        ("decisions refused", |seen| seen.refused),
        ("crashes", |seen| seen.crashes),
        ("longest shortest way, in steps", |seen| seen.deepest),
    ];
    for (what, count) in rows {
        text.push_str(&format!("| {what} | {} | {} |\n", count(&with), count(&without)));
    }
    super::committed::compare("job-model.md", &text);
}
