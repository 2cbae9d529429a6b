//! Templates as cards to start from.

use dataops_api::views::templates::{TemplateCard, Templates};
use dataops_domain::bundle::{Bundle, BundleStatus};
use dataops_domain::template::Template;
use dataops_store::{Operation, Range};

use crate::Engine;
use crate::error::Error;

/// Workflows that every community runs first; the others follow by name.
const FIRST: [&str; 2] = ["podcast", "newsletter"];

impl Engine {
    /// Every template with how many of its runs are under way.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn view_templates(&self, operation: &Operation) -> Result<Templates, Error> {
        let (active, everything) = ([BundleStatus::Active], Range::default());
        let bundles = self.store.bundles(&active, &everything);
        let (scene, bundles) = futures_util::future::try_join(self.scene(operation), bundles).await?;
        let mut templates = cards(scene.templates.values(), &bundles.into_records());
        for card in &mut templates {
            let reading = scene.templates.get(&card.id).and_then(|template| template.source_doc_ids.as_deref());
            card.documents = self.documents(reading.unwrap_or_default());
        }
        Ok(Templates { templates })
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
        active: active.iter().filter(|bundle| bundle.template_id.as_ref() == Some(&template.id)).count(),
    }
}
