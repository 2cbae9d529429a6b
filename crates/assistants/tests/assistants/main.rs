//! The assistants from outside: what they make of an intake, and how executors run and stop.

mod command;
mod config;
mod messages;
mod podcast;
mod run;
