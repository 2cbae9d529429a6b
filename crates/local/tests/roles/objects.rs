//! Objects: what is not there, addresses that were signed, copies and uploads in parts.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use dataops_local::functions::{ASSISTANT_RUNNER, CRON_RUNNER, EXPORT_JOB, PORTAL, WORK_ENGINE};

use crate::calls::{Refusal, Stack, bucket_name, get};

fn code(refusal: Refusal) -> String {
    refusal.map_or_else(|| "done".to_owned(), |(code, _)| code)
}

#[tokio::test]
async fn what_is_not_there_is_not_found_to_those_who_may_list_the_bucket() {
    let stack = Stack::start().await;
    for (function, bucket, key) in [
        (WORK_ENGINE, "artifacts", "files/a"),
        (CRON_RUNNER, "artifacts", "search/base"),
        (ASSISTANT_RUNNER, "artifacts", "files/a"),
        (EXPORT_JOB, "exports", "work/run"),
    ] {
        let caller = stack.caller(function);
        assert_eq!(code(caller.object("GetObject", bucket, key).await), "NoSuchKey", "{function}");
        assert_eq!(code(caller.object("HeadObject", bucket, key).await), "NotFound", "{function}");
    }
    // The engine reads archives by their names, and sees no list of them.
    let engine = stack.caller(WORK_ENGINE);
    assert_eq!(code(engine.object("GetObject", "exports", "execution-exports/a").await), "AccessDenied");
    assert_ne!(code(engine.object("HeadObject", "exports", "execution-exports/a").await), "NotFound");
    assert_eq!(code(stack.admin().object("GetObject", "exports", "execution-exports/a").await), "NoSuchKey");
}

#[tokio::test]
async fn a_signed_address_is_worth_what_its_signer_may() {
    let stack = Stack::start().await;
    assert_eq!(stack.admin().object("PutObject", "artifacts", "files/a").await, None);
    for (function, expected) in [(WORK_ENGINE, 200), (PORTAL, 403), (CRON_RUNNER, 403)] {
        let caller = stack.caller(function);
        let request = caller.s3.get_object().bucket(bucket_name("artifacts")).key("files/a");
        let signed = request.presigned(PresigningConfig::expires_in(Duration::from_secs(60)).unwrap()).await.unwrap();
        assert_eq!(get(signed.uri()).await, expected, "{function}");
    }
}

#[tokio::test]
async fn a_copy_is_a_read_and_a_write() {
    let stack = Stack::start().await;
    let admin = stack.admin();
    for key in ["search/a", "files/a"] {
        assert_eq!(admin.object("PutObject", "artifacts", key).await, None);
    }
    let cron = stack.caller(CRON_RUNNER);
    assert_eq!(cron.copy(("artifacts", "search/a"), ("artifacts", "search/b")).await, None);
    assert_eq!(code(cron.copy(("artifacts", "files/a"), ("artifacts", "search/b")).await), "AccessDenied");
    assert_eq!(code(cron.copy(("artifacts", "search/a"), ("artifacts", "files/b")).await), "AccessDenied");
}

#[tokio::test]
async fn every_part_of_an_upload_is_a_write() {
    let stack = Stack::start().await;
    let (job, runner) = (stack.caller(EXPORT_JOB), stack.caller(ASSISTANT_RUNNER));
    let (bucket, key) = (bucket_name("exports"), "execution-exports/a");
    let begun = job.s3.create_multipart_upload().bucket(&bucket).key(key).send().await.unwrap();
    let id = begun.upload_id.unwrap();
    let part = |caller: &aws_sdk_s3::Client| {
        caller.upload_part().bucket(&bucket).key(key).upload_id(&id).part_number(1).body(ByteStream::from_static(b"x"))
    };
    assert!(part(&runner.s3).send().await.is_err() && part(&job.s3).send().await.is_ok());
    job.s3.abort_multipart_upload().bucket(&bucket).key(key).upload_id(&id).send().await.unwrap();
    assert_eq!(code(runner.object("AbortMultipartUpload", "exports", key).await), "AccessDenied");
}
