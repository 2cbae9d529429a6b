//! A function that can't work does not begin: it says in one line what is wrong, reports it to the platform, and ends with 1.
//!
//! Each is started without the emulator, which hides what a function reports and how it ended.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use dataops_lambda_tests::{BINARIES, Heard, Platform, Settings};
use dataops_local::functions::WORK_ENGINE;
use dataops_local::{Embedded, Given, Template};
use serde_json::Value;

use crate::site::SECRET;

/// Longer than a start takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a start ended.
#[derive(Debug)]
struct Boot {
    /// Whether it asked for an event.
    ready: bool,
    /// The exit code, unless it was ready.
    code: Option<i32>,
    /// The words it reported to the platform.
    reported: Option<String>,
    /// Everything it wrote.
    written: String,
}

/// What functions run over.
struct Aws {
    settings: Settings,
    template: Template,
    embedded: Embedded,
}

impl Aws {
    async fn start() -> Self {
        let template = Template::load(&Given::local(SECRET)).unwrap();
        let embedded = Embedded::memory(&template).await.unwrap();
        Self { settings: Settings::of_this_run(), template, embedded }
    }

    fn environment(&self, id: &str) -> BTreeMap<String, String> {
        let config = self.embedded.config(self.template.function(id).unwrap(), Some("http://127.0.0.1:9"));
        config.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Starts a function and waits until it is ready or has ended.
    async fn boot(&self, id: &str, environment: BTreeMap<String, String>) -> Boot {
        let mut platform = Platform::start().await;
        let mut output = tempfile::tempfile().unwrap();
        let mut command = Command::new(self.settings.bootstrap(id));
        command.env_clear().envs(environment).stdin(Stdio::null());
        command.stdout(output.try_clone().unwrap()).stderr(output.try_clone().unwrap());
        command.env("AWS_LAMBDA_RUNTIME_API", &platform.address);
        command.env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512").env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
        let mut child = command.spawn().unwrap();
        let mut boot = Boot { ready: false, code: None, reported: None, written: String::new() };
        let started = std::time::Instant::now();
        while boot.code.is_none() && !boot.ready && started.elapsed() < PATIENCE {
            match platform.hear(Duration::from_millis(20)).await {
                Some(Heard::InitError(_, body)) => boot.reported = Some(String::from_utf8(body).unwrap()),
                Some(Heard::Next(_)) => boot.ready = true,
                _ => boot.code = child.try_wait().unwrap().map(|status| status.code().unwrap_or(-1)),
            }
        }
        drop(child.kill());
        drop(child.wait());
        use std::io::{Read, Seek};
        output.rewind().unwrap();
        output.read_to_string(&mut boot.written).unwrap();
        boot
    }

    /// Starts a function that must not begin; `names` are what it must say is wrong.
    async fn refuses(&self, id: &str, environment: BTreeMap<String, String>, names: &[&str]) {
        let boot = self.boot(id, environment).await;
        assert!(!boot.ready, "{id} without {names:?} asked for an event: {boot:?}");
        assert_eq!(boot.code, Some(1), "{id}, {names:?}: {boot:?}");
        let errors: Vec<Value> = boot.written.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let errors: Vec<&Value> = errors.iter().filter(|line| line["level"] == "ERROR").collect();
        assert_eq!(errors.len(), 1, "{id}, {names:?}: one line says it: {boot:?}");
        let reported = boot.reported.as_deref().unwrap_or_else(|| panic!("{id}, {names:?}: nothing was reported: {boot:?}"));
        for name in names {
            assert!(errors[0].to_string().contains(name), "{id}: the line names {name}: {boot:?}");
            assert!(reported.contains(name), "{id}: the report names {name}: {boot:?}");
        }
        assert!(!boot.written.contains(SECRET) && !reported.contains(SECRET), "{id}: {boot:?}");
    }
}

/// What a function can't do without, for whatever it is asked.
fn is_needed(id: &str, name: &str) -> bool {
    let bucket = name == "DATAOPS_ARTIFACTS_BUCKET" || (name == "DATAOPS_EXPORT_ARCHIVE_BUCKET" && id == WORK_ENGINE);
    let starts = ["DATAOPS_ASSISTANT_RUNNER_FUNCTION", "DATAOPS_EXPORT_JOB_FUNCTION"].contains(&name);
    bucket || starts || name.ends_with("_TABLE") || ["WORK_ENGINE_FUNCTION", "WORK_ENGINE_PORTAL_SECRET"].contains(&name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn with_what_the_template_gives_every_function_is_ready() {
    let aws = Aws::start().await;
    for (id, _) in BINARIES {
        let boot = aws.boot(id, aws.environment(id)).await;
        assert!(boot.ready && boot.reported.is_none(), "{id}: {boot:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn a_missing_or_empty_variable_is_named() {
    let aws = Aws::start().await;
    let mut tried = 0;
    for (id, _) in BINARIES {
        let whole = aws.environment(id);
        for name in whole.keys().filter(|name| is_needed(id, name)) {
            let mut without = whole.clone();
            without.remove(name);
            aws.refuses(id, without, &[name]).await;
            tried += 1;
        }
        let some = whole.keys().find(|name| is_needed(id, name)).unwrap();
        let mut empty = whole.clone();
        empty.insert(some.clone(), String::new());
        aws.refuses(id, empty, &[some]).await;
    }
    assert!(tried > 30, "{tried}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn a_table_that_is_not_there_is_named() {
    let aws = Aws::start().await;
    for (id, _) in BINARIES {
        let whole = aws.environment(id);
        for name in whole.keys().filter(|name| name.ends_with("_TABLE")) {
            let mut other = whole.clone();
            other.insert(name.clone(), "dataops-local-nowhere".to_owned());
            // With keys that may do everything: a role that names its tables would be asked once more, some seconds later.
            other.insert("AWS_ACCESS_KEY_ID".to_owned(), "dataops-local".to_owned());
            other.insert("AWS_SECRET_ACCESS_KEY".to_owned(), "dataops-local-secret".to_owned());
            aws.refuses(id, other, &["dataops-local-nowhere"]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn a_setting_that_makes_no_sense_is_named() {
    let aws = Aws::start().await;
    for (id, _) in BINARIES {
        let mut mars = aws.environment(id);
        mars.insert("DATAOPS_TIMEZONE".to_owned(), "Mars/Olympus".to_owned());
        aws.refuses(id, mars, &["DATAOPS_TIMEZONE", "Mars/Olympus", "Europe/Berlin"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn another_region_has_none_of_the_tables() {
    let aws = Aws::start().await;
    for (id, _) in BINARIES {
        let mut elsewhere = aws.environment(id);
        elsewhere.insert("AWS_REGION".to_owned(), "eu-north-1".to_owned());
        aws.refuses(id, elsewhere, &["eu-north-1"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn credentials_that_are_no_good_are_named_and_not_shown() {
    let aws = Aws::start().await;
    for (id, _) in BINARIES {
        for (key, said) in [("dataops-local-expired", "ExpiredToken"), ("AKIAUNKNOWNUNKNOWN00", "UnrecognizedClient")] {
            let mut environment = aws.environment(id);
            environment.insert("AWS_ACCESS_KEY_ID".to_owned(), key.to_owned());
            aws.refuses(id, environment, &[said]).await;
        }
    }
}
