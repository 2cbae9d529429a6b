//! The content crate from outside: what ships, what is refused, what is found.

mod broken;
mod documents;
mod fixture;
mod lint_documents;
mod lint_duties;
mod lint_playbooks;
mod lint_workflows;
mod search;
mod shipped;
mod written;
