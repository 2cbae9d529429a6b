//! A workflow's page: the bundle, its tasks and its events, read in parallel.

use std::collections::{HashMap, HashSet};

use dataops_api::views::bundle::{BundlePage, BundleTemplatePage, Close, LinkSlot, PhaseTasks, TemplateChanges};
use dataops_api::views::row::TaskRow;
use dataops_domain::artifact::Artifact;
use dataops_domain::bundle::{Bundle, BundleStatus, Stage};
use dataops_domain::closing;
use dataops_domain::id::BundleId;
use dataops_domain::task::gates::required_bundle_links;
use dataops_domain::task::{Status, Task};
use dataops_domain::template::Template;
use dataops_domain::template::running::{self, Does};
use dataops_store::{Operation, Range, StoreError, TaskFilter};

use super::{Scene, card, home, job_row, row};
use crate::Engine;
use crate::error::{Error, Expected};
use crate::joined::{References, show_bundle};
use crate::proof::ids_of_bundle;

impl Engine {
    /// What a workflow's page shows.
    ///
    /// # Errors
    /// 404 when there is no such bundle.
    pub async fn view_bundle(&self, operation: &Operation, id: &str) -> Result<BundlePage, Error> {
        let missing = || Error::from(Expected::not_found("Bundle not found"));
        let id = BundleId::parse(id).ok_or_else(missing)?;
        let (filter, everything) = (TaskFilter::OfBundle(id.to_string()), Range::default());
        let tasks = self.store.tasks(&filter, &everything);
        let events = self.store.events("bundle", id.as_str(), 50);
        let (bundle, tasks, events, mut scene) =
            futures_util::future::try_join4(self.store.get::<Bundle>(id.as_str()), tasks, events, self.scene(operation)).await?;
        let bundle = bundle.ok_or_else(missing)?.record;
        let mut tasks = tasks.into_records();
        let template = bundle.template_id.as_ref().and_then(|id| scene.templates.get(id.as_str()));
        let order: Vec<String> =
            template.map(|template| template.definitions().into_iter().map(|definition| definition.ref_id).collect()).unwrap_or_default();
        tasks.sort_by_key(|task| (task.date, order.iter().position(|name| Some(name) == task.template_task_ref.as_ref())));
        let by_id = HashMap::from([(bundle.id.as_str(), &bundle)]);
        let approved = self.approved(tasks.iter(), &by_id, super::MOST_LOOKED_AT);
        let asked = asked(&bundle, &tasks);
        let (artifacts, jobs) = (self.artifacts_of_bundle(&bundle), self.jobs_of(&asked));
        let (approved, artifacts, jobs) = futures_util::future::try_join3(approved, artifacts, jobs).await?;
        scene.approved = approved;
        scene.jobs.clone_from(&jobs);
        let facts = row::facts(Some(&bundle));
        let rows: Vec<TaskRow> = tasks.iter().map(|task| row::row(task, Some(&bundle), &facts, &scene)).collect();
        let open: Vec<&TaskRow> = rows.iter().filter(|row| matches!(row.status, Status::Todo | Status::Waiting)).collect();
        let card = card::card(&bundle, &open, rows.len() - open.len(), rows.len(), &scene);
        let changes =
            match template.filter(|template| bundle.status == BundleStatus::Active && bundle.template_version != Some(template.version)) {
                Some(template) => self.template_changes(operation, &bundle, template, &tasks).await?,
                None => None,
            };
        Ok(BundlePage {
            today: scene.today,
            checked_at: operation.now,
            origin: scene.origin_of_bundle(&bundle),
            links: links(&bundle, &tasks),
            phases: phases(&bundle, &tasks, rows, &scene),
            documents: self.documents(&bundle.source_doc_ids),
            people: scene.people.clone(),
            changes,
            card,
            close: close(&bundle, &tasks),
            events,
            jobs: jobs.iter().map(|job| job_row::of(job, &tasks, &scene)).collect(),
            bundle: show_bundle(bundle, &References::of(&artifacts, &jobs)),
            artifacts,
        })
    }

