//! What an assistant is: it takes a [`Request`] made of data, and gives [`Outputs`] that a person reviews.
//!
//! - [`podcast::document`] is the podcast assistant: a pure function. Same request, same bytes (AJ-8).
//! - An [`Executor`] runs a request and says how it goes. [`DryRun`] is the default and needs nothing; the real ones are
//!   chosen in the [`Config`], per assistant type, and stay off without their credential.
//! - [`Executors`] holds them, built once from configuration and content.
//!
//! The caller resolves what a job refers to, stores what comes out and moves the job; nothing here knows the store, the
//! job's status, or AWS. Nothing here sends anything to a public site, a chat or by mail (AJ-10).

mod brief;
mod clean;
mod command;
mod config;
mod dry_run;
mod executor;
mod executors;
mod failure;
mod messages;
mod output;
pub mod podcast;
mod request;

pub use config::{Config, ConfigError, Kind, Standing, settings};
pub use dry_run::DryRun;
pub use executor::{Event, Executor, Finished, MAX_LOG, Run, Usage};
pub use executors::Executors;
pub use failure::{Code, Failure};
pub use output::{MAX_OUTPUT_BYTES, Output, Outputs};
pub use request::{AboutBundle, AboutTask, Data, Earlier, Input, MAX_INPUT_TEXT, Request};
