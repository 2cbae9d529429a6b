//! The window ledger: one row per source and local date, saying what became of it (RW-14).
//!
//! A row is written in the transaction that makes the window's work. Expected minus settled is what is missing; nothing else
//! is asked.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::plan::{Outcome, Planned};
use super::source::SourceKey;
use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::id::{self, BundleId, TaskId};
use crate::input::Fields;
use crate::json::Object;
use crate::refusal::Refusal;
use crate::secrets;
use crate::time::{Date, Timestamp};

/// The longest cause of a failure and the longest note, in characters.
pub const MAX_WORDS: usize = 500;

/// What became of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = WindowStatus)]
pub enum Status {
    /// Its work was made.
    Created,
    /// Its work was there.
    Exists,
    /// Its work was there in part, and was completed.
    Recovered,
    /// Not made, for a reason.
    Skipped,
    /// Could not be made; it is tried again.
    Failed,
    /// Nobody came in time.
    Missed,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 6] = [Self::Created, Self::Exists, Self::Recovered, Self::Skipped, Self::Failed, Self::Missed];

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Exists => "exists",
            Self::Recovered => "recovered",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Missed => "missed",
        }
    }

    /// The status with this wire name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// True when a tick looks at the window no more.
    pub fn is_settled(self) -> bool {
        self != Self::Failed
    }
}

/// Why a window was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Skip {
    /// A pause.
    Paused,
    /// Switched off.
    Disabled,
    /// Archived.
    Archived,
    /// Before the source was made, or before its schedule was what it is.
    BeforeCreation,
    /// It failed, and its schedule, as it was mended, does not name the date.
    NotNamed,
}

/// Who settled a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The tick.
    Tick,
    /// A person who asked for the dates.
    Request,
    /// A person who started the workflow by hand.
    Start,
}

/// That somebody has seen a failed or missed window and lets it rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Acknowledged {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What they say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// The source: `recurring#<id>` or `template#<id>`.
    #[schema(value_type = String)]
    pub source: SourceKey,
    /// The local date.
    pub date: Date,
    /// What became of it.
    pub status: Status,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Skip>,
    /// More about it: the pause that stood against it, or why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The task it made or found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// The bundle it made or found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_id: Option<String>,
    /// The anchor date of that bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_date: Option<Date>,
    /// How many tasks were made: 1 for a duty, all of a workflow's, or those made again.
    #[serde(default)]
    pub tasks: u32,
    /// Who settled it.
    pub by: By,
    /// The person who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// That somebody lets it rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledged>,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// Raised by every change.
    #[serde(default)]
    pub version: u64,
}

/// What was done about a window.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    /// What the plan says was done; this many tasks were made.
    AsPlanned {
        /// Tasks made.
        tasks: u32,
    },
    /// It could not be done, and why.
    Failed(String),
}

/// The id of a row: for exports and audit events, where a source's `#` has no place.
pub fn id_of(source: &SourceKey, date: Date) -> String {
    id::derived(date, &["window", &source.to_string(), &date.to_string()])
}

impl Window {
    /// The row of a window that has been dealt with. `before` is the row that was there. `None` when the plan has nothing to
    /// write about it.
    pub fn settled(planned: &Planned, done: Done, by: By, actor: &Actor, before: Option<&Self>, now: Timestamp) -> Option<Self> {
        let (status, cause, tasks) = match done {
            Done::AsPlanned { tasks } => {
                let told = matches!(planned.outcome, Outcome::Broken) || planned.skipped_as().is_some();
                (planned.settles()?, told.then(|| planned.why.clone()), tasks)
            }
            Done::Failed(cause) => (Status::Failed, Some(cause), 0),
        };
        let work = planned.work_id.clone().filter(|_| matches!(status, Status::Created | Status::Exists | Status::Recovered));
        let is_bundle = planned.anchor_date.is_some();
        Some(Self {
            source: planned.source.clone(),
            date: planned.date,
            status,
            reason: planned.skipped_as().filter(|_| status == Status::Skipped),
            cause: cause.map(|cause| bounded(&cause)),
            task_id: work.clone().filter(|_| !is_bundle),
            bundle_id: work.filter(|_| is_bundle),
            anchor_date: planned.anchor_date,
            tasks,
            by,
            actor_id: (by != By::Tick).then(|| actor.id.clone()),
            attempts: before.map_or(0, |before| before.attempts) + 1,
            acknowledged: None,
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: now,
            version: before.map_or(0, |before| before.version),
        })
    }

