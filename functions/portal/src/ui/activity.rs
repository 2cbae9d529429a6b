//! The audit log in words: who did what when, what it was before and what it became.

use dataops_api::views::row::Person;
use dataops_domain::audit::Event;
use dataops_domain::bundle::Stage;
use dataops_domain::task::Status;
use dataops_domain::time::{Date, Timestamp, Tz, parse_date};
use maud::{Markup, html};
use serde_json::Value;

use super::words;

/// The longest value that is shown of a field, in characters.
const MOST: usize = 80;

/// Who and when, for telling it.
#[derive(Debug, Clone, Copy)]
pub struct Tell<'a> {
    /// Users, for their names.
    pub people: &'a [Person],
    /// Today in the application timezone.
    pub today: Date,
    /// The application timezone.
    pub timezone: Tz,
}

/// One field that changed, in words; `from` and `to` are `None` where the value says nothing to a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The field's name as shown.
    pub name: String,
    /// What it was and what it became.
    pub values: Option<(String, String)>,
}

/// Events with everything they tell, in the order given: of one thing with this name, or of many, each with the way to its own.
pub fn log(events: &[Event], tell: Tell<'_>, of: Option<&str>) -> Markup {
    html! {
        ol .history .log {
            @for event in events {
                @let changes = changes(event, tell);
                li {
                    span .history-what {
                        @if let Some(who) = name(event.actor_id.as_deref(), tell.people) { b { (who) } " " }
                        (sentence(event, of))
                        @if of.is_none() { " " a href=(address(&event.entity_type, &event.entity_id)) { "Its activity" span .sr { ": " (event.summary) } } }
                    }
                    time datetime=(event.created_at) { (words::moment(event.created_at, tell.today, tell.timezone)) }
                    @if let Some(note) = note(event) { p .note { (note) } }
                    @if !changes.is_empty() {
                        ul .changes { @for change in &changes { li { (shown(change)) } } }
                    }
                }
            }
        }
    }
}

/// The summary; where everything is about one thing, without repeating its name.
fn sentence(event: &Event, of: Option<&str>) -> String {
    let summary = lower_first(&event.summary);
    let Some(name) = of else { return summary };
    let named = [format!("{} '{name}'", event.entity_type), format!("'{name}'")];
    named.iter().find(|named| summary.contains(named.as_str())).map_or(summary.clone(), |named| summary.replacen(named.as_str(), "it", 1))
}

fn shown(change: &Change) -> Markup {
    html! {
        span .change-name { (change.name) }
        @match &change.values {
            Some((from, to)) => { ": " del { (from) } " " span aria-hidden="true" { "→" } span .sr { " became " } " " ins { (to) } }
            None => " changed",
        }
    }
}

/// The address of an entity's whole log.
pub fn address(kind: &str, id: &str) -> String {
    let entity: String = url::form_urlencoded::byte_serialize(format!("{kind}#{id}").as_bytes()).collect();
    format!("/activity?entity={entity}")
}

/// The page of an entity, when its kind has one.
pub fn page_of(kind: &str, id: &str) -> Option<String> {
    match kind {
        "task" => Some(format!("/tasks/{id}")),
        "bundle" => Some(format!("/workflows/{id}")),
        "recurring_config" => Some(format!("/recurring/{id}")),
        "assistant_job" => Some(super::job::address(id)),
        _ => None,
    }
}

/// A kind as a person says it.
pub fn kind(kind: &str) -> &str {
    match kind {
        "bundle" => "workflow",
        "user" => "person",
        "recurring_config" => "duty",
        "assistant_job" => "assistant job",
        other => other,
    }
}

/// What an event tells in one clause: the changes that have words of their own, else its summary.
pub fn clause(event: &Event, tell: Tell<'_>) -> String {
    let fields = fields(event);
    let told: Vec<String> = fields.filter_map(|(field, from, to)| told(field, from, to, tell)).collect();
    if event.action == "updated" && !told.is_empty() { told.join(", ") } else { lower_first(&event.summary) }
}

/// What was said with an event.
pub fn note(event: &Event) -> Option<&str> {
    event.metadata.get("note").and_then(Value::as_str).filter(|note| !note.is_empty())
}

