//! What surrounds the conversation: announcement, gaps, mail, checklist, sources.

use dataops_content::{Group, IntakeField, Need};
use dataops_domain::time::{parse_date, plus_days};

use super::{Page, Text, mark};
use crate::podcast::text::{address, inline, quoted};

impl Page<'_> {
    pub(super) fn around(&self, text: &mut Text) {
        self.announcement(text);
        self.missing(text);
        self.mail(text);
        self.checklist(text);
        self.host(text);
        self.sources(text);
    }

    /// The public text, from the guest's own or from the facts.
    fn announcement(&self, text: &mut Text) {
        text.heading("Announcement (draft)");
        let title = self.facts.one("event_title").or_else(|| self.facts.one("title"));
        let title = title.map_or_else(|| "TODO: title".to_owned(), |fact| format!("{} {}", inline(&fact.value), mark(fact.source)));
        text.paragraph(&format!("**{title}**"));
        if let Some(own) = self.facts.one("event_text") {
            let paragraphs: Vec<String> = own.value.split("\n\n").map(inline).collect();
            text.line(&format!("{} {}", paragraphs.join("\n\n"), mark(own.source)));
            return;
        }
        let said = |key: &str, otherwise: &str| self.facts.one(key).map_or_else(|| otherwise.to_owned(), |fact| inline(&fact.value));
        let at = self.facts.one("company").map(|company| format!(" at {}", inline(&company.value))).unwrap_or_default();
        let (guest, role) = (said("guest", "TODO: guest"), said("role", "TODO: role"));
        text.paragraph(&format!("A live conversation with {guest}, {role}{at}. We talk about:"));
        for topic in self.facts.all("topic").iter().take(5) {
            text.line(&format!("- {}", inline(&topic.value)));
        }
        if self.facts.all("topic").is_empty() {
            text.line("- TODO: topics");
        }
        text.blank();
        text.line("Bring your questions; the host asks them live.");
    }

    /// What is missing, as boxes to tick.
    fn missing(&self, text: &mut Text) {
        text.heading("Intake gaps");
        let mut none = true;
        for (need, words) in [(Need::Required, "needed"), (Need::Wanted, "would help")] {
            for field in self.gaps(need) {
                none = false;
                text.line(&format!("- [ ] TODO: {} ({words}): {}", inline(&field.label), inline(field.ask.as_deref().unwrap_or_default())));
            }
        }
        for (label, fact) in &self.facts.conflicts {
            none = false;
            text.line(&format!(
                "- [ ] TODO: {}: {} also says {}; find out which holds",
                inline(label),
                mark(fact.source),
                quoted(&fact.value)
            ));
        }
        for (index, source) in self.facts.sources.iter().enumerate().filter(|(_, source)| source.note.as_deref().is_some_and(unread)) {
            none = false;
            text.line(&format!(
                "- [ ] TODO: {} {} gave nothing ({})",
                mark(index + 1),
                quoted(&source.title),
                inline(source.note.as_deref().unwrap_or_default())
            ));
        }
        if none {
            text.line("None: everything that is needed or would help is there.");
        }
    }

    fn mail(&self, text: &mut Text) {
        let mail = &self.playbook.mail;
        let asks: Vec<&IntakeField> =
            self.gaps(Need::Required).chain(self.gaps(Need::Wanted)).filter(|field| field.ask.is_some()).collect();
        text.heading("Follow-up mail (draft)");
        let guest = self.facts.one("guest").map_or_else(|| "there".to_owned(), |fact| inline(&fact.value));
        text.line(&format!("> Subject: {}\n>\n> Hi {guest},\n>", inline(&mail.subject)));
        if asks.is_empty() {
            text.line(&format!("> {}", inline(&mail.complete)));
            return;
        }
        text.line(&format!("> {}\n>", inline(&mail.opening)));
        for (index, field) in asks.iter().enumerate() {
            text.line(&format!("> {}. {}", index + 1, inline(field.ask.as_deref().unwrap_or_default())));
        }
        text.line(&format!(">\n> {}", inline(&mail.closing)));
    }

    fn checklist(&self, text: &mut Text) {
        text.heading("Checklist");
        let stream = self.request.bundle.as_ref().and_then(|bundle| parse_date(&bundle.anchor_date));
        for item in &self.playbook.checklist {
            let day = match (stream.and_then(|stream| plus_days(stream, item.day)), item.day) {
                (Some(date), _) => date.to_string(),
                (None, 0) => "On the day".to_owned(),
                (None, before @ i64::MIN..0) => format!("{} days before", before.unsigned_abs()),
                (None, after) => format!("{after} days after"),
            };
            text.line(&format!("- [ ] {day}: {}", inline(&item.todo)));
        }
    }

    fn host(&self, text: &mut Text) {
        let notes = self.facts.all("host_note");
        let kept: Vec<&IntakeField> = self
            .fields(&[Group::Proof, Group::Questions])
            .filter(|field| field.need == Need::Optional && field.key != "draft_question")
            .collect();
        if notes.is_empty() && kept.iter().all(|field| self.facts.one(&field.key).is_none()) {
            return;
        }
        text.heading("Notes and links");
        for note in notes {
            text.line(&format!("- For the host: {} {}", inline(&note.value), mark(note.source)));
        }
        for field in kept {
            for fact in self.facts.all(&field.key) {
                text.line(&format!("- {}: {} {}", inline(&field.label), address(&fact.value), mark(fact.source)));
            }
        }
    }

    fn sources(&self, text: &mut Text) {
        text.heading("Sources");
        for (index, source) in self.facts.sources.iter().enumerate() {
            let uri = source.uri.as_deref().map(|uri| format!(", {}", address(uri))).unwrap_or_default();
            let note = source.note.as_deref().map(|note| format!(" ({})", inline(note))).unwrap_or_default();
            text.line(&format!("- {} {}: {}{uri}{note}", mark(index + 1), inline(&source.kind), quoted(&source.title)));
        }
        if self.facts.sources.is_empty() {
            text.line("TODO: the job names no input; add the intake, or the messages with the guest.");
        }
        if self.facts.unplaced.is_empty() {
            return;
        }
        text.blank();
        text.line("### What found no place\n\nLines without a label we know, as they stand in their source:\n");
        for fact in &self.facts.unplaced {
            text.line(&format!("- {} {}", inline(&fact.value), mark(fact.source)));
        }
        if self.facts.unplaced_more > 0 {
            text.line(&format!("- and {} more lines", self.facts.unplaced_more));
        }
    }
}

/// Whether a note says that a source should have told something and did not.
fn unread(note: &str) -> bool {
    note.starts_with("missing") || note.starts_with("not read")
}
