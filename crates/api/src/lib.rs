//! The wire: what the engine answers, what a refusal looks like, what each page shows, and the typed client that the
//! portal and the command line use. It decides nothing; the rules live in `dataops-domain`.

pub mod bulk;
pub mod client;
pub mod documents;
pub mod exports;
pub mod problem;
pub mod recurring;
pub mod reschedule;
pub mod search;
pub mod views;
pub mod wire;

pub use client::{Answer, Caller, Client, ClientError};
pub use problem::Problem;
