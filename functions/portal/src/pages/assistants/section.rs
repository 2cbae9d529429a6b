//! The assistant on the page of a task or workflow: its jobs, and the way to ask.

use dataops_api::views::assistants::JobRow;
use dataops_domain::time::Timestamp;
use maud::{Markup, html};

use crate::ui::heading::heading;
use crate::ui::job;

/// Jobs that the section lists; the page of a task or workflow has other things to say.
const MOST: usize = 5;

/// What the section belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// `task` or `bundle`.
    pub kind: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Its tags.
    pub tags: &'a [String],
    /// True while it can be worked on.
    pub open: bool,
    /// Level of the heading.
    pub level: u8,
}

/// True for the work of a podcast, which the podcast assistant can prepare.
fn is_podcast(tags: &[String]) -> bool {
    tags.iter().any(|tag| tag.eq_ignore_ascii_case("podcast"))
}

/// The section; nothing where there is no job and no assistant to ask.
pub fn section(of: Of<'_>, jobs: &[JobRow], now: Timestamp) -> Markup {
    let ask = of.open && is_podcast(of.tags);
    if jobs.is_empty() && !ask {
        return html! {};
    }
    html! {
        section .part #assistant aria-label="Assistant" {
            (heading(of.level, "", "Assistant"))
            @if !jobs.is_empty() { (job::list(&jobs[..jobs.len().min(MOST)], now)) }
            @if jobs.len() > MOST { p .hint { (jobs.len() - MOST) " earlier ones are not shown." } }
            @if ask { p .actions { a .button href={ "/assistants/new?" (of.kind) "=" (of.id) } data-palette="Ask the assistant about this" { "Ask the assistant…" } } }
        }
    }
}
