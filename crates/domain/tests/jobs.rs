//! The life of an assistant job, whole: the grid of every action in every state, and a walk over everything that people, an
//! outside worker and the runner can do to one, with a crash at any point.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "jobs/grid.rs"]
mod grid;
#[path = "jobs/model.rs"]
mod model;
#[path = "jobs/runner.rs"]
mod runner;

fn compare(name: &str, text: &str) {
    let path = format!("{}/../../docs/grids/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "docs/grids/{name} differs from the code: run `UPDATE_DOCS=1 scripts/test`\n{text}");
}
