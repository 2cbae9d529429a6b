//! The pages: each a pure function from the engine's view to a [`crate::ui::page::Page`].

pub mod activity;
pub mod artifacts;
pub mod close_workflow;
pub mod documents;
pub mod error;
pub mod gap;
pub mod home;
pub mod inbox;
pub mod move_workflow;
pub mod search;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod start;
pub mod task;
pub mod task_new;
pub mod tasks;
pub mod template;
pub mod template_edit;
pub mod templates;
pub mod trash;
pub mod users;
pub mod workflow;
pub mod workflow_template;
pub mod workflows;
