//! Who may use whom. `ARCHITECTURE.md` says why.

use crate::members::{Member, members};

/// What each member may use of ours, tests included. A new member is added here first.
const MAY_USE: [(&str, &[&str]); 14] = [
    ("domain", &[]),
    ("content", &["domain"]),
    ("api", &["domain"]),
    ("assistants", &["domain", "content"]),
    ("portable", &["domain"]),
    ("store", &["domain"]),
    ("fleet", &["domain"]),
    ("engine", &["domain", "store", "content", "api", "assistants", "portable"]),
    ("work-engine", &["engine", "api", "assistants", "fleet", "domain", "content", "store"]),
    ("cron-runner", &["engine", "fleet", "domain", "content", "store"]),
    ("assistant-runner", &["engine", "assistants", "fleet", "domain", "content", "store"]),
    ("export-job", &["api", "engine", "fleet", "domain", "content", "store", "portable"]),
    ("portal", &["api", "fleet", "domain", "store"]),
    ("bare-function", &[]),
];
/// These put everything together, so they may use anything.
const MAY_USE_ANYTHING: [&str; 5] = ["local", "cli", "testkit", "workspace", "lambda-tests"];
/// Tests of any member may use these.
const FOR_TESTS: [&str; 2] = ["testkit", "local"];

fn may_use(member: &str, other: &str) -> bool {
    let listed = MAY_USE.iter().find(|(name, _)| *name == member).map(|(_, others)| others.contains(&other));
    listed.unwrap_or_else(|| MAY_USE_ANYTHING.contains(&member))
}

fn is_wrong(all: &[Member], member: &Member, other: &str, for_tests: bool) -> bool {
    let between_functions = member.is_function() && all.iter().any(|known| known.name() == other && known.is_function());
    let allowed = match for_tests {
        true => may_use(member.name(), other) || FOR_TESTS.contains(&other),
        false => may_use(member.name(), other) && other != "testkit",
    };
    between_functions || !allowed
}

#[test]
fn every_edge_between_members_is_allowed() {
    let all = members();
    let wrong: Vec<_> = all
        .iter()
        .flat_map(|member| member.dependencies.iter().map(move |dependency| (member, dependency)))
        .filter_map(|(member, dependency)| Some((member, dependency.member()?, dependency.is_for_tests())))
        .filter(|(member, other, for_tests)| is_wrong(&all, member, other, *for_tests))
        .map(|(member, other, _)| format!("{} must not use {other}", member.name()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_member_has_its_place_in_the_list() {
    let all = members();
    for member in &all {
        let name = member.name();
        let listed = MAY_USE_ANYTHING.contains(&name) || MAY_USE.iter().any(|(listed, _)| *listed == name);
        assert!(listed, "{name} is not in MAY_USE: say what it may use");
    }
    for (name, _) in MAY_USE {
        assert!(all.iter().any(|member| member.name() == name), "{name} is in MAY_USE and not in the workspace");
    }
}
