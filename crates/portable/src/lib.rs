//! Portable data: an export of everything the product stores, as files that ordinary tools read (EX-1 to EX-6).
//!
//! - [`Writer`] takes records in any order and writes the folder; [`archive`] and [`bag`] pack it.
//! - [`validate()`] reads a folder, an archive or a bag, and finds everything that is wrong with it.
//! - [`import`] reads records back and plans what an import would do with each.
//!
//! Nothing here knows a database: records come in as [`Incoming`], and go out as [`import::Restored`]. Memory is bounded
//! whatever the size: what must be sorted or joined is written to a scratch folder and merged.

pub mod archive;
pub mod bag;
mod chain;
mod check;
mod entity;
mod folder;
pub mod import;
mod json;
mod manifest;
mod read;
pub mod record;
mod redact;
mod relations;
mod report;
pub mod schema;
mod sort;
mod write;

pub use check::{Options, validate};
pub use entity::Entity;
pub use manifest::{Manifest, Origin};
pub use read::{Failure, Limits};
pub use record::{Deleted, Incoming, Portable};
pub use report::{Finding, Report};
pub use write::{WriteError, Writer};
