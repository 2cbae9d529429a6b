//! The default executor: the assistants that are pure functions. No network, no credential, no clock (AJ-8).

use std::sync::Arc;

use dataops_content::Content;

use crate::executor::{Executor, Finished, Run, Usage};
use crate::failure::{Code, Failure};
use crate::output::Outputs;
use crate::podcast;
use crate::request::Request;

/// Runs what can be made from the request and our own content alone.
#[derive(Debug, Clone)]
pub struct DryRun {
    content: Arc<Content>,
}

impl DryRun {
    /// The executor over the reviewed content.
    pub fn new(content: Arc<Content>) -> Self {
        Self { content }
    }

    /// What the request comes to, at once. `run-dry` answers with it, and [`Executor::start`] gives the same bytes.
    ///
    /// # Errors
    /// No assistant of ours takes this type.
    pub fn outputs(&self, request: &Request) -> Result<Outputs, Failure> {
        outputs(&self.content, request)
    }
}

/// What our own rules make of a request.
pub(crate) fn outputs(content: &Content, request: &Request) -> Result<Outputs, Failure> {
    match request.assistant_type.as_str() {
        podcast::TYPE => {
            let playbook = content.playbook(podcast::TYPE);
            let playbook = playbook.ok_or_else(|| Failure::new(Code::Unsupported, "the content has no playbook for podcasts"))?;
            Ok(podcast::document(playbook, request))
        }
        other => Err(Failure::new(Code::Unsupported, &format!("no dry run for the assistant type '{other}'"))),
    }
}

impl Executor for DryRun {
    fn name(&self) -> &'static str {
        "dry-run"
    }

    fn start(&self, request: Request) -> Run {
        let this = self.clone();
        Run::of(async move |mut reporter, _| {
            reporter.progress(Some(0), "Reading the inputs");
            reporter.log(&format!("{} inputs, attempt {}", request.inputs.len(), request.attempt));
            let outputs = this.outputs(&request)?;
            for output in &outputs {
                reporter.log(&format!("made {} ({} bytes)", output.name, output.bytes.len()));
            }
            reporter.progress(Some(100), "Ready for review");
            Ok(Finished { outputs, usage: Usage::default(), session: None })
        })
    }
}