/// The name of an actor; what is no user keeps its own.
pub fn name(id: Option<&str>, people: &[Person]) -> Option<String> {
    let id = id?;
    let known = people.iter().find(|person| person.id == id).map(|person| person.name.clone());
    Some(known.unwrap_or_else(|| match id {
        "portal-admin" => "The portal".to_owned(),
        "system" => "DataOps".to_owned(),
        other => other.to_owned(),
    }))
}

/// Every field an event says has changed, but for those that only follow from another.
pub fn changes(event: &Event, tell: Tell<'_>) -> Vec<Change> {
    let follows = ["completedAt", "completedBy", "evidence", "evidenceFor", "plannedTasks", "contentHash"];
    fields(event)
        .filter(|(field, ..)| !follows.contains(field))
        .map(|(field, from, to)| {
            let values = value(field, from, tell).zip(value(field, to, tell)).filter(|(from, to)| from != to);
            Change { name: label(field), values }
        })
        .collect()
}

fn fields(event: &Event) -> impl Iterator<Item = (&str, &Value, &Value)> {
    let changes = event.metadata.get("changes").and_then(Value::as_object);
    changes.into_iter().flatten().map(|(field, change)| (field.as_str(), &change["from"], &change["to"]))
}

/// A value as a reader understands it; `None` for lists and the like.
fn value(field: &str, value: &Value, tell: Tell<'_>) -> Option<String> {
    Some(match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "nothing".to_owned(),
        // A list or record that was cut to fit.
        Value::String(text) if text.starts_with(['[', '{']) => return None,
        Value::String(text) => match field {
            "assigneeId" | "defaultAssigneeId" => name(Some(text), tell.people)?,
            "status" => Status::parse(text).map_or_else(|| text.clone(), |status| words::status(status).to_owned()),
            "stage" => Stage::parse(text).map_or_else(|| text.clone(), |stage| words::stage(stage).to_owned()),
            _ => plain(text, tell),
        },
        Value::Array(_) | Value::Object(_) => return None,
    })
}

/// A date or moment as people say it; other text cut to what fits on a line.
fn plain(text: &str, tell: Tell<'_>) -> String {
    if let Some(day) = parse_date(text) {
        return words::short_date(day, tell.today);
    }
    if let Some(moment) = Timestamp::parse(text).filter(|_| text.len() >= 16) {
        return words::moment(moment, tell.today, tell.timezone);
    }
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}

fn label(field: &str) -> String {
    let known = match field {
        "date" => "Due date",
        "assigneeId" => "Assignee",
        "bundleId" => "Workflow",
        "externalStatus" => "Outside status",
        "description" | "title" | "name" | "comment" | "link" | "stage" | "status" | "tags" | "role" | "email" | "disabled" => "",
        "anchorDate" => "Date",
        "bundleLinks" => "Links",
        "waitingFor" => "Waits for",
        "followUpAt" => "Ask again on",
        "followUpChannel" => "Asked by",
        "taskDefinitions" => "Tasks",
        "differsFromGit" => "Differs from Git",
        _ => "",
    };
    if known.is_empty() { spaced(field) } else { known.to_owned() }
}

/// `sourceDocIds` as `Source doc ids`.
fn spaced(field: &str) -> String {
    let mut words = String::new();
    for letter in field.chars() {
        if letter.is_uppercase() {
            words.push(' ');
        }
        words.extend(if words.is_empty() { letter.to_uppercase().collect::<Vec<_>>() } else { letter.to_lowercase().collect() });
    }
    words
}

