//! What each page shows, in one answer: its reads run in parallel, and nothing is shown that is not stored.

mod assistants;
mod bundle;
mod calendar;
pub(crate) mod card;
mod gap;
mod home;
mod inbox;
mod job;
mod job_row;
mod ledger;
mod recurring;
mod row;
mod task;
pub(crate) mod tasks;
mod templates;
mod timeline;
mod trash;
mod users;

use std::collections::{BTreeSet, HashMap};

use dataops_api::documents::DocumentLink;
use dataops_api::views::recurring::{Origin, SourceLabel};
use dataops_api::views::row::{JobBadge, Person};
use dataops_domain::artifact::{Artifact, ArtifactStatus};
use dataops_domain::bundle::Bundle;
use dataops_domain::generation::{Source, SourceKey, work};
use dataops_domain::id;
use dataops_domain::job::Job;
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::task::Task;
use dataops_domain::template::Template;
use dataops_domain::time::{self, Date, Timestamp, Tz};
use dataops_store::{Operation, Range, StoreError, UserRecord};

use crate::recurring::{Record, sentence, sources_of};
use crate::{Engine, proof};

/// The most artifacts a list looks at: one batch read. The page of a task and its completion look at everything.
pub(crate) const MOST_LOOKED_AT: usize = 100;
/// The most live jobs that lists of tasks look at for their badges.
const MOST_LIVE_JOBS: usize = 200;

/// What all rows of a page share.
pub(crate) struct Scene {
    pub(crate) now: Timestamp,
    pub(crate) today: Date,
    pub(crate) timezone: Tz,
    pub(crate) people: Vec<Person>,
    pub(crate) templates: HashMap<String, Template>,
    /// Everything that makes work by itself, and the records of it.
    pub(crate) sources: Vec<Source>,
    pub(crate) records: HashMap<SourceKey, Record>,
    /// Approved artifacts among those that may prove the page's tasks.
    pub(crate) approved: BTreeSet<String>,
    /// Live assistant jobs, where the page shows them.
    pub(crate) jobs: Vec<Job>,
}

impl Scene {
    /// The day alone, for what shows no names.
    pub(crate) fn bare(now: Timestamp, timezone: Tz) -> Self {
        Self {
            now,
            today: now.local_date(timezone),
            timezone,
            people: Vec::new(),
            templates: HashMap::new(),
            sources: Vec::new(),
            records: HashMap::new(),
            approved: BTreeSet::new(),
            jobs: Vec::new(),
        }
    }

    /// The live job among these that wants attention most.
    pub(crate) fn badge(&self, of: impl Fn(&Job) -> bool) -> Option<JobBadge> {
        let live = self.jobs.iter().filter(|job| job.is_live() && of(job));
        let first = live.min_by_key(|job| (job_row::next(job), std::cmp::Reverse(job.updated_at)))?;
        Some(JobBadge {
            id: first.id.to_string(),
            assistant_type: first.assistant_type.clone(),
            status: first.status,
            next: job_row::next(first),
        })
    }

    /// The person with this id; an id that no user has is shown as it is.
    pub(crate) fn person(&self, id: &str) -> Person {
        let known = self.people.iter().find(|person| person.id == id).cloned();
        known.unwrap_or_else(|| Person { id: id.to_owned(), name: id.to_owned(), disabled: false })
    }

    /// What made a task of a duty. A duty that is gone has no name.
    pub(crate) fn made_by(&self, config: Option<&str>) -> Option<SourceLabel> {
        let key = SourceKey::recurring(config?);
        let source = self.sources.iter().find(|source| source.key == key);
        let title = source.map_or_else(|| key.id.clone(), |source| source.title.clone());
        Some(SourceLabel { sentence: source.and_then(sentence), title, source: key })
    }

    /// The window that made a task: its duty's, or the one of its workflow. The id says for which day, wherever it was moved since.
    pub(crate) fn origin_of_task(&self, task: &Task, bundle: Option<&Bundle>) -> Option<Origin> {
        match self.made_by(task.recurring_config_id.as_deref()) {
            Some(made_by) => Some(Origin { made_by, date: id::day_of(task.id.as_str()).unwrap_or(task.date) }),
            None => self.origin_of_bundle(bundle?),
        }
    }

