//! The log of one entity, or of a day, newest first.

use dataops_api::views::timeline::{Subject, TimelinePage};
use dataops_domain::audit::Entity;
use dataops_domain::bundle::Bundle;
use dataops_domain::task::Task;
use dataops_domain::template::Template;
use dataops_domain::time::Date;
use dataops_store::{Found, Operation, Record, StoreError, UserRecord};

use crate::Engine;
use crate::audit::{PAGE, sequence};
use crate::error::Error;

impl Engine {
    /// The log of an entity from a cursor on. Something that is deleted keeps its log; what never was has an empty one.
    ///
    /// # Errors
    /// A cursor of another list.
    pub async fn view_timeline(&self, operation: &Operation, entity: &Entity, cursor: Option<&str>) -> Result<TimelinePage, Error> {
        let events = self.store.events_of(entity, sequence(cursor)?, PAGE, true);
        let (events, subject, scene) = futures_util::future::try_join3(events, self.subject(entity), self.scene(operation)).await?;
        Ok(TimelinePage {
            today: scene.today,
            checked_at: operation.now,
            subject: Some(subject),
            day: None,
            events: events.events,
            next_cursor: events.next,
            people: scene.people,
        })
    }

    /// Everything that happened on a UTC day, from a cursor on. The caller has passed the gate.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn view_day(&self, operation: &Operation, day: Date, cursor: Option<&str>) -> Result<TimelinePage, Error> {
        let events = self.store.events_of_day(day, cursor, PAGE, true);
        let (events, scene) = futures_util::future::try_join(events, self.scene(operation)).await?;
        Ok(TimelinePage {
            today: scene.today,
            checked_at: operation.now,
            subject: None,
            day: Some(day),
            events: events.events,
            next_cursor: events.next,
            people: scene.people,
        })
    }

    /// What an entity is called, whether it is there, in the trash, or of a kind that has no page.
    async fn subject(&self, entity: &Entity) -> Result<Subject, StoreError> {
        let (title, deleted) = match entity.kind.as_str() {
            "task" => self.name_of::<Task>(&entity.id, |task| task.description.clone()).await?,
            "bundle" => self.name_of::<Bundle>(&entity.id, |bundle| bundle.title.clone()).await?,
            "template" => self.name_of::<Template>(&entity.id, |template| template.name.clone()).await?,
            "user" => self.name_of::<UserRecord>(&entity.id, |record| record.user.name.clone()).await?,
            _ => (entity.id.clone(), false),
        };
        Ok(Subject { kind: entity.kind.clone(), id: entity.id.clone(), title, deleted })
    }

    async fn name_of<R: Record>(&self, id: &str, name: impl Fn(&R) -> String) -> Result<(String, bool), StoreError> {
        Ok(match self.store.find::<R>(id).await? {
            Found::Live(stored) => (name(&stored.record), false),
            Found::Deleted(tombstone) => (name(&tombstone.stored.record), true),
            Found::Nothing => (id.to_owned(), false),
        })
    }
}
