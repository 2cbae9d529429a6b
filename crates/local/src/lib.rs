//! The fleet on one machine: an embedded AWS on loopback, made from `template.full.yaml`, and the functions' own handlers
//! behind the same calls they get on AWS.
//!
//! It is no second implementation of anything the product does: it stores what DynamoDB and S3 would store, invokes what
//! Lambda would invoke and ticks what EventBridge would tick.

pub mod admin;
pub mod control;
pub mod data_dir;
pub mod door;
pub mod embedded;
pub mod error;
pub mod exports;
pub mod fleet;
pub mod functions;
pub mod host;
pub mod invoke;
pub mod roles;
pub mod scheduler;
pub mod template;

mod database;
mod objects;
mod random;
mod serve;

pub use data_dir::DataDir;
pub use embedded::Embedded;
pub use error::LocalError;
pub use fleet::{Fleet, FleetOptions};
pub use host::Host;
pub use invoke::InvokeEndpoint;
pub use template::{Given, STACK, Template};
