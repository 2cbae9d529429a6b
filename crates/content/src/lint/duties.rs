//! Rules about recurring duties.

use super::{Finding, links, repeated, words};
use crate::duty::FILE;
use crate::{Content, Duty};

pub(super) fn check(content: &Content) -> Vec<Finding> {
    let keys = content.duties().iter().map(|duty| duty.key.as_str());
    let mut messages: Vec<String> = repeated(keys).into_iter().map(|key| format!("duty '{key}' is there more than once")).collect();
    for duty in content.duties() {
        messages.extend(duty_messages(duty, content).into_iter().map(|message| format!("duty {}: {message}", duty.key)));
    }
    messages.into_iter().map(|message| Finding { file: FILE.to_owned(), message }).collect()
}

fn duty_messages(duty: &Duty, content: &Content) -> Vec<String> {
    let mut found = Vec::new();
    if !words::is_slug(&duty.key, "") {
        found.push("key: expected lower-case letters, digits and -".to_owned());
    }
    found.extend(words::role(duty.assignee.as_deref()));
    found.extend(words::schedule(&duty.schedule));
    found.extend(links::instruction(content.documents(), &duty.instruction_doc_id, duty.instruction_step_id.as_deref()));
    found.extend(words::placeholders(&duty.description));
    found
}
