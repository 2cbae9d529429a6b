//! Whose chain: the kind of an entity and its id, written `<type>#<id>`.

use std::fmt;

use crate::id;

/// The longest name of a kind.
const MAX_KIND: usize = 40;

/// An entity as the audit log names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity {
    /// `task`, `bundle`, `template`, `user` and so on.
    pub kind: String,
    /// The entity's id.
    pub id: String,
}

impl Entity {
    /// The entity of this kind and id.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }

    /// Reads `<type>#<id>`; `None` when it has a form that no entity can have. The type need not be a known one.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once('#')?;
        let named = !kind.is_empty() && kind.len() <= MAX_KIND && kind.bytes().all(|b| b.is_ascii_lowercase() || b"_-".contains(&b));
        (named && id::is_valid(id)).then(|| Self::new(kind, id))
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.kind, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_is_a_kind_and_an_id() {
        for good in ["task#t1", "assistant_job#01J", "made-up#a.b:c"] {
            assert_eq!(Entity::parse(good).map(|entity| entity.to_string()).as_deref(), Some(good));
        }
        for bad in ["", "task", "#t1", "task#", "Task#t1", "task#a b", "task#a#b", "ta sk#x"] {
            assert_eq!(Entity::parse(bad), None, "{bad}");
        }
    }
}
