//! Rules about prompts.

use super::Finding;
use crate::Content;

/// What a prompt is needed for beside each playbook: how the material reaches a model.
const WAYS: [&str; 2] = ["messages", "command"];

pub(super) fn check(content: &Content) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |name: &str, message: String| findings.push(Finding { file: format!("content/prompts/{name}.md"), message });
    for prompt in content.prompts() {
        if !prompt.text.starts_with("# ") {
            find(&prompt.name, "expected a title in the first line".to_owned());
        }
        if prompt.text.contains(['{', '}']) {
            find(&prompt.name, "a brace: nothing is put into a prompt, data travels apart from it".to_owned());
        }
        let known = WAYS.contains(&prompt.name.as_str()) || content.playbook(&prompt.name).is_some();
        if !known {
            find(&prompt.name, "no playbook has this name, so nothing uses it".to_owned());
        }
    }
    let needed = content.playbooks().iter().map(|playbook| playbook.assistant.as_str()).chain(WAYS);
    for name in needed.filter(|name| !content.playbooks().is_empty() && content.prompt(name).is_none()) {
        find(name, "the prompt is missing".to_owned());
    }
    findings
}
