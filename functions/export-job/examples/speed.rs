//! How fast a store is exported, beside how fast the same client reads it and makes nothing of it.
//!
//! ```text
//! cargo run --release -p dataops-export-job --example speed 50000
//! ```

#![expect(clippy::print_stdout, reason = "an example prints")]

#[expect(dead_code, reason = "the tests of the format take more of it")]
#[path = "../../../crates/portable/tests/support/world.rs"]
mod world;

use std::path::Path;
use std::time::Instant;

use dataops_domain::{Actor, Timestamp};
use dataops_engine::ImportMode;
use dataops_fleet::{Config, aws};
use dataops_portable::{Incoming, Origin, Writer};
use dataops_store::{Operation, Store, StoreError, Table, Tables};
use dataops_testkit::Stack;
use world::{Made, World};

type End = Result<(), Box<dyn std::error::Error>>;

/// How often each is measured; the best counts.
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> End {
    let total: u64 = std::env::args().nth(1).ok_or("how many records?")?.parse()?;
    let folder = tempfile::tempdir()?;
    let given = folder.path().join("given");
    made_up(total, &given)?;
    let stack = Stack::empty().await;
    let job = stack.export_job();
    let operation = Operation::new("speed", Actor::system(), stack.clock.now(), None);
    let imported = job.engine().import(&operation, &given, ImportMode::IntoEmpty, folder.path()).await?;
    let config = stack.importer_config();
    let store = connected(&config);
    let (mut raw, mut export, mut items) = (f64::MAX, f64::MAX, 0);
    for round in 0..ROUNDS {
        let started = Instant::now();
        items = passed_over(&store).await?;
        raw = raw.min(started.elapsed().as_secs_f64());
        let out = folder.path().join(format!("out-{round}"));
        let started = Instant::now();
        let limits = job.limits(None).map_err(|error| format!("{error:?}"))?;
        job.engine().export_folder(&operation, &out, false, job.settings(), &limits).await?;
        export = export.min(started.elapsed().as_secs_f64());
    }
    let rate = |seconds: f64| items as f64 / seconds;
    println!("read: {items} items in {raw:.1} s: {:.0} items/s", rate(raw));
    println!("exported: {} records in {export:.1} s: {:.0} items/s, {:.0} % of it", imported.written, rate(export), 100.0 * raw / export);
    Ok(())
}

fn made_up(total: u64, folder: &Path) -> End {
    std::fs::create_dir(folder)?;
    let scratch = tempfile::tempdir()?;
    let mut writer = Writer::new(scratch.path())?;
    let world = World::of_size(1, total * 1_000 / 1_040);
    for entity in world::KINDS {
        for number in 0..world.count(entity) {
            let Made { record, events } = world.made(entity, number);
            events.iter().try_for_each(|event| writer.push(Incoming::event(event)))?;
            writer.push(record)?;
        }
    }
    writer.finish(folder, &Origin::at(Timestamp::from_millis(1_790_000_000_000)))?;
    Ok(())
}

fn connected(config: &Config) -> Store {
    let tables = Tables::read(|name| config.get(name).map(str::to_owned));
    Store::connect(&aws::sdk_config(config), aws::endpoint(config, "DYNAMODB"), tables)
}

/// Reads every table that an export reads, page after page.
async fn passed_over(store: &Store) -> Result<usize, StoreError> {
    const READ: [Table; 11] = [
        Table::Tasks,
        Table::Bundles,
        Table::Notifications,
        Table::GenerationWindows,
        Table::AssistantJobs,
        Table::Files,
        Table::Artifacts,
        Table::RecurringConfigs,
        Table::Templates,
        Table::Users,
        Table::AuditEvents,
    ];
    let mut items = 0;
    for table in READ {
        let mut after = None;
        loop {
            let (count, next) = store.whole_count(table, after.as_deref()).await?;
            items += count;
            let Some(next) = next else { break };
            after = Some(next);
        }
    }
    Ok(items)
}
