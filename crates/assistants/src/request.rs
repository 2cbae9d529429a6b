//! What an assistant is asked: the job, what it is about, and its inputs resolved to data.
//!
//! Whoever calls resolves; nothing here is fetched. An input that could not be resolved comes along as
//! [`Data::Missing`], so that the answer can say what it lacked instead of pretending it was never asked.

use dataops_domain::bundle::Bundle;
use dataops_domain::json::Object;
use dataops_domain::task::Task;

/// The most bytes of one input's text that an assistant looks at; the rest is left out, and the answer says so.
pub const MAX_INPUT_TEXT: usize = 200_000;

/// One attempt of one job.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// The job's id.
    pub job_id: String,
    /// Which attempt this is, from 1. The fence: an output belongs to the attempt it was made for.
    pub attempt: u32,
    /// The assistant's type, such as `podcast`.
    pub assistant_type: String,
    /// The job's title.
    pub title: String,
    /// The task the job is linked to.
    pub task: Option<AboutTask>,
    /// The bundle the job is linked to, or the task's.
    pub bundle: Option<AboutBundle>,
    /// The job's input references, all of them, in their order.
    pub inputs: Vec<Input>,
    /// Earlier attempts that were rejected or failed, oldest first: a retry should mend what was said.
    pub earlier: Vec<Earlier>,
    /// The session of an earlier attempt's executor, when it left one: a command may go on with it.
    pub session: Option<String>,
}

/// What an assistant may know of a task.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AboutTask {
    /// Its id.
    pub id: String,
    /// What is to be done.
    pub description: String,
    /// When it is due, as `YYYY-MM-DD`.
    pub date: String,
    /// Its standing comment.
    pub comment: Option<String>,
    /// The bundle link it fills, such as `Podcast document`.
    pub required_link_name: Option<String>,
    /// Its references: name and address.
    pub references: Vec<(String, String)>,
}

/// What an assistant may know of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AboutBundle {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The day all its dates are counted from, as `YYYY-MM-DD`; for a podcast the day of the stream.
    pub anchor_date: String,
    /// The longer text.
    pub description: Option<String>,
    /// Its link slots, filled or not: name and address (empty while the slot waits).
    pub links: Vec<(String, String)>,
    /// Its references: name and address.
    pub references: Vec<(String, String)>,
}

/// One input reference of the job and what it was resolved to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Input {
    /// The type as the job says it: `source-message`, `file`, `url`, `doc`, `task`, `bundle`, `artifact`, `other`, or
    /// any word of the caller's.
    pub kind: String,
    /// The id it names.
    pub id: Option<String>,
    /// The address it names. An address is shown and handed on; it is never fetched.
    pub uri: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// What else the reference carries.
    pub metadata: Object,
    /// What it was resolved to.
    pub data: Data,
}

/// What an input reference was resolved to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Data {
    /// Nothing to resolve: the reference says all there is, such as an address.
    #[default]
    Reference,
    /// Text: of a document, a file, an artifact or a message.
    Text(String),
    /// A file or artifact that is not text.
    Binary {
        /// Its media type.
        media_type: String,
        /// How many bytes it has.
        size: u64,
    },
    /// A task.
    Task(AboutTask),
    /// A bundle.
    Bundle(AboutBundle),
    /// It is not there, or cannot be read; in words for the operator.
    Missing(String),
}

/// How an earlier attempt ended, when it was not what was wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Earlier {
    /// Which attempt.
    pub attempt: u32,
    /// True when a person rejected what it made; false when it failed.
    pub rejected: bool,
    /// The reason of the rejection, or the summary of the error.
    pub words: String,
}

impl From<&Task> for AboutTask {
    fn from(task: &Task) -> Self {
        Self {
            id: task.id.to_string(),
            description: task.description.clone(),
            date: task.date.to_string(),
            comment: task.comment.text().map(str::to_owned),
            required_link_name: task.required_link_name.text().map(str::to_owned),
            references: Vec::new(),
        }
    }
}

impl From<&Bundle> for AboutBundle {
    fn from(bundle: &Bundle) -> Self {
        let pairs = |links: Option<&Vec<dataops_domain::refs::NamedLink>>| {
            links.into_iter().flatten().map(|link| (link.name.clone(), link.url.clone())).collect()
        };
        Self {
            id: bundle.id.to_string(),
            title: bundle.title.clone(),
            anchor_date: bundle.anchor_date.to_string(),
            description: bundle.description.text().map(str::to_owned),
            links: pairs(bundle.bundle_links.get()),
            references: pairs(bundle.references.get()),
        }
    }
}
