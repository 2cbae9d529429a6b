//! What a job made: the text itself, and what differs from the attempt before.

use dataops_api::views::job::Preview;
use dataops_domain::artifact::{Artifact, ArtifactStatus};
use maud::{Markup, PreEscaped, html};

use super::job::Shown;
use crate::ui::artifact::{address, status_words};
use crate::ui::{lines, markdown, words};

/// The most bytes of markup that all texts take together; less while a log is shown too.
const MOST: usize = 24_000;
/// The most bytes of a text that is no prose.
const PLAIN: usize = 2_000;

/// The section; nothing before there is something.
pub(super) fn section(shown: Shown<'_>) -> Markup {
    let view = shown.view;
    let find = |id: &str| view.artifacts.iter().find(|artifact| artifact.id.as_str() == id);
    let mut outputs: Vec<&Artifact> = view.job.output_artifact_ids.iter().filter_map(|id| find(id)).collect();
    outputs.sort_by_key(|artifact| !is_prose(artifact));
    if outputs.is_empty() {
        return html! {};
    }
    let mut room = if view.tail.is_empty() { MOST } else { MOST / 3 };
    html! {
        section .part #output aria-label="What it made" {
            h2 { "What it made " span .number { (outputs.len()) } }
            @for artifact in outputs {
                @let preview = view.previews.iter().find(|preview| preview.artifact_id == artifact.id.as_str());
                article .output data-id=(artifact.id) {
                    header .output-head {
                        h3 { a href={ "/artifacts/" (artifact.id) } { (name(artifact, &view.row.title)) } }
                        p .hint {
                            @if artifact.status == ArtifactStatus::NeedsReview && !view.may.decide { "not approved" } @else { (status_words(artifact.status)) }
                            @if let Some(address) = address(artifact) { " · " a href=(address) rel="noopener noreferrer" { "Open the whole" span .sr { " " (artifact.title) } } }
                            @if view.may.decide && is_prose(artifact) && preview.is_some_and(|preview| !preview.cut) { " · " a href={ (shown.own()) "/edit?artifact=" (artifact.id) } { "Edit" span .sr { " " (artifact.title) } } }
                        }
                    }
                    @if let Some(preview) = preview { (text(artifact, preview, &mut room)) }
                    @else { p .none { "There is no text to show here." } }
                }
            }
        }
    }
}

/// Whether a person reads it: such outputs come first and can be edited.
fn is_prose(artifact: &Artifact) -> bool {
    artifact.content_type.as_deref().is_some_and(|kind| kind.contains("markdown"))
}

/// The artifact's title, without that of the job, which heads the page.
fn name(artifact: &Artifact, job: &str) -> String {
    let rest = artifact.title.strip_prefix(job).map(|rest| rest.trim_start_matches([':', ' ']));
    rest.filter(|rest| !rest.is_empty()).map_or_else(|| artifact.title.clone(), words::upper_first)
}

fn text(artifact: &Artifact, preview: &Preview, room: &mut usize) -> Markup {
    let prose = is_prose(artifact);
    let (shown, whole) = if prose { rendered(&preview.text, *room) } else { plain(&preview.text, (*room).min(PLAIN)) };
    *room = room.saturating_sub(shown.0.len());
    // What differs in data that a machine reads says nothing to a person.
    let difference = preview.before.as_ref().filter(|_| prose).map(|before| lines::difference(&before.text, &preview.text));
    *room = room.saturating_sub(difference.as_ref().map_or(0, |shown| shown.0.len()));
    let content = html! { (shown) @if !whole || preview.cut { p .hint { "Only its beginning is shown here." } } };
    html! {
        @if let Some(difference) = difference {
            details .difference data-key={ "difference-" (artifact.id) } { summary { "What differs from the attempt before" } (difference) }
        }
        @if prose { div .prose .preview { (content) } }
        @else { details data-key={ "text-" (artifact.id) } { summary { "Its text" } (content) } }
    }
}

/// As much of a text as fits, whole lines, and whether that is all of it.
fn rendered(text: &str, room: usize) -> (Markup, bool) {
    let mut source = text;
    loop {
        let html = markdown::render(markdown::Text { markdown: source, level: 4, ..markdown::Text::default() });
        if html.0.len() <= room {
            return (html, source.len() == text.len());
        }
        if source.len() < 200 {
            return (PreEscaped(String::new()), false);
        }
        let less = text.floor_char_boundary(source.len() * 3 / 4);
        source = &text[..text[..less].rfind('\n').unwrap_or(less)];
    }
}

fn plain(text: &str, room: usize) -> (Markup, bool) {
    let cut = &text[..text.floor_char_boundary(room / 2)];
    (html! { pre .plain-text tabindex="0" { (cut) } }, cut.len() == text.len())
}
