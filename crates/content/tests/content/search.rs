//! Search: words and their beginnings, what is worth more, the step that is meant, and where it ends.

use dataops_content::{Content, Hit};

use crate::fixture::Fixture;

fn shipped(query: &str) -> Vec<Hit> {
    Content::embedded().unwrap_or_else(|error| panic!("{error}")).documents().search(query, 10)
}

fn first(query: &str) -> (String, Option<String>) {
    let hit = shipped(query).into_iter().next().unwrap_or_else(|| panic!("nothing for '{query}'"));
    (hit.id, hit.step)
}

#[test]
fn the_best_is_the_one_that_is_named_so() {
    for (query, id) in [
        ("accountant package", "sop.finance.accountant-package"),
        ("ACCOUNTANT pack", "sop.finance.accountant-package"),
        ("Publish the Luma page", "sop.events.publish-luma"),
        ("sop.podcast.prep-document", "sop.podcast.prep-document"),
        ("sponsor brief", "sop.newsletter.sponsor-brief"),
        ("monthly tax", "sop.finance.monthly-tax-report"),
        ("slack invites", "sop.community.slack-invites"),
    ] {
        assert_eq!(first(query), (id.to_owned(), None), "{query}");
    }
}

#[test]
fn a_step_is_named_when_it_is_what_was_meant() {
    let (id, step) = first("podcast document edit access");
    assert_eq!((id.as_str(), step.as_deref()), ("sop.podcast.prep-document", Some("6")));
    let hit = &shipped("podcast host review")[0];
    assert_eq!((hit.step.as_deref(), hit.step_title.as_deref()), (Some("4"), Some("Get the host's review")));
    assert!(hit.excerpt.contains("host"), "{}", hit.excerpt);
}

#[test]
fn every_word_must_be_there() {
    assert_eq!(shipped("accountant zebra"), Vec::new());
    for nothing in ["", "   ", "?!", "“”—"] {
        assert_eq!(shipped(nothing), Vec::new(), "{nothing}");
    }
}

#[test]
fn an_alias_and_other_alphabets_are_found() {
    let content =
        Fixture::new().with("documents/a.md", "---\nid: doc.a\ntitle: Über Größe\naliases: [sop.ancient.one]\n---\nПривет\n").content();
    for query in ["ancient", "über", "ÜBER grö", "привет"] {
        let ids: Vec<String> = content.documents().search(query, 5).into_iter().map(|hit| hit.id).collect();
        assert_eq!(ids, ["doc.a"], "{query}");
    }
}

#[test]
fn excerpts_are_plain_lines() {
    for query in ["a", "e", "the", "script", "link"] {
        for hit in shipped(query) {
            assert!(hit.excerpt.chars().count() <= 220 && !hit.excerpt.contains(['\n', '<', '`']), "{}: {}", hit.id, hit.excerpt);
        }
    }
}

#[test]
fn the_limit_holds_and_the_order_is_stable() {
    let content = Content::embedded().unwrap_or_else(|error| panic!("{error}"));
    let all = content.documents().search("the", 1_000);
    assert!(all.len() > 20, "{}", all.len());
    assert_eq!(content.documents().search("the", 5), all[..5]);
    assert_eq!(content.documents().search("the", 0), Vec::new());
}

#[test]
fn hostile_questions_are_cut_short() {
    assert_eq!(shipped(&format!("{}{}", "the ".repeat(12), "nowhere ".repeat(100_000))), shipped("the"), "twelve words are looked at");
    let content = Fixture::new().with("documents/a.md", &format!("---\nid: doc.a\ntitle: {}\n---\nText\n", "w".repeat(40))).content();
    let found = content.documents().search(&format!("{}{}", "w".repeat(40), "x".repeat(500_000)), 10);
    assert_eq!(found.len(), 1, "and forty characters of each");
    assert_eq!(shipped("\u{0}\u{202e}%_*"), Vec::new());
}
