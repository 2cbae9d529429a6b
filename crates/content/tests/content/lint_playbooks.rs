//! Every rule about playbooks and prompts, on one fault each; and what is refused.

use crate::fixture::{BOOK, Fixture, PROMPT, findings};

#[test]
fn intake_fields_have_keys_and_labels_of_their_own() {
    assert_eq!(findings(BOOK, "key: topic", "key: guest").first().map(String::as_str), Some("intake 'guest' is there more than once"));
    assert_eq!(findings(BOOK, "also: [topics]", "also: [name]"), ["the label 'name' belongs to more than one intake field"]);
    assert_eq!(
        findings(BOOK, "also: [topics]", "also: [Topics]"),
        ["intake 'topic' is also 'Topics': expected lower case without blanks around it"]
    );
}

#[test]
fn what_is_needed_can_be_asked_for_and_nothing_else() {
    assert_eq!(findings(BOOK, ", ask: \"How do we say your name?\"", ""), ["intake 'guest' is needed and has no ask for the guest"]);
    assert_eq!(findings(BOOK, "need: required", "need: optional"), ["intake 'guest' is optional, so its ask is never used"]);
}

#[test]
fn the_sections_fill_the_time() {
    assert_eq!(findings(BOOK, "minutes: 6", "minutes: 7"), ["the sections take 11 minutes of 10"]);
}

#[test]
fn themes_are_told_by_words_in_lower_case() {
    assert_eq!(findings(BOOK, "[work, job]", "[]"), ["no word tells 'work'"]);
    assert_eq!(findings(BOOK, "[work, job]", "[Work]"), ["'work' is told by 'Work': expected lower case"]);
    assert_eq!(findings(BOOK, "id: work", "id: Work")[0], "theme 'Work': expected lower-case letters, digits and -");
}

#[test]
fn a_question_names_what_is_there() {
    assert_eq!(findings(BOOK, "a-tool, section: end", "a-tool, section: middle"), ["question a-tool: unknown section 'middle'"]);
    assert!(findings(BOOK, "levels: [new]", "levels: [old]").contains(&"question a-day: unknown level 'old'".to_owned()));
    assert!(
        findings(BOOK, "a-tool, section: end, themes: [work]", "a-tool, section: end, themes: [play]")
            .contains(&"question a-tool: unknown theme 'play'".to_owned())
    );
    assert_eq!(findings(BOOK, "{topic}", "{topics}"), ["question on-topic: the slot 'topics' is no intake field"]);
    assert_eq!(findings(BOOK, "{topic}", "{topic"), ["question on-topic: a brace stands alone"]);
}

#[test]
fn a_question_is_open_single_and_can_be_said() {
    assert_eq!(findings(BOOK, "How did it begin?", "Did it begin?"), ["question begin: begins with 'did', so yes is an answer"]);
    assert_eq!(findings(BOOK, "How did it begin?", "How? And why?"), ["question begin: more than one question in one"]);
    assert_eq!(findings(BOOK, "How did it begin?", "How it began"), ["question begin: ends neither as a question nor as a request"]);
    let long = format!("How {} begin?", "very ".repeat(50));
    assert_eq!(findings(BOOK, "How did it begin?", &long), ["question begin: 261 characters; at most 220 can be said in one breath"]);
    assert_eq!(findings(BOOK, "listen: a scene", "listen: \"\""), ["question begin: listen is empty"]);
    assert_eq!(findings(BOOK, "How did it begin?", "Where can people find you?"), ["'Where can people find you?' is asked more than once"]);
}

#[test]
fn a_plan_can_be_made_for_anybody() {
    assert_eq!(
        findings(BOOK, "{id: begin, section: start", "{id: begin, section: start, themes: [work]"),
        ["section 'start' has 0 questions for anybody; 1 are planned"]
    );
    assert_eq!(
        findings(BOOK, "a-tool, section: end, themes: [work]", "a-tool, section: end"),
        ["theme 'work' has 2 questions of its own; expected 3"]
    );
    assert_eq!(findings(BOOK, ", levels: [new]", ""), ["no question is meant for the level 'new'"]);
}

#[test]
fn texts_are_finished() {
    assert_eq!(findings(BOOK, "Try the sound", "TBD"), ["unfinished: TBD"]);
}

#[test]
fn a_prompt_has_a_title_and_takes_nothing_in() {
    assert_eq!(findings(PROMPT, "# Write it", "Write it"), ["expected a title in the first line"]);
    assert_eq!(
        findings(PROMPT, "plain words", "plain words about {guest}"),
        ["a brace: nothing is put into a prompt, data travels apart from it"]
    );
    let found = Fixture::new().with("prompts/other.md", "# Other\n").findings();
    assert_eq!(found, ["content/prompts/other.md: no playbook has this name, so nothing uses it"]);
}

#[test]
fn every_playbook_has_its_prompt() {
    let found = Fixture::new().with("playbooks/talk.yaml", "").read().expect_err("an empty playbook is refused").to_string();
    assert!(found.starts_with("content/playbooks/talk.yaml:"), "{found}");
    let fixture = Fixture::new().but(BOOK, "assistant: talk", "assistant: walk");
    assert_eq!(fixture.refusal(), "content/playbooks/talk.yaml: assistant 'walk': expected the file's name, 'talk'");
    assert_eq!(Fixture::new().without(PROMPT).findings(), ["content/prompts/talk.md: the prompt is missing"]);
}

#[test]
fn an_unknown_key_of_a_playbook_is_named() {
    let refusal = Fixture::new().but(BOOK, "listen: a scene", "lisen: a scene").refusal();
    assert!(refusal.contains("content/playbooks/talk.yaml:15: questions[0]: ") && refusal.contains("unknown field `lisen`"), "{refusal}");
}
