//! What an import would do, against what a store holds.

use dataops_domain::audit::Head;
use dataops_domain::job::Job;
use dataops_domain::json;
use dataops_portable::import::{DryRun, Mode, Restored, Step, Verdict, each_record, judge, step};
use dataops_portable::{Entity, Incoming, Limits};
use serde_json::json;

use crate::sealed::good;
use crate::{export, report};

#[test]
fn a_record_is_new_the_same_another_skipped_or_invalid() {
    let export = good();
    let mut checked = 0;
    each_record(export.path(), &Limits::default(), |entity, _, record| {
        assert_eq!(judge(entity, &record, None), Verdict::Insert);
        let same = Incoming::from(Restored::of(entity, &record));
        assert_eq!(judge(entity, &record, Some(&same)), Verdict::Identical, "{record:?}");
        let mut other = same.clone();
        other.fields.insert("createdAt".to_owned(), "2027-01-01T00:00:00.000Z".into());
        assert_eq!(judge(entity, &record, Some(&other)), Verdict::Update);
        checked += 1;
        Ok(())
    })
    .unwrap();
    assert!(checked > 25, "{checked}");
    let service = json::object(&json!({ "user_id": "Anna Müller", "actor_kind": "service" }));
    assert!(matches!(judge(Entity::Users, &service, None), Verdict::Skipped(_)));
    assert!(matches!(judge(Entity::IntakeItems, &service, None), Verdict::Skipped(_)));
    let broken = json::object(&json!({ "bundle_id": "b", "title": "T", "anchor_date": "soon" }));
    assert!(matches!(judge(Entity::Bundles, &broken, None), Verdict::Invalid(_)));
}

#[test]
fn a_job_comes_without_the_runner_that_holds_it() {
    let job: Job = serde_json::from_value(json!({
        "id": "j1", "assistantType": "podcast", "title": "T", "status": "running", "taskId": "t1", "inputRefs": [], "outputArtifactIds": [], "logRefs": [],
        "approvalRequired": true, "attemptCount": 1, "maxAttempts": 2, "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
        "lease": { "until": "2026-01-01T00:02:00.000Z", "attempt": 1, "holder": "h" }, "tail": ["a line"], "taskBundleId": "b1",
        "attempts": [{ "number": 1, "status": "running", "session": "s" }],
    }))
    .unwrap();
    let incoming = Incoming::of(&job, Head::default());
    let back = export([incoming]);
    let record = &crate::sealed::read(back.path(), Entity::AssistantJobs)[0];
    assert!(record.get("lease").is_none() && record.get("tail").is_none() && record["attempts"][0].get("session").is_none(), "{record}");
    assert_eq!((&record["status"], &record["task_bundle_id"]), (&"running".into(), &"b1".into()));
    let read: Job = Restored::of(Entity::AssistantJobs, &json::object(record)).read().unwrap();
    assert_eq!(read.attempts, [dataops_domain::job::Attempt { session: None, ..job.attempts[0].clone() }]);
    let broken = json::object(&json!({ "assistant_job_id": "j1", "status": "asleep" }));
    assert!(matches!(judge(Entity::AssistantJobs, &broken, None), Verdict::Invalid(_)));
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    assert_eq!(step(&Verdict::Insert, Mode::IntoEmpty), Ok(Step::Write));
    assert_eq!(step(&Verdict::Insert, Mode::Merge), Ok(Step::Write));
    for mode in [Mode::IntoEmpty, Mode::Merge] {
        assert_eq!(step(&Verdict::Identical, mode), Ok(Step::Leave));
        assert_eq!(step(&Verdict::Skipped("x"), mode), Ok(Step::Leave));
        assert!(step(&Verdict::Update, mode).is_err());
        assert!(step(&Verdict::Invalid("x".to_owned()), mode).is_err());
    }
}

#[test]
fn a_user_comes_without_anything_to_sign_in_with() {
    let record = json::object(
        &json!({ "user_id": "eve", "name": "Eve", "email": "e@example.org", "role": "admin", "created_at": "2026-01-01T00:00:00.000Z" }),
    );
    let user: dataops_domain::user::User = Restored::of(Entity::Users, &record).read().unwrap();
    assert_eq!(json::object(&user).keys().collect::<Vec<_>>(), ["id", "name", "email", "role", "createdAt", "version"]);
    assert!(Entity::parse("sessions").is_none(), "there is no record of a session to bring back");
}

#[test]
fn a_dry_run_tells_what_the_contract_wants_told() {
    let export = export(crate::sealed::store().into_iter().filter(|record| record.entity != Entity::Notifications));
    let mut report = report(export.path());
    let errors = report.first(10).unwrap().into_iter().map(|finding| finding.message).collect();
    let mut run = DryRun::new(report.valid, errors, &report.counts);
    each_record(export.path(), &Limits::default(), |entity, _, record| {
        run.add(entity, &judge(entity, &record, None));
        Ok(())
    })
    .unwrap();
    let told = serde_json::to_value(&run).unwrap();
    assert_eq!((&told["valid"], &told["errors"], &told["skipped"]), (&true.into(), &json!([]), &json!({})));
    assert_eq!((&told["wouldWrite"]["tasks"], &told["wouldWrite"]["notifications"]), (&10.into(), &0.into()));
    assert_eq!(told["plan"]["tasks"], json!({ "inserts": 10, "updates": 0, "identical": 0, "skipped": 0, "invalid": 0 }));
    assert_eq!(told["followUpSummary"]["linkedWaitingTasks"], 0);
    assert_eq!(
        told["totalRecords"].as_u64(),
        told["wouldWrite"].as_object().unwrap().values().map(serde_json::Value::as_u64).sum::<Option<u64>>()
    );
}
