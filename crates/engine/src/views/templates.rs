//! Templates as cards to start from.

use dataops_api::views::templates::{DocumentChoice, TemplateCard, TemplatePage, Templates};
use dataops_domain::bundle::{Bundle, BundleStatus};
use dataops_domain::template::Template;
use dataops_store::{Operation, Range};

use crate::Engine;
use crate::error::Error;

/// Workflows that every community runs first; the others follow by name.
const FIRST: [&str; 2] = ["podcast", "newsletter"];

/// Workflows put away that are asked for when their template was started last.
const PAST: usize = 100;

impl Engine {
    /// Every template with how many of its runs are under way.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn view_templates(&self, operation: &Operation) -> Result<Templates, Error> {
        let (active, everything) = ([BundleStatus::Active], Range::default());
        let (archived, last) = ([BundleStatus::Archived], Range { descending: true, limit: Some(PAST), ..Range::default() });
        let (active, archived) = (self.store.bundles(&active, &everything), self.store.bundles(&archived, &last));
        let (scene, active, archived) = futures_util::future::try_join3(self.scene(operation), active, archived).await?;
        let (active, archived) = (active.into_records(), archived.into_records());
        let mut cards = cards(scene.templates.values(), &active);
        for card in &mut cards {
            let reading = scene.templates.get(&card.id).and_then(|template| template.source_doc_ids.as_deref());
            card.documents = self.documents(reading.unwrap_or_default());
            let content = scene.templates.get(&card.id).map(|template| self.template_content(template)).unwrap_or_default();
            let own = active.iter().chain(&archived).filter(|bundle| bundle.template_id.as_ref().is_some_and(|id| id.as_str() == card.id));
            (card.edited, card.newer) = (content.edited, content.newer);
            card.last_started = own.map(|bundle| bundle.created_at.local_date(self.timezone)).max();
        }
        Ok(Templates { templates: cards })
    }

    /// A template's page: what it says, how it stands to Git, and what its editor chooses from.
    ///
    /// # Errors
    /// 404 when there is no such template.
    pub async fn view_template(&self, operation: &Operation, id: &str) -> Result<TemplatePage, Error> {
        let active = [BundleStatus::Active];
        let everything = Range::default();
        let bundles = async { Ok(self.store.bundles(&active, &everything).await?.into_records()) };
        let scene = async { Ok(self.scene(operation).await?) };
        let (template, bundles, scene) = futures_util::future::try_join3(self.template_get(operation, id), bundles, scene).await?;
        let people: Vec<String> = scene.people.iter().map(|person| person.id.clone()).collect();
        Ok(TemplatePage {
            today: scene.today,
            card: card(&template, &bundles),
            content: self.template_content(&template),
            advice: self.template_advice(&template, &people),
            people: scene.people,
            documents: self.document_choices(),
            template,
        })
    }

    /// Every document with its steps, to choose instructions from.
    pub(super) fn document_choices(&self) -> Vec<DocumentChoice> {
        let choice = |document: &dataops_content::Document| DocumentChoice {
            id: document.id.clone(),
            title: document.title.clone(),
            steps: document.steps.iter().map(|step| (step.id.clone(), step.title.clone())).collect(),
        };
        self.content.documents().iter().map(choice).collect()
    }
}

pub(super) fn cards<'a>(templates: impl Iterator<Item = &'a Template>, active: &[Bundle]) -> Vec<TemplateCard> {
    let mut cards: Vec<TemplateCard> = templates.map(|template| card(template, active)).collect();
    let place = |card: &TemplateCard| FIRST.iter().position(|kind| *kind == card.kind).unwrap_or(FIRST.len());
    cards.sort_by_key(|card| (place(card), card.name.clone()));
    cards
}

fn card(template: &Template, active: &[Bundle]) -> TemplateCard {
    let offsets: Vec<i64> = template.definitions().iter().map(|definition| definition.offset_days as i64).collect();
    let days = offsets.iter().max().zip(offsets.iter().min()).map_or(0, |(last, first)| last - first);
    let automatic = template.trigger_type.as_deref() == Some("automatic") && template.trigger_enabled != Some(false);
    TemplateCard {
        id: template.id.to_string(),
        name: template.name.clone(),
        kind: template.kind.clone(),
        emoji: template.emoji.clone().filter(|emoji| !emoji.is_empty()),
        description: template.description.clone(),
        title_pattern: template.title_pattern.clone(),
        anchor_meaning: template.anchor_meaning.clone(),
        schedule: template.trigger_schedule.clone().filter(|schedule| automatic && !schedule.is_empty()),
        tasks: template.task_definitions.len(),
        days,
        documents: Vec::new(),
        edited: false,
        newer: false,
        last_started: None,
        active: active.iter().filter(|bundle| bundle.template_id.as_ref() == Some(&template.id)).count(),
    }
}