    /// The row of a duty's task that was made otherwise, such as by an import.
    pub fn of_task(source: SourceKey, date: Date, task: &TaskId, by: By, actor: &Actor, now: Timestamp) -> Self {
        Self { task_id: Some(task.to_string()), tasks: 0, ..Self::existing(source, date, by, actor, now) }
    }

    /// The row of a workflow that was started by hand: a tick finds it and makes no second one.
    pub fn of_start(source: SourceKey, date: Date, bundle: &BundleId, anchor: Date, actor: &Actor, now: Timestamp) -> Self {
        let bare = Self::existing(source, date, By::Start, actor, now);
        Self { bundle_id: Some(bundle.to_string()), anchor_date: Some(anchor), ..bare }
    }

    fn existing(source: SourceKey, date: Date, by: By, actor: &Actor, now: Timestamp) -> Self {
        Self {
            source,
            date,
            status: Status::Exists,
            reason: None,
            cause: None,
            task_id: None,
            bundle_id: None,
            anchor_date: None,
            tasks: 0,
            by,
            actor_id: Some(actor.id.clone()),
            attempts: 1,
            acknowledged: None,
            created_at: now,
            updated_at: now,
            version: 0,
        }
    }

    /// This row over one that was there.
    #[must_use]
    pub fn over(self, before: &Self) -> Self {
        Self { attempts: before.attempts + 1, created_at: before.created_at, version: before.version, ..self }
    }

    /// The id of the row.
    pub fn id(&self) -> String {
        id_of(&self.source, self.date)
    }

    /// The id of the task or bundle that is its work.
    pub fn work_id(&self) -> Option<&str> {
        self.task_id.as_deref().or(self.bundle_id.as_deref())
    }

    /// What became of it, in a sentence.
    pub fn words(&self) -> String {
        let when = format!("on {}", self.updated_at.to_string().get(..10).unwrap_or_default());
        let cause = self.cause.as_deref().unwrap_or_default();
        match (self.status, self.by) {
            (Status::Created, By::Tick) => format!("It was made {when}"),
            (Status::Created, By::Request | By::Start) => format!("It was asked for and made {when}"),
            (Status::Exists, By::Start) => format!("Its workflow was started by hand {when}"),
            (Status::Exists, By::Tick | By::Request) => format!("Its work was there already {when}"),
            (Status::Recovered, _) => format!("Its work was completed {when}"),
            (Status::Skipped, _) if cause.is_empty() => format!("It was skipped {when}"),
            (Status::Skipped, _) => format!("It was skipped {when}. {cause}"),
            (Status::Failed, _) => format!("It failed {when}: {cause}"),
            (Status::Missed, _) => format!("It was missed: nobody settled it in time, as seen {when}"),
        }
    }

    /// True while it asks for somebody: failed or missed, and nobody lets it rest.
    pub fn needs_attention(&self) -> bool {
        matches!(self.status, Status::Failed | Status::Missed) && self.acknowledged.is_none()
    }

    /// The row as somebody lets it rest; `None` when somebody has already.
    ///
    /// # Errors
    /// When it neither failed nor was missed.
    pub fn acknowledged(&self, note: Option<String>, actor: &Actor, now: Timestamp) -> Result<Option<(Self, NewEvent)>, Refusal> {
        if !matches!(self.status, Status::Failed | Status::Missed) {
            let words = format!("Only a failed or missed window can be acknowledged; this one is {}", self.status.as_str());
            return Err(Refusal::rule("not_failed", words));
        }
        // What was let rest without a word may get one.
        if self.acknowledged.as_ref().is_some_and(|before| note.is_none() || before.note.is_some()) {
            return Ok(None);
        }
        let event = NewEvent {
            action: "acknowledged",
            summary: format!("Acknowledged that the window of {} was {}", self.date, self.status.as_str()),
            metadata: json!({ "source": self.source, "date": self.date, "note": note }),
        };
        let acknowledged = Some(Acknowledged { at: now, by: actor.id.clone(), note });
        Ok(Some((Self { acknowledged, updated_at: now, ..self.clone() }, event)))
    }
}

