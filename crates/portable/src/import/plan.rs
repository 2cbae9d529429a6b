//! One record against what a store holds under its id.

use dataops_domain::artifact::Artifact;
use dataops_domain::audit::Head;
use dataops_domain::bundle::Bundle;
use dataops_domain::file::File;
use dataops_domain::generation::Window;
use dataops_domain::job::Job;
use dataops_domain::json::Object;
use dataops_domain::notification::Notification;
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::task::Task;
use dataops_domain::template::Template;
use dataops_domain::user::User;
use serde::Serialize;

use crate::entity::Entity;
use crate::manifest::{Ordered, by_entity};
use crate::record::{self, Incoming, Portable};
use crate::redact;

use super::Restored;

/// What would become of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The store has nothing under its id.
    Insert,
    /// The store has another record under its id.
    Update,
    /// The store has this very record.
    Identical,
    /// It is not kept, and why.
    Skipped(&'static str),
    /// The product cannot hold it, and why.
    Invalid(String),
}

/// How an import treats what the store holds already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The store must be empty, but for what an interrupted import of the same export left.
    IntoEmpty,
    /// What is there may be there, and nothing of it is overwritten.
    Merge,
}

/// What an import does with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Writes it, on the condition that nothing is there.
    Write,
    /// Leaves things as they are.
    Leave,
}

/// Judges a record of an export by what the store holds under its id: `existing` is that record as the store would export it.
pub fn judge(entity: Entity, incoming: &Object, existing: Option<&Incoming>) -> Verdict {
    if entity == Entity::IntakeItems {
        return Verdict::Skipped("intake items are not kept here");
    }
    if entity == Entity::Users && incoming.contains_key("actor_kind") {
        return Verdict::Skipped("it stands for an actor that is no user; what names it still does");
    }
    let restored = Restored::of(entity, incoming);
    let fields = match fitted(&restored) {
        Ok(fields) => fields,
        Err(why) => return Verdict::Invalid(why),
    };
    match existing {
        None => Verdict::Insert,
        Some(existing) if as_held(existing) == settled(Incoming::from(Restored { fields, ..restored })) => Verdict::Identical,
        Some(_) => Verdict::Update,
    }
}

/// What is there, read and written once like what comes in, so that the two can be compared.
fn as_held(existing: &Incoming) -> Vec<u8> {
    let Incoming { entity, fields, deleted, head } = existing.clone();
    let id = fields.get("id").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let there = Restored { entity, id, fields, deleted, head };
    let fields = fitted(&there).unwrap_or_else(|_| there.fields.clone());
    settled(Incoming::from(Restored { fields, ..there }))
}

/// What an import in this mode does.
///
/// # Errors
/// Why it must not go on: the words say what stands in the way.
pub fn step(verdict: &Verdict, mode: Mode) -> Result<Step, String> {
    match (verdict, mode) {
        (Verdict::Insert, _) => Ok(Step::Write),
        // An interrupted import wrote it, or it was there: the same either way.
        (Verdict::Identical | Verdict::Skipped(_), _) => Ok(Step::Leave),
        (Verdict::Update, Mode::IntoEmpty) => Err("the store is not empty: it has another record of this id".to_owned()),
        (Verdict::Update, Mode::Merge) => Err("the store has another record of this id, and a merge overwrites nothing".to_owned()),
        (Verdict::Invalid(why), _) => Err(format!("the product cannot hold it: {why}")),
    }
}

impl From<Restored> for Incoming {
    fn from(restored: Restored) -> Self {
        Self { entity: restored.entity, fields: restored.fields, deleted: restored.deleted, head: restored.head }
    }
}

/// A record as an export would have it, before anything that depends on other records.
fn settled(incoming: Incoming) -> Vec<u8> {
    let entity = incoming.entity;
    let mut record = incoming.portable();
    if redact::redact(entity, &mut record).now > 0 && entity.is_events() {
        record.insert("redacted".to_owned(), true.into());
    }
    record::line(&record)
}

