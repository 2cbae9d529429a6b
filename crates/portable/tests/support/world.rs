//! A made-up store: records of every kind, each made from nothing but a seed, its kind and its number, so that a million of them
//! take no memory. The same seed always makes the same store.

use dataops_domain::artifact::Artifact;
use dataops_domain::audit::{Event, Head, NewEvent, chained};
use dataops_domain::bundle::Bundle;
use dataops_domain::file::File;
use dataops_domain::generation::{Window, work};
use dataops_domain::job::Job;
use dataops_domain::notification::Notification;
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::task::Task;
use dataops_domain::template::Template;
use dataops_domain::time::plus_days;
use dataops_domain::user::User;
use dataops_domain::{Date, Timestamp, id, json};
use dataops_portable::schema::{self, Kind};
use dataops_portable::{Deleted, Entity, Incoming, Portable};
use serde_json::{Value, json};

/// Numbers that look random and are the same for the same seed (SplitMix64).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, below: u64) -> u64 {
        if below == 0 { 0 } else { self.next() % below }
    }

    pub(crate) fn coin(&mut self) -> bool {
        self.next() & 1 == 0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// Kinds that are made here, events apart: they come with what they are about.
pub(crate) const KINDS: [Entity; 10] = [
    Entity::Users,
    Entity::Templates,
    Entity::RecurringConfigs,
    Entity::Bundles,
    Entity::Tasks,
    Entity::Files,
    Entity::Artifacts,
    Entity::AssistantJobs,
    Entity::Notifications,
    Entity::GenerationWindows,
];

/// The words that a field may hold, as the schema has them: a new word is made here by itself.
fn words_of(entity: Entity, name: &str) -> &'static [&'static str] {
    let field = schema::fields(entity).iter().find(|field| field.name == name);
    match field.map(|field| field.kind) {
        Some(Kind::Word(words)) => words,
        kind => panic!("{}.{name} is no word but {kind:?}", entity.name()),
    }
}

const WORDS: [&str; 24] = [
    "Rechnung",
    "prüfen",
    "newsletter",
    "📣",
    "مرحبا",
    "発表",
    "e\u{301}tude",
    "line\nbreak",
    "tab\there",
    "\"quoted\"",
    "back\\slash",
    "host",
    "guest",
    "ok",
    "–",
    "10:30",
    "a/b",
    "<b>",
    "&amp;",
    "a\u{2028}b",
    "ÄÖÜ",
    "zwölf",
    "x",
    "🇩🇪",
];

/// A store of so many records of each kind (those of [`KINDS`]).
#[derive(Debug, Clone, Copy)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) counts: [u64; 10],
    /// Whether records carry fields that may be left out, unknown actors, tombstones and all that; else little.
    pub(crate) rich: bool,
}

/// A record with its events.
pub(crate) struct Made {
    pub(crate) record: Incoming,
    pub(crate) events: Vec<Event>,
}

impl World {
    pub(crate) fn new(seed: u64, counts: [u64; 10]) -> Self {
        Self { seed, counts, rich: true }
    }

    /// As many records of all kinds as nearly make up `total`, events included.
    pub(crate) fn of_size(seed: u64, total: u64) -> Self {
        let part = |percent: u64| (total * percent / 100).max(1);
        let small = |most: u64| part(1).min(most);
        Self { counts: [small(40), small(20), small(30), part(2), part(30), part(4), part(4), part(3), part(6), part(3)], seed, rich: true }
    }

    pub(crate) fn count(&self, entity: Entity) -> u64 {
        if entity == Entity::GenerationWindows && self.sources() == 0 {
            return 0;
        }
        KINDS.iter().position(|kind| *kind == entity).map_or(0, |at| self.counts[at])
    }

    /// How many duties and workflows have windows.
    fn sources(&self) -> u64 {
        self.count(Entity::RecurringConfigs) + self.count(Entity::Templates)
    }

