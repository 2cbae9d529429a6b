//! What is measured, and what each is asked.

use std::path::{Path, PathBuf};

use dataops_lambda_tests::BINARIES;
use dataops_local::functions::{ASSISTANT_RUNNER, CRON_RUNNER, EXPORT_JOB, PORTAL, WORK_ENGINE};
use serde_json::json;

use crate::world::World;

/// A function with its environment and the event it is measured with.
pub(crate) struct Subject {
    /// What the table calls it.
    pub(crate) name: String,
    /// Program and arguments.
    pub(crate) command: Vec<PathBuf>,
    /// What is deployed, where that is one file.
    pub(crate) file: Option<PathBuf>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) event: Vec<u8>,
    /// What the event asks, in words.
    pub(crate) request: &'static str,
    /// Whether valgrind can count its instructions.
    pub(crate) counted: bool,
}

/// The five functions, and two that do nothing.
pub(crate) fn all(world: &World, binaries: &Path, node: &Path) -> Vec<Subject> {
    let bare = |name: &str, command: Vec<PathBuf>, file, counted| Subject {
        name: name.to_owned(),
        command,
        file,
        environment: vec![("AWS_LAMBDA_FUNCTION_NAME".to_owned(), "bare".to_owned()), path()],
        event: json!({ "hello": "world" }).to_string().into_bytes(),
        request: "its event back",
        counted,
    };
    let rust = binaries.join("dataops-bare-function");
    let mut all = vec![
        bare("nothing, in Rust", vec![rust.clone()], Some(rust), true),
        bare("nothing, in JavaScript", vec!["node".into(), node.to_owned()], None, false),
    ];
    for (id, binary) in BINARIES {
        let (event, request) = asked(id, world);
        let file = binaries.join(binary);
        all.push(Subject {
            name: binary.trim_start_matches("dataops-").to_owned(),
            command: vec![file.clone()],
            file: Some(file),
            environment: world.environment(id),
            event: event.to_string().into_bytes(),
            request,
            counted: true,
        });
    }
    all
}

/// Where `node` is found.
#[expect(clippy::disallowed_methods, reason = "a program is found as the shell finds it")]
fn path() -> (String, String) {
    ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default())
}

fn asked(id: &str, world: &World) -> (serde_json::Value, &'static str) {
    match id {
        PORTAL => (world.portal_event(), "`GET /work/api/me`: the session and its user"),
        WORK_ENGINE => (world.engine_event(), "`GET /api/views/home` of a seeded store"),
        CRON_RUNNER => (json!({}), "a tick with nothing due"),
        ASSISTANT_RUNNER => (json!({}), "a sweep with no job"),
        EXPORT_JOB => (json!({ "resume": true }), "nothing to go on with"),
        _ => unreachable!("no other function"),
    }
}
