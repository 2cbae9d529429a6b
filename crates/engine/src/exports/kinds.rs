//! How each kind of record goes out and comes in: the one list of what is stored and exported.

use dataops_domain::artifact::Artifact;
use dataops_domain::bundle::Bundle;
use dataops_domain::file::File;
use dataops_domain::generation::Window;
use dataops_domain::job::Job;
use dataops_domain::notification::Notification;
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::task::Task;
use dataops_domain::template::Template;
use dataops_domain::user::User;
use dataops_portable::import::Restored;
use dataops_portable::{Deleted, Entity, Incoming, Portable};
use dataops_store::{Kept, Record, UserRecord, WindowRow};

/// A record with a table of its own and a file of its own.
pub(super) trait Kind: Record + 'static {
    /// As what it is exported.
    type Shown: Portable;
    /// What of it is exported.
    fn shown(&self) -> Self::Shown;
    /// The record of what was exported.
    fn of(shown: Self::Shown) -> Self;
}

macro_rules! exported_whole {
    ($($record:ty),+ $(,)?) => { $(
        impl Kind for $record {
            type Shown = Self;
            fn shown(&self) -> Self {
                self.clone()
            }
            fn of(shown: Self) -> Self {
                shown
            }
        }
    )+ };
}

exported_whole!(Task, Bundle, Template, RecurringConfig, File, Artifact, Job, Notification);

impl Kind for UserRecord {
    type Shown = User;
    fn shown(&self) -> User {
        self.user.clone()
    }
    /// Without a password and whatever else lets one sign in.
    fn of(shown: User) -> Self {
        Self::new(shown, None)
    }
}

impl Kind for WindowRow {
    type Shown = Window;
    fn shown(&self) -> Window {
        self.window.clone()
    }
    fn of(shown: Window) -> Self {
        shown.into()
    }
}

/// A record on its way out.
pub(super) fn incoming<K: Kind>(kept: Kept<K>) -> Incoming {
    let shown = kept.record.shown();
    match kept.deleted {
        None => Incoming::of(&shown, kept.head),
        Some((at, by)) => Incoming::tombstone(&shown, kept.head, Deleted { at, by }),
    }
}

/// A record on its way in.
pub(super) fn kept<K: Kind>(restored: &Restored) -> Result<Kept<K>, String> {
    let record = K::of(restored.read::<K::Shown>()?);
    let deleted = restored.deleted.as_ref().map(|deleted| (deleted.at, deleted.by.clone()));
    Ok(Kept { record, head: restored.head.clone(), deleted })
}

/// Runs a piece of code with the type of a kind of record; the last arm is for events and what is not kept.
macro_rules! with_kind {
    ($entity:expr, $kind:ident => $body:expr, _ => $other:expr) => {
        match $entity {
            Entity::Users => with_kind!(@ $kind = dataops_store::UserRecord, $body),
            Entity::Tasks => with_kind!(@ $kind = dataops_domain::task::Task, $body),
            Entity::Bundles => with_kind!(@ $kind = dataops_domain::bundle::Bundle, $body),
            Entity::Templates => with_kind!(@ $kind = dataops_domain::template::Template, $body),
            Entity::RecurringConfigs => with_kind!(@ $kind = dataops_domain::recurring::RecurringConfig, $body),
            Entity::Files => with_kind!(@ $kind = dataops_domain::file::File, $body),
            Entity::Artifacts => with_kind!(@ $kind = dataops_domain::artifact::Artifact, $body),
            Entity::AssistantJobs => with_kind!(@ $kind = dataops_domain::job::Job, $body),
            Entity::Notifications => with_kind!(@ $kind = dataops_domain::notification::Notification, $body),
            Entity::GenerationWindows => with_kind!(@ $kind = dataops_store::WindowRow, $body),
            Entity::AuditEvents | Entity::IntakeItems | Entity::ChangeEvents => $other,
        }
    };
    (@ $kind:ident = $type:ty, $body:expr) => {{
        type $kind = $type;
        $body
    }};
}
pub(super) use with_kind;

/// The kinds with a table of their own, in the order in which an export reads them: what names others comes before what is
/// named, so that most relations lead to something read later, which was there already.
pub(super) const READ: [Entity; 10] = [
    Entity::Tasks,
    Entity::Bundles,
    Entity::Notifications,
    Entity::GenerationWindows,
    Entity::AssistantJobs,
    Entity::Files,
    Entity::Artifacts,
    Entity::RecurringConfigs,
    Entity::Templates,
    Entity::Users,
];