/// A change that has words of its own.
fn told(field: &str, from: &Value, to: &Value, tell: Tell<'_>) -> Option<String> {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (was, is) = (text(from), text(to));
    let both = || Some((value(field, from, tell)?, value(field, to, tell)?));
    Some(match (field, is) {
        ("date", Some(_)) => both().map(|(from, to)| format!("moved the due date from {from} to {to}"))?,
        ("assigneeId", Some(to)) => {
            let from = was.and_then(|from| name(Some(&from), tell.people)).map(|from| format!(" instead of {from}")).unwrap_or_default();
            format!("assigned it to {}{from}", name(Some(&to), tell.people).unwrap_or_default())
        }
        ("assigneeId", None) => match was.and_then(|from| name(Some(&from), tell.people)) {
            Some(from) => format!("took it from {from}"),
            None => "took the assignee away".to_owned(),
        },
        ("link", Some(_)) if was.is_some() => "changed the link".to_owned(),
        ("link", Some(_)) => "added the link".to_owned(),
        ("link", None) => "took the link away".to_owned(),
        ("comment", _) => "changed the comment".to_owned(),
        ("externalStatus", Some(to)) => format!("set the status to “{to}”"),
        ("description" | "title" | "name", _) => match was {
            Some(from) => format!("renamed it from “{}”", plain(&from, tell)),
            None => "renamed it".to_owned(),
        },
        ("bundleLinks", _) => "changed the links".to_owned(),
        ("anchorDate", Some(_)) => both().map(|(from, to)| format!("moved the date from {from} to {to}"))?,
        ("stage", Some(to)) => {
            let (from, to) = (was.and_then(|from| Stage::parse(&from)), Stage::parse(&to)?);
            let from = from.map(|from| format!(" from {}", words::stage(from))).unwrap_or_default();
            format!("moved the stage{from} to {}", words::stage(to))
        }
        ("status", Some(to)) if to == "archived" => "archived it".to_owned(),
        _ => return None,
    })
}

pub(super) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use dataops_domain::audit::{Head, NewEvent, chained};
    use serde_json::json;

    use super::*;

    fn told(action: &'static str, changes: Value) -> (String, Vec<Change>) {
        let people = [
            Person { id: "u1".into(), name: "Olga".into(), disabled: false },
            Person { id: "u2".into(), name: "Ana".into(), disabled: true },
        ];
        let tell = Tell { people: &people, today: parse_date("2026-11-20").expect("a date"), timezone: chrono_tz::Europe::Berlin };
        let new = NewEvent { action, summary: "Changed task 'x'".into(), metadata: json!({ "changes": changes }) };
        let event = chained("task", "t1", &Head::default(), new, Some("u1"), Timestamp::from_millis(0));
        (clause(&event, tell), super::changes(&event, tell))
    }

    #[test]
    fn changes_are_told_from_and_to() {
        let (clause, changes) =
            told("updated", json!({ "date": { "from": "2026-11-20", "to": "2026-11-23" }, "assigneeId": { "from": "u2", "to": "u1" } }));
        assert_eq!(clause, "moved the due date from Fri 20 Nov to Mon 23 Nov, assigned it to Olga instead of Ana");
        assert_eq!(changes[0], Change { name: "Due date".into(), values: Some(("Fri 20 Nov".into(), "Mon 23 Nov".into())) });
        let (clause, changes) =
            told("completed", json!({ "status": { "from": "todo", "to": "done" }, "completedAt": { "from": null, "to": "x" } }));
        assert_eq!(clause, "changed task 'x'");
        assert_eq!(changes, [Change { name: "Status".into(), values: Some(("To do".into(), "Done".into())) }]);
        let (_, changes) = told(
            "updated",
            json!({ "sourceDocIds": { "from": ["a"], "to": "[\"a\",…" }, "followUpAt": { "from": "2026-11-20T09:30:00.000Z", "to": null } }),
        );
        assert_eq!(changes[0], Change { name: "Source doc ids".into(), values: None });
        assert_eq!(changes[1], Change { name: "Ask again on".into(), values: Some(("Fri 20 Nov, 10:30".into(), "nothing".into())) });
        assert_eq!(told("updated", json!({ "title": { "from": "Old", "to": "New" } })).0, "renamed it from “Old”");
        assert_eq!(told("updated", json!({ "unheard": 3 })).1, [Change { name: "Unheard".into(), values: None }]);
    }

    #[test]
    fn an_entity_has_an_address_in_the_log() {
        assert_eq!(address("task", "t:1"), "/activity?entity=task%23t%3A1");
        assert_eq!(page_of("bundle", "b1").as_deref(), Some("/workflows/b1"));
        assert_eq!(page_of("user", "u1"), None);
    }
}
