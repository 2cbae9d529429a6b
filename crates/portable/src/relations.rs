//! Which ids in a record name other records, and where they stand. The writer and the validator ask the same walk.

use std::sync::LazyLock;

use crate::entity::Entity;
use crate::json::Json;
use crate::schema::{self, Field, Kind};

/// A relation: the kind and id that are named, and a JSON pointer to where.
pub(crate) struct Relation<'r> {
    pub(crate) target: Entity,
    pub(crate) id: &'r str,
    pub(crate) pointer: Pointer<'r>,
}

/// Where a relation stands, without writing it down yet.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pointer<'r> {
    /// `/field`
    Field(&'r str),
    /// `/field/3`
    At(&'r str, usize),
    /// `/field/3/key`
    In(&'r str, usize, &'r str),
    /// `/field/3/key/1`
    InAt(&'r str, usize, &'r str, usize),
    /// `/field/key`
    Key(&'r str, &'r str),
    /// `/field/key/3`
    KeyAt(&'r str, &'r str, usize),
}

/// The most bytes of a name in a pointer.
const MOST_STEP: usize = 256;

impl Pointer<'_> {
    /// Writes it as a JSON pointer.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        fn step(out: &mut Vec<u8>, text: &str) {
            out.push(b'/');
            // A longer name would be written down in full for each id under it.
            for byte in text.bytes().take(MOST_STEP) {
                match byte {
                    b'~' => out.extend_from_slice(b"~0"),
                    b'/' => out.extend_from_slice(b"~1"),
                    byte => out.push(byte),
                }
            }
        }
        fn place(out: &mut Vec<u8>, at: usize) {
            out.extend_from_slice(format!("/{at}").as_bytes());
        }
        let (Self::Field(field)
        | Self::At(field, _)
        | Self::In(field, _, _)
        | Self::InAt(field, _, _, _)
        | Self::Key(field, _)
        | Self::KeyAt(field, _, _)) = self;
        step(out, field);
        if let Self::At(_, at) | Self::In(_, at, _) | Self::InAt(_, at, _, _) = self {
            place(out, at);
        }
        if let Self::In(_, _, key) | Self::InAt(_, _, key, _) | Self::Key(_, key) | Self::KeyAt(_, key, _) = self {
            step(out, key);
        }
        if let Self::InAt(_, _, _, at) | Self::KeyAt(_, _, at) = self {
            place(out, at);
        }
    }
}

/// Where ids stand inside a list of objects or an object.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// In this field of each entry.
    Each(&'static str),
    /// In the `id` of each entry of this `type`.
    OfType(&'static str),
    /// Each text of this list of each entry.
    EachAll(&'static str),
    /// In this field.
    Key(&'static str),
    /// Each text of this list.
    KeyAll(&'static str),
    /// Each text of every list.
    All,
}

/// The relations inside lists of objects and objects, by field.
const NESTED: &[(&str, Way, Entity)] = &[
    ("acknowledged", Way::Key("by"), Entity::Users),
    ("approval", Way::Key("decidedBy"), Entity::Users),
    ("attempts", Way::Each("decidedBy"), Entity::Users),
    ("attempts", Way::Each("logArtifactId"), Entity::Artifacts),
    ("attempts", Way::EachAll("outputArtifactIds"), Entity::Artifacts),
    ("evidence", Way::KeyAll("artifactIds"), Entity::Artifacts),
    ("evidence", Way::KeyAll("fileIds"), Entity::Files),
    ("evidence_for", Way::All, Entity::Tasks),
    ("input_refs", Way::OfType("artifact"), Entity::Artifacts),
    ("input_refs", Way::OfType("bundle"), Entity::Bundles),
    ("input_refs", Way::OfType("file"), Entity::Files),
    ("input_refs", Way::OfType("task"), Entity::Tasks),
    ("linked", Way::KeyAll("artifacts"), Entity::Artifacts),
    ("linked", Way::KeyAll("attached"), Entity::Artifacts),
    ("linked", Way::KeyAll("files"), Entity::Files),
    ("linked", Way::KeyAll("jobs"), Entity::AssistantJobs),
    ("log_refs", Way::Each("artifactId"), Entity::Artifacts),
    ("pauses", Way::Each("actorId"), Entity::Users),
    ("pauses", Way::Each("resumedBy"), Entity::Users),
    ("task_history", Way::Each("actorId"), Entity::Users),
];

/// The relations inside a field.
fn nested(field: &Field) -> impl Iterator<Item = (Way, Entity)> {
    let name = if matches!(field.kind, Kind::List | Kind::Object) { field.name } else { "" };
    NESTED.iter().filter(move |(nested, ..)| *nested == name).map(|(_, way, target)| (*way, *target))
}

/// True for the field that names the source of a window: its kind and id in one text.
fn is_source(entity: Entity, field: &Field) -> bool {
    entity == Entity::GenerationWindows && field.name == "source"
}

/// Kinds of sources, as [`is_source`] has them.
const SOURCES: [(&str, Entity); 2] = [("recurring", Entity::RecurringConfigs), ("template", Entity::Templates)];

/// True for a field that may hold relations.
fn may_relate(entity: Entity, field: &Field) -> bool {
    matches!(field.kind, Kind::Of(_) | Kind::Many(_) | Kind::Refs(_, Some(_))) || is_source(entity, field) || nested(field).next().is_some()
}

/// The fields of a kind of record that may hold relations.
pub(crate) fn fields(entity: Entity) -> &'static [&'static Field] {
    static FIELDS: LazyLock<Vec<Vec<&'static Field>>> = LazyLock::new(|| {
        let of = |entity: Entity| schema::fields(entity).iter().filter(|field| may_relate(entity, field)).collect();
        Entity::ALL.into_iter().map(of).collect()
    });
    FIELDS.get(entity.index()).map_or(&[], Vec::as_slice)
}

/// A place where records of a kind name others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Whose records.
    pub entity: Entity,
    /// A JSON pointer; `*` stands for any place in a list and any name.
    pub pointer: String,
    /// Which records are named.
    pub target: Entity,
    /// What the entry's `type` must be, or what the text must begin with, so that records of this kind are named.
    pub kind: Option<&'static str>,
}

