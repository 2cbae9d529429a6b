//! The secret rules against their own samples, and what holds of any text.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "../support/committed.rs"]
mod committed;
mod samples;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use committed::compare;
use dataops_domain::secrets::{self, Family};
use samples::{AROUND, Dice, FILLS, FORMS, HARMLESS, filled};

#[test]
fn the_grid_of_rules_is_the_committed_one() {
    let mut text = HEAD.to_owned();
    let (mut all, mut all_found, mut all_named) = (0, 0, 0);
    for (rule, family) in secrets::all() {
        let forms = FORMS.iter().find(|(name, _)| *name == rule).map_or(&[][..], |(_, forms)| forms);
        let (mut made, mut found, mut named) = (0, 0, 0);
        for (at, form) in forms.iter().enumerate() {
            for fill in 0..FILLS {
                let sample = filled(form, fill * 1_000 + at as u64);
                let findings = secrets::find(&sample);
                made += 1;
                found += u64::from(!findings.is_empty());
                named += u64::from(findings.iter().any(|finding| finding.rule == rule));
            }
        }
        let harmless: Vec<&str> = HARMLESS.iter().filter(|(near, _)| *near == rule).map(|(_, text)| *text).collect();
        let mistaken = harmless.iter().filter(|text| secrets::first(text).is_some()).count();
        let _ = writeln!(
            text,
            "| `{rule}` | {} | {} | {made} | {found} | {named} | {} | {mistaken} |",
            word(family),
            forms.len(),
            harmless.len()
        );
        (all, all_found, all_named) = (all + made, all_found + found, all_named + named);
    }
    let _ = writeln!(text, "\n{all_found} of {all} samples are found, {all_named} by their own rule's name.");
    compare("secret-rules.md", &text);
    assert!(all_found * 1_000 >= all * 995, "{all_found} of {all}");
}

const HEAD: &str = "# The secret rules against their own samples

Generated from `crates/domain/src/secrets/` and the samples in `crates/domain/tests/secrets/samples.rs`, which are made when the
test runs. *Named* counts samples found under the rule's own name; a sample may carry two secrets, and the stronger names it.
*Harmless* are texts that come close to the rule, *mistaken* those of them in which anything was found.

Ordinary Dropbox share links (`rlkey=`) and meeting links (`pwd=`) are meant to be passed on and are no secrets.

How fast a text is looked through is measured on the machine at hand, by `scripts/prove`, in `secret-speed.md`.

| rule | family | forms | samples | found | named | harmless | mistaken |
|---|---|--:|--:|--:|--:|--:|--:|
";

fn word(family: Family) -> &'static str {
    match family {
        Family::Generic => "generic",
        Family::Header => "header",
        Family::Vendor => "vendor",
        Family::Presigned => "presigned",
    }
}

#[test]
fn every_rule_has_samples_and_every_sample_a_rule() {
    let rules: Vec<&str> = secrets::all().map(|(rule, _)| rule).collect();
    let sampled: Vec<&str> = FORMS.iter().map(|(rule, _)| *rule).collect();
    for rule in &rules {
        assert!(sampled.contains(rule), "{rule} has no form");
        assert!(HARMLESS.iter().any(|(near, _)| near == rule) || *rule == "aws-bedrock-key", "{rule} has no harmless text");
    }
    for rule in sampled.iter().chain(HARMLESS.iter().map(|(near, _)| near)) {
        assert!(rules.contains(rule), "{rule} is no rule");
    }
}

#[test]
fn harmless_text_passes() {
    for (near, text) in HARMLESS {
        let found: Vec<_> = secrets::find(text).into_iter().map(|finding| (finding.rule, &text[finding.range])).collect();
        assert!(found.is_empty(), "{near}: {text}: {found:?}");
    }
}

/// Each sample in each surrounding, and the findings that were missed.
fn surrounded() -> impl Iterator<Item = (&'static str, String)> {
    FORMS.iter().flat_map(|(rule, forms)| {
        forms.iter().enumerate().flat_map(move |(at, form)| {
            AROUND
                .iter()
                .enumerate()
                .map(move |(around, beside)| (*rule, beside.replacen("{}", &filled(form, (at * 100 + around) as u64), 1)))
        })
    })
}

#[test]
fn secrets_are_found_in_whatever_stands_around_them() {
    let mut missed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut all = 0;
    for (rule, text) in surrounded() {
        all += 1;
        if secrets::first(&text).is_none() {
            missed.entry(rule).or_default().push(text);
        }
    }
    let count: usize = missed.values().map(Vec::len).sum();
    assert!(count * 100 <= all * 2, "{count} of {all} missed: {missed:#?}");
}

