//! Process documents (WM-4): the registry, and one document with what it refers to and what refers to it. They come from
//! the reviewed content, so nothing here touches the store.

use dataops_api::documents::{
    Backlinks, DocumentEntry, DocumentLink, DocumentList, DocumentStep, DocumentWhole, Found, Heading, TaskUse, TextLink, WorkflowUse,
};
use dataops_content::{Content, Document, Workflow};
use dataops_domain::Refusal;
use dataops_domain::time::Timestamp;
use dataops_store::Range;

use crate::Engine;
use crate::catalog::catalog_page;
use crate::error::{Error, Expected};

/// The longest question, in characters.
const MAX_QUERY: usize = 200;

/// Which documents to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentQuery {
    /// Words in it.
    pub text: Option<String>,
    /// What kind of document.
    pub kind: Option<String>,
    /// What part of the work.
    pub area: Option<String>,
    /// A tag it has.
    pub tag: Option<String>,
}

impl Engine {
    /// Lists documents by area and title, or best first when words are asked for. A kind, area or tag that no document has
    /// gives none.
    ///
    /// # Errors
    /// A question that is too long, or a cursor of a list that has changed.
    pub fn documents_list(&self, query: &DocumentQuery, range: &Range) -> Result<DocumentList, Error> {
        let documents = self.content.documents();
        let mut entries: Vec<DocumentEntry> = match &query.text {
            Some(text) if text.chars().count() > MAX_QUERY => {
                return Err(Refusal::field("/q", format!("q must have at most {MAX_QUERY} characters")).into());
            }
            Some(text) => {
                let hits = documents.search(text, documents.len());
                hits.into_iter()
                    .filter_map(|hit| {
                        let found = Found { step_id: hit.step, step_title: hit.step_title, excerpt: hit.excerpt };
                        Some(DocumentEntry { found: Some(found), ..entry(documents.get(&hit.id)?) })
                    })
                    .collect()
            }
            None => {
                let mut all: Vec<DocumentEntry> = documents.iter().map(entry).collect();
                all.sort_by(|a, b| (&a.area, &a.title, &a.id).cmp(&(&b.area, &b.title, &b.id)));
                all
            }
        };
        let is = |wanted: &Option<String>, value: &str| wanted.as_ref().is_none_or(|wanted| wanted == value);
        entries.retain(|entry| is(&query.kind, &entry.kind) && is(&query.area, &entry.area));
        entries.retain(|entry| query.tag.as_ref().is_none_or(|tag| entry.tags.contains(tag)));
        let (documents, next_cursor) = catalog_page(entries, range, |entry| entry.id.as_str())?;
        Ok(DocumentList { documents, next_cursor })
    }

    /// Reads a document by its id, an id it had before, or its path.
    ///
    /// # Errors
    /// 404 when there is none, or when the name is not one document's alone.
    pub fn document_get(&self, name: &str) -> Result<DocumentWhole, Error> {
        let document = self.content.documents().get(name).ok_or_else(|| Error::from(Expected::not_found("Document not found")))?;
        Ok(whole(&self.content, document))
    }
}

/// A document as a link; the id itself when no document has it.
pub(crate) fn link(content: &Content, id: &str) -> DocumentLink {
    match content.documents().get(id) {
        Some(document) => link_to(document),
        None => DocumentLink { id: id.to_owned(), title: id.to_owned(), found: false },
    }
}

fn link_to(document: &Document) -> DocumentLink {
    DocumentLink { id: document.id.clone(), title: document.title.clone(), found: true }
}

/// Where the links in `markdown`, which is the text of `document` or a part of it, lead inside the documents. A broken
/// link is left out, and so stays plain words.
pub(crate) fn links(content: &Content, document: &Document, markdown: &str) -> Vec<TextLink> {
    let lead = |written: &String| {
        let target = content.documents().follow(document, written).ok()?;
        Some(TextLink {
            written: written.clone(),
            id: target.document.id.clone(),
            title: target.document.title.clone(),
            anchor: target.anchor.map(str::to_owned),
        })
    };
    document.references.iter().filter(|written| markdown.contains(written.as_str())).filter_map(lead).collect()
}

fn entry(document: &Document) -> DocumentEntry {
    DocumentEntry {
        id: document.id.clone(),
        title: document.title.clone(),
        kind: document.doc_type.clone(),
        area: document.area().to_owned(),
        summary: document.summary.clone(),
        tags: document.tags.clone(),
        systems: document.systems.clone(),
        aliases: document.aliases.clone(),
        step_count: document.steps.len(),
        updated_at: document.updated_at,
        found: None,
    }
}

fn whole(content: &Content, document: &Document) -> DocumentWhole {
    let related = document.related_docs.iter();
    let (previous, next) = neighbours(content, document);
    DocumentWhole {
        entry: entry(document),
        markdown: document.markdown.clone(),
        steps: document
            .steps
            .iter()
            .map(|step| DocumentStep { id: step.id.clone(), title: step.title.clone(), markdown: step.markdown.clone() })
            .collect(),
        outline: document
            .outline
            .iter()
            .map(|heading| Heading {
                level: heading.level,
                title: heading.title.clone(),
                anchor: heading.anchor.clone(),
                is_step: heading.is_step,
            })
            .collect(),
        links: links(content, document, &document.markdown),
        related: related.map(|id| content.documents().get_from(document, id).map_or_else(|| link(content, id), link_to)).collect(),
        backlinks: backlinks(content, document),
        previous,
        next,
    }
}

/// The documents before and after it in its area, by title.
fn neighbours(content: &Content, document: &Document) -> (Option<DocumentLink>, Option<DocumentLink>) {
    let mut area: Vec<&Document> = content.documents().iter().filter(|other| other.area() == document.area()).collect();
    area.sort_by(|a, b| (&a.title, &a.id).cmp(&(&b.title, &b.id)));
    let at = area.iter().position(|other| other.source == document.source).unwrap_or(0);
    let place = |at: Option<usize>| at.and_then(|at| area.get(at)).map(|other| link_to(other));
    (place(at.checked_sub(1)), place(Some(at + 1)))
}

fn backlinks(content: &Content, document: &Document) -> Backlinks {
    let is_this = |id: &str| content.documents().get(id).is_some_and(|found| found.id == document.id);
    let duties = content.duties().iter().filter(|duty| is_this(&duty.instruction_doc_id));
    Backlinks {
        documents: content.documents().backlinks(&document.id).into_iter().map(link_to).collect(),
        workflows: content.workflows().iter().filter_map(|workflow| workflow_use(workflow, &is_this)).collect(),
        duties: duties
            .map(|duty| TaskUse { key: duty.key.clone(), description: duty.description.clone(), step_id: duty.instruction_step_id.clone() })
            .collect(),
    }
}

fn workflow_use(workflow: &Workflow, is_this: &impl Fn(&str) -> bool) -> Option<WorkflowUse> {
    let template = workflow.template(Timestamp::from_millis(0));
    let whole = template.source_doc_ids.iter().flatten().any(|id| is_this(id));
    let named = template.definitions().into_iter().filter(|task| task.instruction_doc_id.as_deref().is_some_and(is_this));
    let tasks: Vec<TaskUse> =
        named.map(|task| TaskUse { key: task.ref_id, description: task.description, step_id: task.instruction_step_id }).collect();
    (whole || !tasks.is_empty()).then(|| WorkflowUse {
        template_id: workflow.id.to_string(),
        name: template.name,
        emoji: template.emoji,
        whole,
        tasks,
    })
}