/// Every place where a record names another one that must be there.
pub fn related() -> Vec<Related> {
    let mut all = Vec::new();
    for entity in Entity::ALL {
        for field in fields(entity) {
            let name = field.name;
            let mut tell =
                |pointer: String, target: Entity, kind: Option<&'static str>| all.push(Related { entity, pointer, target, kind });
            match field.kind {
                Kind::Of(target) => tell(format!("/{name}"), target, None),
                Kind::Many(target) => tell(format!("/{name}/*"), target, None),
                Kind::Refs(key, Some(target)) => tell(format!("/{name}/*/{key}"), target, None),
                _ if is_source(entity, field) => {
                    SOURCES.iter().for_each(|(kind, target)| tell(format!("/{name}"), *target, Some(*kind)));
                }
                _ => nested(field).for_each(|(way, target)| match way {
                    Way::Each(key) => tell(format!("/{name}/*/{key}"), target, None),
                    Way::OfType(kind) => tell(format!("/{name}/*/id"), target, Some(kind)),
                    Way::EachAll(key) => tell(format!("/{name}/*/{key}/*"), target, None),
                    Way::Key(key) => tell(format!("/{name}/{key}"), target, None),
                    Way::KeyAll(key) => tell(format!("/{name}/{key}/*"), target, None),
                    Way::All => tell(format!("/{name}/*/*"), target, None),
                }),
            }
        }
    }
    all
}

/// Hands the relations of one field to `found`.
pub(crate) fn of_field<'r, E>(
    entity: Entity,
    field: &Field,
    value: &'r Json<'_>,
    found: &mut impl FnMut(Relation<'r>) -> Result<(), E>,
) -> Result<(), E> {
    let name = field.name;
    let mut tell = |target: Entity, id: Option<&'r str>, pointer: Pointer<'r>| match id.filter(|id| !id.is_empty()) {
        Some(id) => found(Relation { target, id, pointer }),
        None => Ok(()),
    };
    let each = || value.list().iter().enumerate();
    match field.kind {
        Kind::Of(target) => tell(target, value.text(), Pointer::Field(name)),
        Kind::Many(target) => each().try_for_each(|(at, id)| tell(target, id.text(), Pointer::At(name, at))),
        Kind::Refs(key, Some(target)) => each().try_for_each(|(at, entry)| tell(target, entry.text_of(key), Pointer::In(name, at, key))),
        Kind::Text if is_source(entity, field) => {
            let (kind, id) = value.text().and_then(|source| source.split_once('#')).unwrap_or_default();
            let target = SOURCES.iter().find(|(known, _)| *known == kind).map_or(Entity::Templates, |(_, target)| *target);
            tell(target, Some(id), Pointer::Field(name))
        }
        Kind::List | Kind::Object => nested(field).try_for_each(|(way, target)| match way {
            Way::Each(key) => each().try_for_each(|(at, entry)| tell(target, entry.text_of(key), Pointer::In(name, at, key))),
            Way::OfType(kind) => each()
                .filter(|(_, entry)| entry.text_of("type") == Some(kind))
                .try_for_each(|(at, entry)| tell(target, entry.text_of("id"), Pointer::In(name, at, "id"))),
            Way::EachAll(key) => each().try_for_each(|(at, entry)| {
                let ids = entry.get(key).map_or(&[][..], Json::list).iter().enumerate();
                ids.into_iter().try_for_each(|(within, id)| tell(target, id.text(), Pointer::InAt(name, at, key, within)))
            }),
            Way::Key(key) => tell(target, value.text_of(key), Pointer::Key(name, key)),
            Way::KeyAll(key) => {
                let ids = value.get(key).map_or(&[][..], Json::list).iter().enumerate();
                ids.into_iter().try_for_each(|(at, id)| tell(target, id.text(), Pointer::KeyAt(name, key, at)))
            }
            Way::All => value.members().iter().try_for_each(|(key, ids)| {
                let ids = ids.list().iter().enumerate();
                ids.into_iter().try_for_each(|(at, id)| tell(target, id.text(), Pointer::KeyAt(name, key, at)))
            }),
        }),
        _ => Ok(()),
    }
}

/// The record an event is of: the kind and its id.
pub(crate) fn subject<'r>(entity: Entity, event: &'r Json<'_>) -> Option<(Entity, &'r str)> {
    match entity {
        Entity::AuditEvents => Some((Entity::AssistantJobs, event.text_of("assistant_job_id")?)),
        Entity::ChangeEvents => Some((Entity::of_kind(event.text_of("entity_type")?)?, event.text_of("entity_id")?)),
        _ => None,
    }
}