    /// How much of its template's changes a workflow could take; nothing when the difference can't be told.
    async fn template_changes(
        &self,
        operation: &Operation,
        bundle: &Bundle,
        template: &Template,
        tasks: &[Task],
    ) -> Result<Option<TemplateChanges>, Error> {
        let first = running::first_anchor(bundle, running::made(tasks));
        let found = match self.run_difference(operation, bundle, first, template, tasks).await {
            Ok(found) => found,
            Err(Error::Expected(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let count = |does: Does| found.tasks.iter().filter(|part| part.does == does).count();
        let changes = TemplateChanges {
            added: count(Does::Add),
            changed: count(Does::Change),
            removed: count(Does::Delete),
            other: found.links.len() + usize::from(found.phases.is_some()),
        };
        Ok((changes != TemplateChanges::default()).then_some(changes))
    }

    /// What a workflow can take from its template, for a page.
    ///
    /// # Errors
    /// 404 when there is no such bundle.
    pub async fn view_bundle_template(&self, operation: &Operation, id: &str) -> Result<BundleTemplatePage, Error> {
        let scene = async { Ok(self.scene(operation).await?) };
        let (bundle, difference, scene) =
            futures_util::future::try_join3(self.bundle(id), self.template_difference(operation, id), scene).await?;
        Ok(BundleTemplatePage { today: scene.today, bundle: bundle.record, difference, people: scene.people })
    }

    /// The list of workflows: those under way, or those put away.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn view_bundles(&self, operation: &Operation, archived: bool) -> Result<dataops_api::views::tasks::WorkflowsPage, Error> {
        let status = [if archived { BundleStatus::Archived } else { BundleStatus::Active }];
        let range = Range { limit: Some(if archived { 100 } else { 1_000 }), descending: archived, ..Range::default() };
        let (open, everything) = (TaskFilter::Open, Range::default());
        let tasks = self.store.tasks(&open, &everything);
        let (mut scene, bundles, tasks) =
            futures_util::future::try_join3(self.scene(operation), self.store.bundles(&status, &range), tasks).await?;
        let (bundles, tasks) = (bundles.into_records(), tasks.into_records());
        let by_id: HashMap<&str, &Bundle> = bundles.iter().map(|bundle| (bundle.id.as_str(), bundle)).collect();
        scene.approved = self.approved(tasks.iter(), &by_id, super::MOST_LOOKED_AT).await?;
        let rows: Vec<(&Task, TaskRow)> = tasks.iter().map(|task| (task, home::row_of(task, &by_id, &scene))).collect();
        Ok(dataops_api::views::tasks::WorkflowsPage { today: scene.today, workflows: home::cards(&bundles, &rows, &scene) })
    }
}

impl Engine {
    /// A workflow's artifacts, newest first: its own and attached ones, the last hundred of them.
    async fn artifacts_of_bundle(&self, bundle: &Bundle) -> Result<Vec<Artifact>, StoreError> {
        let ids: Vec<String> = ids_of_bundle(bundle).filter(|id| dataops_domain::id::is_valid(id)).collect();
        let last = ids.len().saturating_sub(100);
        let mut artifacts: Vec<Artifact> = self.store.get_many(&ids[last..]).await?.into_iter().map(|stored| stored.record).collect();
        artifacts.sort_by(|a: &Artifact, b| b.created_at.cmp(&a.created_at).then_with(|| b.id.cmp(&a.id)));
        Ok(artifacts)
    }
}

fn close(bundle: &Bundle, tasks: &[Task]) -> Close {
    let blockers = closing::blockers(bundle, tasks);
    Close { possible: blockers.is_empty(), blockers }
}

/// The slots, empty ones first, each in the bundle's order.
fn links(bundle: &Bundle, tasks: &[Task]) -> Vec<LinkSlot> {
    let needs = |task: &&Task, name: &str| {
        task.is_open() && (task.required_link_name.text() == Some(name) || required_bundle_links(task).iter().any(|link| link == name))
    };
    let mut slots: Vec<LinkSlot> = bundle
        .links()
        .iter()
        .map(|link| LinkSlot {
            name: link.name.clone(),
            url: link.url.clone(),
            needed_by: tasks.iter().filter(|task| needs(task, &link.name)).count(),
            is_evidence: bundle.evidence_for.contains_key(&link.name),
        })
        .collect();
    slots.sort_by_key(|slot| !slot.url.is_empty());
    slots
}

/// Tasks by phase, in the template's order; tasks without a phase come last.
fn phases(bundle: &Bundle, tasks: &[Task], rows: Vec<TaskRow>, scene: &Scene) -> Vec<PhaseTasks> {
    // A run keeps the phases it was started with; one from before that was so shows its template's.
    let template = bundle.template_id.as_ref().and_then(|id| scene.templates.get(id.as_str()));
    let of_template = template.and_then(|template| template.phases.as_deref()).unwrap_or_default();
    let known = if bundle.phases.is_empty() { of_template } else { &bundle.phases };
    let mut phases: Vec<PhaseTasks> = known
        .iter()
        .map(|phase| PhaseTasks {
            id: phase.id.clone(),
            name: phase.name.clone(),
            stage: phase.stage.as_deref().and_then(Stage::parse),
            current: false,
            done: 0,
            tasks: Vec::new(),
        })
        .collect();
    for (task, row) in tasks.iter().zip(rows) {
        let id = task.phase.text().unwrap_or_default();
        let place = phases.iter().position(|phase| phase.id == id).unwrap_or_else(|| {
            let name = if id.is_empty() { "Other tasks".to_owned() } else { id.to_owned() };
            phases.push(PhaseTasks { id: id.to_owned(), name, stage: None, current: false, done: 0, tasks: Vec::new() });
            phases.len() - 1
        });
        let phase = &mut phases[place];
        phase.done += usize::from(!task.is_open());
        phase.tasks.push(row);
    }
    phases.retain(|phase| !phase.tasks.is_empty());
    if let Some(current) = phases.iter_mut().find(|phase| phase.done < phase.tasks.len()) {
        current.current = true;
    }
    phases
}

/// The jobs that were asked for from the workflow or from one of its tasks: a job may name its task alone.
fn asked(bundle: &Bundle, tasks: &[Task]) -> Vec<String> {
    let mut seen = HashSet::new();
    let all = tasks.iter().flat_map(|task| &task.linked.jobs).chain(&bundle.linked.jobs);
    all.filter(|id| seen.insert(id.as_str())).cloned().collect()
}
