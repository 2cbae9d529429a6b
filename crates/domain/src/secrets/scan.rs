//! One pass over a text: a single automaton over every rule's anchor, and a look around each place where one stands.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use super::rule::Finding;
use super::shapes::SHAPES;
use super::text::Text;

/// Finds what stands around an anchor. `from..to` is the anchor.
type Probe = fn(&mut Text<'_>, usize, usize) -> Option<Finding>;

/// Rules that are more than a prefix, each with the words that call it, in lower case.
const PROBES: &[(&[&str], Probe)] = &[];

static ANCHORS: LazyLock<Option<(AhoCorasick, Vec<usize>)>> = LazyLock::new(|| {
    let mut anchors: Vec<(&str, usize)> = SHAPES.iter().enumerate().map(|(at, shape)| (shape.prefix, at)).collect();
    for (at, (words, _)) in PROBES.iter().enumerate() {
        anchors.extend(words.iter().map(|word| (*word, SHAPES.len() + at)));
    }
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .prefilter(false)
        .build(anchors.iter().map(|(word, _)| word))
        .ok()?;
    Some((automaton, anchors.into_iter().map(|(_, rule)| rule).collect()))
});

/// Hands every finding of the text to `found`, in the order of their anchors. Findings may overlap.
pub(super) fn scan(text: &mut Text<'_>, mut found: impl FnMut(Finding) -> ControlFlow<()>) {
    let Some((automaton, rules)) = ANCHORS.as_ref() else { return };
    let input = Input::new(text.all);
    let mut state = OverlappingState::start();
    loop {
        automaton.find_overlapping(input.clone(), &mut state);
        let Some(anchor) = state.get_match() else { return };
        let rule = rules[anchor.pattern().as_usize()];
        let finding = match SHAPES.get(rule) {
            Some(shape) => shape.check(text, anchor.start()),
            None => PROBES[rule - SHAPES.len()].1(text, anchor.start(), anchor.end()),
        };
        if finding.is_some_and(|finding| found(finding).is_break()) {
            return;
        }
    }
}
