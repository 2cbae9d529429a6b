//! The trash: deleted tasks, workflows and templates, newest first.

use dataops_api::views::trash::{TrashItem, TrashPage};
use dataops_domain::bundle::Bundle;
use dataops_domain::task::Task;
use dataops_domain::template::Template;
use dataops_domain::time::Date;
use dataops_store::{Operation, Record, Tombstone};

use super::Scene;
use crate::Engine;
use crate::audit::PAGE;
use crate::error::Error;

impl Engine {
    /// What was deleted, from a cursor on. Three lists that are each in order are read at once and merged.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn view_trash(&self, operation: &Operation, cursor: Option<&str>) -> Result<TrashPage, Error> {
        let most = PAGE + 1;
        let (tasks, bundles, templates, scene) = futures_util::future::try_join4(
            self.store.trash::<Task>(cursor, most),
            self.store.trash::<Bundle>(cursor, most),
            self.store.trash::<Template>(cursor, most),
            self.scene(operation),
        )
        .await?;
        let tasks = tasks.iter().map(|one| item(one, &one.stored.record.description, Some(one.stored.record.date), &scene));
        let bundles = bundles.iter().map(|one| item(one, &one.stored.record.title, Some(one.stored.record.anchor_date), &scene));
        let templates = templates.iter().map(|one| item(one, &one.stored.record.name, None, &scene));
        let mut items: Vec<(String, TrashItem)> = tasks.chain(bundles).chain(templates).collect();
        items.sort_by(|a, b| b.0.cmp(&a.0));
        let next_cursor = (items.len() > PAGE).then(|| items[PAGE - 1].0.clone());
        items.truncate(PAGE);
        let items = items.into_iter().map(|(_, item)| item).collect();
        Ok(TrashPage { today: scene.today, checked_at: operation.now, items, next_cursor })
    }
}

fn item<R: Record>(tombstone: &Tombstone<R>, title: &str, date: Option<Date>, scene: &Scene) -> (String, TrashItem) {
    let item = TrashItem {
        kind: R::KIND.to_owned(),
        id: tombstone.stored.record.key().to_owned(),
        title: title.to_owned(),
        date,
        deleted_at: tombstone.deleted_at,
        deleted_by: Some(tombstone.deleted_by.as_str()).filter(|id| !id.is_empty()).map(|id| scene.person(id)),
    };
    (tombstone.place(), item)
}
