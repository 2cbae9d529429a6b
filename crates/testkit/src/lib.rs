//! For tests only: a fresh stack in memory made from the same template, a standing clock, callers typed by credential,
//! and the request ledger that knows every database call.
//!
//! Nothing here imitates the product: the handlers are the functions' own, and the database is the embedded engine.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a test that can't be set up should stop")]

mod answer;
mod browser;
mod caller;
mod dice;
mod faults;
mod ledger;
mod logs;
pub mod proof;
pub mod raw;
mod roles;
mod stack;

pub use answer::Answer;
pub use browser::Browser;
pub use caller::Caller;
pub use dataops_assistant_runner::AssistantRunner;
pub use dataops_export_job::ExportJob;
pub use dice::Dice;
pub use faults::{Faults, Happens};
pub use ledger::Ledger;
pub use roles::record_roles;
pub use stack::Stack;
