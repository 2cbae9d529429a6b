//! Asked for over the API of a whole fleet: the portal asks the engine, which asks the job.

use std::collections::BTreeMap;

use dataops_local::{Fleet, FleetOptions, functions};
use dataops_testkit::{Answer, Browser};
use serde_json::json;

use crate::findings;

/// A fleet, asked for an export; what it answered, and what it lists then.
async fn asked(exports: BTreeMap<String, String>) -> (Answer, Answer) {
    dataops_testkit::record_roles();
    let folder = tempfile::tempdir().unwrap();
    let options = FleetOptions {
        data_dir: folder.path().join("data"),
        port: 0,
        engine_port: None,
        portal_secret: None,
        seed: true,
        background: false,
        now: dataops_domain::Timestamp::parse("2026-07-01T09:00:00Z"),
        assistants: [].into(),
        exports,
        build: functions::own(),
    };
    let fleet = Fleet::start(options).await.unwrap();
    let url = fleet.running.url.clone();
    let answers = tokio::task::spawn_blocking(move || {
        let mut browser = Browser::new(&url);
        let person = json!({ "email": "operator@dataops.local", "password": "dataops" });
        let token = browser.post_json("/work/api/auth/login", &[], &person).expect(200).str("/token").to_owned();
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let mut browser = Browser::new(&url);
        let made = browser.post_json("/work/api/cron/export", &headers, &json!({}));
        (made, browser.send("GET", "/work/api/exports", &headers, b""))
    });
    let answers = answers.await.unwrap();
    fleet.stop().await;
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_is_made_when_somebody_asks() {
    let (made, listed) = asked([].into()).await;
    let made = made.expect(200).json;
    let (key, uri) = (made["archive_key"].as_str().unwrap(), made["archive_uri"].as_str().unwrap());
    assert!(key.starts_with("execution-exports/local/2026-07-01/dataops-execution-2026-07-01T09-00-"), "{made}");
    assert_eq!(uri, format!("s3://dataops-local-exports-000000000000/{key}"));
    assert_eq!((&made["schema_version"], &made["export_format_version"]), (&json!("dataops.execution.v1"), &json!(1)));
    assert!(made["archive_checksum"].as_str().unwrap().starts_with("sha256:") && made["entity_counts"]["templates"] == 11, "{made}");
    assert_eq!(listed.expect(200).json["exports"][0]["key"], key);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_manifest_and_the_key_say_what_the_environment_says() {
    let environment = [
        ("NODE_ENV", "Prod EU/Private Operator"),
        ("AWS_STACK_NAME", "stack"),
        ("AWS_REGION", "eu-central-1"),
        ("GITHUB_SHA", "abc123"),
        ("DATAOPS_EXPORT_ARCHIVE_PREFIX", "my/prefix"),
        ("HOME", "/nowhere"),
    ];
    let environment = dataops_fleet::Config::from_map(environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    let folder = tempfile::tempdir().unwrap();
    let mut exports = functions::exports(&environment);
    exports.insert("DATAOPS_EXPORT_ARCHIVE_LOCAL_DIR".to_owned(), folder.path().to_str().unwrap().to_owned());
    let (made, _) = asked(exports).await;
    let made = made.expect(200).json;
    let key = made["archive_key"].as_str().unwrap();
    assert!(key.starts_with("my/prefix/prod-eu-private-operator/2026-07-01/dataops-execution-2026-07-01T09-00-"), "{key}");
    let manifest = std::fs::read(folder.path().join(key.replace(".tar.gz", ".manifest.json"))).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let source = ["source_environment", "source_stack", "source_region", "app_git_sha"].map(|name| manifest[name].as_str().unwrap());
    assert_eq!(source, ["Prod EU/Private Operator", "stack", "eu-central-1", "abc123"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_environment_says_takes_the_place_of_the_bucket() {
    let folder = tempfile::tempdir().unwrap();
    let set = |name: &str| [(name.to_owned(), folder.path().join(name).to_str().unwrap().to_owned())].into();
    let (made, _) = asked(set("DATAOPS_EXPORT_ARCHIVE_LOCAL_DIR")).await;
    let uri = made.expect(200).json["archive_uri"].as_str().unwrap().to_owned();
    let path = uri.strip_prefix("file://").unwrap();
    assert!(path.starts_with(folder.path().to_str().unwrap()), "{uri}");
    assert_eq!(findings(path.as_ref()), Vec::<String>::new());
    let (made, _) = asked(set("EXPORT_OUTPUT_DIR")).await;
    let made = made.expect(200).json;
    assert_eq!(made["output_dir"], folder.path().join("EXPORT_OUTPUT_DIR").to_str().unwrap());
    assert_eq!(findings(&folder.path().join("EXPORT_OUTPUT_DIR")), Vec::<String>::new());
}
