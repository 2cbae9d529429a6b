//! Recurring work: duties and automatic workflows, and the tick that makes them (RW-1..14).
//!
//! `world` loads what the planner (`dataops_domain::generation`) looks at, `settle` writes what it says, each window in one
//! transaction with its work. The tick, a range that somebody asks for and a preview go through both.

mod ask;
mod configs;
mod explain;
mod limits;
mod seed;
mod settle;
mod standing;
mod tick;
mod windows;
mod work;
pub(crate) mod world;

pub(crate) use explain::sentence;
pub use limits::Limits;
pub use seed::DutyReport;
pub use tick::TickReport;
pub use windows::WindowQuery;
pub(crate) use work::put as put_row;
pub(crate) use world::{Record, World, sources_of};
