//! The long proofs in two sizes: reduced for every run, full for `scripts/prove`, which also writes what was found to
//! docs/grids/. This file is the one place that sets the sizes.

use std::fmt::Display;

/// Counts of the long proofs.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// How often the fleet is killed during a start.
    pub kills: u64,
    /// How many updates of one task race.
    pub racing_updates: usize,
    /// How many rounds the races run.
    pub race_rounds: usize,
    /// How many pairs of a schedule and a date are held against another implementation.
    pub schedule_pairs: usize,
    /// How many sets of sources are simulated and then ticked through, for each stretch of the calendar.
    pub simulations: u64,
    /// How many ticks a day such a set gets.
    pub ticks_a_day: u32,
    /// How many ticks are interrupted twice.
    pub tick_pairs: usize,
    /// How many schedules racing ticks get.
    pub racing_schedules: usize,
    /// How many times four processes tick at once.
    pub process_rounds: usize,
    /// How many ticks a day the engine gets where its ticks are held against a simulation.
    pub engine_ticks_a_day: u32,
    /// How many windows are due where the time of a tick is measured.
    pub due_at_once: usize,
    /// Which of the pairs of interruptions a job's life is put through: each so-many-th.
    pub job_pair_step: usize,
    /// How many histories of a job that several clients race for are checked.
    pub job_histories: usize,
    /// How often runs race for a dry run.
    pub dry_races: usize,
    /// After how many of its writes, evenly spread, an import is killed.
    pub import_kills: usize,
    /// Made-up stores that are imported and exported again: seed and number of records.
    pub imported_stores: &'static [(u64, u64)],
}

/// The counts of this run.
pub fn sizes() -> Sizes {
    if is_full() {
        Sizes {
            kills: 120,
            racing_updates: 50,
            race_rounds: 40,
            schedule_pairs: 200_000,
            simulations: 6,
            ticks_a_day: 96,
            tick_pairs: 5_000,
            racing_schedules: 200,
            process_rounds: 25,
            engine_ticks_a_day: 96,
            due_at_once: 100,
            job_pair_step: 1,
            job_histories: 20_000,
            dry_races: 200,
            import_kills: 2_000,
            imported_stores: &[(1, 0), (2, 1), (3, 10), (4, 100), (5, 100), (6, 1_000), (7, 1_000), (8, 10_000)],
        }
    } else {
        Sizes {
            kills: 8,
            racing_updates: 50,
            race_rounds: 2,
            schedule_pairs: 6_000,
            simulations: 2,
            ticks_a_day: 8,
            tick_pairs: 60,
            racing_schedules: 2,
            process_rounds: 2,
            engine_ticks_a_day: 2,
            due_at_once: 10,
            job_pair_step: 37,
            job_histories: 1_000,
            dry_races: 3,
            import_kills: 6,
            imported_stores: &[(1, 0), (2, 3), (3, 60), (4, 300)],
        }
    }
}

fn is_full() -> bool {
    std::env::var_os("DATAOPS_PROVE").is_some()
}

/// Writes what a full run found to docs/grids/`name`.md; a reduced run writes nothing.
pub fn record(name: &str, about: &str, counts: &[(&str, &dyn Display)], findings: &str) {
    let rows: Vec<Vec<String>> = counts.iter().map(|(what, count)| vec![(*what).to_owned(), count.to_string()]).collect();
    record_table(name, about, &["what", "count"], &rows, findings);
}

/// As [`record`], with columns of its own: the first holds words, the others figures. Any run prints it.
#[expect(clippy::print_stdout, reason = "a proof shows what it found")]
pub fn record_table(name: &str, about: &str, columns: &[&str], rows: &[Vec<String>], findings: &str) {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head = line(&columns.iter().map(|&column| column.to_owned()).collect::<Vec<_>>());
    let rule = format!("|---|{}\n", "--:|".repeat(columns.len() - 1));
    let table: String = [head, rule].into_iter().chain(rows.iter().map(|row| line(row))).collect();
    println!("{about}\n\n{table}\nFindings: {findings}");
    if !is_full() {
        return;
    }
    let setting = |name: &str| std::env::var_os(name).map_or_else(|| "unknown".to_owned(), |value| value.to_string_lossy().into_owned());
    let text = format!(
        "# {about}\n\nWritten by `scripts/prove` on {} at commit {}.\n\n{table}\nFindings: {findings}\n",
        setting("DATAOPS_PROVE_DATE"),
        setting("DATAOPS_PROVE_COMMIT")
    );
    let path = format!("{}/../../docs/grids/{name}.md", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(path, text).expect("docs/grids can be written");
}
