//! The document as Markdown: what a host reads before the stream and keeps open during it.

mod around;
mod questions;

use std::fmt::Write;

use dataops_content::{Group, IntakeField, Need, Playbook};

use super::intake::{Fact, Facts};
use super::plan::Plan;
use super::text::{address, inline, quoted};
use crate::request::Request;

/// What the document is made of.
pub(super) struct Page<'a> {
    pub(super) playbook: &'a Playbook,
    pub(super) request: &'a Request,
    pub(super) facts: &'a Facts,
    pub(super) plan: &'a Plan<'a>,
}

/// The text being written.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn blank(&mut self) {
        if !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    fn heading(&mut self, heading: &str) {
        self.blank();
        let _ = writeln!(self.0, "## {heading}\n");
    }

    fn paragraph(&mut self, words: &str) {
        self.line(words);
        self.blank();
    }
}

/// Where a statement stands.
fn mark(source: usize) -> String {
    format!("[S{source}]")
}

impl Page<'_> {
    /// The whole document.
    pub(super) fn markdown(&self) -> String {
        let mut text = Text::default();
        text.paragraph(&format!("# {}", self.title()));
        text.paragraph(&self.standing());
        self.review(&mut text);
        self.glance(&mut text);
        self.guest(&mut text);
        self.angle(&mut text);
        self.themes(&mut text);
        self.questions(&mut text);
        self.around(&mut text);
        let mut made = text.0;
        made.truncate(made.trim_end().len());
        made.push('\n');
        made
    }

    /// "Guest - Topic", as far as they are known.
    pub(super) fn title(&self) -> String {
        let guest = self.facts.one("guest").map_or("Guest to be named", |fact| fact.value.as_str());
        let title = self.facts.one("title").map_or("topic to be found", |fact| fact.value.as_str());
        format!("{} - {}", inline(guest), inline(title))
    }

    fn standing(&self) -> String {
        let gaps = self.gaps(Need::Required).count();
        let ready = match gaps {
            0 => "nothing that is needed is missing".to_owned(),
            1 => "1 thing that is needed is missing".to_owned(),
            more => format!("{more} things that are needed are missing"),
        };
        let sources = self.facts.sources.len();
        let of = if sources == 1 { "source" } else { "sources" };
        format!(
            "Draft for the host's review, made from {sources} {of} and the question playbook; {ready}. Marks such as {} name the source of a \
             statement. Nothing was looked up, and what no source says stands below as TODO.",
            mark(1)
        )
    }

    /// What earlier attempts were sent back for.
    fn review(&self, text: &mut Text) {
        if self.request.earlier.is_empty() {
            return;
        }
        text.heading("Sent back before");
        for earlier in self.request.earlier.iter().rev().take(5).rev() {
            let how = if earlier.rejected { "rejected" } else { "failed" };
            let words = crate::clean::line(&earlier.words, 1_000);
            text.line(&format!("- [ ] TODO: Attempt {} was {how}: {}", earlier.attempt, quoted(&words)));
        }
    }

    fn glance(&self, text: &mut Text) {
        text.heading("At a glance");
        if let Some(bundle) = &self.request.bundle {
            text.line(&format!("- **Stream:** {}", inline(&bundle.anchor_date)));
        }
        text.line(&format!(
            "- **Length:** {} minutes, {} questions planned, {} in reserve",
            self.playbook.minutes,
            self.plan.questions(),
            self.plan.reserve.len()
        ));
        self.fact(text, "audience", "Audience");
        match self.facts.one("hook") {
            Some(hook) => text.line(&format!("- **A listener leaves with:** {} {}", inline(&hook.value), mark(hook.source))),
            None => text.line("- **A listener leaves with:** TODO: one sentence, see the gaps below"),
        }
        for (name, url) in self.request.bundle.iter().flat_map(|bundle| &bundle.links).take(30) {
            let shown = match url.trim() {
                "" => "not there yet".to_owned(),
                // An object of ours: nobody can follow its address, and the workflow shows it.
                kept if kept.starts_with("s3://") => "kept with the workflow".to_owned(),
                url => address(&crate::clean::line(url, 300)),
            };
            text.line(&format!("- **{}:** {shown}", inline(&crate::clean::line(name, 80))));
        }
    }

    fn guest(&self, text: &mut Text) {
        text.heading("Guest card");
        for field in self.fields(&[Group::Guest]) {
            self.field(text, field);
        }
        for field in self.fields(&[Group::Background]).filter(|field| !field.list) {
            let values = self.facts.all(&field.key);
            if let Some(fact) = values.first() {
                text.blank();
                let paragraphs: Vec<String> = fact.value.split("\n\n").map(inline).collect();
                text.line(&format!("**{}:** {} {}", inline(&field.label), paragraphs.join("\n\n"), mark(fact.source)));
            }
        }
    }

    /// A field as an item: its values, or that it is missing when it is needed.
    fn field(&self, text: &mut Text, field: &IntakeField) {
        match (self.facts.one(&field.key), field.need) {
            (Some(fact), _) => text.line(&format!("- **{}:** {} {}", inline(&field.label), address(&fact.value), mark(fact.source))),
            (None, Need::Required) => text.line(&format!("- **{}:** TODO, see the gaps below", inline(&field.label))),
            (None, Need::Wanted | Need::Optional) => {}
        }
    }

    fn fact(&self, text: &mut Text, key: &str, label: &str) {
        if let Some(fact) = self.facts.one(key) {
            text.line(&format!("- **{label}:** {} {}", inline(&fact.value), mark(fact.source)));
        }
    }

    fn angle(&self, text: &mut Text) {
        text.heading("Angle");
        match self.facts.one("hook") {
            Some(hook) => text.line(&format!("After this episode a listener can say: {} {}", quoted(&hook.value), mark(hook.source))),
            None => text.line("TODO: finish the sentence \"After this episode a listener can ...\" with something to do or to decide."),
        }
        self.fact_line(text, "why_now", "Why now");
        text.blank();
        let told: Vec<&Fact> = ["story", "project", "metric"].iter().filter_map(|key| self.facts.one(key)).collect();
        if told.is_empty() {
            text.line("TODO: find what this guest can tell better than others; no source names a project, a story or a figure.");
            return;
        }
        text.paragraph("What this guest can tell and others cannot:");
        for key in ["story", "project", "metric"] {
            for fact in self.facts.all(key).iter().take(4) {
                text.line(&format!("- {} {}", inline(&fact.value), mark(fact.source)));
            }
        }
    }

    fn fact_line(&self, text: &mut Text, key: &str, label: &str) {
        if let Some(fact) = self.facts.one(key) {
            text.blank();
            text.line(&format!("{label}: {} {}", inline(&fact.value), mark(fact.source)));
        }
    }

    fn themes(&self, text: &mut Text) {
        text.heading("Themes");
        for told in &self.plan.themes {
            text.line(&format!("- **{}**, told by {} {}", inline(&told.theme.name), quoted(told.word), mark(told.source)));
        }
        if self.plan.themes.is_empty() {
            text.line("TODO: no source says enough to tell a theme, so the plan holds questions for anybody.");
        }
        if let Some(level) = &self.plan.level {
            text.line(&format!(
                "- Guest's place in the field: **{}**, told by {} {}",
                inline(&level.theme.name),
                quoted(level.word),
                mark(level.source)
            ));
        }
        let topics = self.facts.all("topic");
        if !topics.is_empty() {
            text.blank();
            text.paragraph("Topics the guest named, the most important first:");
            for (index, topic) in topics.iter().enumerate() {
                text.line(&format!("{}. {} {}", index + 1, inline(&topic.value), mark(topic.source)));
            }
        }
    }

    fn fields(&self, groups: &'static [Group]) -> impl Iterator<Item = &IntakeField> {
        self.playbook.intake.iter().filter(move |field| groups.contains(&field.group))
    }

    /// The fields of this need that nothing tells.
    pub(super) fn gaps(&self, need: Need) -> impl Iterator<Item = &IntakeField> {
        self.playbook.intake.iter().filter(move |field| field.need == need && self.facts.one(&field.key).is_none())
    }
}