/// The fields of the record as the product would hold them, when it can.
fn fitted(restored: &Restored) -> Result<Object, String> {
    if !dataops_domain::id::is_valid(&restored.id) && !restored.entity.is_events() {
        return Err("its id has a form that no record can have".to_owned());
    }
    match restored.entity {
        Entity::Users => held::<User>(restored),
        Entity::Tasks => held::<Task>(restored),
        Entity::Bundles => held::<Bundle>(restored),
        Entity::Templates => held::<Template>(restored),
        Entity::RecurringConfigs => held::<RecurringConfig>(restored),
        Entity::Files => held::<File>(restored),
        Entity::Artifacts => held::<Artifact>(restored),
        Entity::AssistantJobs => held::<Job>(restored),
        Entity::Notifications => held::<Notification>(restored),
        Entity::GenerationWindows => held::<Window>(restored),
        Entity::AuditEvents | Entity::ChangeEvents if restored.fields.contains_key("hash") => {
            Ok(Incoming::event(&restored.read_event()?).fields)
        }
        // An older system's event gets its place when it comes in.
        Entity::AuditEvents | Entity::IntakeItems => Ok(restored.fields.clone()),
        Entity::ChangeEvents => restored.read_event().map(|event| Incoming::event(&event).fields),
    }
}

/// The fields as they come back from their type of the domain.
fn held<R: Portable>(restored: &Restored) -> Result<Object, String> {
    Ok(Incoming::of(&restored.read::<R>()?, Head::default()).fields)
}

/// What would become of the records of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// New.
    pub inserts: u64,
    /// Other than what is there.
    pub updates: u64,
    /// There already.
    pub identical: u64,
    /// Not kept.
    pub skipped: u64,
    /// Not to be held by the product.
    pub invalid: u64,
}

/// What a dry run tells (wire contract 15.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    /// True when the export is valid.
    pub valid: bool,
    /// What is wrong with it.
    pub errors: Vec<String>,
    /// How much is wrong with it: more than `errors` when that would be too long a list.
    pub error_count: u64,
    /// Records in all files.
    pub total_records: u64,
    /// Records of each kind that can be read.
    pub would_write: Ordered<u64>,
    /// Kinds without a file in the manifest.
    pub skipped: Ordered<u64>,
    /// Counts of follow-ups of intake items, of which there are none here.
    pub follow_up_summary: FollowUps,
    /// What would become of the records of each kind; empty without a store to compare with.
    pub plan: Ordered<Planned>,
}

/// Follow-ups of intake items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FollowUps {
    /// Always 0.
    pub blocked_intake_items: u64,
    /// Always 0.
    pub standalone_blocked_intake_items: u64,
    /// Always 0.
    pub linked_waiting_tasks: u64,
    /// Always 0.
    pub intake_follow_up_notifications: u64,
}

impl DryRun {
    /// A dry run over an export with these findings and counts.
    pub fn new(valid: bool, errors: Vec<String>, counts: &Ordered<u64>) -> Self {
        let without_file = |entity: &Entity| !counts.0.is_empty() && counts.get(entity.name()).is_none();
        Self {
            valid,
            error_count: errors.len() as u64,
            errors,
            total_records: counts.0.iter().map(|(_, count)| count).sum(),
            would_write: counts.clone(),
            skipped: Ordered(Entity::ALL.into_iter().filter(without_file).map(|entity| (entity.name().to_owned(), 0)).collect()),
            follow_up_summary: FollowUps::default(),
            plan: Ordered(Vec::new()),
        }
    }

    /// Counts a verdict.
    pub fn add(&mut self, entity: Entity, verdict: &Verdict) {
        if self.plan.0.is_empty() {
            self.plan = by_entity(|_| Planned::default());
        }
        let Some((_, planned)) = self.plan.0.get_mut(entity.index()) else { return };
        let count = match verdict {
            Verdict::Insert => &mut planned.inserts,
            Verdict::Update => &mut planned.updates,
            Verdict::Identical => &mut planned.identical,
            Verdict::Skipped(_) => &mut planned.skipped,
            Verdict::Invalid(_) => &mut planned.invalid,
        };
        *count += 1;
    }
}
