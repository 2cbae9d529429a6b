//! The project's own template is read whole; what is not known is an error that names it.

use std::time::Duration;

use super::{AttributeKind, Given, Template};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn given() -> Given {
    Given { parameters: [].into(), ..Given::local(SECRET) }
}

fn problem(text: &str) -> String {
    Template::parse(text, &given()).expect_err("a mistake").to_string()
}

#[test]
fn the_projects_template_is_read() {
    let template = Template::load(&Given::local(SECRET)).expect("a template");
    assert_eq!(template.tables.len(), 14);
    let tasks = template.tables.iter().find(|table| table.name == "dataops-local-tasks").expect("tasks");
    let names: Vec<_> = tasks.indexes.iter().map(|index| index.name.as_str()).collect();
    assert_eq!(names, ["open", "closed", "follow-ups", "by-bundle", "by-recurring"]);
    let audit = template.tables.iter().find(|table| table.logical_id == "AuditEventsTable").expect("audit events");
    assert_eq!(audit.key.sort.as_ref().map(|sort| sort.kind), Some(AttributeKind::Number));
    let expiring: Vec<_> = template.tables.iter().filter(|table| table.ttl.is_some()).map(|t| t.name.as_str()).collect();
    assert_eq!(expiring, ["dataops-local-sessions", "dataops-local-idempotency"]);
    assert_eq!(template.buckets[0].name, "dataops-local-artifacts-000000000000");
    assert_eq!(template.buckets[0].cors[0].allowed_methods, ["PUT"]);
}

#[test]
fn functions_get_the_environment_the_template_gives() {
    let template = Template::load(&Given::local(SECRET)).expect("a template");
    let portal = template.function("PortalFunction").expect("the portal");
    let alias = "arn:aws:lambda:us-east-1:000000000000:function:dataops-local-work-engine:live";
    assert_eq!(portal.environment["WORK_ENGINE_FUNCTION"], alias);
    assert_eq!(portal.environment["DATAOPS_STACK"], "dataops-local");
    assert_eq!(portal.environment["WORK_ENGINE_PORTAL_SECRET"], SECRET);
    assert_eq!(portal.environment["DATAOPS_SESSIONS_TABLE"], "dataops-local-sessions");
    assert_eq!(portal.timeout, Duration::from_secs(29));
    assert!(template.function("NoFunction").is_err());
}

#[test]
fn an_unknown_construct_is_named_with_its_place() {
    let cases = [
        ("A: {Type: 'AWS::SNS::Bell'}", "Resources.A.Type: the resource type AWS::SNS::Bell"),
        ("A: {Type: 'AWS::Logs::LogGroup', Properties: {X: !Ref A.Alias}}", "Resources.A.Properties.X: !Ref A.Alias is not known"),
        ("A: {Type: 'AWS::Logs::LogGroup', Properties: {X: !Ref B.Alias}}", "Resources.A.Properties.X: !Ref B.Alias is not known"),
        (
            "A: {Type: 'AWS::Serverless::Function', Properties: {FunctionName: f, Timeout: 1, Role: !Ref A.Alias}}",
            "Resources.A.Properties.Role: !Ref A.Alias: A has no AutoPublishAlias",
        ),
        ("A: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Select [0, [a]]}}", "Resources.A.Properties.BucketName: !Select"),
        ("A: {Type: 'AWS::S3::Bucket', Properties: {BucketName: {'Fn::Split': []}}}", "Resources.A.Properties.BucketName: !Split"),
        ("A: {Type: 'AWS::S3::Bucket', Properties: {BucketName: abc, Website: {}}}", "Resources.A.Properties.Website: this property"),
        ("A: {Type: 'AWS::DynamoDB::Table', Properties: {TableName: abc, StreamX: 1}}", "Resources.A.Properties: unknown field `StreamX`"),
        ("A: {Type: 'AWS::Logs::LogGroup', Properties: {X: [!GetAtt A.Size]}}", "Resources.A.Properties.X[0]: !GetAtt A.Size"),
        ("A: {Type: 'AWS::Logs::LogGroup', Properties: {X: !Ref Nowhere}}", "Resources.A.Properties.X: !Ref Nowhere: there is no"),
        ("A: {Type: 'AWS::Logs::LogGroup', Properties: {X: !Sub '${Nope.Arn}'}}", "Resources.A.Properties.X: !GetAtt Nope.Arn"),
        ("A: {Type: 'AWS::Logs::LogGroup', Condition: Odd}", "Resources.A: there is no condition Odd"),
        (
            "A: {Type: 'AWS::Serverless::Function', Properties: {FunctionName: f, Timeout: 1, Events: {T: {Type: SQS}}}}",
            "Resources.A.Properties.Events.T.Type: the event type `SQS`",
        ),
        (
            "A: {Type: 'AWS::Serverless::Function', Properties: {FunctionName: f, Timeout: 1, Events: {T: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(0 days)}}}}}",
            "Resources.A.Properties.Events.T.Properties.ScheduleExpression: the schedule `rate(0 days)`",
        ),
    ];
    for (resource, expected) in cases {
        let words = problem(&format!("Resources: {{{resource}}}"));
        assert!(words.contains(expected), "{words}\n  should contain {expected}");
    }
    assert!(problem("Mappings: {}").contains("Mappings: this section"));
    assert!(problem("a:\n  - b\n c").contains("line "), "{}", problem("a:\n  - b\n c"));
}

