//! An archive is looked at again: verified on demand, and restored in a drill whose evidence is kept with it.

use dataops_api::exports::Drill;
use dataops_testkit::Stack;
use serde_json::{Value, json};

use crate::{moment, operation};

/// A stack with one archive: its id and the path of its object.
async fn archived() -> (std::sync::Arc<Stack>, String, std::path::PathBuf) {
    let stack = Stack::seeded().await;
    let made = stack.export(&stack.export_job(), json!({})).await;
    let key = made["made"]["archive_key"].as_str().unwrap().to_owned();
    let listed = stack.admin().get("/api/exports").await.expect(200).json;
    let id = listed["exports"][0]["id"].as_str().unwrap().to_owned();
    let file = stack.embedded().objects().join("dataops-local-exports-000000000000").join(key);
    (stack, id, file)
}

async fn listed(stack: &std::sync::Arc<Stack>) -> Value {
    stack.admin().get("/api/exports").await.expect(200).json["exports"][0].clone()
}

#[tokio::test]
async fn an_archive_is_verified_again_and_damage_is_told() {
    let (stack, id, file) = archived().await;
    let job = stack.export_job();
    assert!(listed(&stack).await.get("verification").is_none());
    let whole = stack.export(&job, json!({ "verify": id })).await;
    assert_eq!((&whole["ok"], &whole["verification"]["findings"]), (&json!(true), &json!(0)), "{whole}");
    let known = listed(&stack).await;
    assert_eq!((&known["verification"]["findings"], &known["verification"]["at"]), (&json!(0), &json!(moment())), "{known}");

    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let damaged = stack.export(&job, json!({ "verify": id })).await;
    assert!(damaged["verification"]["findings"].as_u64() > Some(0), "{damaged}");
    let first = damaged["verification"]["first"][0].as_str().unwrap();
    assert!(first.contains("checksum of the archive differs"), "{first}");
    assert_eq!(listed(&stack).await["verification"], damaged["verification"]);

    std::fs::remove_file(&file).unwrap();
    let gone = stack.export(&job, json!({ "verify": id })).await;
    assert_eq!(gone["verification"]["first"], json!(["The archive is not in the bucket any more"]), "{gone}");
    let unknown = stack.export(&job, json!({ "verify": "2020-01-01T00-00-00-000Z" })).await;
    assert_eq!((&unknown["ok"], &unknown["status"]), (&json!(false), &json!(404)), "{unknown}");
}

#[tokio::test]
async fn a_verification_is_asked_for_by_admins_and_shows_while_it_goes_on() {
    let (stack, id, _) = archived().await;
    stack.operator().post(&format!("/api/exports/{id}/verify"), json!({})).await.expect(403);
    stack.admin().post("/api/exports/unknown/verify", json!({})).await.expect(404);
    // Nothing here can start the job: the answer says so, and nothing seems to go on.
    let asked = stack.admin().post(&format!("/api/exports/{id}/verify"), json!({})).await.expect(200).json;
    assert_eq!((&asked["started"], listed(&stack).await.get("verifying")), (&json!(false), None));
    // One that was started and never ended is not waited for for ever.
    let job = stack.importer();
    let admin = dataops_store::Operation::new("ask", dataops_domain::Actor::new("operator"), stack.clock.now(), None);
    job.engine().archive_verify_ask(&admin, &id).await.unwrap();
    assert_eq!(listed(&stack).await["verifying"], true);
    stack.clock.advance(16 * 60);
    assert!(listed(&stack).await.get("verifying").is_none());
}

#[tokio::test]
async fn the_evidence_of_a_drill_is_kept_with_its_archive() {
    let (stack, id, _) = archived().await;
    let job = stack.export_job();
    let checksum = listed(&stack).await["checksum"].as_str().unwrap().to_owned();
    let link = format!("/api/exports/{id}/evidence");
    stack.admin().get(&link).await.expect(404);
    let drill = Drill {
        at: moment(),
        environment: "restore-drill".to_owned(),
        passed: 8,
        failed: vec!["files of a task".to_owned()],
        not_run: 1,
        missing_objects: 2,
    };
    let evidence = br#"{"schema_version":"dataops.restore-evidence.v1"}"#;
    let drilling = stack.importer();
    assert!(!drilling.engine().drill_note(&operation(&stack, "other"), "sha256:00", &drill, evidence).await.unwrap(), "another's archive");
    assert!(drilling.engine().drill_note(&operation(&stack, "drill"), &checksum, &drill, evidence).await.unwrap());
    assert_eq!(listed(&stack).await["drill"], serde_json::to_value(&drill).unwrap());
    stack.operator().get(&link).await.expect(403);
    let signed = stack.admin().get(&link).await.expect(302);
    assert!(signed.header("location").is_some_and(|url| url.contains("restore-evidence.json")), "{:?}", signed.headers);
    // Verifying it does not forget the drill, and what is no longer listed is forgotten.
    stack.export(&job, json!({ "verify": id })).await;
    assert_eq!(listed(&stack).await["drill"]["passed"], 8);
}
