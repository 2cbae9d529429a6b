//! `messages-http`: an Anthropic-compatible Messages endpoint, streamed, tried again when it is busy, within limits on
//! tokens, time and money.
//!
//! Nothing is sent that could cost more than it may: what is read is cut to fit, and what may be written is bounded by
//! what is left. A stream that breaks is asked for again; what it had used counts.

mod answer;
mod body;
mod http;
mod sse;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dataops_content::Content;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep, timeout_at};

use crate::brief::{Brief, Way};
use crate::config::{Config, Limits, Messages};
use crate::executor::{Cancel, Executor, Finished, Reporter, Run, Usage};
use crate::failure::{Code, Failure};
use crate::request::Request;
use answer::Answer;
use http::{Broken, Client};

/// The longest pause between two tries.
const MAX_PAUSE: Duration = Duration::from_secs(60);
/// The most bytes of a stream for each token that may be written: a stream is JSON around a few letters.
const BYTES_PER_TOKEN: usize = 1_024;

/// Runs a request against a Messages endpoint.
#[derive(Debug, Clone)]
pub(crate) struct MessagesHttp(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    settings: Messages,
    limits: Limits,
    content: Arc<Content>,
    client: Client,
}

/// Why a try did not give a document, and whether another may.
#[derive(Debug)]
struct Missed {
    failure: Failure,
    again: bool,
    /// How long the service asked to wait.
    wait: Option<Duration>,
}

impl Missed {
    fn for_good(code: Code, words: &str) -> Self {
        Self { failure: Failure::new(code, words), again: false, wait: None }
    }

    fn for_now(code: Code, words: &str) -> Self {
        Self { failure: Failure::new(code, words), again: true, wait: None }
    }
}

impl MessagesHttp {
    /// The executor with these settings.
    pub(crate) fn new(config: &Config, content: Arc<Content>) -> Self {
        Self(Arc::new(Parts { settings: config.messages.clone(), limits: config.limits, content, client: Client::new() }))
    }
}

impl Executor for MessagesHttp {
    fn name(&self) -> &'static str {
        "messages-http"
    }

    fn start(&self, request: Request) -> Run {
        let parts = Arc::clone(&self.0);
        Run::of(move |mut reporter, mut cancel: Cancel| async move {
            let until = Instant::now() + parts.limits.wall;
            tokio::select! {
                biased;
                () = cancel.requested() => Err(Failure::new(Code::Canceled, "canceled")),
                result = timeout_at(until, parts.run(&request, &mut reporter)) => result.unwrap_or_else(|_| {
                    Err(Failure::new(Code::TimeLimit, &format!("took longer than {:?}", parts.limits.wall)))
                }),
            }
        })
    }
}

impl Parts {
    async fn run(&self, request: &Request, reporter: &mut Reporter) -> Result<Finished, Failure> {
        reporter.progress(Some(1), "Reading the inputs");
        let brief = Brief::of(&self.content, request, Way::Messages)?;
        let mut used = Usage::default();
        let mut number = 0;
        loop {
            number += 1;
            let body = body::make(&brief, &self.settings, used)?;
            reporter.log(&format!("try {number}: about {} tokens to read, at most {} to write", body.input_tokens, body.max_tokens));
            let missed = match self.attempt(body.bytes, body.max_tokens, &mut used, reporter).await {
                Ok(answer) => {
                    reporter.progress(Some(98), "Checking the document");
                    reporter.log(&format!(
                        "{} tokens read, {} written, {} millionths of a dollar",
                        used.input_tokens, used.output_tokens, used.cost_micros
                    ));
                    let outputs = brief.outputs(&answer.text, "messages-http", answer.model.as_deref(), used)?;
                    reporter.progress(Some(100), "Ready for review");
                    return Ok(Finished { outputs, usage: used, session: None });
                }
                Err(missed) => missed,
            };
            reporter.log(&format!("try {number}: {}", missed.failure));
            if !missed.again || number >= self.settings.tries {
                return Err(missed.failure);
            }
            let pause = self.pause(request, number, missed.wait);
            reporter.progress(None, &format!("The service is busy; trying again in {:.0} s", pause.as_secs_f64()));
            sleep(pause).await;
        }
    }