#[test]
fn parameters_conditions_and_globals_are_resolved() {
    let text = "
Parameters:
  Size: { Type: Number, Default: 5, AllowedValues: [5, 6] }
  Mode: { Type: String, Default: '' }
Conditions:
  Plain: !Equals [!Ref Mode, '']
  Both: !And [!Condition Plain, !Not [!Equals [!Ref Size, 6]]]
Globals:
  Function:
    Timeout: 3
    Environment: { Variables: { A: shared, B: shared } }
Resources:
  Gone: { Type: 'AWS::Logs::LogGroup', Condition: Never, Properties: {} }
  One:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Join ['-', [!Ref AWS::StackName, one]]
      Environment:
        Variables:
          B: !If [Both, !Sub ['${x}/${!Y}/${One}', {x: !Ref Size}], none]
          C: !If [Plain, !Ref AWS::NoValue, there]
      Events:
        Tick: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(15 minutes) } }
";
    let never = text.replace("Globals:", "  Never: !Or [!Equals [a, b], !Equals [c, d]]\nGlobals:");
    let template = Template::parse(&never, &given()).expect("a template");
    let one = &template.functions[0];
    assert_eq!(one.environment["A"], "shared");
    assert_eq!(one.environment["B"], "5/${Y}/dataops-local-one");
    assert_eq!(one.environment.get("C"), None);
    assert_eq!(one.timeout, Duration::from_secs(3));
    assert_eq!((one.schedules[0].every, one.schedules[0].input.as_str()), (Duration::from_secs(900), "{}"));

    let required = "Parameters: {Key: {Type: String}}\nResources: {}";
    assert!(problem(required).contains("Parameters.Key: it has no default"));
    let surplus = Given { parameters: [("Nope".to_owned(), String::new())].into(), ..given() };
    assert!(Template::parse("Resources: {}", &surplus).expect_err("surplus").to_string().contains("no parameter Nope"));
}

#[test]
fn what_a_condition_or_a_rule_leaves_out_is_left_out_and_a_broken_rule_says_so() {
    let text = "
Parameters:
  Domain: { Type: String, Default: '' }
  Certificate: { Type: String, Default: '' }
Rules:
  Certified:
    RuleCondition: !Not [!Equals [!Ref Domain, '']]
    Assertions:
      - { Assert: !Not [!Equals [!Ref Certificate, '']], AssertDescription: Domain needs Certificate }
Conditions:
  HasDomain: !Not [!Equals [!Ref Domain, '']]
Resources:
  Door: { Type: 'AWS::Serverless::HttpApi', Properties: { StageName: $default } }
  Name: { Type: 'AWS::ApiGatewayV2::DomainName', Condition: HasDomain, Properties: { DomainName: !Ref Domain } }
  Mapping: { Type: 'AWS::ApiGatewayV2::ApiMapping', Condition: HasDomain, Properties: { Stage: !Ref Door.Stage, Name: !Ref Name } }
  Bell: { Type: 'AWS::SNS::Topic', Properties: { TopicName: bell } }
  Call:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: call
      Timeout: 1
      Environment: { Variables: { BELL: !Ref Bell, SIZE: !If [HasDomain, 5, !Ref AWS::NoValue] } }
Outputs:
  Target: { Condition: HasDomain, Value: !GetAtt Name.RegionalDomainName }
  Broken: { Condition: HasDomain, Value: !GetAtt Name.Nothing }
";
    let with = |pairs: &[(&str, &str)]| {
        let parameters = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Template::parse(text, &Given { parameters, ..given() })
    };
    let plain = with(&[]).expect("a template");
    assert_eq!(plain.functions[0].environment["BELL"], "arn:aws:sns:us-east-1:000000000000:bell");
    assert_eq!(plain.functions[0].environment.get("SIZE"), None);
    let words = with(&[("Domain", "a.b")]).expect_err("no certificate").to_string();
    assert!(words.contains("Rules.Certified: Domain needs Certificate"), "{words}");
    let words = with(&[("Domain", "a.b"), ("Certificate", "c")]).expect_err("a mistake in an output").to_string();
    assert!(words.contains("Outputs.Broken.Value: !GetAtt Name.Nothing"), "{words}");
}

#[test]
fn the_projects_template_is_read_with_every_optional_parameter_too() {
    let mut given = Given::local(SECRET);
    let optional = [
        ("DomainName", "ops.example.org"),
        ("CertificateArn", "arn:aws:acm:eu-central-1:000000000000:certificate/00000000-0000-0000-0000-000000000000"),
        ("AlarmEmail", "ops@example.org"),
        ("ReservedConcurrency", "5"),
        ("DeploymentKind", "AllAtOnce"),
        ("Architecture", "arm64"),
    ];
    given.parameters.extend(optional.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let template = Template::load(&given).expect("a template");
    assert_eq!(template.buckets[0].cors[0].allowed_origins, ["https://ops.example.org"]);
    given.parameters.remove("CertificateArn");
    let words = Template::load(&given).expect_err("no certificate").to_string();
    assert!(words.contains("Rules.DomainHasCertificate: DomainName needs CertificateArn"), "{words}");
}
