//! The rules of the product, and nothing else: entities, state tables, proof gates, dates, ids, the audit chain.
//!
//! Everything here is a pure function of its arguments. There is no async, no I/O, no clock, no randomness, no
//! environment and no AWS; time, ids and configuration come in as arguments and decisions go out as values.

pub mod actor;
pub mod artifact;
pub mod audit;
pub mod bundle;
pub mod closing;
pub mod credential;
pub mod file;
pub mod generation;
pub mod id;
pub mod input;
pub mod job;
pub mod json;
pub mod link;
pub mod linked;
pub mod maybe;
pub mod notification;
pub mod pause;
pub mod plain;
pub mod proof;
pub mod recurring;
pub mod refs;
pub mod refusal;
pub mod reminder;
pub mod reschedule;
pub mod schedule;
pub mod search;
pub mod secrets;
pub mod start;
pub mod task;
pub mod template;
pub mod time;
pub mod user;

pub use actor::Actor;
pub use maybe::Maybe;
pub use refusal::{FieldError, Refusal};
pub use time::{Date, Timestamp};
