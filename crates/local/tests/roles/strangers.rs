//! Who is not known, is no longer known, or asks in another region.

use dataops_local::functions::{PORTAL, WORK_ENGINE};
use dataops_local::roles::identity;

use crate::calls::{Refusal, Stack};

const ELSEWHERE: (&str, &str) = ("AWS_REGION", "eu-central-1");

/// What a caller with these settings is told by DynamoDB, S3 and Lambda.
async fn told(function: &str, settings: &[(&str, &str)]) -> [Refusal; 3] {
    let stack = Stack::start().await;
    let caller = stack.caller_with(function, settings);
    let table = if function == PORTAL { "sessions" } else { "tasks" };
    [
        caller.item("GetItem", table, "1").await,
        caller.object("PutObject", "artifacts", "files/a").await,
        caller.invoke("dataops-local-assistant-runner").await,
    ]
}

fn codes(told: &[Refusal; 3]) -> [&str; 3] {
    told.each_ref().map(|refusal| refusal.as_ref().map_or("done", |(code, _)| code.as_str()))
}

#[tokio::test]
async fn keys_that_are_nobodys_are_not_recognised() {
    let unknown = told(WORK_ENGINE, &[("AWS_ACCESS_KEY_ID", "dataops-local-NobodyFunction")]).await;
    assert_eq!(codes(&unknown), ["UnrecognizedClientException", "InvalidAccessKeyId", "UnrecognizedClientException"]);
}

#[tokio::test]
async fn credentials_that_ran_out_are_expired() {
    let secret = identity::secret_key(identity::EXPIRED);
    let expired = told(WORK_ENGINE, &[("AWS_ACCESS_KEY_ID", identity::EXPIRED), ("AWS_SECRET_ACCESS_KEY", &secret)]).await;
    assert_eq!(codes(&expired), ["ExpiredTokenException", "ExpiredToken", "ExpiredTokenException"]);
}

#[tokio::test]
async fn a_role_has_no_rights_in_another_region_and_nothing_is_there() {
    let function = told(WORK_ENGINE, &[ELSEWHERE]).await;
    assert_eq!(codes(&function), ["AccessDeniedException", "AuthorizationHeaderMalformed", "AccessDeniedException"]);
    let words = function.map(|refusal| refusal.map(|(_, words)| words).unwrap_or_default());
    assert!(words[0].contains("arn:aws:dynamodb:eu-central-1:") && words[2].contains("arn:aws:lambda:eu-central-1:"), "{words:?}");
    assert!(words[1].contains("the region 'eu-central-1' is wrong; expecting 'us-east-1'"), "{words:?}");

    let secret = identity::secret_key(identity::ADMIN);
    let admin = told(PORTAL, &[("AWS_ACCESS_KEY_ID", identity::ADMIN), ("AWS_SECRET_ACCESS_KEY", &secret), ELSEWHERE]).await;
    assert_eq!(codes(&admin), ["ResourceNotFoundException", "AuthorizationHeaderMalformed", "ResourceNotFoundException"]);
}
