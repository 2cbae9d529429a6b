//! Checks one entity's chain against what was stored and against the head that its record or tombstone keeps.
//!
//! Found are events that were changed, taken out, put in or exchanged, a tail that was cut off, and a chain that is gone.
//! Not found is somebody who rewrites a whole chain from some event on *and* the head: the chain is not signed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Entity, Event, Head, event_id, hash_of};
use crate::json::Object;

/// An event as it lies in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The place it is kept at.
    pub sequence: u64,
    /// Its place in the index of days; empty when it has none.
    pub day_sort: String,
    /// Its text.
    pub text: String,
}

/// Where a chain must end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// At the head that the record or the tombstone keeps.
    Head(Head),
    /// As [`End::Head`], of an entity whose chain may begin with its first own change: a task, which its workflow's start
    /// lists, and a workflow that is being made.
    Later(Head),
    /// There is neither a record nor a tombstone.
    Nowhere,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// The event's text is not what was written.
    Altered,
    /// The event's text can't be read.
    Unreadable,
    /// The event stands where another belongs.
    Misplaced,
    /// Events are gone.
    Missing,
    /// The event does not follow the one before it.
    Unlinked,
    /// The chain ends before the head that the record keeps.
    CutTail,
    /// The event comes after the head that the record keeps.
    Inserted,
    /// The last event is another than the head that the record keeps.
    OtherHead,
    /// There is no event at all.
    NoChain,
    /// There are events, and neither a record nor a tombstone.
    NoRecord,
}

/// One thing that is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Finding {
    /// `<type>#<id>`.
    pub entity: String,
    /// The event concerned, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// What is wrong.
    pub problem: Problem,
    /// The same in a sentence.
    pub message: String,
}

/// The events of one entity, in order of the places they are kept at, against where the chain must end. No finding: the
/// chain is whole.
pub fn verify(entity: &Entity, events: &[Kept], end: &End) -> Vec<Finding> {
    let mut check = Check { entity, findings: Vec::new(), next: 1, before: Some(String::new()) };
    let mut hashes = Vec::with_capacity(events.len());
    for kept in events {
        hashes.push((kept.sequence, check.event(kept)));
    }
    check.end(&hashes, end);
    check.findings
}

struct Check<'a> {
    entity: &'a Entity,
    findings: Vec<Finding>,
    /// The number that comes next.
    next: u64,
    /// Hash of the event before; `None` when that is not known.
    before: Option<String>,
}

impl Check<'_> {
    fn find(&mut self, sequence: Option<u64>, problem: Problem, message: impl Into<String>) {
        self.findings.push(Finding { entity: self.entity.to_string(), sequence, problem, message: message.into() });
    }

    /// Checks one event; returns the hash it says it has.
    fn event(&mut self, kept: &Kept) -> Option<String> {
        let at = kept.sequence;
        if at > self.next {
            let which = if at - self.next == 1 { format!("event {}", self.next) } else { format!("events {} to {}", self.next, at - 1) };
            self.find(Some(self.next), Problem::Missing, format!("{which} missing"));
            self.before = None;
        }
        self.next = at + 1;
        let read = serde_json::from_str::<Object>(&kept.text).ok();
        let Some((fields, event)) = read.and_then(|fields| Some((fields.clone(), event_of(fields)?))) else {
            self.find(Some(at), Problem::Unreadable, format!("event {at} can't be read"));
            self.before = None;
            return None;
        };
        if let Some(says) = misplaced(self.entity, kept, &event) {
            self.find(Some(at), Problem::Misplaced, format!("event {at} {says}"));
        }
        let as_written = serde_json::to_string(&fields).is_ok_and(|text| text == kept.text);
        // What an export took out is marked in the words as well; the mark alone excuses nothing.
        let excused = event.redacted && kept.text.contains("[redacted");
        if !as_written || hash_of(fields) != event.hash && !excused {
            self.find(Some(at), Problem::Altered, format!("event {at} is not what was written: its hash does not fit"));
        }
        if self.before.as_ref().is_some_and(|before| *before != event.previous_hash) {
            self.find(Some(at), Problem::Unlinked, format!("event {at} does not follow the one before it"));
        }
        self.before = Some(event.hash.clone());
        Some(event.hash)
    }

    fn end(&mut self, hashes: &[(u64, Option<String>)], end: &End) {
        let last = hashes.last().map_or(0, |(sequence, _)| *sequence);
        let head = match end {
            End::Head(head) | End::Later(head) => head,
            End::Nowhere if last > 0 => return self.find(None, Problem::NoRecord, "there are events, but no record and no tombstone"),
            End::Nowhere => return,
        };
        if last == 0 {
            if head.sequence > 0 {
                self.find(None, Problem::NoChain, format!("no event is there; the record says there were {}", head.sequence));
            } else if matches!(end, End::Head(_)) {
                self.find(None, Problem::NoChain, "no event is there, not even of its making");
            }
            return;
        }
        if last < head.sequence {
            let message = format!("the chain ends with event {last}; the record says there were {}", head.sequence);
            return self.find(Some(last + 1), Problem::CutTail, message);
        }
        for (sequence, _) in hashes.iter().filter(|(sequence, _)| *sequence > head.sequence) {
            let message = format!("event {sequence} comes after the end: the record says there were {}", head.sequence);
            self.find(Some(*sequence), Problem::Inserted, message);
        }
        let at_head = hashes.iter().find(|(sequence, _)| *sequence == head.sequence).and_then(|(_, hash)| hash.as_ref());
        if at_head.is_some_and(|hash| *hash != head.hash) {
            self.find(Some(head.sequence), Problem::OtherHead, format!("event {} is not the one the record ends with", head.sequence));
        }
    }
}

