//! What only some sources may say.

use crate::members::members;

/// The files that say `word`, of members but those in `allowed`.
fn strangers(word: &str, allowed: &[&str]) -> Vec<String> {
    let members = members().into_iter().filter(|member| member.name() != "workspace" && !allowed.contains(&member.name()));
    let sources = members.flat_map(|member| member.sources());
    sources.filter(|source| source.says(word)).map(|source| source.path).collect()
}

/// Whose tests make the SDK's own calls: they show that roles refuse what no code of ours asks for.
const REFUSALS: &str = "crates/local/tests/roles";

#[test]
fn only_the_store_knows_the_databases_client() {
    for client in ["aws_sdk_dynamodb", "aws_sdk_s3"] {
        let found = strangers(client, &["store"]);
        let elsewhere: Vec<_> = found.iter().filter(|path| !path.starts_with(REFUSALS)).collect();
        assert!(elsewhere.is_empty(), "{client}: {elsewhere:?}");
    }
    for member in members().iter().filter(|member| member.name() != "store") {
        let asks = |dependency: &&crate::members::Dependency| ["aws-sdk-dynamodb", "aws-sdk-s3"].contains(&dependency.name.as_str());
        let found = member.dependencies.iter().filter(asks).find(|dependency| member.name() != "local" || !dependency.is_for_tests());
        assert!(found.is_none(), "{} depends on a data client", member.name());
    }
}

#[test]
fn only_the_typed_client_and_the_fleet_invoke_functions() {
    assert_eq!(strangers("aws_sdk_lambda", &["api", "fleet"]), [""; 0]);
}

#[test]
fn only_a_process_takes_its_environment() {
    let found = strangers("from_process", &[]);
    let elsewhere: Vec<_> = found
        .iter()
        .filter(|path| {
            !path.ends_with("src/main.rs") && !["crates/fleet/src/config.rs", "crates/fleet/src/boot.rs"].contains(&path.as_str())
        })
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    assert!(found.len() > 2, "the boot and the command line are found: {found:?}");
}

#[test]
fn the_domain_neither_waits_nor_reaches_out() {
    let members = members();
    let domain = members.iter().find(|member| member.name() == "domain").expect("the domain");
    // An example is a program of its own around the domain.
    for source in domain.sources().into_iter().filter(|source| !source.path.contains("/examples/")) {
        for word in ["async", "await", "tokio", "fs", "net", "env", "process", "thread", "SystemTime", "Instant"] {
            // A test may read a file of the repository.
            let is_test = source.path.contains("/tests/") && ["fs", "env"].contains(&word);
            // A rule about secrets names what it looks for.
            let is_rule = source.path.contains("/secrets/") && ["env", "net", "process"].contains(&word);
            assert!(is_test || is_rule || !source.says(word), "{} says `{word}`", source.path);
        }
    }
    for dependency in &domain.dependencies {
        assert!(!dependency.name.starts_with("aws-") && dependency.name != "tokio", "domain depends on {}", dependency.name);
    }
}
