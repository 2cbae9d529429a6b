//! What a person asks for: a preview, and making it (RW-12, FR-4).

use dataops_api::recurring::{Applied, Generated, Preview};
use dataops_domain::generation::window::By;
use dataops_domain::generation::{Asked, Counters, Kind, Outcome, Plan, Planned, Range, SourceKey};
use dataops_domain::input::Fields;
use dataops_domain::json::Object;
use dataops_store::Operation;
use serde_json::json;

use super::{Limits, World};
use crate::Engine;
use crate::error::{Error, Expected};
use crate::joined::{self, References};

/// The dates and, if it is named, the source that somebody asks for.
pub(super) struct Wanted {
    pub(super) range: Range,
    pub(super) source: Option<SourceKey>,
}

impl Wanted {
    pub(super) fn parse(body: &Object) -> Result<Self, Error> {
        let mut fields = Fields::of(body);
        let text = fields.text("source").filter(|text| !text.is_empty());
        let source = text.and_then(SourceKey::parse);
        if text.is_some() && source.is_none() {
            fields.refuse("source", "source must be recurring#<id> or template#<id>");
        }
        fields.finish()?;
        Ok(Self { range: Range::parse_one_or_many(body)?, source })
    }
}

impl Engine {
    /// What making these dates would do. Nothing is written.
    ///
    /// # Errors
    /// A range that is missing, backwards or too long.
    pub async fn recurring_preview(&self, operation: &Operation, body: &Object) -> Result<Preview, Error> {
        let wanted = Wanted::parse(body)?;
        let (_, plan) = self.asked_for(operation, &wanted).await?;
        Ok(preview(&wanted, &plan))
    }

    /// Makes what a preview showed.
    ///
    /// # Errors
    /// As the preview; 409 with a fresh one when applying would do something else by now.
    pub async fn recurring_apply(&self, operation: &Operation, body: &Object, limits: &Limits) -> Result<Applied, Error> {
        let wanted = Wanted::parse(body)?;
        let mut fields = Fields::of(body);
        fields.required_text("token", "token is required: the one of the preview");
        fields.finish()?;
        self.store.replay(operation).await?;
        let (mut world, plan) = self.asked_for(operation, &wanted).await?;
        let fresh = preview(&wanted, &plan);
        if body.get("token").and_then(|token| token.as_str()) != Some(&fresh.token) {
            let words = "What there is to make has changed since the preview; look at the new one";
            return Err(Expected::conflict("preview_outdated", words).saying(json!({ "preview": fresh })).into());
        }
        let asked = Asked::Explicit(wanted.range);
        let outcomes = self.settle_plan(operation, &mut world, (&plan, asked), By::Request, limits).await?;
        let applied = Applied {
            counters: outcomes.counters,
            tasks: outcomes.tasks.iter().map(|task| task.id.to_string()).collect(),
            bundles: outcomes.bundles,
            failed: outcomes.failed,
            left: outcomes.left,
        };
        self.store.begin(operation).commit(200, &applied).await?;
        Ok(applied)
    }

    /// Makes the tasks of duties in a range, at once and without a preview (wire contract 7). Duties that are paused, switched
    /// off or archived count nowhere.
    ///
    /// # Errors
    /// A range that is missing, backwards or too long.
    pub async fn recurring_generate(&self, operation: &Operation, body: &Object, limits: &Limits) -> Result<Generated, Error> {
        let range = Range::parse_generate(body)?;
        self.store.replay(operation).await?;
        let asked = Asked::Explicit(range);
        let mut world = self.world(range).await?;
        world.sources.retain(|source| source.key.kind == Kind::Recurring && source.standing.is_running(operation.now, source.zone));
        let plan = self.planned(&mut world, asked, operation.now).await?;
        let outcomes = self.settle_plan(operation, &mut world, (&plan, asked), By::Request, limits).await?;
        let generated = outcomes.tasks.into_iter().map(|task| joined::show_task(task, &References::default())).collect();
        let counters = outcomes.counters;
        let answer = Generated { generated, skipped: counters.recurring_skipped, failures: counters.failures, left: outcomes.left };
        self.store.begin(operation).commit(200, &answer).await?;
        Ok(answer)
    }

    async fn asked_for(&self, operation: &Operation, wanted: &Wanted) -> Result<(World, Plan), Error> {
        let mut world = self.world(wanted.range).await?.only(wanted.source.as_ref());
        if wanted.source.is_some() && world.sources.is_empty() {
            return Err(Expected::not_found("There is no such source: a duty, or a template that is started by a schedule").into());
        }
        let plan = self.planned(&mut world, Asked::Explicit(wanted.range), operation.now).await?;
        Ok((world, plan))
    }
}

fn preview(wanted: &Wanted, plan: &Plan) -> Preview {
    let of = |test: fn(&Planned) -> bool| plan.windows.iter().filter(|window| test(window)).cloned().collect();
    Preview {
        from: wanted.range.from,
        to: wanted.range.to,
        source: wanted.source.clone(),
        token: plan.token(),
        counters: Counters::of(plan),
        create: of(Planned::is_work),
        existing: of(|window| window.outcome == Outcome::Exists),
        paused: of(|window| matches!(window.outcome, Outcome::Paused | Outcome::Disabled | Outcome::Archived)),
        broken: of(|window| window.outcome == Outcome::Broken),
    }
}