fn event_of(fields: Object) -> Option<Event> {
    serde_json::from_value(Value::Object(fields)).ok()
}

/// What an event that stands in the wrong place says of itself.
fn misplaced(entity: &Entity, kept: &Kept, event: &Event) -> Option<String> {
    if event.entity_type != entity.kind || event.entity_id != entity.id {
        return Some(format!("belongs to {}#{}", event.entity_type, event.entity_id));
    }
    if event.sequence != kept.sequence || event.id != event_id(&event.entity_type, &event.entity_id, event.sequence) {
        return Some(format!("says it is number {}", event.sequence));
    }
    (kept.day_sort != day_sort(event)).then(|| "is not where the index of days should have it".to_owned())
}

/// An event's place in the index of days: time, entity, number.
pub fn day_sort(event: &Event) -> String {
    format!("{}#{}#{}#{:08}", event.created_at, event.entity_type, event.entity_id, event.sequence)
}

#[cfg(test)]
mod tests {
    use super::super::{NewEvent, chained};
    use super::*;
    use crate::time::Timestamp;

    /// Five events of a task, and where they end.
    fn chain() -> (Entity, Vec<Event>, Head) {
        let mut head = Head::default();
        let mut events = Vec::new();
        for n in 0..5 {
            let new = NewEvent { action: "updated", summary: format!("Change {n}"), metadata: serde_json::json!({ "n": n }) };
            let event = chained("task", "t1", &head, new, Some("op"), Timestamp::from_millis(n * 1_000));
            head = Head { sequence: event.sequence, hash: event.hash.clone() };
            events.push(event);
        }
        (Entity::new("task", "t1"), events, head)
    }

    fn kept(event: &Event) -> Kept {
        Kept { sequence: event.sequence, day_sort: day_sort(event), text: serde_json::to_string(event).expect("text") }
    }

    fn found(events: &[Kept], end: &End) -> Vec<(Option<u64>, Problem)> {
        verify(&chain().0, events, end).into_iter().map(|finding| (finding.sequence, finding.problem)).collect()
    }

    #[test]
    fn a_whole_chain_has_no_finding() {
        let (_, events, head) = chain();
        let events: Vec<Kept> = events.iter().map(kept).collect();
        assert_eq!(found(&events, &End::Head(head.clone())), []);
        assert_eq!(found(&[], &End::Later(Head::default())), []);
        assert_eq!(found(&[], &End::Nowhere), []);
        assert_eq!(found(&[], &End::Head(Head::default())), [(None, Problem::NoChain)]);
        assert_eq!(found(&[], &End::Later(head)), [(None, Problem::NoChain)]);
        assert_eq!(found(&events, &End::Nowhere), [(None, Problem::NoRecord)]);
    }

