//! Secrets in text: found by one set of named rules, refused or redacted wherever text enters or leaves (AJ-6, EX-4).
//!
//! - [`find`] and [`first`] say what a text holds; [`first_in_link`] leaves out what ordinary links carry.
//! - [`redact`] and [`redact_json`] replace each secret with `[redacted: <rule>]`.
//! - [`check_json`] looks through a whole JSON value, [`is_secret_key`] judges the name of a field.
//! - [`note_marker`], [`signed_url_marker`] and [`looks_secret`] are the plain words of the wire contract.
//!
//! One automaton over the anchors of all rules passes over the text once (`scan`); where an anchor stands, its rule
//! looks around it. Clean text costs that one pass and no allocation, and the work is linear whatever the text holds
//! (`text` says how). `docs/grids/secret-rules.md` lists every rule with its own samples.
//!
//! Whoever takes text from outside uses `input::Fields`, which asks here by itself.

mod address;
mod assignment;
mod contract;
mod header;
mod json;
mod pem;
mod rule;
mod scan;
mod shapes;
mod text;
mod tokens;
mod value;

use std::borrow::Cow;
use std::ops::ControlFlow;

pub use contract::{is_secret_key, looks_secret, note_marker, portable_marker, signed_url_marker};
pub use json::{check_json, first_in_field, first_named, redact_field, redact_json, secret_key_in};
pub use rule::{Family, Finding, all, words};

use text::Text;

/// How often [`redact`] looks again at what it has made.
const ROUNDS: usize = 4;

/// Every secret in a text, by place; none overlaps another. Where two rules see the same secret the stronger family
/// names it.
pub fn find(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    scan::scan(&mut Text::new(text), |finding| {
        found.push(finding);
        ControlFlow::Continue(())
    });
    apart(found)
}

/// A secret in a text, when there is one: the first that is met.
pub fn first(text: &str) -> Option<Finding> {
    first_of(text, |_| true)
}

/// A secret in a link: everything but the generic rules, since a meeting link carries `pwd=` and an invitation `token=`.
pub fn first_in_link(text: &str) -> Option<Finding> {
    first_of(text, |family| family != Family::Generic)
}

/// The text with every secret replaced by `[redacted: <rule>]`. What it gives holds no secret; redacting it again
/// changes nothing.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut redacted = Cow::Borrowed(text);
    for _ in 0..ROUNDS {
        let found = find(&redacted);
        if found.is_empty() {
            return redacted;
        }
        redacted = Cow::Owned(replaced(&redacted, &found));
    }
    match first(&redacted) {
        None => redacted,
        Some(left) => Cow::Owned(mark(left.rule)),
    }
}

/// A link with every secret replaced that [`first_in_link`] would find.
fn redact_link(text: &str) -> String {
    let mut found = Vec::new();
    scan::scan(&mut Text::new(text), |finding| {
        found.extend(Some(finding).filter(|finding| finding.family != Family::Generic));
        ControlFlow::Continue(())
    });
    replaced(text, &apart(found))
}

fn first_of(text: &str, wanted: impl Fn(Family) -> bool) -> Option<Finding> {
    let mut first = None;
    scan::scan(&mut Text::new(text), |finding| {
        if !wanted(finding.family) {
            return ControlFlow::Continue(());
        }
        first = Some(finding);
        ControlFlow::Break(())
    });
    first
}

fn mark(rule: &str) -> String {
    format!("[redacted: {rule}]")
}

fn replaced(text: &str, found: &[Finding]) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut from = 0;
    for finding in found {
        redacted.push_str(&text[from..finding.range.start]);
        redacted.push_str(&mark(finding.rule));
        from = finding.range.end;
    }
    redacted.push_str(&text[from..]);
    redacted
}

/// Findings by place, those that overlap joined under the strongest.
fn apart(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by_key(|finding| (finding.range.start, finding.range.end));
    let mut apart: Vec<Finding> = Vec::with_capacity(found.len());
    for finding in found {
        match apart.last_mut() {
            Some(last) if finding.range.start < last.range.end => {
                let range = last.range.start..last.range.end.max(finding.range.end);
                // A vendor's own credential in an address says more than that the address has a password.
                let by_place = last.rule.starts_with("password-in-") && finding.family == last.family;
                let stronger = if finding.family > last.family || by_place { finding } else { last.clone() };
                *last = Finding { range, ..stronger };
            }
            _ => apart.push(finding),
        }
    }
    apart
}

/// The anchors of all rules: for tests of hostile text.
pub fn anchors() -> impl Iterator<Item = &'static str> {
    scan::anchors()
}

/// How many bytes the rules look at beyond the one pass over the text: for the test that the work is linear.
pub fn looked(text: &str) -> usize {
    let mut text = Text::new(text);
    scan::scan(&mut text, |_| ControlFlow::Continue(()));
    text.looked
}
