//! Settling windows: each with work in a transaction of its own, those without work together (RW-4, RW-11, RW-14).
//!
//! A lost race is read and planned again; an answer that was lost is asked for again under the same operation, so that what
//! was made counts once. One window that fails keeps no other back.

use dataops_api::recurring::FailedWindow;
use dataops_domain::generation::plan::Rule;
use dataops_domain::generation::window::{By, Done};
use dataops_domain::generation::{Asked, Counters, Outcome, Plan, Planned, Range, Status, notice};
use dataops_domain::task::Task;
use dataops_store::{CommitError, Operation, StoreError};

use super::work::{Case, Made, is_left, overtaken};
use super::{Limits, Record, World};
use crate::Engine;
use crate::error::Error;

/// How often a lost race for one window is decided again.
const TRIES: u32 = 10;
/// How often an answer that was lost is asked for.
const ASKED_AGAIN: u32 = 2;
/// Windows in a row that the database does not take before a run gives up.
const MOST_REFUSED: usize = 3;
/// Rows without work that one transaction takes; a change takes two places.
const ROWS: usize = 40;

/// What a run did.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    pub(crate) counters: Counters,
    /// The tasks of duties it made.
    pub(crate) tasks: Vec<Task>,
    /// The bundles it made.
    pub(crate) bundles: Vec<String>,
    pub(crate) failed: Vec<FailedWindow>,
    /// Rows it wrote without work.
    pub(crate) noted: usize,
    /// Those of them that say that nobody settled the window in time.
    pub(crate) missed: usize,
    /// Windows it did not reach, or that are being made by somebody else.
    pub(crate) left: usize,
}

impl Outcomes {
    fn note(&mut self, written: Written) {
        self.noted += written.rows;
        self.missed += written.missed;
    }
}

/// Rows without work that one transaction wrote.
#[derive(Default)]
struct Written {
    rows: usize,
    missed: usize,
}

/// What became of one window.
enum Settled {
    Made(Box<Made>),
    /// Somebody else settled it, or it is no longer to be made.
    Otherwise(Planned),
    /// Somebody else is making it.
    Left,
    Failed(String),
}

impl Engine {
    /// Settles what a plan says, within the limits.
    pub(crate) async fn settle_plan(
        &self,
        operation: &Operation,
        world: &mut World,
        (plan, asked): (&Plan, Asked),
        by: By,
        limits: &Limits,
    ) -> Result<Outcomes, Error> {
        let mut outcomes = Outcomes::default();
        if plan.work().next().is_some() {
            self.know_people(world).await?;
        }
        let quiet: Vec<&Planned> = plan.unsettled().filter(|window| !window.is_work() && window.outcome != Outcome::Broken).collect();
        self.settle_quiet(operation, world, &quiet, by, &mut outcomes).await?;
        let (mut begun, mut refused) = (0, 0);
        for window in &plan.windows {
            match window.outcome {
                Outcome::Broken => self.note_failure(operation, world, window, &window.why, by, &mut outcomes).await,
                Outcome::Create | Outcome::Recover if begun == limits.windows || refused == MOST_REFUSED || !limits.has_time() => {
                    outcomes.left += 1;
                }
                Outcome::Create | Outcome::Recover => {
                    begun += 1;
                    match self.settle_one(operation, world, (window, asked), by, limits).await {
                        Ok(settled) => {
                            refused = 0;
                            self.count(operation, world, (window, settled), by, &mut outcomes).await;
                        }
                        Err(error) => {
                            refused += 1;
                            outcomes.left += 1;
                            outcomes.counters.add_failure();
                            tracing::error!(source = %window.source, date = %window.date, error = ?error, "a window could not be settled");
                        }
                    }
                }
                outcome if window.counted => outcomes.counters.add(window.source.kind, outcome, 0),
                _ => {}
            }
        }
        Ok(outcomes)
    }

