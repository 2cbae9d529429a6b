//! The kinds of records an export holds: one file each, in the order of the wire contract, 15.1.

/// A kind of record, and the file that holds its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// People, and actors that only events and tasks know.
    Users,
    /// Tasks.
    Tasks,
    /// Runs of workflows.
    Bundles,
    /// Definitions of workflows.
    Templates,
    /// Recurring duties.
    RecurringConfigs,
    /// Uploaded files; their bytes travel apart.
    Files,
    /// Artifacts; their bytes travel apart.
    Artifacts,
    /// Jobs of assistants.
    AssistantJobs,
    /// Events of assistant jobs.
    AuditEvents,
    /// Nothing of ours: the file is there, and empty, for older readers.
    IntakeItems,
    /// Notifications.
    Notifications,
    /// Events of everything but assistant jobs.
    ChangeEvents,
    /// What became of each source on each date.
    GenerationWindows,
}

struct About {
    entity: Entity,
    name: &'static str,
    file: &'static str,
    id_key: &'static str,
    kind: Option<&'static str>,
}

const fn about(entity: Entity, name: &'static str, file: &'static str, id_key: &'static str, kind: Option<&'static str>) -> About {
    About { entity, name, file, id_key, kind }
}

const ABOUT: [About; 13] = [
    about(Entity::Users, "users", "users.jsonl", "user_id", Some("user")),
    about(Entity::Tasks, "tasks", "tasks.jsonl", "task_id", Some("task")),
    about(Entity::Bundles, "bundles", "bundles.jsonl", "bundle_id", Some("bundle")),
    about(Entity::Templates, "templates", "templates.jsonl", "template_id", Some("template")),
    about(Entity::RecurringConfigs, "recurring_configs", "recurring_configs.jsonl", "recurring_config_id", Some("recurring_config")),
    about(Entity::Files, "files", "files.jsonl", "file_id", Some("file")),
    about(Entity::Artifacts, "artifacts", "artifacts.jsonl", "artifact_id", Some("artifact")),
    about(Entity::AssistantJobs, "assistant_jobs", "assistant_jobs.jsonl", "assistant_job_id", Some("assistant_job")),
    about(Entity::AuditEvents, "audit_events", "audit_events.jsonl", "audit_event_id", None),
    about(Entity::IntakeItems, "intake_items", "intake_items.jsonl", "intake_item_id", None),
    about(Entity::Notifications, "notifications", "notifications.jsonl", "notification_id", Some("notification")),
    about(Entity::ChangeEvents, "change_events", "change_events.jsonl", "audit_event_id", None),
    about(Entity::GenerationWindows, "generation_windows", "generation_windows.jsonl", "generation_window_id", Some("window")),
];

impl Entity {
    /// Every kind, in order.
    pub const ALL: [Self; 13] = [
        Self::Users,
        Self::Tasks,
        Self::Bundles,
        Self::Templates,
        Self::RecurringConfigs,
        Self::Files,
        Self::Artifacts,
        Self::AssistantJobs,
        Self::AuditEvents,
        Self::IntakeItems,
        Self::Notifications,
        Self::ChangeEvents,
        Self::GenerationWindows,
    ];
    /// How many of them every reader knows; the others came later.
    pub const KNOWN_TO_ALL: usize = 11;

    /// Its place in the order.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The kind at a place in the order.
    pub fn at(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// Its name: `recurring_configs`.
    pub fn name(self) -> &'static str {
        ABOUT[self.index()].name
    }

    /// Its file: `recurring_configs.jsonl`.
    pub fn file(self) -> &'static str {
        ABOUT[self.index()].file
    }

    /// The field that holds a record's id: `recurring_config_id`.
    pub fn id_key(self) -> &'static str {
        ABOUT[self.index()].id_key
    }

    /// What the audit log calls one of them: `recurring_config`; `None` for what has no chain of its own.
    pub fn kind(self) -> Option<&'static str> {
        ABOUT[self.index()].kind
    }

    /// The kind with this name.
    pub fn parse(name: &str) -> Option<Self> {
        ABOUT.iter().find(|about| about.name == name).map(|about| about.entity)
    }

    /// The kind whose file has this name.
    pub fn of_file(file: &str) -> Option<Self> {
        ABOUT.iter().find(|about| about.file == file).map(|about| about.entity)
    }

    /// The kind that the audit log calls so.
    pub fn of_kind(kind: &str) -> Option<Self> {
        ABOUT.iter().find(|about| about.kind == Some(kind)).map(|about| about.entity)
    }

    /// True for the two that hold events.
    pub fn is_events(self) -> bool {
        matches!(self, Self::AuditEvents | Self::ChangeEvents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_at_its_place() {
        for (index, entity) in Entity::ALL.into_iter().enumerate() {
            assert_eq!((entity.index(), ABOUT[index].entity), (index, entity));
            assert_eq!(Entity::of_file(&format!("{}.jsonl", entity.name())), Some(entity));
            assert_eq!(Entity::parse(entity.name()), Some(entity));
        }
    }
}
