//! What the commands say while they work, in their own dialects: their session, what they do, what they used, and what
//! went wrong. Kinds we do not know are passed over: the commands grow new ones.

use serde_json::Value;

use crate::clean;
use crate::config::Dialect;
use crate::executor::{Reporter, Usage};

/// What a command has said of itself so far.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) session: Option<String>,
    pub(super) usage: Usage,
    /// What it said went wrong, the last time it did.
    pub(super) error: Option<String>,
    steps: u32,
}

impl Heard {
    /// Takes an event.
    pub(super) fn take(&mut self, dialect: Dialect, event: &Value, reporter: &mut Reporter) {
        match dialect {
            Dialect::Claude => self.claude(event, reporter),
            Dialect::Codex => self.codex(event, reporter),
            Dialect::Heru => self.heru(event, reporter),
        }
    }

    fn claude(&mut self, event: &Value, reporter: &mut Reporter) {
        match text(&event["type"]) {
            "system" => self.session(&event["session_id"]),
            "assistant" => {
                for block in event["message"]["content"].as_array().into_iter().flatten() {
                    match text(&block["type"]) {
                        "tool_use" => self.step(&tool(text(&block["name"]), &block["input"]), reporter),
                        "text" => reporter.log(text(&block["text"])),
                        _ => {}
                    }
                }
            }
            "user" => {
                let blocks = event["message"]["content"].as_array().into_iter().flatten();
                for block in blocks.filter(|block| block["type"] == "tool_result" && block["is_error"] == true) {
                    reporter.log(&format!("a tool failed: {}", content(&block["content"])));
                }
            }
            "result" => {
                self.session(&event["session_id"]);
                self.used(&event["usage"]);
                if let Some(dollars) = event["total_cost_usd"].as_f64() {
                    self.usage.cost_micros = micros(dollars);
                }
                self.error = (event["is_error"] == true).then(|| short(&event["result"]));
            }
            _ => {}
        }
    }

    fn codex(&mut self, event: &Value, reporter: &mut Reporter) {
        match text(&event["type"]) {
            "thread.started" => self.session(&event["thread_id"]),
            "item.started" => self.codex_item(&event["item"], reporter),
            "item.completed" => match text(&event["item"]["type"]) {
                "agent_message" => reporter.log(text(&event["item"]["text"])),
                "command_execution" if event["item"]["exit_code"].as_i64().is_some_and(|code| code != 0) => {
                    reporter.log(&format!(
                        "a command failed with {}: {}",
                        event["item"]["exit_code"],
                        text(&event["item"]["aggregated_output"])
                    ));
                }
                // A change of a file is told only when it is made.
                "file_change" => self.codex_item(&event["item"], reporter),
                "error" => reporter.log(&format!("error: {}", text(&event["item"]["message"]))),
                _ => {}
            },
            "turn.completed" => {
                self.used(&event["usage"]);
                self.error = None;
            }
            "turn.failed" => self.error = Some(short(&event["error"]["message"])),
            "error" => self.error = Some(short(&event["message"])),
            _ => {}
        }
    }

    fn codex_item(&mut self, item: &Value, reporter: &mut Reporter) {
        match text(&item["type"]) {
            "command_execution" => self.step(&format!("Running: {}", clean::line(text(&item["command"]), 80)), reporter),
            "file_change" => {
                let paths = item["changes"].as_array().into_iter().flatten().map(|change| text(&change["path"]));
                self.step(&format!("Writing: {}", paths.collect::<Vec<_>>().join(", ")), reporter);
            }
            "web_search" => self.step(&format!("Searching: {}", text(&item["query"])), reporter),
            _ => {}
        }
    }

    fn heru(&mut self, event: &Value, reporter: &mut Reporter) {
        if let Some(id) = event["continuation_id"].as_str() {
            self.session(&Value::from(id));
        }
        match text(&event["kind"]) {
            "message" => reporter.log(text(&event["content"])),
            "tool_call" => {
                let input = event["tool_input"].as_str().and_then(|input| serde_json::from_str(input).ok()).unwrap_or_default();
                self.step(&tool(text(&event["tool_name"]), &input), reporter);
            }
            "usage" => self.used(&event["usage_delta"]),
            "error" => self.error = Some(short(&event["error"])),
            "status" => reporter.log(text(&event["content"])),
            _ => {}
        }
    }

    fn session(&mut self, id: &Value) {
        let fits =
            |id: &&str| !id.is_empty() && id.len() <= 200 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
        // An id that begins with a dash would be read as an option when it is handed back.
        if let Some(id) = id.as_str().filter(fits).filter(|id| !id.starts_with('-')) {
            self.session = Some(id.to_owned());
        }
    }

    fn used(&mut self, usage: &Value) {
        let read = |name: &str| usage[name].as_u64().unwrap_or(0);
        self.usage.input_tokens = self.usage.input_tokens.saturating_add(read("input_tokens"));
        self.usage.output_tokens = self.usage.output_tokens.saturating_add(read("output_tokens"));
    }

    /// How many steps there will be nobody knows: each takes a part of what is left.
    fn step(&mut self, words: &str, reporter: &mut Reporter) {
        self.steps = self.steps.saturating_add(1);
        let percent = 95 - 90 * 12 / (12 + self.steps.min(1_000));
        reporter.progress(u8::try_from(percent).ok(), words);
        reporter.log(words);
    }
}

/// What a tool does, in words.
fn tool(name: &str, input: &Value) -> String {
    let file = || {
        let path = ["file_path", "path", "filename"].iter().find_map(|key| input[*key].as_str()).unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    };
    match name.to_lowercase().as_str() {
        "write" => format!("Writing: {}", file()),
        "edit" | "multiedit" => format!("Editing: {}", file()),
        "read" => format!("Reading: {}", file()),
        "bash" | "shell" => format!("Running: {}", clean::line(text(&input["command"]), 80)),
        "glob" | "grep" => format!("Searching: {}", clean::line(text(&input["pattern"]), 80)),
        other => format!("Using: {}", clean::line(other, 40)),
    }
}

/// The words of a tool's result, which is text or a list of blocks.
fn content(content: &Value) -> &str {
    content.as_str().or_else(|| content[0]["text"].as_str()).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn short(value: &Value) -> String {
    clean::line(value.as_str().unwrap_or("it did not say what"), 300)
}

/// Dollars as millionths; what is no amount is nothing.
fn micros(dollars: f64) -> u64 {
    format!("{:.0}", dollars.clamp(0.0, 1_000_000.0) * 1e6).parse().unwrap_or(0)
}