    /// The window that made a workflow; nothing for one that a person started.
    pub(crate) fn origin_of_bundle(&self, bundle: &Bundle) -> Option<Origin> {
        let template = bundle.template_id.as_ref()?;
        let anchor = id::day_of(bundle.id.as_str()).filter(|anchor| work::bundle_id(template.as_str(), *anchor) == bundle.id)?;
        let source = self.sources.iter().find(|source| source.key == SourceKey::template(template.as_str()))?;
        let made_by = SourceLabel { source: source.key.clone(), title: source.title.clone(), sentence: sentence(source) };
        Some(Origin { made_by, date: time::plus_days(anchor, -source.lead_days)? })
    }

    /// Days from today.
    pub(crate) fn days_to(&self, date: Date) -> i64 {
        (date - self.today).num_days()
    }

    /// The name of a phase in a template; its id when the template does not know it.
    pub(crate) fn phase(&self, template: Option<&str>, phase: &str) -> String {
        template.and_then(|id| self.templates.get(id)).map_or_else(|| phase.to_owned(), |template| phase_name(template, phase))
    }
}

/// The name of a phase; its id when the template does not know it.
pub(crate) fn phase_name(template: &Template, phase: &str) -> String {
    template.phases.iter().flatten().find(|known| known.id == phase).map_or_else(|| phase.to_owned(), |known| known.name.clone())
}

impl Engine {
    /// The catalogs and the day, read once for a page.
    pub(crate) async fn scene(&self, operation: &Operation) -> Result<Scene, StoreError> {
        let (users, templates) = (self.store.catalog::<UserRecord>(), self.store.catalog_readable::<Template>());
        let configs = self.store.catalog_readable::<RecurringConfig>();
        let (users, templates, configs) = futures_util::future::try_join3(users, templates, configs).await?;
        let named = templates.0.iter().map(|stored| (stored.record.id.to_string(), stored.record.clone())).collect();
        let (sources, records) = sources_of(configs, templates, self.timezone);
        let mut people: Vec<Person> = users
            .into_iter()
            .map(|stored| stored.record.user)
            .map(|user| Person { id: user.id.to_string(), disabled: !user.is_enabled(), name: user.name })
            .collect();
        people.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Scene {
            now: operation.now,
            today: operation.now.local_date(self.timezone),
            timezone: self.timezone,
            people,
            templates: named,
            sources,
            records,
            approved: BTreeSet::new(),
            jobs: Vec::new(),
        })
    }

    /// Live assistant jobs: one query, whatever was finished before.
    pub(crate) async fn live_jobs(&self) -> Result<Vec<Job>, StoreError> {
        let range = Range { limit: Some(MOST_LIVE_JOBS), ..Range::default() };
        Ok(self.store.jobs_live(&range).await?.into_records())
    }

    /// Which artifacts that may prove these open tasks are approved: one batch read for each hundred,
    /// when any of them asks for one; at most `most` are looked at.
    pub(crate) async fn approved<'a>(
        &self,
        tasks: impl Iterator<Item = &'a Task>,
        bundles: &HashMap<&str, &Bundle>,
        most: usize,
    ) -> Result<BTreeSet<String>, StoreError> {
        let asks = |task: &&Task| task.is_open() && proof::asks_for_artifact(task);
        let of = |task: &'a Task| {
            let bundle = task.bundle_id.text().and_then(|id| bundles.get(id).copied());
            proof::ids_of_task(task).chain(bundle.into_iter().flat_map(proof::ids_of_bundle)).collect::<Vec<_>>()
        };
        let mut ids: BTreeSet<String> = tasks.filter(asks).flat_map(of).collect();
        ids.retain(|id| dataops_domain::id::is_valid(id));
        let ids: Vec<String> = ids.into_iter().take(most).collect();
        let artifacts = self.store.get_many::<Artifact>(&ids).await?;
        let approved = artifacts.into_iter().filter(|stored| stored.record.status == ArtifactStatus::Approved);
        Ok(approved.map(|stored| stored.record.id.to_string()).collect())
    }

    /// Documents by title, each once.
    pub(crate) fn documents(&self, ids: &[String]) -> Vec<DocumentLink> {
        let mut links: Vec<DocumentLink> = Vec::new();
        for link in ids.iter().map(|id| crate::documents::link(&self.content, id)) {
            if !links.iter().any(|known| known.id == link.id) {
                links.push(link);
            }
        }
        links
    }
}
