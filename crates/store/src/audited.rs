//! What has an audit chain, where its records are listed, and where each chain must end: for checking the chains.

use dataops_domain::artifact::Artifact;
use dataops_domain::audit::Entity;
use dataops_domain::audit::verify::End;
use dataops_domain::bundle::Bundle;
use dataops_domain::file::File;
use dataops_domain::job::Job;
use dataops_domain::notification::Notification;
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::task::Task;
use dataops_domain::template::Template;

use crate::Store;
use crate::error::StoreError;
use crate::item::{self, Item, Record};
use crate::query::{Range, shard};
use crate::restore;
use crate::tables::{
    ARTIFACTS_RECENT, BUNDLES_BY_STATUS, CLOSED, FILES_RECENT, Index, JOBS_RECENT, OPEN, RECENT_NOTIFICATIONS, Table, WINDOWS_BY_DATE,
};
use crate::users::UserRecord;
use crate::windows::{WINDOWS, WindowRow};

/// A part of the records of one kind: a partition of an index, or a whole catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// The kind, as audit events name it.
    pub kind: &'static str,
    table: Table,
    /// Index and partition; `None` for a catalog.
    index: Option<(Index, &'static str)>,
}

const fn listing<R: Record>(index: Option<(Index, &'static str)>) -> Listing {
    Listing { kind: R::KIND, table: R::TABLE, index }
}

/// Every record with a chain is in one of these, deleted ones too. A new kind of record gets its lines here.
pub const AUDITED: [Listing; 18] = [
    listing::<Template>(None),
    listing::<RecurringConfig>(None),
    listing::<UserRecord>(None),
    listing::<Bundle>(Some((BUNDLES_BY_STATUS, "active"))),
    listing::<Bundle>(Some((BUNDLES_BY_STATUS, "archived"))),
    listing::<Bundle>(Some((BUNDLES_BY_STATUS, "deleted"))),
    listing::<Task>(Some((OPEN, "open"))),
    listing::<Task>(Some((CLOSED, "done"))),
    listing::<Task>(Some((CLOSED, "archived"))),
    listing::<Task>(Some((CLOSED, "deleted"))),
    listing::<Notification>(Some((RECENT_NOTIFICATIONS, "all"))),
    listing::<WindowRow>(Some((WINDOWS_BY_DATE, WINDOWS))),
    // An upload under way has no event yet.
    listing::<File>(Some((FILES_RECENT, "files"))),
    listing::<File>(Some((FILES_RECENT, "deleting"))),
    listing::<File>(Some((FILES_RECENT, "deleted"))),
    listing::<Artifact>(Some((ARTIFACTS_RECENT, "artifacts"))),
    listing::<Artifact>(Some((ARTIFACTS_RECENT, "deleted"))),
    listing::<Job>(Some((JOBS_RECENT, "jobs"))),
];

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingPage {
    /// The entities on it.
    pub entities: Vec<Entity>,
    /// Where the next page starts, when there is one.
    pub next: Option<String>,
}

/// Where an entity's chain must end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The head that its record or tombstone keeps.
    pub end: End,
    /// True when one of the listings has it.
    pub listed: bool,
}

/// True for a kind whose chains can be checked.
pub(crate) fn is_audited(kind: &str) -> bool {
    AUDITED.iter().any(|listing| listing.kind == kind)
}

impl Store {
    /// The entities of a listing after the place `after`, about `limit` of them; a catalog comes whole.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn listing(&self, listing: &Listing, after: Option<&str>, limit: usize) -> Result<ListingPage, StoreError> {
        let key = |item: &Item| item::read_text(item, listing.table.entity_attribute()).unwrap_or_default().to_owned();
        let entity = |item: &Item| Entity::new(listing.kind, key(item));
        let Some((index, partition)) = listing.index else {
            let items = self.catalog_items(listing.table).await?;
            return Ok(ListingPage { entities: items.iter().map(entity).collect(), next: None });
        };
        let range = Range { after: after.map(str::to_owned), limit: Some(limit), ..Range::default() };
        let mut items = self.query_items(index, &[shard(partition)], &range).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).and_then(|item| item::read_text(item, index.sort)).map(str::to_owned);
        Ok(ListingPage { entities: items.iter().map(entity).collect(), next })
    }

    /// Where the chain of an entity must end: its record or tombstone, read consistently.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ending(&self, entity: &Entity) -> Result<Ending, StoreError> {
        let nowhere = Ending { end: End::Nowhere, listed: false };
        let listings: Vec<&Listing> = AUDITED.iter().filter(|listing| listing.kind == entity.kind).collect();
        let Some(first) = listings.first() else { return Ok(nowhere) };
        let found = match first.table {
            Table::GenerationWindows => self.window_item(&entity.id).await?,
            table => self.get_item(table, &entity.id).await?,
        };
        let Some(item) = found else { return Ok(nowhere) };
        let listed = listings.iter().any(|listing| match listing.index {
            Some((index, partition)) => item::read_text(&item, index.partition) == Some(shard(partition).as_str()),
            None => true,
        });
        let head = item::head(&item);
        // A start lists its tasks in the workflow's own event, and a workflow gets that when all of them are there.
        // A reminder is told by its task's event; its own chain begins when it is dismissed or settled. A window is told by the
        // event of its work; its own chain begins with its first change.
        let later = matches!(first.table, Table::Tasks | Table::Notifications | Table::GenerationWindows)
            || item.contains_key("manifest")
            || item.contains_key(restore::UNCHAINED);
        Ok(Ending { end: if later { End::Later(head) } else { End::Head(head) }, listed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trash;

    #[test]
    fn the_trash_is_one_of_the_listings() {
        for (kind, index) in [(Task::KIND, Task::TRASH), (Bundle::KIND, Bundle::TRASH)] {
            let wanted = index.map(|index| (index, trash::partition()));
            let has = |listing: &Listing| listing.index.map(|(index, partition)| (index, shard(partition))) == wanted;
            assert!(AUDITED.iter().any(|listing| listing.kind == kind && has(listing)), "{kind}");
        }
        assert!(is_audited("user") && !is_audited("nothing"));
    }
}
