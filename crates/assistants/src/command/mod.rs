//! placeholder
use crate::config::Config;
use crate::executor::{Executor, Run};
use crate::request::Request;
use dataops_content::Content;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct LocalCommand;
impl LocalCommand {
    pub(crate) fn new(_: &Config, _: Arc<Content>) -> Self {
        Self
    }
}
impl Executor for LocalCommand {
    fn name(&self) -> &'static str {
        "command"
    }
    fn start(&self, _: Request) -> Run {
        unimplemented!()
    }
}
