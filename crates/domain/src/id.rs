//! Identifiers: ULIDs for what people make, derived ULIDs for generated work (the same work always gets the same id).

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;

use crate::time::Date;

/// The longest id that is accepted, in characters.
pub const MAX_LENGTH: usize = 128;

/// True for a non-empty id of at most 128 characters from `[A-Za-z0-9._:-]`.
pub fn is_valid(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_LENGTH && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
}

/// A ULID that says what it identifies: its time part is 00:00 UTC of `date`, its random part the first 80 bits of
/// SHA-256 over the identity, written as a JSON array so that no two identities read the same.
pub fn derived(date: Date, identity: &[&str]) -> String {
    let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
    let digest = Sha256::digest(serde_json::json!(identity).to_string());
    from_parts(u64::try_from(midnight).unwrap_or(0), &digest)
}

/// The UTC day in the time part of a ULID; `None` for ids of another form.
pub fn day_of(id: &str) -> Option<Date> {
    let ulid = Ulid::from_string(id).ok()?;
    chrono::DateTime::from_timestamp_millis(i64::try_from(ulid.timestamp_ms()).ok()?).map(|moment| moment.date_naive())
}

/// A ULID of a moment (milliseconds since 1970) whose random part comes from hashing `seed`: a repeated operation
/// computes the same ids.
pub fn seeded(millis: u64, seed: &[&str]) -> String {
    from_parts(millis, &Sha256::digest(serde_json::json!(seed).to_string()))
}

fn from_parts(millis: u64, digest: &[u8]) -> String {
    let mut random = [0u8; 16];
    random[6..].copy_from_slice(&digest[..10]);
    Ulid::from_parts(millis, u128::from_be_bytes(random)).to_string()
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// Takes an id that is known to be good, such as one just derived or read from the store.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// Reads an id from outside; `None` when it has a form no record can have.
            pub fn parse(id: &str) -> Option<Self> {
                is_valid(id).then(|| Self(id.to_owned()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

typed_id!(
    /// Id of a task.
    TaskId
);
typed_id!(
    /// Id of a bundle: one run of a workflow.
    BundleId
);
typed_id!(
    /// Id of a template: a workflow's definition.
    TemplateId
);
typed_id!(
    /// Id of a recurring config: a duty and its schedule.
    RecurringConfigId
);
typed_id!(
    /// Id of a user.
    UserId
);
typed_id!(
    /// Id of a notification.
    NotificationId
);
typed_id!(
    /// Id of an uploaded file.
    FileId
);
typed_id!(
    /// Id of an artifact.
    ArtifactId
);
typed_id!(
    /// Id of an assistant job.
    JobId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_id_depends_on_its_identity_and_date_alone() {
        let date = Date::from_ymd_opt(2026, 8, 17).expect("a date");
        let id = derived(date, &["task", "b1", "create-invoice"]);
        assert_eq!(id, derived(date, &["task", "b1", "create-invoice"]));
        assert_ne!(id, derived(date, &["task", "b1c", "reate-invoice"]));
        assert_eq!(id.len(), 26);
        assert_eq!(Ulid::from_string(&id).expect("a ULID").timestamp_ms(), 1_786_924_800_000);
    }

    #[test]
    fn ids_from_outside_hold_no_path() {
        for good in ["a", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "task-template.tasks.podcast", "a:b-c"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in ["", "a/b", "../x", "a b", "ü", &"x".repeat(129)] {
            assert!(!is_valid(bad), "{bad}");
        }
    }
}
