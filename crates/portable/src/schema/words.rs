//! The words of fields that may hold only a few. Those that the domain lists as words are taken from there; of the others a
//! test asks the domain's types, so that a new word of the product is never one that the validator does not know.

pub(crate) const TASK_STATUS: &[&str] = &["todo", "waiting", "done", "archived"];
pub(crate) const STAGES: &[&str] = &["preparation", "announced", "after-event", "done"];
pub(crate) const BUNDLE_STATUS: &[&str] = &["active", "archived"];
pub(crate) const ROLES: &[&str] = &["admin", "operator"];
pub(crate) const CATEGORIES: &[&str] = &["image", "invoice", "document"];
pub(crate) const FILE_STATUS: &[&str] = &["uploading", "ready", "deleting"];
pub(crate) const JOB_STATUS: &[&str] =
    &["draft", "queued", "running", "waiting_approval", "approved", "rejected", "retrying", "succeeded", "failed", "canceled"];
pub(crate) const NOTIFICATION_TYPES: &[&str] =
    &["task-due", "task-overdue", "follow-up-due", "missing-evidence", "recurring-due", "stage-change", "automation-failure"];
pub(crate) const WINDOW_STATUS: &[&str] = &["created", "exists", "recovered", "skipped", "failed", "missed"];
pub(crate) const WINDOW_REASONS: &[&str] = &["paused", "disabled", "archived", "before-creation", "not-named"];
pub(crate) const WINDOW_BY: &[&str] = &["tick", "request", "start"];

/// Kinds of what change events are about: everything that has a chain, jobs apart.
pub(crate) const CHANGED: &[&str] =
    &["artifact", "bundle", "file", "notification", "recurring_config", "task", "template", "user", "window"];
/// Jobs, which have a file of events of their own.
pub(crate) const JOB: &[&str] = &[dataops_domain::job::KIND];
/// What stands for an actor that is no user; no such record is ever stored.
pub(crate) const ACTOR_KINDS: &[&str] = &["service"];

/// Actions of a task's history.
pub(crate) const HISTORY_ACTIONS: &[&str] =
    &["waiting-started", "follow-up-sent", "response-received", "unblocked", "wait-resolved", "completed", "reopened", "commented"];
/// What was decided about a job.
pub(crate) const VERDICTS: &[&str] = &["pending", "approved", "rejected"];
/// Kinds of proof.
pub(crate) const PROOF_TYPES: &[&str] = &["url", "file", "artifact", "comment", "external-status"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use dataops_domain::artifact::{ArtifactStatus, ArtifactType, DataClass, SourceType, StorageProvider};
    use dataops_domain::bundle::{BundleStatus, Stage};
    use dataops_domain::file::{Category, FileStatus};
    use dataops_domain::generation::window::{By, Skip, Status as WindowStatus};
    use dataops_domain::job::Verdict;
    use dataops_domain::job::state::JobStatus;
    use dataops_domain::notification::Kind as NotificationKind;
    use dataops_domain::proof::ProofType;
    use dataops_domain::task::{HistoryAction, Status};
    use dataops_domain::user::Role;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::entity::Entity;
    use crate::schema::{Kind, fields};

    /// Every word that a type of the domain reads: it lists them when it is given another one.
    fn read_by<T: DeserializeOwned>() -> BTreeSet<String> {
        let Err(error) = serde_json::from_value::<T>("no such word".into()) else { panic!("it reads anything") };
        let told = error.to_string();
        let words: BTreeSet<String> = told.split('`').skip(3).step_by(2).map(str::to_owned).collect();
        assert!(words.len() > 1 && words.iter().all(|word| serde_json::from_value::<T>(word.as_str().into()).is_ok()), "{told}");
        words
    }

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn every_word_of_the_product_is_known_and_no_other() {
        let kinds: Vec<&str> = Entity::ALL.into_iter().filter_map(Entity::kind).filter(|kind| *kind != dataops_domain::job::KIND).collect();
        let wanted = [
            ("users.actor_kind", set(ACTOR_KINDS)),
            ("users.role", read_by::<Role>()),
            ("tasks.stage_on_complete", read_by::<Stage>()),
            ("tasks.status", read_by::<Status>()),
            ("bundles.stage", read_by::<Stage>()),
            ("bundles.status", read_by::<BundleStatus>()),
            ("files.category", read_by::<Category>()),
            ("files.status", read_by::<FileStatus>()),
            ("artifacts.data_class", read_by::<DataClass>()),
            ("artifacts.source_type", read_by::<SourceType>()),
            ("artifacts.status", read_by::<ArtifactStatus>()),
            ("artifacts.storage_provider", read_by::<StorageProvider>()),
            ("artifacts.type", read_by::<ArtifactType>()),
            ("artifacts.visibility", read_by::<DataClass>()),
            ("assistant_jobs.status", read_by::<JobStatus>()),
            ("audit_events.action", set(dataops_domain::job::ACTIONS)),
            ("audit_events.entity_type", set(&[dataops_domain::job::KIND])),
            ("notifications.notification_type", read_by::<NotificationKind>()),
            ("change_events.entity_type", set(&kinds)),
            ("generation_windows.by", read_by::<By>()),
            ("generation_windows.reason", read_by::<Skip>()),
            ("generation_windows.status", read_by::<WindowStatus>()),
        ];
        let mut known = Vec::new();
        for entity in Entity::ALL {
            for field in fields(entity) {
                let Kind::Word(words) = field.kind else { continue };
                known.push((format!("{}.{}", entity.name(), field.name), set(words)));
            }
        }
        // A field that is not named here has words that nobody compares.
        let wanted: Vec<(String, BTreeSet<String>)> = wanted.into_iter().map(|(field, words)| (field.to_owned(), words)).collect();
        assert_eq!(known, wanted);
    }

    #[test]
    fn every_word_inside_a_record_is_known_too() {
        assert_eq!(set(HISTORY_ACTIONS), read_by::<HistoryAction>());
        assert_eq!(set(VERDICTS), read_by::<Verdict>());
        assert_eq!(PROOF_TYPES, ProofType::ALL.map(ProofType::as_str), "the contract tells them in this order");
        assert_eq!(set(PROOF_TYPES), read_by::<ProofType>());
    }
}
