//! What a rule says when it says no: a stable code, words for the caller, the fields concerned and what is missing.

use serde::Serialize;

/// One problem with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON pointer to the field, such as `/proofRequirement/type`.
    pub pointer: String,
    /// What was wrong and what would be right.
    pub message: String,
}

/// A refused request. The HTTP layer answers it with 400; nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Stable snake_case code, such as `invalid_field` or `proof_missing`.
    pub code: &'static str,
    /// The words of the first problem.
    pub message: String,
    /// Every field problem, in the order the rules are checked.
    pub errors: Vec<FieldError>,
    /// For a refused completion: every missing item, in its own words.
    pub missing: Vec<String>,
}

impl Refusal {
    /// A refusal without a field: a rule about the record's state.
    pub fn rule(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), errors: Vec::new(), missing: Vec::new() }
    }

    /// A refusal of one field.
    pub fn field(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        let error = FieldError { pointer: pointer.into(), message: message.clone() };
        Self { code: "invalid_field", message, errors: vec![error], missing: Vec::new() }
    }

    /// A refusal of every field in `errors`; `None` when there is nothing to refuse.
    pub fn fields(errors: Vec<FieldError>) -> Option<Self> {
        let message = errors.first()?.message.clone();
        Some(Self { code: "invalid_field", message, errors, missing: Vec::new() })
    }
}