    /// Every record with its events, kind by kind.
    pub(crate) fn all(&self) -> impl Iterator<Item = Made> + '_ {
        KINDS.into_iter().flat_map(move |entity| (0..self.count(entity)).map(move |number| self.made(entity, number)))
    }

    fn is_deleted(&self, entity: Entity, number: u64) -> bool {
        let may = !matches!(entity, Entity::Users | Entity::Notifications | Entity::GenerationWindows);
        self.rich && may && number % 17 == 5
    }

    /// A file whose bytes are on their way, or go.
    fn is_unsettled(&self, number: u64) -> bool {
        self.rich && number % 13 == 4
    }

    fn numbers(&self, entity: Entity, number: u64, what: u64) -> Numbers {
        let mut numbers = Numbers::seeded(self.seed ^ (entity.index() as u64) << 56 ^ what << 48 ^ number);
        numbers.next();
        numbers
    }

    /// The id of a record. Some look as other systems make them.
    pub(crate) fn id(&self, entity: Entity, number: u64) -> String {
        match entity {
            Entity::Users if number < 3 => ["operator", "editor", "host"][number as usize].to_owned(),
            Entity::Templates => format!("task-template.tasks.w{number}"),
            Entity::RecurringConfigs => format!("duty.d{number}"),
            Entity::GenerationWindows => String::new(),
            Entity::Tasks if self.is_duty(number) => work::duty_task_id(&self.config_of(number), self.date(number)).to_string(),
            Entity::Bundles if self.is_scheduled(number) => work::bundle_id(&self.template_of(number), self.anchor(number)).to_string(),
            _ if number % 11 == 7 => format!("3f2b{:04x}-0c1d-4e5f-8a9b-{:012x}", entity.index(), number),
            _ => id::seeded(1_750_000_000_000 + number * 977, &[entity.name(), &self.seed.to_string(), &number.to_string()]),
        }
    }

    /// Every fifth task is a duty's. Its number tells the duty and the date, so that no two have the same.
    fn is_duty(&self, number: u64) -> bool {
        number % 5 == 3 && self.count(Entity::RecurringConfigs) > 0
    }

    fn config_of(&self, number: u64) -> String {
        self.id(Entity::RecurringConfigs, number / 5 % self.count(Entity::RecurringConfigs).max(1))
    }

    fn date(&self, number: u64) -> Date {
        day(number / 5 / self.count(Entity::RecurringConfigs).max(1))
    }

    /// Every third bundle was made by a schedule. Its number tells the template and the anchor date.
    fn is_scheduled(&self, number: u64) -> bool {
        number % 3 == 1 && self.count(Entity::Templates) > 0
    }

    fn template_of(&self, number: u64) -> String {
        self.id(Entity::Templates, number / 3 % self.count(Entity::Templates).max(1))
    }

    fn anchor(&self, number: u64) -> Date {
        day(number / 3 / self.count(Entity::Templates).max(1) + LEAD_DAYS)
    }

    fn some(&self, numbers: &mut Numbers, entity: Entity) -> Option<String> {
        let count = self.count(entity);
        (count > 0).then(|| self.id(entity, numbers.below(count)))
    }

    fn actor(&self, numbers: &mut Numbers) -> String {
        match numbers.below(8) {
            0 => numbers.pick(&["portal-admin", "system", "Anna Müller", "ops-manager", "ci@bot"]).to_owned(),
            _ => self.some(numbers, Entity::Users).unwrap_or_else(|| "system".to_owned()),
        }
    }

    fn moment(&self, numbers: &mut Numbers) -> String {
        Timestamp::from_millis(1_760_000_000_000 + numbers.below(40_000_000_000) as i64).to_string()
    }

    pub(crate) fn made(&self, entity: Entity, number: u64) -> Made {
        let mut numbers = self.numbers(entity, number, 0);
        let value = match entity {
            Entity::Users => self.user(&mut numbers, number),
            Entity::Templates => self.template(&mut numbers, number),
            Entity::RecurringConfigs => self.config(&mut numbers, number),
            Entity::Bundles => self.bundle(&mut numbers, number),
            Entity::Tasks => self.task(&mut numbers, number),
            Entity::Files => self.file(&mut numbers, number),
            Entity::Artifacts => self.artifact(&mut numbers, number),
            Entity::AssistantJobs => self.job(&mut numbers, number),
            Entity::Notifications => self.notification(&mut numbers, number),
            _ => self.window(&mut numbers, number),
        };
        let (events, head) = self.events(&mut numbers, entity, number);
        let record = match entity {
            Entity::Users => typed::<User>(value, head),
            Entity::Templates => typed::<Template>(value, head),
            Entity::RecurringConfigs => typed::<RecurringConfig>(value, head),
            Entity::Bundles => typed::<Bundle>(value, head),
            Entity::Tasks => typed::<Task>(value, head),
            Entity::Files => typed::<File>(value, head),
            Entity::Artifacts => typed::<Artifact>(value, head),
            Entity::AssistantJobs => typed::<Job>(value, head),
            Entity::Notifications => typed::<Notification>(value, head),
            Entity::GenerationWindows => typed::<Window>(value, head),
            Entity::AuditEvents | Entity::IntakeItems | Entity::ChangeEvents => Incoming::json(entity, json::object(&value), head),
        };
        let tombstone = self.is_deleted(entity, number);
        let deleted = tombstone.then(|| Deleted { at: Timestamp::from_millis(1_790_000_000_000), by: self.actor(&mut numbers) });
        Made { record: Incoming { deleted, ..record }, events }
    }

    fn events(&self, numbers: &mut Numbers, entity: Entity, number: u64) -> (Vec<Event>, Head) {
        let kind = entity.kind().unwrap_or_default();
        let of = match entity {
            Entity::GenerationWindows => {
                let (source, date) = self.window_key(number);
                dataops_domain::generation::SourceKey::parse(&source)
                    .map(|source| dataops_domain::generation::window::id_of(&source, date))
                    .unwrap_or_default()
            }
            _ => self.id(entity, number),
        };
        let mut head = Head::default();
        let mut events = Vec::new();
        for at in 0..numbers.below(3) {
            let action = if entity == Entity::AssistantJobs { numbers.pick(dataops_domain::job::ACTIONS) } else { "updated" };
            let metadata = match numbers.below(3) {
                0 => Value::Null,
                1 => json!({}),
                _ => json!({ "changes": { "title": { "from": self.words(numbers, 2), "to": self.words(numbers, 3) } }, "n": at }),
            };
            let actor = self.actor(numbers);
            let new = NewEvent { action, summary: self.words(numbers, 4), metadata };
            let event = chained(
                kind,
                &of,
                &head,
                new,
                numbers.coin().then_some(actor.as_str()),
                Timestamp::from_millis(1_780_000_000_000 + at as i64),
            );
            head = Head { sequence: event.sequence, hash: event.hash.clone() };
            events.push(event);
        }
        (events, head)
    }

    fn words(&self, numbers: &mut Numbers, count: u64) -> String {
        (0..=numbers.below(count)).map(|_| numbers.pick(&WORDS)).collect::<Vec<_>>().join(" ")
    }

    fn texts(&self, numbers: &mut Numbers) -> Value {
        json!((0..numbers.below(3)).map(|_| self.words(numbers, 2)).collect::<Vec<_>>())
    }

    /// Fills in each field by the toss of a coin.
    fn maybe(&self, numbers: &mut Numbers, value: &mut Value, fields: Value) {
        if let (Value::Object(value), Value::Object(fields)) = (value, fields) {
            value.extend(fields.into_iter().filter(|(_, field)| self.rich && numbers.coin() && !field.is_null()));
        }
    }

    fn user(&self, numbers: &mut Numbers, number: u64) -> Value {
        let mut user = json!({
            "id": self.id(Entity::Users, number),
            "name": self.words(numbers, 2),
            "email": format!("user{number}@example.org"),
            "role": numbers.pick(words_of(Entity::Users, "role")),
            "createdAt": self.moment(numbers),
            "version": numbers.below(9),
        });
        let disabled = numbers.coin();
        self.maybe(numbers, &mut user, json!({ "disabled": disabled }));
        user
    }

    fn proof(&self, numbers: &mut Numbers) -> Value {
        let mut proof = json!({ "type": numbers.pick(&["url", "file", "artifact", "comment", "external-status"]) });
        let (label, required) = (self.words(numbers, 2), numbers.coin());
        self.maybe(numbers, &mut proof, json!({ "label": label, "required": required }));
        proof
    }

    fn links(&self, numbers: &mut Numbers) -> Value {
        json!((0..numbers.below(4)).map(|at| json!({ "name": format!("Slot {at}"), "url": if numbers.coin() { format!("https://example.org/{at}?pwd=a{at}") } else { String::new() } })).collect::<Vec<_>>())
    }

    fn refs(&self, numbers: &mut Numbers, key: &str, entity: Entity) -> Value {
        json!(
            (0..numbers.below(3))
                .map(|_| {
                    let known = self.some(numbers, entity).filter(|_| numbers.coin());
                    json!({ key: known.unwrap_or_else(|| format!("elsewhere-{}", numbers.below(9))), "type": "other", "z": 1, "a": null })
                })
                .collect::<Vec<_>>()
        )
    }

    fn linked(&self, numbers: &mut Numbers) -> Value {
        let mut one = |entity: Entity| self.some(numbers, entity).into_iter().collect::<Vec<_>>();
        let (files, artifacts) = (one(Entity::Files), one(Entity::Artifacts));
        json!({ "files": files, "artifacts": artifacts, "attached": one(Entity::Artifacts), "jobs": one(Entity::AssistantJobs) })
    }

    fn pauses(&self, numbers: &mut Numbers) -> Value {
        json!((0..numbers.below(3))
            .map(|_| json!({ "from": self.moment(numbers), "reason": self.words(numbers, 3), "actorId": self.actor(numbers), "resumedAt": self.moment(numbers), "resumedBy": self.actor(numbers) }))
            .collect::<Vec<_>>())
    }

    fn template(&self, numbers: &mut Numbers, number: u64) -> Value {
        let definitions: Vec<Value> = (0..=numbers.below(4))
            .map(|at| {
                let mut definition = json!({ "refId": format!("r{at}"), "description": self.words(numbers, 3), "offsetDays": numbers.below(40) as i64 - 20 });
                let fields = json!({
                    "isMilestone": true, "stageOnComplete": numbers.pick(words_of(Entity::Bundles, "stage")),
                    "assigneeId": "host", "instructionsUrl": "https://example.org/how", "instructionDocId": "doc.one", "instructionStepId": "2",
                    "phase": "p1", "systems": self.texts(numbers), "validation": { "requiredBundleLinks": ["Slot 1"] },
                    "requiredLinkName": "Slot 0", "requiresFile": numbers.coin(), "proofRequirement": self.proof(numbers),
                    "artifactRefs": [{ "artifactId": "planned" }], "own": { "kept": [1, 2] },
                });
                self.maybe(numbers, &mut definition, fields);
                definition
            })
            .collect();
        let mut template = json!({
            "id": self.id(Entity::Templates, number), "name": self.words(numbers, 2), "type": format!("w{number}"),
            "taskDefinitions": definitions, "createdAt": self.moment(numbers), "updatedAt": self.moment(numbers), "version": 3,
        });
        let fields = json!({
            "emoji": "🎙", "tags": self.texts(numbers), "defaultAssigneeId": self.actor(numbers),
            "phases": [{ "id": "p1", "name": "First", "stage": "preparation", "more": 1 }], "sourceDocIds": self.texts(numbers),
            "references": self.links(numbers), "bundleLinkDefinitions": [{ "name": "Slot 0" }, { "name": "Slot 1", "filled_by": "operator" }],
            "triggerType": numbers.pick(&["automatic", "manual"]), "triggerSchedule": "0 9 * * 1", "triggerLeadDays": numbers.below(9),
            "triggerEnabled": numbers.coin(), "timezone": "Europe/Berlin", "pauses": self.pauses(numbers), "archivedAt": self.moment(numbers),
            "scheduledSince": self.moment(numbers), "description": self.words(numbers, 5), "titlePattern": "{TOPIC}", "anchorMeaning": "day",
            "contentHash": "0".repeat(64), "differsFromGit": numbers.coin(),
        });
        self.maybe(numbers, &mut template, fields);
        template
    }

    fn config(&self, numbers: &mut Numbers, number: u64) -> Value {
        let mut config = json!({
            "id": self.id(Entity::RecurringConfigs, number), "description": self.words(numbers, 3), "cronExpression": "0 9 * * *",
            "enabled": numbers.coin(), "createdAt": self.moment(numbers), "updatedAt": self.moment(numbers), "version": 1,
        });
        let fields = json!({
            "timezone": "Asia/Kathmandu", "assigneeId": self.actor(numbers), "instructionsUrl": "mailto:a@example.org",
            "instructionDocId": "doc", "instructionStepId": "1", "systems": self.texts(numbers), "proofRequirement": self.proof(numbers),
            "requiredLinkName": "Slot", "requiresFile": numbers.coin(), "tags": self.texts(numbers), "pauses": self.pauses(numbers),
            "archivedAt": self.moment(numbers), "scheduledSince": self.moment(numbers), "contentHash": "f".repeat(64),
        });
        self.maybe(numbers, &mut config, fields);
        config
    }

    fn bundle(&self, numbers: &mut Numbers, number: u64) -> Value {
        let mut bundle = json!({
            "id": self.id(Entity::Bundles, number), "title": self.words(numbers, 3), "anchorDate": "2026-12-01",
            "stage": numbers.pick(words_of(Entity::Bundles, "stage")), "status": numbers.pick(words_of(Entity::Bundles, "status")),
            "createdAt": self.moment(numbers), "updatedAt": self.moment(numbers), "version": 2,
        });
        let evidence: Vec<String> = self.some(numbers, Entity::Tasks).into_iter().collect();
        let template = self.some(numbers, Entity::Templates).filter(|_| numbers.below(9) > 0).unwrap_or_else(|| "gone-template".to_owned());
        let fields = json!({
            "description": self.words(numbers, 9), "templateId": template, "templateVersion": 4, "phases": [{ "id": "p", "name": "P" }],
            "emoji": "📦", "references": self.links(numbers), "bundleLinks": self.links(numbers), "tags": self.texts(numbers),
            "sourceDocIds": self.texts(numbers), "artifactRefs": self.refs(numbers, "artifactId", Entity::Artifacts),
            "assistantJobRefs": self.refs(numbers, "assistantJobId", Entity::AssistantJobs), "auditEventRefs": [{ "auditEventId": "x" }],
            "evidenceFor": { "Slot 1": evidence }, "linked": self.linked(numbers), "plannedTasks": 7,
            "beingMade": true, "moving": { "from": "2026-11-01", "deadline": self.moment(numbers) }, "startedFor": "2026-11-02",
        });
        self.maybe(numbers, &mut bundle, fields);
        if self.is_scheduled(number) {
            bundle["templateId"] = self.template_of(number).into();
            bundle["startedFor"] = json!(self.anchor(number));
            if numbers.coin() {
                // It was never moved.
                bundle["anchorDate"] = json!(self.anchor(number));
                bundle.as_object_mut().into_iter().for_each(|bundle| drop(bundle.shift_remove("startedFor")));
            }
        }
        bundle
    }

    fn task(&self, numbers: &mut Numbers, number: u64) -> Value {
        let own = self.id(Entity::Tasks, number);
        let bundle = self.some(numbers, Entity::Bundles).filter(|_| numbers.below(9) > 0).unwrap_or_else(|| "elsewhere".to_owned());
        let mut task = json!({
            "id": own, "description": self.words(numbers, 4), "date": self.date(number), "status": "todo", "source": numbers.pick(&["manual", "template", "telegram", ""]),
            "createdAt": self.moment(numbers), "updatedAt": self.moment(numbers), "version": numbers.below(50),
        });
        let history: Vec<Value> = (0..numbers.below(4))
            .map(|at| {
                let action = numbers.pick(&["waiting-started", "follow-up-sent", "response-received", "unblocked", "wait-resolved", "completed", "reopened", "commented"]);
                let mut event = json!({ "id": format!("{own}-{at}"), "taskId": own, "action": action, "createdAt": self.moment(numbers) });
                let fields = json!({ "bundleId": if numbers.coin() { bundle.clone() } else { "another".to_owned() }, "actorId": self.actor(numbers), "channel": "mail", "waitingFor": "guest", "followUpAt": "2026-12-24", "previousFollowUpAt": self.moment(numbers), "note": self.words(numbers, 6) });
                self.maybe(numbers, &mut event, fields);
                event
            })
            .collect();
        let fields = json!({
            "dueAt": self.moment(numbers), "comment": self.words(numbers, 8), "externalStatus": self.words(numbers, 2), "instructionsUrl": "https://example.org/i",
            "instructionDocId": "doc", "instructionStepId": "3", "sourceDocIds": self.texts(numbers), "phase": "p1", "systems": self.texts(numbers),
            "validation": { "hint": self.words(numbers, 3), "requiredBundleLinks": [] }, "link": "https://meet.example.org/j/1?pwd=x7",
            "assigneeId": self.actor(numbers), "bundleId": bundle, "templateId": self.some(numbers, Entity::Templates).unwrap_or_else(|| "old".to_owned()),
            "templateTaskRef": "r1", "planned": { "offsetDays": -2, "date": "2026-10-10" }, "definitionMark": "ab", "stageOnComplete": numbers.pick(words_of(Entity::Tasks, "stage_on_complete")),
            "tags": self.texts(numbers), "artifactRefs": self.refs(numbers, "artifactId", Entity::Artifacts),
            "assistantJobRefs": self.refs(numbers, "assistantJobId", Entity::AssistantJobs), "intakeRefs": [{ "intakeItemId": "i1" }],
            "auditEventRefs": [{ "auditEventId": "e" }], "taskHistory": history,
            "reminded": [{ "type": "task-due", "at": "2026-10-10", "for": "host" }], "linked": self.linked(numbers),
        });
        self.maybe(numbers, &mut task, fields);
        if self.is_duty(number) {
            task["source"] = "recurring".into();
            task["recurringConfigId"] = self.config_of(number).into();
        }
        match numbers.below(5) {
            0 => {
                task["status"] = "waiting".into();
                task["waitingFor"] = "the sponsor".into();
                task["followUpAt"] = if numbers.coin() { "2026-12-24".into() } else { self.moment(numbers).into() };
                task["followUpChannel"] = "mail".into();
            }
            1 | 2 => self.done(numbers, number, &mut task),
            3 => task["status"] = "archived".into(),
            // An open task may have gates that nothing meets yet.
            _ => {
                let fields =
                    json!({ "proofRequirement": self.proof(numbers), "requiredLinkName": "Slot 0", "requiresFile": numbers.coin() });
                self.maybe(numbers, &mut task, fields);
            }
        }
        task
    }

    /// Done, each time proved in another way.
    fn done(&self, numbers: &mut Numbers, number: u64, task: &mut Value) {
        task["status"] = "done".into();
        task["completedAt"] = self.moment(numbers).into();
        task["completedBy"] = self.actor(numbers).into();
        let has_file = number < self.count(Entity::Files) && !self.is_deleted(Entity::Files, number) && !self.is_unsettled(number);
        let has_artifact =
            number < self.count(Entity::Artifacts) && number.is_multiple_of(2) && !self.is_deleted(Entity::Artifacts, number);
        match numbers.below(8) {
            0 if has_file => task["requiresFile"] = true.into(),
            1 if has_file => task["proofRequirement"] = json!({ "type": "file", "label": "Beleg" }),
            2 if has_artifact => task["proofRequirement"] = json!({ "type": "artifact" }),
            3 => {
                task["proofRequirement"] = json!({ "type": "comment" });
                task["comment"] = "seen".into();
            }
            4 => {
                task["requiredLinkName"] = "Slot 0".into();
                task["link"] = "https://example.org/x".into();
            }
            5 => {
                task["proofRequirement"] = json!({ "type": "external-status" });
                task["validation"] = json!({ "skipClosure": { "allowedStatuses": ["not needed"] } });
                task["comment"] = "[10:00] Not needed".into();
            }
            6 => {
                task["validation"] = json!({ "requiredBundleLinks": ["Luma"] });
                task["bundleId"] = self.some(numbers, Entity::Bundles).unwrap_or_else(|| "elsewhere".to_owned()).into();
                task["evidence"] = json!({ "bundleLinks": [{ "name": "Luma", "url": "https://lu.ma/x" }] });
            }
            7 => {
                // What its completion recorded proves it, whatever became of that since.
                if let Some((file, artifact)) = self.some(numbers, Entity::Files).zip(self.some(numbers, Entity::Artifacts)) {
                    task["proofRequirement"] = json!({ "type": "artifact" });
                    task["evidence"] = json!({ "fileIds": [file], "artifactIds": [artifact], "checksums": { artifact: "sha256:00" } });
                }
            }
            _ => {}
        }
    }

    fn file(&self, numbers: &mut Numbers, number: u64) -> Value {
        // The first files belong to the tasks of the same number, so that a task knows whether it has one.
        let task = if number < self.count(Entity::Tasks) { self.id(Entity::Tasks, number) } else { "gone".to_owned() };
        let mut file = json!({
            "id": self.id(Entity::Files, number), "taskId": task, "filename": "Rechnung (1).pdf", "category": numbers.pick(words_of(Entity::Files, "category")),
            "storagePath": format!("{task}/Rechnung (1).pdf"), "storageProvider": "s3", "storageUri": format!("s3://bucket/files/{number}"),
            "contentType": "application/pdf", "checksum": format!("sha256:{}", "ab".repeat(32)), "sizeBytes": numbers.below(9_000_000),
            "createdAt": self.moment(numbers), "version": 1,
        });
        let (tasks, artifacts): (Vec<String>, Vec<String>) =
            (self.some(numbers, Entity::Tasks).into_iter().collect(), self.some(numbers, Entity::Artifacts).into_iter().collect());
        let fields = json!({
            "bundleId": self.some(numbers, Entity::Bundles).unwrap_or_else(|| "elsewhere".to_owned()), "tags": self.texts(numbers),
            "createdBy": self.actor(numbers), "evidenceFor": tasks, "artifactIds": artifacts,
        });
        if self.is_unsettled(number) {
            file["status"] = numbers.pick(&["uploading", "deleting"]).into();
        }
        self.maybe(numbers, &mut file, fields);
        file
    }

    fn artifact(&self, numbers: &mut Numbers, number: u64) -> Value {
        let status = if number.is_multiple_of(2) { "approved" } else { numbers.pick(words_of(Entity::Artifacts, "status")) };
        let provider = numbers.pick(words_of(Entity::Artifacts, "storage_provider"));
        let mut artifact = json!({
            "id": self.id(Entity::Artifacts, number),
            "type": numbers.pick(words_of(Entity::Artifacts, "type")),
            "title": self.words(numbers, 3), "status": status, "storageProvider": provider, "storageUri": format!("https://example.org/a/{number}"),
            "visibility": numbers.pick(words_of(Entity::Artifacts, "visibility")), "dataClass": numbers.pick(words_of(Entity::Artifacts, "data_class")),
            "sourceType": numbers.pick(words_of(Entity::Artifacts, "source_type")),
            "checksum": "sha256:00", "reviewedAt": self.moment(numbers), "createdAt": self.moment(numbers), "updatedAt": self.moment(numbers), "version": 5,
        });
        if number < self.count(Entity::Tasks) {
            artifact["taskId"] = self.id(Entity::Tasks, number).into();
        }
        let fields = json!({
            "description": self.words(numbers, 9), "filename": "a.md", "contentType": "text/markdown", "sizeBytes": numbers.below(99),
            "bundleId": self.some(numbers, Entity::Bundles), "assistantJobId": self.some(numbers, Entity::AssistantJobs).unwrap_or_else(|| "elsewhere".to_owned()),
            "fileId": self.some(numbers, Entity::Files), "createdBy": self.actor(numbers), "reviewedBy": self.actor(numbers), "tags": self.texts(numbers),
            "metadata": { "runner": "podcast-dry-run", "nested": { "z": [1, "a"], "a": self.words(numbers, 3) } },
            "evidenceFor": self.some(numbers, Entity::Tasks).into_iter().collect::<Vec<_>>(),
        });
        self.maybe(numbers, &mut artifact, fields);
        artifact
    }

    fn job(&self, numbers: &mut Numbers, number: u64) -> Value {
        let status = numbers.pick(words_of(Entity::AssistantJobs, "status"));
        let verdict = if status == "rejected" { "rejected" } else { numbers.pick(&["pending", "approved", "rejected"]) };
        let mut job = json!({
            "id": self.id(Entity::AssistantJobs, number), "assistantType": "podcast", "title": self.words(numbers, 3), "status": status,
            "inputRefs": [{ "type": "task", "id": self.some(numbers, Entity::Tasks).unwrap_or_else(|| "t".to_owned()) }, { "type": "url", "uri": "https://example.org" }, { "type": "artifact", "id": "unknown" }, { "type": "artifact", "id": self.some(numbers, Entity::Artifacts) }, { "type": "bundle", "id": self.some(numbers, Entity::Bundles) }, { "type": "file", "id": self.some(numbers, Entity::Files) }],
            "outputArtifactIds": self.some(numbers, Entity::Artifacts).into_iter().chain(["never-made".to_owned()]).collect::<Vec<_>>(),
            "logRefs": [{ "artifactId": self.some(numbers, Entity::Artifacts), "title": "log" }, { "artifactId": "lost", "storageUri": "x" }], "approvalRequired": true, "approval": { "status": verdict, "decidedBy": self.actor(numbers), "decidedAt": self.moment(numbers), "reason": self.words(numbers, 3) },
            "attemptCount": numbers.below(3), "maxAttempts": 2, "createdAt": self.moment(numbers), "updatedAt": self.moment(numbers), "version": 4,
            "taskId": self.some(numbers, Entity::Tasks).unwrap_or_else(|| "elsewhere".to_owned()),
        });
        let fields = json!({
            "bundleId": self.some(numbers, Entity::Bundles), "requestedBy": self.actor(numbers), "retryOfJobId": if numbers.coin() { "an-older-one".to_owned() } else { self.id(Entity::AssistantJobs, number / 2) },
            "lastError": { "code": "runner-error", "summary": self.words(numbers, 3) }, "metadata": { "a": 1 },
            "attempts": [{ "number": 1, "status": "failed", "decidedBy": self.actor(numbers), "outputArtifactIds": self.some(numbers, Entity::Artifacts).into_iter().collect::<Vec<_>>(), "logArtifactId": self.some(numbers, Entity::Artifacts) }], "progress": { "percent": 4, "step": "x" },
            "acknowledgedAt": self.moment(numbers), "acknowledgedBy": self.actor(numbers), "queuedAt": self.moment(numbers),
            "startedAt": self.moment(numbers), "completedAt": self.moment(numbers), "taskBundleId": "b",
        });
        self.maybe(numbers, &mut job, fields);
        job
    }

    fn notification(&self, numbers: &mut Numbers, number: u64) -> Value {
        let tasks = self.count(Entity::Tasks).max(1);
        let kind = numbers.pick(words_of(Entity::Notifications, "notification_type"));
        let task = if self.count(Entity::Tasks) > 0 { self.id(Entity::Tasks, number % tasks) } else { "gone".to_owned() };
        let mut notification = json!({
            "id": self.id(Entity::Notifications, number), "type": kind, "message": self.words(numbers, 6), "taskId": task,
            "dueAt": plus(Date::from_ymd_opt(2026, 1, 1), number / tasks), "dismissed": numbers.coin(), "createdAt": self.moment(numbers), "version": 0,
        });
        let fields = json!({
            "userId": self.actor(numbers), "bundleId": self.some(numbers, Entity::Bundles).unwrap_or_else(|| "elsewhere".to_owned()),
            "templateId": self.some(numbers, Entity::Templates), "recurringConfigId": self.some(numbers, Entity::RecurringConfigs),
            "metadata": { "severity": 3 }, "dismissedAt": self.moment(numbers), "dismissedBy": self.actor(numbers), "resolvedAt": self.moment(numbers),
        });
        self.maybe(numbers, &mut notification, fields);
        notification
    }

    /// The windows of a day, then those of the next.
    fn window_key(&self, number: u64) -> (String, Date) {
        let (configs, sources) = (self.count(Entity::RecurringConfigs), self.sources().max(1));
        let source = match number % sources {
            duty if duty < configs => format!("recurring#{}", self.id(Entity::RecurringConfigs, duty)),
            workflow => format!("template#{}", self.id(Entity::Templates, workflow - configs)),
        };
        (source, day(number / sources))
    }

    fn window(&self, numbers: &mut Numbers, number: u64) -> Value {
        let (source, date) = self.window_key(number);
        let status = numbers.pick(words_of(Entity::GenerationWindows, "status"));
        let mut window = json!({
            "source": source, "date": date, "status": status, "tasks": numbers.below(3),
            "by": numbers.pick(words_of(Entity::GenerationWindows, "by")), "attempts": 1, "createdAt": self.moment(numbers), "updatedAt": self.moment(numbers), "version": 1,
        });
        let mut fields = json!({
            "cause": self.words(numbers, 4),
            "actorId": self.actor(numbers), "acknowledged": { "at": self.moment(numbers), "by": self.actor(numbers), "note": "ok" },
        });
        let anchor = plus(Some(date), LEAD_DAYS);
        match (status, source.split_once('#')) {
            ("skipped", _) => window["reason"] = numbers.pick(words_of(Entity::GenerationWindows, "reason")).into(),
            // Work that is there may have been made by hand, and completed later.
            ("exists" | "recovered", Some(("recurring", _))) => fields["taskId"] = json!(self.some(numbers, Entity::Tasks)),
            ("exists" | "recovered", _) => fields["bundleId"] = json!(self.some(numbers, Entity::Bundles)),
            ("created", Some(("recurring", config))) => window["taskId"] = json!(work::duty_task_id(config, date)),
            ("created", Some((_, template))) => window["bundleId"] = json!(work::bundle_id(template, anchor)),
            _ => {}
        }
        if source.starts_with("template#") {
            window["anchorDate"] = json!(anchor);
        }
        self.maybe(numbers, &mut window, fields);
        window
    }
}

/// From the date of a window of a template to the anchor date of its workflow.
const LEAD_DAYS: u64 = 14;

/// A day that somebody's work is made for.
fn day(number: u64) -> Date {
    plus(Date::from_ymd_opt(2001, 1, 1), number % 2_900_000)
}

fn plus(date: Option<Date>, days: u64) -> Date {
    plus_days(date.unwrap_or_default(), days as i64).unwrap_or_default()
}

/// The record as its type of the domain has it: what the product could not hold stops the test.
fn typed<R: Portable>(value: Value, head: Head) -> Incoming {
    let record: R = serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"));
    Incoming::of(&record, head)
}
