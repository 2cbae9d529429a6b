//! The playbook of an assistant: what an intake has to tell, what to ask in which order and why, and what is left to do.
//!
//! It is data for a pure function; [`mod@crate::lint`] holds it to what that function relies on.

use serde::Deserialize;

use crate::error::Problem;
use crate::files::File;
use crate::yaml;

/// A file of `content/playbooks/`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    /// The assistant type it is for, such as `podcast`; also the file's name.
    pub assistant: String,
    /// What it is, as people call it.
    pub title: String,
    /// How long the conversation is.
    pub minutes: u32,
    /// What an intake may tell, in the order it is shown.
    pub intake: Vec<IntakeField>,
    /// The arc of the conversation.
    pub sections: Vec<Section>,
    /// What conversations are about.
    pub themes: Vec<Theme>,
    /// How far along a guest is.
    pub levels: Vec<Theme>,
    /// The questions. Among equals the earlier one is preferred.
    pub questions: Vec<Question>,
    /// What to say when the conversation needs a push.
    pub live: Vec<Live>,
    /// The mail that asks for what is missing.
    pub mail: Mail,
    /// What is to be done and when.
    pub checklist: Vec<Item>,
}

/// One fact an intake may tell.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntakeField {
    /// Its key, and the name of its `{slot}`.
    pub key: String,
    /// What it belongs to.
    pub group: Group,
    /// What it is called in the document.
    pub label: String,
    /// The labels it is known by in an intake, in lower case.
    #[serde(default)]
    pub also: Vec<String>,
    /// How much it is needed.
    pub need: Need,
    /// What to ask the guest when it is missing.
    pub ask: Option<String>,
    /// It has several values.
    #[serde(default)]
    pub list: bool,
    /// It may have paragraphs.
    #[serde(default)]
    pub long: bool,
}

/// What facts belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Who the guest is.
    Guest,
    /// What makes the episode.
    Angle,
    /// Where the guest comes from.
    Background,
    /// What to talk about, and what not.
    Topics,
    /// What can be shown or told.
    Proof,
    /// What the guest would like to be asked.
    Questions,
    /// The public announcement.
    Event,
    /// For the host alone.
    Host,
}

/// How much a fact is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Without it the document is not ready.
    Required,
    /// It makes the document better.
    Wanted,
    /// Nobody is asked for it.
    Optional,
}

/// A part of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its id.
    pub id: String,
    /// Its heading.
    pub name: String,
    /// What it is for, in a sentence for the host.
    pub purpose: String,
    /// How long it is.
    pub minutes: u32,
    /// How many questions are planned.
    pub pick: usize,
    /// Its last question may be left out when time runs short.
    #[serde(default)]
    pub droppable: bool,
}

/// A theme or a level, with the words that tell it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Words and phrases that tell it, in lower case.
    pub words: Vec<String>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its id.
    pub id: String,
    /// Where in the conversation it belongs.
    pub section: String,
    /// The themes it is for; any when empty.
    #[serde(default)]
    pub themes: Vec<String>,
    /// The levels it is for; any when empty.
    #[serde(default)]
    pub levels: Vec<String>,
    /// What sensitive matter it comes near to, in lower case: a guest who avoids one is not asked.
    #[serde(default)]
    pub touches: Vec<String>,
    /// What is asked, with `{slots}` for facts of the intake.
    pub ask: String,
    /// What a good answer holds.
    pub listen: String,
    /// How to go on.
    pub then: String,
}

/// Something to say when the conversation needs a push.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Live {
    /// What it is for, in a word.
    pub kind: String,
    /// What to say.
    pub say: String,
}

/// The mail that asks for what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The subject.
    pub subject: String,
    /// Before the questions.
    pub opening: String,
    /// After them.
    pub closing: String,
    /// Instead of all when nothing is missing.
    pub complete: String,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The day, counted from the event.
    pub day: i64,
    /// What.
    #[serde(rename = "do")]
    pub todo: String,
}

impl Question {
    /// The keys in braces, in the order of the text. A brace that is not closed ends the search.
    pub fn slots(&self) -> Vec<&str> {
        let mut slots = Vec::new();
        let mut rest = self.ask.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            let Some((slot, left)) = after.split_once('}') else { break };
            slots.push(slot);
            rest = left;
        }
        slots
    }
}

impl Playbook {
    /// The file as people know it.
    pub(crate) fn shown(&self) -> String {
        format!("content/playbooks/{}.yaml", self.assistant)
    }
}

/// Reads a playbook.
///
/// # Errors
/// What can't be understood.
pub(crate) fn read(file: &File) -> Result<Playbook, Vec<Problem>> {
    let text = file.text().map_err(|problem| vec![problem])?;
    let playbook: Playbook = yaml::parse(file, &text, 0).map_err(|problem| vec![problem])?;
    if playbook.assistant == file.stem() {
        return Ok(playbook);
    }
    Err(vec![file.problem(None, format!("assistant '{}': expected the file's name, '{}'", playbook.assistant, file.stem()))])
}
