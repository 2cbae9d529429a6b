//! A field that is absent, explicitly null, or set. The wire keeps the three apart: a resolved wait leaves `null`,
//! a field nobody filled is left out.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Absent, null or set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Maybe<T> {
    /// The field is left out.
    #[default]
    Unset,
    /// The field is there and `null`.
    Null,
    /// The field has a value.
    Set(T),
}

impl<T> Maybe<T> {
    /// True when the field is left out. For `skip_serializing_if`.
    pub fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    /// The value, if there is one.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Unset | Self::Null => None,
        }
    }
}

impl Maybe<String> {
    /// The text when it is set and not blank.
    pub fn text(&self) -> Option<&str> {
        self.get().map(String::as_str).filter(|text| !text.trim().is_empty())
    }
}

impl<T> From<Option<T>> for Maybe<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unset, Self::Set)
    }
}

impl<T: Serialize> Serialize for Maybe<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(value) => value.serialize(serializer),
            Self::Unset | Self::Null => serializer.serialize_none(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Null, Self::Set))
    }
}
