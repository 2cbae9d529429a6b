//! The request's body: our prompt as the system's words, everything else as one JSON document in the user's message.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::brief::Brief;
use crate::clean;
use crate::config::Messages;
use crate::executor::Usage;
use crate::failure::{Code, Failure};

/// Bytes of text a token has at least, on the safe side for most languages.
const BYTES_PER_TOKEN: usize = 3;
/// The fewest tokens a document can be written with.
const LEAST_TOKENS: u64 = 500;

/// A body and what it may come to.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) bytes: Bytes,
    /// As estimated, rather too many than too few.
    pub(super) input_tokens: u64,
    pub(super) max_tokens: u64,
}

/// Makes the body, cut to what may be read and spent.
///
/// # Errors
/// Not even the least fits.
pub(super) fn make(brief: &Brief, settings: &Messages, used: Usage) -> Result<Body, Failure> {
    let room = usize::try_from(settings.max_input_tokens).unwrap_or(usize::MAX).saturating_mul(BYTES_PER_TOKEN);
    let bare = data(brief, 0).len() + brief.prompt.len();
    let over = |words: &str| Failure::new(Code::CostLimit, words);
    if bare > room {
        return Err(over("the prompt alone is longer than DATAOPS_MESSAGES_MAX_INPUT_TOKENS"));
    }
    let data = fitted(brief, room - brief.prompt.len());
    let input_tokens = u64::try_from((data.len() + brief.prompt.len()).div_ceil(BYTES_PER_TOKEN)).unwrap_or(u64::MAX);
    let max_tokens = affordable(settings, input_tokens, used)
        .ok_or_else(|| over("what is left of DATAOPS_MESSAGES_MAX_CENTS is not enough for a document"))?;
    let body = json!({
        "model": settings.model,
        "max_tokens": max_tokens,
        "stream": true,
        "system": brief.prompt,
        "messages": [{ "role": "user", "content": [{ "type": "text", "text": data }] }],
    });
    Ok(Body { bytes: Bytes::from(body.to_string()), input_tokens, max_tokens })
}

/// The tokens that may be written, within their own limit and the money that is left.
fn affordable(settings: &Messages, input_tokens: u64, used: Usage) -> Option<u64> {
    let (Some(cents), Some(input), Some(output)) = (settings.max_cents, settings.input_price, settings.output_price) else {
        return Some(settings.max_tokens);
    };
    let left = cents.saturating_mul(10_000).checked_sub(used.cost_micros)?;
    let left = left.checked_sub(input_tokens.saturating_mul(input).div_ceil(100))?;
    let tokens = left.saturating_mul(100).checked_div(output).unwrap_or(u64::MAX).min(settings.max_tokens);
    (tokens >= LEAST_TOKENS.min(settings.max_tokens)).then_some(tokens)
}

/// As much of every source as fits.
fn fitted(brief: &Brief, room: usize) -> String {
    let mut most = brief.sources.iter().filter_map(|source| source.text.as_ref()).map(String::len).max().unwrap_or(0);
    loop {
        let data = data(brief, most);
        if data.len() <= room || most == 0 {
            return data;
        }
        most /= 2;
    }
}

/// The document with at most this much of each source's text.
fn data(brief: &Brief, most: usize) -> String {
    let sources: Vec<Value> = brief
        .sources
        .iter()
        .map(|source| {
            let mut about = source.about.clone();
            if let Some(text) = &source.text {
                about["text"] = Value::from(clean::cut(text, most));
                about["cut"] = Value::from(about["cut"] == true || text.len() > most);
            }
            about
        })
        .collect();
    json!({ "job": brief.job, "sources": sources, "draft": brief.draft }).to_string()
}
