//! A thin line of a workflow's dates around its anchor, with today marked.

use dataops_domain::task::Status;
use dataops_domain::time::Date;
use maud::{Markup, html};

use super::words;

const WIDTH: i64 = 1_000;
/// The most marks drawn.
const MOST: usize = 120;

/// One date on the line.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// The date.
    pub date: Date,
    /// Where its task stands.
    pub status: Status,
    /// True when its day is over.
    pub late: bool,
}

/// The line; nothing when there is no date.
pub fn timeline(marks: &[Mark], anchor: Date, today: Date) -> Markup {
    let dates = marks.iter().map(|mark| mark.date).chain([anchor]);
    let (Some(first), Some(last)) = (dates.clone().min(), dates.max()) else { return html! {} };
    let span = (last - first).num_days().max(1);
    let mut marks = marks.to_vec();
    marks.sort_by_key(|mark| (mark.date, mark.late, mark.status.as_str()));
    marks.dedup_by_key(|mark| (mark.date, mark.late, mark.status.as_str()));
    // More than the eye tells apart is thinned out: the page has its limit, too.
    let thin = marks.len().div_ceil(MOST).max(1);
    let marks: Vec<Mark> = marks.into_iter().step_by(thin).collect();
    let x = |date: Date| ((date - first).num_days() * (WIDTH - 20) / span + 10).clamp(2, WIDTH - 2);
    let state = |mark: &Mark| if mark.late { "late" } else { mark.status.as_str() };
    let label = format!(
        "From {} to {}, anchor {}",
        words::short_date(first, today),
        words::short_date(last, today),
        words::short_date(anchor, today)
    );
    html! {
        figure .timeline {
            svg viewBox={ "0 0 " (WIDTH) " 24" } preserveAspectRatio="none" role="img" aria-label=(label) {
                line .axis x1="10" x2=(WIDTH - 10) y1="12" y2="12" {}
                @for mark in &marks { line class=(state(mark)) x1=(x(mark.date)) x2=(x(mark.date)) y1="7" y2="17" {} }
                line .anchor x1=(x(anchor)) x2=(x(anchor)) y1="0" y2="24" {}
                @if today >= first && today <= last { line .today x1=(x(today)) x2=(x(today)) y1="0" y2="24" {} }
            }
            figcaption {
                span { (words::short_date(first, today)) }
                span .legend {
                    span .key-anchor { "anchor " (words::short_date(anchor, today)) }
                    @if today >= first && today <= last { span .key-today { "today" } }
                }
                span { (words::short_date(last, today)) }
            }
        }
    }
}
