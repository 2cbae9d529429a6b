//! Any store gives a valid export, the same bytes whatever the order, and comes back as it was.

use dataops_portable::import::{Restored, Step, Verdict, each_record, judge, step};
use dataops_portable::{Entity, Incoming, Limits, import, schema};
use tempfile::TempDir;

use std::collections::BTreeSet;

use crate::sealed::read;
use crate::world::{Made, Numbers, World};
use crate::{export, files, findings, is_full, messages};

fn records(world: &World) -> Vec<Incoming> {
    world
        .all()
        .flat_map(|Made { record, events }| std::iter::once(record).chain(events.iter().map(Incoming::event).collect::<Vec<_>>()))
        .collect()
}

fn shuffled(mut records: Vec<Incoming>, seed: u64) -> Vec<Incoming> {
    let mut numbers = Numbers::seeded(seed);
    for at in (1..records.len()).rev() {
        records.swap(at, numbers.below(at as u64 + 1) as usize);
    }
    records
}

/// What an import of an export writes, as the next export would read it.
fn imported(export: &TempDir) -> Vec<Incoming> {
    let mut records = Vec::new();
    each_record(export.path(), &Limits::default(), |entity, line, record| {
        let verdict = judge(entity, &record, None);
        match step(&verdict, import::Mode::IntoEmpty) {
            Ok(Step::Write) => records.push(Incoming::from(Restored::of(entity, &record))),
            Ok(Step::Leave) => assert!(matches!(verdict, Verdict::Skipped(_)), "{} {line}: {verdict:?}", entity.name()),
            Err(why) => panic!("{} {line}: {why}: {record:?}", entity.name()),
        }
        Ok(())
    })
    .unwrap();
    records
}

fn counts(numbers: &mut Numbers, most: u64) -> [u64; 10] {
    std::array::from_fn(|_| numbers.below(most + 1))
}

fn holds(world: World) {
    let all = records(&world);
    let first = export(all.clone());
    let found = findings(first.path());
    assert!(found.is_empty(), "{world:?}: {:#?}", &found[..found.len().min(5)]);
    let again = export(shuffled(all, world.seed));
    assert!(files(first.path()) == files(again.path()), "{world:?}: other bytes in another order");
    let back = export(shuffled(imported(&first), world.seed + 1));
    for (name, bytes) in files(first.path()) {
        let other = files(back.path()).remove(&name).unwrap();
        let line = bytes.split(|b| *b == b'\n').zip(other.split(|b| *b == b'\n')).find(|(a, b)| a != b);
        let line = line.map(|(a, b)| (String::from_utf8_lossy(a).into_owned(), String::from_utf8_lossy(b).into_owned()));
        assert!(bytes == other, "{world:?}: {name} is other after import and export: {line:#?}");
    }
}

#[test]
fn any_store_exports_to_a_valid_archive_and_comes_back_byte_for_byte() {
    for seed in 0..if is_full() { 400 } else { 20 } {
        let mut numbers = Numbers::seeded(seed);
        let most = [0, 1, 3, 12, 40][seed as usize % 5];
        holds(World::new(seed, counts(&mut numbers, most)));
    }
}

#[test]
fn many_records_are_no_other_case() {
    holds(World::of_size(77, if is_full() { 10_000 } else { 2_500 }));
}

#[test]
fn a_store_without_what_others_name_is_valid_too() {
    // Kinds are left out one by one: whatever names them is set apart or made up for.
    for without in 0..10 {
        let mut counts = [6; 10];
        counts[without] = 0;
        let world = World::new(900 + without as u64, counts);
        let all = records(&world);
        let folder = export(all);
        let found = messages(folder.path());
        // What the product itself keeps in step is not made up for: ids of its own linked records, and events.
        let own = |words: &String| {
            words.contains(".attempts")
                || words.contains(".linked")
                || words.contains(".evidence")
                || words.contains("evidence_for")
                || words.contains("artifact_ids")
        };
        let left: Vec<&String> = found.iter().filter(|words| !own(words)).collect();
        assert!(left.is_empty(), "without {without}: {left:#?}");
    }
}

/// A new field of the domain must get its line in the schema, and a line there must be a field that is really exported.
#[test]
fn every_field_that_is_exported_is_described_and_the_other_way_round() {
    let folder = export(records(&World::of_size(3, 4_000)));
    let mut all_unseen: Vec<String> = Vec::new();
    for entity in Entity::ALL.into_iter().filter(|entity| *entity != Entity::IntakeItems) {
        let exported: BTreeSet<String> =
            read(folder.path(), entity).iter().flat_map(|record| record.as_object().unwrap().keys().cloned().collect::<Vec<_>>()).collect();
        let described: BTreeSet<String> = schema::fields(entity).iter().map(|field| field.name.to_owned()).collect();
        let unknown: Vec<&String> = exported.difference(&described).collect();
        assert!(unknown.is_empty(), "{} has fields without a line in schema/fields.rs: {unknown:?}", entity.name());
        // What only happens where a store lacks something.
        let rare = |name: &String| name.starts_with("external_") || RARE.contains(&(entity.name(), name.as_str()));
        let unseen: Vec<&String> = described.difference(&exported).filter(|name| !rare(name)).collect();
        all_unseen.extend(unseen.into_iter().map(|name| format!("{}.{name}", entity.name())));
    }
    assert!(all_unseen.is_empty(), "no record has {all_unseen:?}");
}

/// A new word of the domain must be one that an export may hold.
#[test]
fn every_word_of_every_field_is_exported_and_valid() {
    let folder = export(records(&World::of_size(3, 4_000)));
    assert_eq!(messages(folder.path()), Vec::<String>::new());
    let mut unseen = Vec::new();
    for entity in Entity::ALL {
        let records = read(folder.path(), entity);
        for field in schema::fields(entity) {
            let schema::Kind::Word(words) = field.kind else { continue };
            let seen: BTreeSet<&str> = records.iter().filter_map(|record| record.get(field.name)?.as_str()).collect();
            let missing = words.iter().filter(|word| !seen.contains(**word));
            // A file without a status is ready.
            let missing = missing.filter(|word| (entity, field.name, **word) != (Entity::Files, "status", "ready"));
            unseen.extend(missing.map(|word| format!("{}.{}: {word}", entity.name(), field.name)));
        }
    }
    assert!(unseen.is_empty(), "no record has {unseen:?}");
    // Windows of both kinds were made, completed and left alone.
    for source in ["recurring#", "template#"] {
        for status in ["created", "recovered", "exists"] {
            let windows = read(folder.path(), Entity::GenerationWindows);
            let work = if source == "recurring#" { "task_id" } else { "bundle_id" };
            let has = |window: &&serde_json::Value| window["status"] == status && window["source"].as_str().unwrap().starts_with(source);
            assert!(windows.iter().filter(has).any(|window| window[work].is_string()), "no {status} window of {source} has its work");
        }
    }
}

/// What only older systems wrote, and what is only there when a secret was found.
const RARE: &[(&str, &str)] =
    &[("bundles", "intake_refs"), ("notifications", "intake_item_id"), ("audit_events", "redacted"), ("change_events", "redacted")];
