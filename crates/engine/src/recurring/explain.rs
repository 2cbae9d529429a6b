//! Why something is there or is not, and what a source will do (RW-14): the planner's own words.

use dataops_api::recurring::{Explained, Simulated};
use dataops_domain::bundle::Bundle;
use dataops_domain::generation::source::Timing;
use dataops_domain::generation::{self, Asked, Counters, Kind, Outcome, Planned, Range, Source, SourceKey};
use dataops_domain::id::{RecurringConfigId, TemplateId};
use dataops_domain::json::{self, Object};
use dataops_domain::recurring::{change, input};
use dataops_domain::refusal::Refusal;
use dataops_domain::task::Task;
use dataops_domain::template;
use dataops_domain::time;
use dataops_store::Operation;
use serde_json::Value;

use crate::Engine;
use crate::error::{Error, Expected};

impl Engine {
    /// What becomes, or became, of one window, and the first rule that decided it.
    ///
    /// # Errors
    /// A source or a date that is none; 404 for a source there is not.
    pub async fn recurring_explain(&self, operation: &Operation, source: Option<&str>, date: Option<&str>) -> Result<Explained, Error> {
        let wrong = || Refusal::field("/source", "source must be recurring#<id> or template#<id>");
        let key = source.and_then(SourceKey::parse).ok_or_else(wrong)?;
        let wrong = || Refusal::field("/date", "date must be a real calendar date in the form YYYY-MM-DD");
        let date = date.and_then(time::parse_date).ok_or_else(wrong)?;
        let mut world = self.world(Range { from: date, to: date }).await?.only(Some(&key));
        if let Some(row) = self.store.window(&key, date).await? {
            world.known.settle(row.record.window);
        }
        self.planned(&mut world, Asked::Simulate(Range { from: date, to: date }), operation.now).await?;
        let Some(source) = world.source(&key) else {
            return Err(Expected::not_found("There is no such source: a duty, or a template that is started by a schedule").into());
        };
        let window = generation::explain(source, date, &world.known, operation.now);
        let row = world.known.row(&key, date).cloned();
        let deleted = window.outcome == Outcome::Exists && !self.work_is_there(&window).await?;
        let mut why = window.why.clone();
        if deleted {
            why.push_str(". Somebody deleted it since, and what a person deleted is not made again");
        }
        Ok(Explained { verdict: window.outcome, rule: window.rule, why, window, row, deleted })
    }

    /// Whether the task or workflow of a window can still be read.
    async fn work_is_there(&self, window: &Planned) -> Result<bool, Error> {
        let Some(id) = window.work_id.as_deref() else { return Ok(true) };
        Ok(match window.source.kind {
            Kind::Recurring => self.store.get::<Task>(id).await?.is_some(),
            Kind::Template => self.store.get::<Bundle>(id).await?.is_some(),
        })
    }

    /// What ticks will make on these dates: of every source, or of one as it would be with changes.
    ///
    /// # Errors
    /// A range that is missing, backwards or too long; what is wrong with the source.
    pub async fn recurring_simulate(&self, operation: &Operation, body: &Object) -> Result<Simulated, Error> {
        let range = Range::parse_one_or_many(body)?;
        let changed = self.changed_source(operation, body).await?;
        let mut world = self.world(range).await?;
        let one = changed.is_some();
        if let Some(source) = changed {
            world.sources = vec![source];
        }
        let plan = self.planned(&mut world, Asked::Simulate(range), operation.now).await?;
        let sentence = world.sources.first().filter(|_| one).and_then(sentence);
        let windows: Vec<_> = plan.expected().cloned().collect();
        Ok(Simulated { from: range.from, to: range.to, sentence, counters: Counters::of(&plan), windows })
    }

    /// The source of a body: `recurringConfig` or `template`, an object of fields. With an `id` it is the stored one with these
    /// changes, otherwise a new one. A text in `source` names a stored one as it is.
    async fn changed_source(&self, operation: &Operation, body: &Object) -> Result<Option<Source>, Error> {
        let (now, zone) = (operation.now, self.timezone);
        if let Some(config) = object(body, "recurringConfig")? {
            let Some(id) = id_of(config) else {
                let fields = input::parse_new(config, now, zone)?;
                let config = input::new(RecurringConfigId::new(operation.new_id("simulated")), &fields, &operation.actor, now, zone);
                return Ok(Some(Source::of_config(&config, zone)));
            };
            let stored = self.recurring_config(id).await?.record;
            let changes = input::parse_changes(config, &stored, now, zone)?;
            let after = change::edit(&stored, &changes, &operation.actor, now, zone)?.map_or(stored, |(after, _)| after);
            return Ok(Some(Source::of_config(&after, zone)));
        }
        if let Some(fields) = object(body, "template")? {
            let Some(id) = id_of(fields) else {
                let template = template::new(TemplateId::new(operation.new_id("simulated")), &template::parse_new(fields)?, now);
                return Ok(Some(Source::of_template(&template, zone)));
            };
            let stored = self.template(id).await?.record;
            let after = json::merged(&stored, &template::parse_changes(fields)?);
            let after = after.triggered_from(&stored, &operation.actor, now, zone)?;
            return Ok(Some(Source::of_template(&after, zone)));
        }
        match body.get("source") {
            None | Some(Value::Null) => Ok(None),
            Some(text) => {
                let wrong = || Refusal::field("/source", "source must be recurring#<id> or template#<id>");
                let key = text.as_str().and_then(SourceKey::parse).ok_or_else(wrong)?;
                Ok(Some(match key.kind {
                    Kind::Recurring => Source::of_config(&self.recurring_config(&key.id).await?.record, zone),
                    Kind::Template => Source::of_template(&self.template(&key.id).await?.record, zone),
                }))
            }
        }
    }
}

/// The schedule of a source in plain words.
pub(crate) fn sentence(source: &Source) -> Option<String> {
    match &source.timing {
        Timing::By(schedule) => Some(schedule.words().to_owned()),
        Timing::Never(_) | Timing::Broken(_) => None,
    }
}

fn object<'a>(body: &'a Object, key: &str) -> Result<Option<&'a Object>, Refusal> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(Refusal::field(format!("/{key}"), format!("{key} must be an object of fields"))),
    }
}

fn id_of(fields: &Object) -> Option<&str> {
    fields.get("id").and_then(Value::as_str).filter(|id| !id.is_empty())
}