    async fn count(&self, operation: &Operation, world: &World, (window, settled): (&Planned, Settled), by: By, outcomes: &mut Outcomes) {
        let kind = window.source.kind;
        match settled {
            Settled::Made(made) => {
                outcomes.counters.add(kind, Outcome::Create, 0);
                outcomes.tasks.extend(made.task);
                outcomes.bundles.extend(made.bundle.map(|id| id.to_string()));
            }
            Settled::Otherwise(now) if now.counted => outcomes.counters.add(kind, now.outcome, 0),
            Settled::Otherwise(_) => {}
            Settled::Left => outcomes.left += 1,
            Settled::Failed(cause) => self.note_failure(operation, world, window, &cause, by, outcomes).await,
        }
    }

    /// Makes the work of one window, or finds that somebody has.
    async fn settle_one(
        &self,
        operation: &Operation,
        world: &World,
        (window, asked): (&Planned, Asked),
        by: By,
        limits: &Limits,
    ) -> Result<Settled, Error> {
        let part = operation.part(&format!("window.{}.{}", window.source, window.date));
        let (mut again, mut planned): (Option<World>, Planned) = (None, window.clone());
        let (mut tried, mut unanswered) = (0, 0);
        loop {
            let seen = again.as_ref().unwrap_or(world);
            let Some(record) = seen.records.get(&window.source) else { return Ok(Settled::Otherwise(gone(window))) };
            let before = seen.rows.get(&(window.source.clone(), window.date));
            let case = Case { operation: &part, planned: &planned, before, by };
            let can_have = |id: &str| !seen.disabled.contains(id);
            let made = match record {
                Record::Config(config) => Box::pin(self.duty_make(&case, config, can_have)).await,
                Record::Template(template) => Box::pin(self.workflow_make(&case, template, can_have)).await,
            };
            match made {
                Ok(made) => return Ok(Settled::Made(Box::new(made))),
                Err(error) if is_left(&error) => return Ok(Settled::Left),
                Err(Error::Lost) if tried < TRIES => {
                    tried += 1;
                    crate::pause(&part, tried).await;
                    let fresh = self.world_of(window, &world.disabled).await?;
                    let Some(now) = replanned(&fresh, window, asked, operation) else { return Ok(Settled::Otherwise(gone(window))) };
                    if !now.is_work() {
                        self.settle_found(&part, &fresh, &now, by).await?;
                        return Ok(Settled::Otherwise(now));
                    }
                    (again, planned) = (Some(fresh), now);
                }
                // A busy database was asked several times already and has applied nothing.
                Err(Error::Store(StoreError::Database(_))) if unanswered < ASKED_AGAIN && limits.has_time() => unanswered += 1,
                Err(Error::Expected(refused)) => return Ok(Settled::Failed(refused.message)),
                Err(Error::Store(error @ (StoreError::TooLarge { .. } | StoreError::Unreadable { .. }))) => {
                    return Ok(Settled::Failed(error.to_string()));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Work that was there although no row says so gets its row.
    async fn settle_found(&self, part: &Operation, world: &World, planned: &Planned, by: By) -> Result<(), Error> {
        let before = world.rows.get(&(planned.source.clone(), planned.date));
        let case = Case { operation: part, planned, before, by };
        let Some(row) = case.row(Done::AsPlanned { tasks: 0 }) else { return Ok(()) };
        let mut transaction = self.store.begin(part);
        case.put(&mut transaction, row);
        match transaction.apply().await {
            Ok(()) | Err(CommitError::Lost | CommitError::Exists { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Rows without work: what was found, skipped or missed. They are written together; a race splits them up.
    async fn settle_quiet(
        &self,
        operation: &Operation,
        world: &World,
        quiet: &[&Planned],
        by: By,
        outcomes: &mut Outcomes,
    ) -> Result<(), Error> {
        for some in quiet.chunks(ROWS) {
            let together = match self.write_quiet(operation, world, some, by).await {
                Err(Error::Store(StoreError::Database(_))) => self.write_quiet(operation, world, some, by).await,
                done => done,
            };
            match together {
                Ok(written) => outcomes.note(written),
                Err(Error::Lost) => {
                    for one in some {
                        match self.write_quiet(operation, world, &[one], by).await {
                            Ok(written) => outcomes.note(written),
                            // Somebody else has written it.
                            Err(Error::Lost) => {}
                            Err(error) => return Err(error),
                        }
                    }
                }
                Err(error) => {
                    outcomes.left += some.len();
                    tracing::error!(error = ?error, "rows of the ledger could not be written");
                }
            }
        }
        Ok(())
    }

    async fn write_quiet(&self, operation: &Operation, world: &World, some: &[&Planned], by: By) -> Result<Written, Error> {
        let mut written = Written::default();
        let Some(first) = some.first() else { return Ok(written) };
        let part = operation.part(&format!("noted.{}.{}.{}", some.len(), first.source, first.date));
        let mut transaction = self.store.begin(&part);
        for planned in some {
            let before = world.rows.get(&(planned.source.clone(), planned.date));
            let case = Case { operation: &part, planned, before, by };
            if let Some(row) = case.row(Done::AsPlanned { tasks: 0 }) {
                written.rows += 1;
                written.missed += usize::from(row.status == Status::Missed);
                case.put(&mut transaction, row);
            }
        }
        transaction.apply().await.map_err(overtaken)?;
        Ok(written)
    }

    /// A window that can't be made is written as failed and told, once for each cause. What the database does not take is left
    /// for the next run.
    async fn note_failure(&self, operation: &Operation, world: &World, planned: &Planned, cause: &str, by: By, outcomes: &mut Outcomes) {
        outcomes.counters.add_failure();
        outcomes.failed.push(FailedWindow {
            source: planned.source.clone(),
            date: planned.date,
            title: planned.title.clone(),
            cause: dataops_domain::secrets::redact(cause).into_owned(),
        });
        let before = world.rows.get(&(planned.source.clone(), planned.date));
        let part = operation.part(&format!("failed.{}.{}", planned.source, planned.date));
        let case = Case { operation: &part, planned, before, by };
        let Some(row) = case.row(Done::Failed(cause.to_owned())) else { return };
        let told = |row: &dataops_domain::generation::Window| row.status == Status::Failed && row.cause == case.row_cause(cause);
        if before.is_some_and(|stored| told(&stored.record.window)) || (planned.explicit && planned.outcome == Outcome::Broken) {
            return;
        }
        let notice = notice::window_failed(planned, cause, self.today(operation));
        for with_notice in [true, false] {
            let mut transaction = self.store.begin(&part);
            case.put(&mut transaction, row.clone());
            if with_notice {
                transaction.create(notice.clone(), None);
            }
            match transaction.apply().await {
                Ok(()) | Err(CommitError::Lost) => return,
                // The same cause was told before, or somebody else has written the row.
                Err(CommitError::Exists { kind: "notification", .. }) => {}
                Err(CommitError::Exists { .. }) => return,
                Err(error) => {
                    tracing::error!(source = %planned.source, date = %planned.date, error = ?error, "a failure could not be written");
                    return;
                }
            }
        }
    }
}

impl Case<'_> {
    /// The cause as a row keeps it.
    fn row_cause(&self, cause: &str) -> Option<String> {
        self.row(Done::Failed(cause.to_owned())).and_then(|row| row.cause)
    }
}

/// The window as it is planned from what was just read.
fn replanned(fresh: &World, window: &Planned, asked: Asked, operation: &Operation) -> Option<Planned> {
    let asked = match asked {
        Asked::Explicit(_) => Asked::Explicit(Range { from: window.date, to: window.date }),
        // A tick judges the same dates, whatever its range.
        Asked::Tick { .. } | Asked::Simulate(_) => asked,
    };
    fresh.plan(asked, operation.now).windows.into_iter().find(|one| one.source == window.source && one.date == window.date)
}

/// A window whose source was deleted meanwhile: nothing is expected of it any more.
fn gone(window: &Planned) -> Planned {
    let why = "Its source was deleted".to_owned();
    Planned { outcome: Outcome::NotMatching, rule: Rule::NoSchedule, why, counted: false, ..window.clone() }
}
