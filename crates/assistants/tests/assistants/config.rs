//! Which executor is chosen, what it needs, and what a wrong setting says.

use std::collections::BTreeMap;

use dataops_assistants::{Code, Config, Executors, Kind, Request};

use crate::run::{CONTENT, ended, percents, request, said, settings, start};

fn config(pairs: &[(&str, &str)]) -> Config {
    let map: BTreeMap<String, String> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::parse(&map).unwrap_or_else(|error| panic!("{error}"))
}

fn refusal(name: &str, value: &str) -> String {
    let map = BTreeMap::from([(name.to_owned(), value.to_owned())]);
    Config::parse(&map).expect_err("it cannot be used").to_string()
}

#[test]
fn without_settings_everything_is_a_dry_run() {
    let config = config(&[]);
    assert_eq!(config.chosen("podcast"), Kind::DryRun);
    assert_eq!(config.chosen("anything"), Kind::DryRun);
    let standings = config.standings();
    assert_eq!(standings.len(), 3);
    assert_eq!((standings[0].off.as_deref(), standings[0].verified), (None, true));
    assert_eq!(standings[1].off.as_deref(), Some("messages-http is off: DATAOPS_MESSAGES_KEY, DATAOPS_MESSAGES_MODEL is not set"));
    assert_eq!(standings[2].off.as_deref(), Some("command is off: DATAOPS_COMMAND, DATAOPS_COMMAND_FOLDER is not set"));
    assert!(!standings[1].verified && !standings[2].verified);
}

#[test]
fn each_type_has_the_executor_it_was_given() {
    let config = config(&[
        ("DATAOPS_ASSISTANT_EXECUTORS", "podcast=messages-http, notes = command"),
        ("DATAOPS_ASSISTANT_VERIFIED", "command"),
        ("DATAOPS_COMMAND", "/opt/bin/codex"),
        ("DATAOPS_COMMAND_FOLDER", "/var/work"),
    ]);
    assert_eq!(
        (config.chosen("podcast"), config.chosen("notes"), config.chosen("other")),
        (Kind::MessagesHttp, Kind::Command, Kind::DryRun)
    );
    let standings = config.standings();
    assert_eq!(
        (standings[2].types.as_slice(), standings[2].off.as_deref(), standings[2].verified),
        (["notes".to_owned()].as_slice(), None, true)
    );
    let executors = Executors::new(config, &CONTENT);
    assert_eq!(executors.executor("notes").map(|executor| executor.name()).ok(), Some("command"));
    assert_eq!(executors.executor("other").map(|executor| executor.name()).ok(), Some("dry-run"));
    let failure = executors.executor("podcast").err().expect("it is off");
    assert_eq!(failure.to_string(), "executor_off: messages-http is off: DATAOPS_MESSAGES_KEY, DATAOPS_MESSAGES_MODEL is not set");
}

#[test]
fn of_an_environment_only_what_concerns_executors_is_taken() {
    let environment = BTreeMap::from([
        ("DATAOPS_MESSAGES_KEY", "a key"),
        ("DATAOPS_ASSISTANT_JOBS_TABLE", "a table"),
        ("HOME", "/home/operator"),
        ("API_KEY", "another"),
    ]);
    let taken = |more: &[(&'static str, &'static str)]| -> Vec<String> {
        let mut all = environment.clone();
        all.extend(more.iter().copied());
        dataops_assistants::settings(|name| all.get(name).copied()).into_keys().collect()
    };
    assert_eq!(taken(&[]), ["DATAOPS_MESSAGES_KEY"]);
    assert_eq!(taken(&[("DATAOPS_COMMAND", "/opt/bin/codex")]), ["DATAOPS_COMMAND", "DATAOPS_MESSAGES_KEY", "HOME"]);
    let named = [("DATAOPS_COMMAND", "/opt/bin/codex"), ("DATAOPS_COMMAND_ENVIRONMENT", "API_KEY")];
    assert_eq!(taken(&named), ["API_KEY", "DATAOPS_COMMAND", "DATAOPS_COMMAND_ENVIRONMENT", "DATAOPS_MESSAGES_KEY"]);
}

#[test]
fn a_setting_that_cannot_be_used_is_named_and_never_quoted() {
    let bad = [
        ("DATAOPS_ASSISTANT_EXECUTORS", "podcast"),
        ("DATAOPS_ASSISTANT_EXECUTORS", "podcast=magic"),
        ("DATAOPS_ASSISTANT_VERIFIED", "magic"),
        ("DATAOPS_ASSISTANT_SECONDS", "0"),
        ("DATAOPS_ASSISTANT_SECONDS", "NaN"),
        ("DATAOPS_ASSISTANT_INACTIVITY_SECONDS", "-1"),
        ("DATAOPS_MESSAGES_URL", "http://example.org"),
        ("DATAOPS_MESSAGES_URL", "http://127.0.0.1.example.org"),
        ("DATAOPS_MESSAGES_URL", "https://user:magic@example.org"),
        ("DATAOPS_MESSAGES_URL", "https://"),
        ("DATAOPS_MESSAGES_KEY", "magic\nwords"),
        ("DATAOPS_MESSAGES_MAX_TOKENS", "many"),
        ("DATAOPS_MESSAGES_TRIES", "11"),
        ("DATAOPS_MESSAGES_MAX_CENTS", "5"),
        ("DATAOPS_COMMAND", "bin/claude"),
        ("DATAOPS_COMMAND_DIALECT", "magic"),
        ("DATAOPS_COMMAND_FOLDER", "work"),
        ("HERU_ENGINE", "magic"),
    ];
    for (name, value) in bad {
        let words = refusal(name, value);
        assert!(words.starts_with(&format!("{name} cannot be used: ")), "{words}");
        assert!(!words.contains("magic"), "{words}");
    }
}

#[test]
fn no_credential_is_shown_by_debug() {
    let shown =
        format!("{:?}", config(&[("DATAOPS_MESSAGES_KEY", "of-the-house"), ("DATAOPS_COMMAND_ENVIRONMENT", "K"), ("K", "of-the-house")]));
    assert!(!shown.contains("of-the-house"), "{shown}");
}

#[tokio::test]
async fn the_dry_run_is_an_executor_like_the_others() {
    let executors = Executors::new(config(&[]), &CONTENT);
    let at_once = executors.dry_run().outputs(&request()).unwrap_or_else(|failure| panic!("{failure}"));
    let (events, result) = ended(start(&settings("dry-run", &[]), request())).await;
    assert_eq!(result.unwrap_or_else(|failure| panic!("{failure}")).outputs, at_once);
    assert_eq!(percents(&events), [0, 100]);
    assert!(said(&events).contains("made podcast-document.md"), "{}", said(&events));
}

#[tokio::test]
async fn a_type_nobody_knows_is_refused() {
    let other = Request { assistant_type: "weather".to_owned(), ..request() };
    let failure = ended(start(&settings("dry-run", &[]), other)).await.1.expect_err("nobody knows it");
    assert_eq!((failure.code, failure.summary.as_str()), (Code::Unsupported, "no dry run for the assistant type 'weather'"));
}

#[test]
fn codes_have_names_of_their_own() {
    let names: std::collections::BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    assert!(names.iter().all(|name| name.len() <= 80 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
}
