//! References from workflows and duties to documents and their steps.

use crate::documents::{Documents, Unresolved};

/// Says when a document or the step in it is not there, or when its id is not fit to be referred to.
pub fn instruction(documents: &Documents, id: &str, step: Option<&str>) -> Option<String> {
    let document = match documents.resolve(id) {
        Err(Unresolved::NotFound) => return Some(format!("unknown document '{id}'")),
        Err(Unresolved::Ambiguous) => return Some(format!("more than one document is named '{id}'")),
        Ok(document) if document.id_generated => {
            return Some(format!("document '{id}' is referred to, so its frontmatter needs an id"));
        }
        Ok(document) if document.id != id => {
            return Some(format!("document '{id}' is now '{}'; refer to it by that id", document.id));
        }
        Ok(document) => document,
    };
    let step = step.filter(|step| document.step(step).is_none())?;
    Some(format!("document '{id}' has no step {step}; it has {}", document.steps.len()))
}
