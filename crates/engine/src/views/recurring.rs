//! Recurring work: the list of its sources, and one of them (RW-13).

use dataops_api::views::recurring::{NewDutyPage, RecurringPage, SourcePage, SourceRow, SourceState};
use dataops_domain::generation::source::Timing;
use dataops_domain::generation::{Kind, Source, SourceKey, Status, Window};
use dataops_domain::time;
use dataops_store::Operation;

use super::Scene;
use crate::Engine;
use crate::error::{Error, Expected};
use crate::recurring::{Record, sentence};

/// Dates ahead that the list shows of each source.
const NEXT: usize = 3;
/// Dates ahead that a source's own page shows.
const NEXT_OF_ONE: usize = 10;
/// Days of the ledger that are counted.
const DAYS: i64 = 30;

impl Engine {
    /// Every source with its schedule in words, its next dates, how it stands and what it made.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn view_recurring(&self, operation: &Operation) -> Result<RecurringPage, Error> {
        let (scene, ledger) = futures_util::future::try_join(self.scene(operation), self.ledger_read(operation)).await?;
        let of = |kind: Kind| {
            let sources = scene.sources.iter().filter(|source| source.key.kind == kind);
            sources.map(|source| row(source, &scene, &ledger.rows, NEXT)).collect()
        };
        Ok(RecurringPage {
            today: scene.today,
            timezone: self.timezone.name().to_owned(),
            checked_at: operation.now,
            ledger: ledger.summary(&scene),
            failures: ledger.failures(&scene),
            duties: of(Kind::Recurring),
            workflows: of(Kind::Template),
            people: scene.people,
        })
    }

    /// What the form of a new duty chooses from.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn view_new_duty(&self, operation: &Operation) -> Result<NewDutyPage, Error> {
        let scene = self.scene(operation).await?;
        let timezone = self.timezone.name().to_owned();
        Ok(NewDutyPage { today: scene.today, timezone, people: scene.people, documents: self.document_choices() })
    }

    /// One source with its next ten dates, its ledger and what its editor chooses from.
    ///
    /// # Errors
    /// 404 when there is no such source.
    pub async fn view_source(&self, operation: &Operation, kind: &str, id: &str) -> Result<SourcePage, Error> {
        let gone = || Expected::not_found("There is no such source: a duty, or a template that is started by a schedule");
        let key = SourceKey::parse(&format!("{kind}#{id}")).ok_or_else(gone)?;
        let (scene, ledger) = futures_util::future::try_join(self.scene(operation), self.ledger_read(operation)).await?;
        let source = scene.sources.iter().find(|source| source.key == key).ok_or_else(gone)?;
        let (config, template) = match scene.records.get(&key) {
            Some(Record::Config(config)) => (Some(self.recurring_shown(operation, &config.record)), None),
            Some(Record::Template(template)) => (None, Some(self.template_shown(operation, &template.record))),
            None => (None, None),
        };
        let from = time::plus_days(scene.today, -DAYS).unwrap_or(scene.today);
        let mut windows: Vec<Window> = ledger.rows.iter().filter(|row| row.source == key && row.date >= from).cloned().collect();
        windows.sort_by_key(|window| std::cmp::Reverse(window.date));
        Ok(SourcePage {
            today: scene.today,
            timezone: self.timezone.name().to_owned(),
            row: row(source, &scene, &ledger.rows, NEXT_OF_ONE),
            recurring_config: config,
            template,
            windows,
            pauses: source.standing.pauses.iter().rev().cloned().collect(),
            documents: self.document_choices(),
            people: scene.people,
        })
    }
}

/// A source as a line of the list.
fn row(source: &Source, scene: &Scene, rows: &[Window], next: usize) -> SourceRow {
    let state = state(source, scene);
    let from = time::plus_days(scene.today, -DAYS).unwrap_or(scene.today);
    let own: Vec<&Window> = rows.iter().filter(|row| row.source == source.key && row.date >= from).collect();
    let count = |test: &dyn Fn(&Window) -> bool| own.iter().filter(|row| test(row)).count();
    let is_made = |row: &Window| matches!(row.status, Status::Created | Status::Exists | Status::Recovered);
    let pause = source.standing.pause_at(scene.now, source.zone).cloned();
    let (assignee, schedule, emoji, version) = match scene.records.get(&source.key) {
        Some(Record::Config(stored)) => {
            let config = &stored.record;
            (config.assignee_id.clone(), Some(config.cron_expression.clone()), None, config.version)
        }
        Some(Record::Template(stored)) => {
            let template = &stored.record;
            (template.default_assignee_id.clone(), template.trigger_schedule.clone(), template.emoji.clone(), template.version)
        }
        None => (None, None, None, 0),
    };
    SourceRow {
        source: source.key.clone(),
        title: source.title.clone(),
        emoji: emoji.filter(|emoji| !emoji.is_empty()),
        schedule: schedule.filter(|schedule| !schedule.is_empty()),
        sentence: sentence(source),
        timezone: source.zone.name().to_owned(),
        lead_days: source.lead_days,
        next: match (&source.timing, state) {
            (Timing::By(schedule), SourceState::Running) => {
                let today = scene.now.local_date(source.zone);
                let settled = own.iter().any(|row| row.date == today);
                let from = if settled { today.succ_opt().unwrap_or(today) } else { today };
                schedule.upcoming(from, next, source.zone)
            }
            _ => Vec::new(),
        },
        state,
        problem: match &source.timing {
            Timing::Broken(why) => Some(why.clone()),
            Timing::Never(why) => Some((*why).to_owned()),
            Timing::By(_) => None,
        },
        paused_by: pause.as_ref().map(|pause| scene.person(&pause.actor_id)),
        pause,
        assignee: assignee.filter(|id| !id.is_empty()).map(|id| scene.person(&id)),
        last_run: own.iter().filter(|row| is_made(row)).max_by_key(|row| row.date).map(|row| (*row).clone()),
        made: count(&is_made),
        skipped: count(&|row| row.status == Status::Skipped),
        failed: count(&Window::needs_attention),
        version,
    }
}

fn state(source: &Source, scene: &Scene) -> SourceState {
    let standing = &source.standing;
    match &source.timing {
        _ if standing.archived_at.is_some() => SourceState::Archived,
        Timing::Broken(_) => SourceState::Broken,
        _ if standing.pause_at(scene.now, source.zone).is_some() => SourceState::Paused,
        _ if standing.is_disabled(scene.now, source.zone) => SourceState::Disabled,
        Timing::Never(_) => SourceState::Unscheduled,
        Timing::By(_) => SourceState::Running,
    }
}
