//! Stores that nobody would make by hand: every kind of record with every field and word, put into a real store and taken out again.

use dataops_engine::ImportMode;
use dataops_portable::{Incoming, Origin, Writer};
use dataops_testkit::{Stack, proof};
use tempfile::TempDir;

#[expect(dead_code, reason = "the tests of the format take more of it")]
#[path = "../../../../crates/portable/tests/support/world.rs"]
mod world;

use crate::{assert_same, findings, operation, unlimited};
use world::{Made, World};

/// An export of a made-up store.
fn written(seed: u64, size: u64) -> TempDir {
    let (out, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut writer = Writer::new(scratch.path()).unwrap();
    let world = World::of_size(seed, size);
    for entity in world::KINDS {
        for number in 0..world.count(entity) {
            let Made { record, events } = world.made(entity, number);
            events.iter().try_for_each(|event| writer.push(Incoming::event(event))).unwrap();
            writer.push(record).unwrap();
        }
    }
    writer.finish(out.path(), &Origin::at(crate::moment())).unwrap();
    out
}

#[tokio::test]
async fn any_store_that_is_imported_is_exported_again_byte_for_byte() {
    let mut records = 0;
    for (seed, size) in proof::sizes().imported_stores {
        let given = written(*seed, *size);
        assert_eq!(findings(given.path()), Vec::<String>::new(), "seed {seed}, size {size}");
        let stack = Stack::empty().await;
        let job = stack.importer();
        let scratch = std::env::temp_dir();
        let imported = job.engine().import(&operation(&stack, "import"), given.path(), ImportMode::IntoEmpty, &scratch).await.unwrap();
        records += imported.plan.total_records;
        assert!(imported.conflicts.is_empty(), "seed {seed}, size {size}: {:?}", imported.conflicts);
        let out = tempfile::tempdir().unwrap();
        let settings = dataops_engine::ExportSettings { origin: Origin::at(crate::moment()), ..job.settings().clone() };
        job.engine().export_folder(&operation(&stack, "out"), out.path(), false, &settings, &unlimited(&job)).await.unwrap();
        assert_same(given.path(), out.path());
    }
    let stores = proof::sizes().imported_stores.len();
    let counts: [(&str, &dyn std::fmt::Display); 2] = [("made-up stores", &stores), ("records in them", &records)];
    proof::record("imported-stores", "Made-up stores imported and exported again", &counts, "none; every byte the same");
}