    /// One request and its whole answer. What it used is added to `used`, also when it fails.
    async fn attempt(&self, body: Bytes, max_tokens: u64, used: &mut Usage, reporter: &mut Reporter) -> Result<Answer, Missed> {
        reporter.progress(Some(3), "Waiting for the answer");
        let mut answer = Answer::default();
        let result = self.stream(body, max_tokens, &mut answer, reporter).await;
        used.input_tokens += answer.input_tokens;
        used.output_tokens += answer.written();
        used.cost_micros = self.cost(*used);
        result?;
        answer.done()?;
        Ok(answer)
    }

    async fn stream(&self, body: Bytes, max_tokens: u64, answer: &mut Answer, reporter: &mut Reporter) -> Result<(), Missed> {
        let key = self.settings.key.as_deref().unwrap_or_default();
        let mut left = usize::try_from(max_tokens).unwrap_or(usize::MAX).saturating_mul(BYTES_PER_TOKEN).saturating_add(64 * 1024);
        let mut alive = Instant::now() + self.limits.inactivity;
        let silent = || Missed::for_now(Code::InactivityLimit, &format!("nothing was heard for {:?}", self.limits.inactivity));
        let url = format!("{}/v1/messages", self.settings.url);
        let sent = self.client.post(&url, key, body);
        let mut response = timeout_at(alive, sent).await.map_err(|_| silent())?.map_err(unreachable)?;
        if let Some(refusal) = timeout_at(alive, response.refusal()).await.map_err(|_| silent())? {
            return Err(refused(&refusal));
        }
        let mut events = sse::Events::default();
        while let Some(chunk) = timeout_at(alive, response.chunk()).await.map_err(|_| silent())? {
            let chunk = chunk.map_err(|error| Missed::for_now(Code::BrokenAnswer, &format!("the stream broke: {}", error.words)))?;
            left = left
                .checked_sub(chunk.len())
                .ok_or_else(|| Missed::for_good(Code::OutputLimit, "the service sends more than was asked for"))?;
            for event in events.feed(&chunk).map_err(|words| Missed::for_now(Code::BrokenAnswer, words))? {
                // A ping is no sign of life: a stream of nothing else would never end.
                if answer.take(&event, reporter)? {
                    alive = Instant::now() + self.limits.inactivity;
                }
                if answer.over {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn cost(&self, used: Usage) -> u64 {
        // Cents for a million tokens; a hundredth of a millionth of a dollar each.
        let of = |tokens: u64, price: Option<u64>| tokens.saturating_mul(price.unwrap_or(0)).div_ceil(100);
        of(used.input_tokens, self.settings.input_price).saturating_add(of(used.output_tokens, self.settings.output_price))
    }

    /// Doubles with each try, or as long as the service asked for; a bit of it depends on the job, so that jobs that failed
    /// together do not come back together.
    fn pause(&self, request: &Request, number: u32, asked: Option<Duration>) -> Duration {
        let doubled = self.settings.pause.saturating_mul(1 << number.saturating_sub(1).min(16));
        let digest = Sha256::digest(format!("{}/{}/{number}", request.job_id, request.attempt));
        let spread = doubled.mul_f64(f64::from(digest[0]) / 1_024.0);
        (doubled.max(asked.unwrap_or_default()) + spread).min(MAX_PAUSE)
    }
}

fn unreachable(error: Broken) -> Missed {
    Missed::for_now(Code::ServiceUnavailable, &format!("the service cannot be reached: {}", error.words))
}

/// A status that is no success, by what may be done about it.
fn refused(refusal: &http::Refusal) -> Missed {
    let words = format!("the service answered {}: {}", refusal.status, refusal.words);
    let (code, again) = match refusal.status {
        200..=299 => (Code::BrokenAnswer, false),
        401 | 403 => (Code::CredentialRefused, false),
        408 | 409 | 500..=599 => (Code::ServiceUnavailable, true),
        429 => (Code::RateLimited, true),
        _ => (Code::RequestRefused, false),
    };
    Missed { failure: Failure::new(code, &words), again, wait: refusal.wait }
}
