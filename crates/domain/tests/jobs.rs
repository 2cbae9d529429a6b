//! The life of an assistant job, whole: the grid of every action in every state, and a walk over everything that people, an
//! outside worker and the runner can do to one, with a crash at any point.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "support/committed.rs"]
mod committed;
#[path = "jobs/grid.rs"]
mod grid;
#[path = "jobs/model.rs"]
mod model;
#[path = "jobs/runner.rs"]
mod runner;