/// Reads `{source, date, note?}`: which window somebody lets rest.
///
/// # Errors
/// What is missing or wrong.
pub fn parse_acknowledge(body: &Object) -> Result<(SourceKey, Date, Option<String>), Refusal> {
    let mut fields = Fields::of(body);
    let source = fields.value("source").and_then(|value| value.as_str()).and_then(SourceKey::parse);
    if source.is_none() {
        fields.refuse("source", "source must be recurring#<id> or template#<id>");
    }
    if fields.value("date").is_none() {
        fields.refuse("date", "date is required");
    }
    fields.date("date");
    let note = fields.text_up_to("note", MAX_WORDS).map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned);
    let date = fields.value("date").and_then(|value| value.as_str()).and_then(crate::time::parse_date);
    fields.finish()?;
    match (source, date) {
        (Some(source), Some(date)) => Ok((source, date, note)),
        _ => Err(Refusal::field("/source", "source and date are required")),
    }
}

fn bounded(words: &str) -> String {
    secrets::redact(words).chars().take(MAX_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn row(status: Status) -> Window {
        let date = crate::time::parse_date("2026-11-21").expect("a date");
        let source = SourceKey::recurring("c1");
        Window { status, ..Window::of_task(source, date, &TaskId::new("t1"), By::Tick, &Actor::system(), Timestamp::from_millis(0)) }
    }

    #[test]
    fn a_failed_or_missed_window_is_acknowledged_once() {
        let (after, event) = row(Status::Failed)
            .acknowledged(Some("Seen".to_owned()), &Actor::new("host"), Timestamp::from_millis(1))
            .expect("allowed")
            .expect("changed");
        assert!(!after.needs_attention() && event.metadata["note"] == json!("Seen"));
        assert_eq!(after.acknowledged(None, &Actor::system(), Timestamp::from_millis(2)), Ok(None));
        for status in [Status::Created, Status::Exists, Status::Recovered, Status::Skipped] {
            assert_eq!(
                row(status).acknowledged(None, &Actor::system(), Timestamp::from_millis(2)).expect_err("refused").code,
                "not_failed"
            );
        }
    }

    #[test]
    fn an_acknowledgement_names_a_window() {
        let read = |body: Value| parse_acknowledge(body.as_object().expect("an object"));
        let (source, date, note) = read(json!({ "source": "template#t.1", "date": "2026-11-21", "note": " fine " })).expect("good");
        assert_eq!((source.to_string().as_str(), date.to_string().as_str(), note.as_deref()), ("template#t.1", "2026-11-21", Some("fine")));
        for bad in [
            json!({}),
            json!({ "source": "c1", "date": "2026-11-21" }),
            json!({ "source": "bundle#c1", "date": "2026-11-21" }),
            json!({ "source": "recurring#a b", "date": "2026-11-21" }),
            json!({ "source": "recurring#c1" }),
            json!({ "source": "recurring#c1", "date": "2026-11-31" }),
            json!({ "source": "recurring#c1", "date": "2026-11-21", "note": "x".repeat(501) }),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_row_is_found_by_an_id_without_signs() {
        let one = row(Status::Created).id();
        assert!(id::is_valid(&one));
        assert_ne!(one, id_of(&SourceKey::template("c1"), row(Status::Created).date));
    }

    #[test]
    fn a_row_reads_as_it_was_written() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
            let text = serde_json::to_string(&row(status)).expect("JSON");
            assert!(text.contains("\"recurring#c1\""), "{text}");
            assert_eq!(serde_json::from_str::<Window>(&text).expect("a row"), row(status));
        }
    }
}
