//! The answer as it grows: text, usage, and how it ended.

use serde_json::Value;

use super::Missed;
use crate::clean;
use crate::executor::Reporter;
use crate::failure::Code;
use crate::output::MAX_OUTPUT_BYTES;

/// How many sections a document has, for the percentage.
const SECTIONS: usize = 10;

/// What the stream has said so far.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) model: Option<String>,
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    /// The stream has said that it is over.
    pub(super) over: bool,
    stop: Option<String>,
    sections: usize,
    /// Up to where headings have been told.
    told: usize,
}

impl Answer {
    /// Takes an event. True when it was a sign of life.
    ///
    /// # Errors
    /// An error event, or an answer that is too long.
    pub(super) fn take(&mut self, data: &str, reporter: &mut Reporter) -> Result<bool, Missed> {
        let Ok(event) = serde_json::from_str::<Value>(data) else {
            return Err(Missed::for_now(Code::BrokenAnswer, &format!("expected JSON in the stream, found: {}", clean::line(data, 100))));
        };
        match event["type"].as_str().unwrap_or_default() {
            "message_start" => {
                let message = &event["message"];
                self.model = message["model"].as_str().map(str::to_owned);
                self.usage(&message["usage"]);
                reporter.progress(Some(5), "The answer begins");
            }
            "content_block_delta" => self.delta(&event["delta"], reporter)?,
            "message_delta" => {
                self.usage(&event["usage"]);
                self.stop = event["delta"]["stop_reason"].as_str().map(str::to_owned).or(self.stop.take());
            }
            "message_stop" => self.over = true,
            "error" => return Err(error(&event["error"])),
            "ping" => return Ok(false),
            // New kinds of events may come at any time.
            _ => {}
        }
        Ok(true)
    }

    /// Whether it ended as a whole answer.
    pub(super) fn done(&self) -> Result<(), Missed> {
        if !self.over {
            return Err(Missed::for_now(Code::BrokenAnswer, "the stream ended in the middle of the answer"));
        }
        match self.stop.as_deref() {
            Some("end_turn" | "stop_sequence") => Ok(()),
            Some("max_tokens") => {
                Err(Missed::for_good(Code::CostLimit, &format!("the document is not finished after {} tokens", self.written())))
            }
            Some("refusal") => Err(Missed::for_good(Code::RequestRefused, "the model declined to write this document")),
            other => Err(Missed::for_good(Code::BrokenAnswer, &format!("the answer ended as '{}'", other.unwrap_or("unknown")))),
        }
    }

    /// Tokens written: as told, or as there must be when the stream ended before it told.
    pub(super) fn written(&self) -> u64 {
        self.output_tokens.max(u64::try_from(self.text.len() / 6).unwrap_or(u64::MAX))
    }

    fn usage(&mut self, usage: &Value) {
        let read = |name: &str| usage[name].as_u64().unwrap_or(0);
        let input = read("input_tokens") + read("cache_creation_input_tokens") + read("cache_read_input_tokens");
        self.input_tokens = self.input_tokens.max(input);
        self.output_tokens = self.output_tokens.max(read("output_tokens"));
    }

    fn delta(&mut self, delta: &Value, reporter: &mut Reporter) -> Result<(), Missed> {
        let Some(text) = delta["text"].as_str().filter(|_| delta["type"] == "text_delta") else { return Ok(()) };
        if self.text.len() + text.len() > MAX_OUTPUT_BYTES {
            return Err(Missed::for_good(Code::OutputLimit, "the document is longer than is taken"));
        }
        self.text.push_str(text);
        if text.contains('\n') {
            self.tell(reporter);
        }
        Ok(())
    }

    /// Says which section is being written, of the lines that have ended since the last time.
    fn tell(&mut self, reporter: &mut Reporter) {
        let ended = self.text.rfind('\n').map_or(self.told, |end| end + 1);
        let headings = self.text[self.told..ended].lines().filter_map(|line| line.strip_prefix("## "));
        for heading in headings {
            self.sections += 1;
            let percent = 5 + 90 * self.sections.min(SECTIONS) / (SECTIONS + 1);
            reporter.progress(u8::try_from(percent).ok(), &format!("Writing: {heading}"));
            reporter.log(&format!("writing section {}: {heading}", self.sections));
        }
        self.told = ended;
    }
}

/// An error inside of the stream, by its type.
fn error(error: &Value) -> Missed {
    let kind = error["type"].as_str().unwrap_or("error");
    let words = format!("{kind}: {}", error["message"].as_str().unwrap_or_default());
    match kind {
        "overloaded_error" | "api_error" | "timeout_error" => Missed::for_now(Code::ServiceUnavailable, &words),
        "rate_limit_error" => Missed::for_now(Code::RateLimited, &words),
        "authentication_error" | "permission_error" => Missed::for_good(Code::CredentialRefused, &words),
        _ => Missed::for_good(Code::RequestRefused, &words),
    }
}
