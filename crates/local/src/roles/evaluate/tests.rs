//! The rules AWS documents for policies of an identity, one by one.

use super::{Grant, Request, Verdict, evaluate};
use crate::template::{Given, Statement, Template};

/// The statements of a policy, read as the template's are.
fn statements(statements: &str) -> Vec<Statement> {
    read(statements).unwrap_or_else(|problem| panic!("{problem}"))
}

fn read(statements: &str) -> Result<Vec<Statement>, String> {
    let text = format!(
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      FunctionName: f\n      Timeout: 1\n      \
         Policies: [{{Version: '2012-10-17', Statement: [{statements}]}}]"
    );
    let given = Given { parameters: [].into(), ..Given::local("") };
    let template = Template::parse(&text, &given).map_err(|error| error.to_string())?;
    Ok(template.functions[0].statements.clone())
}

/// A statement that allows reading tables, under a condition.
fn under(condition: &str) -> Vec<Statement> {
    statements(&format!("{{Sid: A, Effect: Allow, Action: dynamodb:GetItem, Resource: '*', Condition: {{{condition}}}}}"))
}

fn get() -> Request {
    Request::new("dynamodb:GetItem", TABLE)
}

fn get_keys(keys: &[&str]) -> Request {
    get().with("dynamodb:LeadingKeys", keys.iter().map(|key| (*key).to_owned()).collect())
}

fn allows(statements: &[Statement], request: &Request) -> bool {
    matches!(evaluate(statements, request), Verdict::Allowed(_))
}

const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/t";

#[test]
fn what_nothing_allows_is_not_allowed() {
    assert_eq!(evaluate(&[], &get()), Verdict::NotAllowed);
    let other = statements("{Sid: A, Effect: Allow, Action: dynamodb:PutItem, Resource: '*'}");
    assert_eq!(evaluate(&other, &get()), Verdict::NotAllowed);
    let elsewhere =
        statements("{Sid: A, Effect: Allow, Action: dynamodb:GetItem, Resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/u'}");
    assert_eq!(evaluate(&elsewhere, &get()), Verdict::NotAllowed);
}