    #[test]
    fn every_single_changed_byte_is_found() {
        let (_, events, head) = chain();
        let whole: Vec<Kept> = events.iter().map(kept).collect();
        let text = whole[2].text.clone().into_bytes();
        for place in 0..text.len() {
            let mut bytes = text.clone();
            bytes[place] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let mut events = whole.clone();
            events[2].text = changed;
            assert!(!found(&events, &End::Head(head.clone())).is_empty(), "byte {place} of {}", whole[2].text);
        }
    }

    #[test]
    fn events_taken_out_are_found_wherever_they_stood() {
        let (_, events, head) = chain();
        let whole: Vec<Kept> = events.iter().map(kept).collect();
        let without = |gone: &[usize]| {
            let left: Vec<Kept> =
                whole.iter().enumerate().filter(|(place, _)| !gone.contains(place)).map(|(_, kept)| kept.clone()).collect();
            found(&left, &End::Head(head.clone()))
        };
        assert_eq!(without(&[0]), [(Some(1), Problem::Missing)]);
        assert_eq!(without(&[1, 2]), [(Some(2), Problem::Missing)]);
        assert_eq!(without(&[3, 4]), [(Some(4), Problem::CutTail)]);
        assert_eq!(without(&[0, 1, 2, 3, 4]), [(None, Problem::NoChain)]);
    }

    #[test]
    fn a_chain_written_anew_no_longer_fits_its_head() {
        let (_, mut events, head) = chain();
        // The last event changed, its hash made to fit.
        events[4].summary = "Nothing".to_owned();
        events[4].hash = events[4].expected_hash();
        let last: Vec<Kept> = events.iter().map(kept).collect();
        assert_eq!(found(&last, &End::Head(head.clone())), [(Some(5), Problem::OtherHead)]);
        // One in the middle: the next does not follow it.
        let (_, mut events, head_again) = chain();
        events[1].actor_id = None;
        events[1].hash = events[1].expected_hash();
        let middle: Vec<Kept> = events.iter().map(kept).collect();
        assert_eq!(found(&middle, &End::Head(head_again)), [(Some(3), Problem::Unlinked)]);
        // One more at the end, well made.
        let (_, mut events, head) = chain();
        let new = NewEvent { action: "completed", summary: "Never happened".to_owned(), metadata: Value::Null };
        events.push(chained("task", "t1", &head, new, Some("op"), Timestamp::from_millis(9_000)));
        let more: Vec<Kept> = events.iter().map(kept).collect();
        assert_eq!(found(&more, &End::Head(head)), [(Some(6), Problem::Inserted)]);
    }

    #[test]
    fn exchanged_events_are_found() {
        let (_, events, head) = chain();
        let mut kept: Vec<Kept> = events.iter().map(kept).collect();
        let second = kept[1].text.clone();
        kept[1].text = std::mem::replace(&mut kept[2].text, second);
        let problems: Vec<Problem> = found(&kept, &End::Head(head.clone())).into_iter().map(|(_, problem)| problem).collect();
        assert!(problems.contains(&Problem::Misplaced) && problems.contains(&Problem::Unlinked), "{problems:?}");
        // With their numbers exchanged too, and hashes that fit.
        let (_, mut events, head) = chain();
        events.swap(1, 2);
        for (place, event) in events.iter_mut().enumerate() {
            event.sequence = place as u64 + 1;
            event.id = event_id("task", "t1", event.sequence);
            event.hash = event.expected_hash();
        }
        let renumbered: Vec<Kept> = events.iter().map(super::tests::kept).collect();
        assert_eq!(found(&renumbered, &End::Head(head))[0], (Some(2), Problem::Unlinked));
    }

    #[test]
    fn an_event_hidden_from_the_days_or_taken_from_another_entity_is_found() {
        let (_, events, head) = chain();
        let mut hidden: Vec<Kept> = events.iter().map(kept).collect();
        hidden[3].day_sort = String::new();
        assert_eq!(found(&hidden, &End::Head(head)), [(Some(4), Problem::Misplaced)]);
        let strange = chained(
            "task",
            "t2",
            &Head::default(),
            NewEvent { action: "created", summary: String::new(), metadata: Value::Null },
            None,
            Timestamp::from_millis(0),
        );
        let end = End::Head(Head { sequence: 1, hash: strange.hash.clone() });
        assert_eq!(found(&[kept(&strange)], &end), [(Some(1), Problem::Misplaced)]);
    }
}
