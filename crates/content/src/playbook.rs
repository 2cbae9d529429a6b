//! The question playbook of an assistant: what to ask, when and why, and what an intake has to tell.

/// A playbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Playbook {
    /// The assistant type it is for, such as `podcast`.
    pub assistant: String,
}