#[test]
fn what_is_allowed_says_by_what() {
    let both = statements(
        "{Sid: A, Effect: Allow, Action: ['dynamodb:Get*', dynamodb:PutItem], Resource: ['*', 'arn:aws:dynamodb:us-east-1:000000000000:table/t']},
         {Sid: B, Effect: Allow, Action: DYNAMODB:getitem, Resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/?'}",
    );
    let grant = |sid: &str, action: &str, resource: &str| Grant { sid: sid.into(), action: action.into(), resource: resource.into() };
    let expected = vec![
        grant("A", "dynamodb:Get*", "*"),
        grant("A", "dynamodb:Get*", TABLE),
        grant("B", "DYNAMODB:getitem", "arn:aws:dynamodb:us-east-1:000000000000:table/?"),
    ];
    assert_eq!(evaluate(&both, &get()), Verdict::Allowed(expected));
}

#[test]
fn what_is_forbidden_nothing_allows_wherever_it_stands() {
    let allow = "{Sid: A, Effect: Allow, Action: '*', Resource: '*'}";
    let deny = "{Sid: No, Effect: Deny, Action: 'dynamodb:*', Resource: 'arn:aws:dynamodb:*:*:table/t'}";
    for order in [format!("{allow}, {deny}"), format!("{deny}, {allow}")] {
        assert_eq!(evaluate(&statements(&order), &get()), Verdict::Forbidden("No".to_owned()));
        assert!(allows(&statements(&order), &Request::new("s3:GetObject", "arn:aws:s3:::b/k")));
    }
    let conditional = statements(&format!(
        "{allow}, {{Sid: No, Effect: Deny, Action: '*', Resource: '*', Condition: {{Bool: {{'aws:SecureTransport': false}}}}}}"
    ));
    let over = |tls: &str| get().with("aws:SecureTransport", vec![tls.to_owned()]);
    assert!(allows(&conditional, &over("true")) && allows(&conditional, &get()), "a statement whose condition does not hold says nothing");
    assert_eq!(evaluate(&conditional, &over("false")), Verdict::Forbidden("No".to_owned()));
}

#[test]
fn one_value_is_enough_and_every_key_and_operator_has_to_hold() {
    let several = under("StringEquals: {'s3:prefix': [a, b]}");
    let prefix = |value: &str| get().with("s3:prefix", vec![value.to_owned()]);
    assert!(allows(&several, &prefix("a")) && allows(&several, &prefix("b")) && !allows(&several, &prefix("c")));
    assert!(!allows(&several, &prefix("A")), "case counts");
    assert!(!allows(&several, &get()), "a key that is absent matches nothing");
    let keys = under("StringLike: {'S3:Prefix': 'a*', 'aws:SecureTransport': 'true'}, StringEquals: {'s3:prefix': ab}");
    let tls = |value: &str| prefix(value).with("aws:SecureTransport", vec!["true".to_owned()]);
    assert!(
        allows(&keys, &tls("ab")) && !allows(&keys, &tls("ac")) && !allows(&keys, &prefix("ab")),
        "names of keys are the same in any case"
    );
}

#[test]
fn if_exists_holds_without_the_key_and_no_further() {
    let if_exists = under("StringLikeIfExists: {'s3:prefix': 'work/?*'}");
    let prefix = |value: &str| get().with("s3:prefix", vec![value.to_owned()]);
    assert!(allows(&if_exists, &get()) && allows(&if_exists, &prefix("work/a")));
    assert!(!allows(&if_exists, &prefix("work/")) && !allows(&if_exists, &prefix("")));
}

#[test]
fn for_all_values_holds_without_values_and_for_any_value_does_not() {
    let all = under("'ForAllValues:StringLike': {'dynamodb:LeadingKeys': ['token#*', 'email#*']}");
    assert!(allows(&all, &get()) && allows(&all, &get_keys(&[])));
    assert!(allows(&all, &get_keys(&["token#a", "email#b"])) && !allows(&all, &get_keys(&["token#a", "session"])));
    assert!(!allows(&all, &get_keys(&[""])), "an empty key is a value like any other here");
    let any = under("'ForAnyValue:StringEquals': {'dynamodb:LeadingKeys': [a, b]}");
    assert!(allows(&any, &get_keys(&["x", "b"])) && !allows(&any, &get_keys(&["x"])));
    assert!(!allows(&any, &get()) && !allows(&any, &get_keys(&[])));
    let either = under("'ForAnyValue:StringEqualsIfExists': {'dynamodb:LeadingKeys': a}");
    assert!(allows(&either, &get()) && !allows(&either, &get_keys(&["b"])));
}

#[test]
fn what_would_be_judged_otherwise_than_on_aws_is_refused_by_name() {
    let plain = "Sid: A, Effect: Allow, Action: 's3:GetObject', Resource: '*'";
    for (statement, expected) in [
        ("{Sid: A, Effect: Allow, NotAction: 's3:*', Resource: '*'}".to_owned(), "Policies[0].Statement[0].NotAction: this part"),
        ("{Sid: A, Effect: Allow, Action: 's3:*', NotResource: '*'}".to_owned(), "Statement[0].NotResource: this part"),
        (format!("{{{plain}, Principal: '*'}}"), "Statement[0].Principal: this part"),
        ("{Effect: Allow, Action: 's3:*', Resource: '*'}".to_owned(), "Sid is needed"),
        (format!("{{{plain}}}, {{{plain}}}"), "Statement[1]: the Sid A is taken"),
        ("{Sid: A, Effect: allow, Action: 's3:*', Resource: '*'}".to_owned(), "Effect: expected Allow or Deny"),
        ("{Sid: A, Effect: Allow, Resource: '*'}".to_owned(), "Action: expected a text"),
        ("{Sid: A, Effect: Allow, Action: GetItem, Resource: '*'}".to_owned(), "GetItem is no action"),
        ("{Sid: A, Effect: Allow, Action: 's3:*', Resource: bucket}".to_owned(), "bucket is no ARN"),
        ("{Sid: A, Effect: Allow, Action: 's3:*', Resource: 'arn:aws:s3:::b/${aws:username}'}".to_owned(), "the variable in"),
        (format!("{{{plain}, Condition: {{NumericEquals: {{'s3:max-keys': 1}}}}}}"), "Condition.NumericEquals: this operator"),
        (format!("{{{plain}, Condition: {{StringNotLike: {{'s3:prefix': a}}}}}}"), "Condition.StringNotLike: this operator"),
        (format!("{{{plain}, Condition: {{StringLike: {{'aws:SourceIp': a}}}}}}"), "the condition key aws:SourceIp"),
        (format!("{{{plain}, Condition: {{StringLike: {{'dynamodb:LeadingKeys': a}}}}}}"), "expected ForAllValues: or ForAnyValue:"),
        (format!("{{{plain}, Condition: {{StringLike: {{'s3:prefix': []}}}}}}"), "expected a text or a list of texts"),
    ] {
        let words = read(&statement).expect_err(&statement);
        assert!(words.contains(expected), "{words}\n  should contain {expected}");
    }
    let managed =
        "Resources: {F: {Type: 'AWS::Serverless::Function', Properties: {FunctionName: f, Timeout: 1, Policies: [AdministratorAccess]}}}";
    let given = Given { parameters: [].into(), ..Given::local("") };
    let words = Template::parse(managed, &given).expect_err("a managed policy").to_string();
    assert!(words.contains("Policies[0]: the policy \"AdministratorAccess\""), "{words}");
}