#[test]
fn redacted_text_holds_no_secret_and_stays_as_it_is() {
    for (rule, text) in surrounded() {
        let once = secrets::redact(&text).into_owned();
        assert!(secrets::find(&once).is_empty(), "{rule}: {text}\n{once}");
        assert_eq!(secrets::redact(&once), once, "{rule}");
        assert_eq!(secrets::first(&text).is_some(), once != text, "{rule}: {text}");
    }
}

/// Texts that nobody writes: pieces of every rule, of Unicode and of noise, thrown together.
fn thrown(dice: &mut Dice) -> String {
    const PIECES: &[&str] = &[
        "password",
        "=",
        ":",
        " ",
        "\n",
        "\"",
        "'",
        "token",
        "-----BEGIN ",
        "PRIVATE KEY",
        "-----",
        "://",
        "@",
        "?",
        "&",
        "sig=",
        "eyJ",
        ".",
        "sk-",
        "ä",
        "日本",
        "\u{200b}",
        "🦀",
        "\\",
        "%3D",
        "AKIA",
        "Bearer ",
        "Signature=",
        "aws",
        "0:",
        "AAAAAAAAAA",
        "“",
        "”",
        "\0",
        "secret_key",
        "pwd=",
        ";",
        "Server=",
        "[redacted: jwt]",
        "PuTTY-User-Key-File-2",
        "Private-MAC:",
        "é",
        "-u ",
        "Cookie:",
        "LS0tLS1CRUdJTi",
        "key",
        "pat",
        "\u{fffd}",
    ];
    let mut text = String::new();
    for _ in 0..dice.roll() % 40 {
        match dice.roll() % 5 {
            0 => text.push_str(&filled("{A20}", dice.roll())),
            1 => text.push_str(&filled("{p12}", dice.roll())),
            2 => {
                let (_, forms) = FORMS[(dice.roll() >> 9) as usize % FORMS.len()];
                text.push_str(&filled(forms[(dice.roll() >> 9) as usize % forms.len()], dice.roll()));
            }
            _ => text.push_str(PIECES[(dice.roll() >> 9) as usize % PIECES.len()]),
        }
    }
    text
}

#[test]
fn any_text_is_looked_through_and_redacted_for_good() {
    let mut dice = Dice(0x5eed);
    for round in 0..1_500 {
        let text = thrown(&mut dice);
        let found = secrets::find(&text);
        for finding in &found {
            assert!(text.get(finding.range.clone()).is_some_and(|part| !part.is_empty()), "round {round}: {finding:?} in {text:?}");
        }
        assert!(found.is_sorted_by(|a, b| a.range.end <= b.range.start), "round {round}: {found:?}");
        let once = secrets::redact(&text).into_owned();
        assert!(secrets::find(&once).is_empty(), "round {round}: {text:?}\n{once:?}");
        assert_eq!(secrets::redact(&once), once, "round {round}");
    }
}

#[test]
fn the_work_grows_with_the_text_and_no_faster() {
    let mut hostile: Vec<String> = secrets::anchors().map(str::to_owned).collect();
    let doubled: Vec<String> = hostile.iter().map(|anchor| format!("{anchor}=")).collect();
    hostile.extend(doubled);
    hostile.extend(
        [
            "-----BEGIN PRIVATE KEY-----\n",
            "PuTTY-User-Key-File-2: x\n",
            "password=password:",
            "a://b:c@",
            "&Signature=aaaaabbbbbcccccddddd1",
            "eyJ.",
            "eyJaaaaaaaaaaaa.eyJaaaaaaaa.",
            "A",
            "=",
            "aws a/b+c ",
            "token: \"",
            "--password ",
            "sk-a-",
            "1:A",
            "\\n\\n",
            "Bearer Bearer ",
            "secret is ",
            "cookie:a=b;",
            "?sig=aaaaaaaaaaaaaaaaaaaa&",
            "aB3",
            "://a:b",
            "AKIA2222222222222222",
        ]
        .map(str::to_owned),
    );
    for piece in hostile {
        let looked = |bytes: usize| secrets::looked(&piece.repeat(bytes / piece.len() + 1)) as f64 / bytes as f64;
        let (small, large) = (looked(1_500), looked(12_000));
        assert!(large <= small * 1.2 + 3.0, "{piece:?}: {small:.1} looks for each byte of 1.5 KB, {large:.1} of 12 KB");
        assert!(large <= 130.0, "{piece:?}: {large:.1} looks for each byte");
    }
}
