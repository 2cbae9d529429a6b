//! One pass over a text: a single automaton over every rule's anchor, and a look around each place where one stands.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use super::rule::Finding;
use super::shapes::SHAPES;
use super::text::Text;
use super::{address, assignment, header, pem, tokens};

/// Finds what stands around an anchor. `from..to` is the anchor.
type Probe = fn(&mut Text<'_>, usize, usize) -> Option<Finding>;

/// Rules that are more than a prefix, each with the words that call it, in lower case.
const PROBES: &[(&[&str], Probe)] = &[
    (&["-----begin ", "---- begin "], pem::begin),
    (&["putty-user-key-file-"], pem::putty),
    (&["ls0tls1crudjti"], pem::wrapped),
    (&["b3blbnnzac1rzxktdje", "badanbgkqhkig9w0baqefaasc", "ibaakcaqea", "ibaakcagea"], pem::body),
    (&["0:", "1:", "2:", "3:", "4:", "5:", "6:", "7:", "8:", "9:"], tokens::telegram),
    (&["eyj"], tokens::jwt),
    (&["sk-"], tokens::sk),
    (&["aaaaaaaaaa"], tokens::dropbox),
    (&["-us"], tokens::mailchimp),
    (&["pat", "key"], tokens::airtable),
    (&["sk0", "sk1", "sk2", "sk3", "sk4", "sk5", "sk6", "sk7", "sk8", "sk9", "ska", "skb", "skc", "skd", "ske", "skf"], tokens::twilio),
    (&["accountkey=", "sharedaccesskey="], tokens::azure_account),
    (&["q~"], tokens::azure_client),
    (&[":apa91b"], tokens::messaging),
    (&["aws", "secretaccesskey", "secret_access_key", "secret access key", "secret key", "secretkey", "secret_key"], tokens::aws_secret),
    (&["akia", "asia", "abia", "acca"], tokens::aws_pair),
    (&["://"], address::password),
    (&["@tcp(", "@unix(", "@udp("], address::driver),
    (&["password=", "pwd=", "password =", "pwd ="], address::connection),
    (&["x-amz-signature", "x-amz-credential", "x-amz-security-token", "x-goog-signature", "x-goog-credential"], address::v4),
    (&["signature=", "sig="], address::signature),
    (&["awsaccesskeyid=", "googleaccessid="], address::v2),
    (&["dropboxusercontent.com/", "dropboxapi.com/apitl/", "token_hash="], address::dropbox),
    (&["bearer"], header::bearer),
    (&["basic"], header::basic),
    (&["authorization"], header::authorization),
    (&["cookie:", "cookie\":"], header::cookie),
    (assignment::PASSWORDS, assignment::password),
    (assignment::KEYS, assignment::key),
    (&["-u ", "--user "], assignment::login),
];

static ANCHORS: LazyLock<Option<(AhoCorasick, Vec<usize>)>> = LazyLock::new(|| {
    let shapes = SHAPES.iter().enumerate().map(|(at, shape)| (shape.prefix, at));
    let probes = PROBES.iter().enumerate().flat_map(|(at, (words, _))| words.iter().map(move |word| (*word, SHAPES.len() + at)));
    let anchors: Vec<(&str, usize)> = shapes.chain(probes).collect();
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .prefilter(false)
        .build(anchors.iter().map(|(word, _)| word))
        .ok()?;
    Some((automaton, anchors.into_iter().map(|(_, rule)| rule).collect()))
});

/// Every anchor.
pub(super) fn anchors() -> impl Iterator<Item = &'static str> {
    let probes = PROBES.iter().flat_map(|(words, _)| words.iter().copied());
    SHAPES.iter().map(|shape| shape.prefix).chain(probes)
}

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
