//! A process document: frontmatter, Markdown and its numbered steps.
//!
//! Our own documents number their `## ` headings; imported ones mark steps with HTML comments. Both are read, and
//! both come out the same.

mod frontmatter;
mod markers;
mod outline;
mod references;

use dataops_domain::Timestamp;

use crate::error::Problem;
use crate::files::File;
use outline::Outline;
pub(crate) use references::Mentions;

/// A process document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Stable id, such as `sop.podcast.prep-document`.
    pub id: String,
    /// True when the file names no id, so that it was made from the path and moves with it.
    pub id_generated: bool,
    /// Title as shown.
    pub title: String,
    /// What it is for, in a sentence; may be empty.
    pub summary: String,
    /// What kind of document it is, such as `sop` or `template`.
    pub doc_type: String,
    /// The version of the document rules it was written by; those without one are linted for references alone.
    pub schema_version: Option<u32>,
    /// The file inside the content folder, such as `documents/podcast/prep-document.md`.
    pub source: String,
    /// Systems it touches.
    pub systems: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Documents to read with it, as the frontmatter names them.
    pub related_docs: Vec<String>,
    /// Ids and paths it had before.
    pub aliases: Vec<String>,
    /// The text, without frontmatter and without its title heading.
    pub markdown: String,
    /// Its numbered steps.
    pub steps: Vec<Step>,
    /// Its sections without the steps, in lower case, such as `validation`.
    pub sections: Vec<String>,
    /// Its headings in order, each with its anchor.
    pub outline: Vec<Heading>,
    /// What its text refers to inside the content, as written: `[[…]]`, `doc:` links and paths, each perhaps with `#…`.
    pub references: Vec<String>,
    /// When the file was last written, as far as the disk or the build could tell.
    pub updated_at: Option<Timestamp>,
}

/// A heading of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The title as plain text, with its number.
    pub title: String,
    /// Where it is on the document's page: the number of a step, else `section-…`.
    pub anchor: String,
    /// True for the heading of a step.
    pub is_step: bool,
}

/// A numbered step of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The number, as a task names it: `"6"`.
    pub id: String,
    /// Title without the number.
    pub title: String,
    /// The text below the heading.
    pub markdown: String,
}

impl Document {
    /// The step with this number.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The folder it is in, which says what part of the work it is about; empty beside the folders.
    pub fn area(&self) -> &str {
        let path = self.source.strip_prefix("documents/").unwrap_or(&self.source);
        path.split_once('/').map_or("", |(area, _)| area)
    }

    /// The anchor that a link's `#…` means: an anchor as it is, or the words of a heading.
    pub fn anchor(&self, fragment: &str) -> Option<&str> {
        let by_words = outline::section_anchor(fragment);
        let fits = |heading: &&Heading| heading.anchor == fragment || heading.anchor == by_words;
        self.outline.iter().find(fits).map(|heading| heading.anchor.as_str())
    }

    /// The file as people know it.
    pub(crate) fn shown(&self) -> String {
        format!("content/{}", self.source)
    }

    /// The text without code, for rules about words.
    pub(crate) fn prose(&self) -> String {
        Outline::of(&self.markdown).prose(&self.markdown)
    }
}

/// Reads a document.
///
/// # Errors
/// What can't be understood: frontmatter or step markers.
pub(crate) fn read(file: &File) -> Result<Document, Vec<Problem>> {
    let text = file.text().map_err(|problem| vec![problem])?;
    let (front, body, lines_before) = frontmatter::read(file, &text).map_err(|problem| vec![problem])?;
    let marked = markers::read(file, body, lines_before)?;
    let (heading, markdown) = outline::without_title(marked.as_ref().map_or(body, |marked| &marked.markdown));
    let outline = Outline::of(&markdown);
    let (sections, steps) = match marked {
        Some(marked) => (marked.sections, marked.steps),
        None => (outline.sections(), outline.steps(&markdown)),
    };
    let doc_type = front.doc_type.clone().unwrap_or_else(|| frontmatter::doc_type_of(&file.path).to_owned());
    Ok(Document {
        id: front.id.clone().unwrap_or_else(|| frontmatter::generated_id(&doc_type, &file.path)),
        id_generated: front.id.is_none(),
        title: front.title.or(heading).unwrap_or_else(|| frontmatter::title_of(file.stem())),
        summary: front.summary.unwrap_or_default(),
        doc_type,
        schema_version: front.schema_version,
        source: file.path.clone(),
        systems: front.systems,
        tags: front.tags,
        related_docs: front.related_docs,
        aliases: front.aliases,
        references: Mentions::of(&markdown).references,
        outline: outline.headings(),
        updated_at: file.written.and_then(|seconds| i64::try_from(seconds).ok()).map(|seconds| Timestamp::from_millis(seconds * 1_000)),
        markdown,
        steps,
        sections,
    })
}
