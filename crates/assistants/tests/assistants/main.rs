//! The assistants from outside: what they make of an intake, and how executors run and stop.

mod messages;
mod podcast;
mod run;
