#!/usr/bin/env python3
"""Checks that the roles of deploy/deploy-role.yaml allow what deploying takes, and little else.

What it takes is derived: the calls of scripts/deploy.py are recorded while it runs through its steps against canned answers (which botocore
checks against AWS's models), the functions that seed and smoke invoke are read from the command line's source, and what CloudFormation does
for each kind of resource is in AWS's own schemas, which cfn-lint brings along. So a new kind of resource, a new call and a role
without the boundary each stop here.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import cfnlint
from deploy_calls import recorded
from iam import ACCOUNT, REGION, Policies, Resolver, load
from template.model import as_list, transform

ROOT = Path(__file__).resolve().parent.parent
ROLES = ROOT / "deploy" / "deploy-role.yaml"
TEMPLATE = ROOT / "template.full.yaml"
BIN = Path(sys.executable).parent
STACK = "dataops"
GIVEN = {"Repository": "example/dataops", "Branch": "main", "EnvironmentName": "production", "StackName": STACK, "OidcProviderArn": "", "SubjectRepository": ""}
MOST_CHARACTERS = 6_144
# AWS offers nothing narrower for these; each says why in the template.
ANY_RESOURCE = {"LogsOfTheAccount", "Traces"}

# What CloudFormation could do for a kind of resource and never does here, because the template does not use it.
UNUSED = {
    r"(kms|kinesis|ec2|elasticfilesystem|s3files|s3tables|firehose|cloudtrail):.*": "no key, stream, network or file system of the customer's",
    r"dynamodb:(\w*Replica|\w*Import\w*|\w*KinesisStreaming\w*|UpdateContributorInsights|(Put|Delete)ResourcePolicy)": "features of tables not in use",
    r"dynamodb:(BatchWriteItem|DeleteItem|GetItem|PutItem|Query|Scan|UpdateItem)": "items, for imports and replicas only",
    r"iam:DeleteRolePermissionsBoundary": "a role of the stack is never without it",
    r"iam:CreateServiceLinkedRole": "for replicas; the account's own are made by the services",
    r"lambda:(\w*CodeSigning\w*|\w*CapacityProvider|\w*ScalingConfig|\w*ProvisionedConcurrencyConfig|GetLayerVersion|AssociateRuntimeAlias)": "no signing, no layers, no provisioned concurrency",
    r"logs:(\w*KmsKey|\w*DataProtectionPolicy|(Put|Delete)IndexPolicy|DeleteResourcePolicy|PutBearerTokenAuthentication|PutLogGroupDeletionProtection)": "features of log groups not in use",
    r"s3:(\w*(Accelerate|Analytics|Inventory|Metrics|Replication|IntelligentTiering|Metadata\w*Table|ObjectLock)\w*|\w*(Abac|Acl|Logging|Notification|Website))": "features of buckets not in use",
    r"s3:(DeleteObject|GetObjectMetadata|REST\.PUT\.OBJECT|(Put|Delete)BucketPublicAccessBlock|DeleteBucket(Cors|Encryption|Lifecycle)\w*)": "objects, and settings that are never taken away again",
    r"sns:PutDataProtectionPolicy": "a feature of topics not in use",
    r"codedeploy:RegisterOnPremisesInstance": "no machines",
    r"apigateway:(AddCertificateToDomain|RemoveCertificateFromDomain)": "mutual TLS only",
}
# In which kinds an action of another service is for a feature not in use.
ELSEWHERE = {
    "AWS::DynamoDB::Table": {"logs", "s3"},
    "AWS::Logs::LogGroup": {"s3"},
    "AWS::S3::Bucket": {"iam"},
    "AWS::SNS::Topic": {"iam"},
    "AWS::SNS::Subscription": {"iam"},
    "AWS::ApiGatewayV2::Api": {"s3"},
    "AWS::ApiGatewayV2::DomainName": {"s3"},
}


def main():
    os.environ.update(SAM_CLI_TELEMETRY="0", AWS_DEFAULT_REGION=REGION)
    document = load(ROLES)
    roles = Policies(document, Resolver(document, GIVEN))
    transformed = transform(load(TEMPLATE), {})
    problems = [*lint(), *shape(roles), *trust(document), *deploying(roles), *creating(roles, transformed), *bounded(roles, transformed), *denied(roles)]
    for problem in problems:
        print(f"{ROLES.name}: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    kinds = len({resource["Type"] for resource in transformed["Resources"].values()})
    print(f"{ROLES.name}: enough for deploy, seed and smoke and for {kinds} kinds of resources, and no more")


def lint():
    run = subprocess.run([BIN / "cfn-lint", "--format", "parseable", "-t", ROLES], capture_output=True, text=True, check=False)
    return [f"cfn-lint: {line}" for line in (run.stdout + run.stderr).splitlines() if line.strip()]


def shape(roles):
    """No action is a whole service, no resource is everything but where a line says why, no policy is too long for AWS."""
    for name, statement in roles.all():
        if statement["Effect"] != "Allow":
            continue
        sid = statement.get("Sid", "?")
        yield from (f"{name}.{sid}: the action {a} is too wide" for a in as_list(statement["Action"]) if a.endswith(":*") or a == "*")
        if "*" in as_list(statement["Resource"]) and sid not in ANY_RESOURCE:
            yield f"{name}.{sid}: the resource * is too wide"
    for name, length in roles.lengths().items():
        if length > MOST_CHARACTERS:
            yield f"{name}: {length} characters, and a managed policy may have {MOST_CHARACTERS}"


# As GitHub's tokens name the repository.
SUBJECT = {"Fn::If": ["HasSubject", {"Ref": "SubjectRepository"}, {"Ref": "Repository"}]}


def trust(document):
    """A run is known by repository, branch, environment and workflow, each exactly."""
    repository, branch = "${Repository}", "refs/heads/${Branch}"
    key = "token.actions.githubusercontent.com:"
    for role, environment in (("PlanRole", "${EnvironmentName}-plan"), ("DeployRole", "${EnvironmentName}")):
        wanted = {
            f"{key}aud": "sts.amazonaws.com",
            f"{key}sub": {"Fn::Sub": [f"repo:${{Subject}}:environment:{environment}", {"Subject": SUBJECT}]},
            f"{key}ref": {"Fn::Sub": branch},
            f"{key}job_workflow_ref": {"Fn::Sub": f"{repository}/.github/workflows/deploy.yml@{branch}"},
        }
        (statement,) = document["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        if statement["Condition"] != {"StringEquals": wanted}:
            yield f"{role}: it trusts by {statement['Condition']}, expected exactly repository, branch, environment and workflow"


def deploying(roles):
    """Each call of scripts/deploy.py and of `dataops seed` and `smoke` is allowed, and each statement is needed by one of them."""
    used = set()
    calls = recorded(STACK) + [("DeployRole", "lambda:InvokeFunction", arn("lambda", f"function:{STACK}-{name}:live"), {}) for name in invoked()]
    for role, action, resource, context in calls:
        sid = roles.allows(role, action, resource, context)
        if sid is None:
            yield f"{role}: {action} on {resource} is not allowed, and deploying does it"
        used.add((role, sid))
    # `sam package` looks where the bucket is, and whether a package is there already.
    used.add(("PlanRole", "ListPackages"))
    used.add(("DeployRole", "ListReleases"))
    for role in ("PlanRole", "DeployRole"):
        for _, statement in roles.of(role):
            sid = statement["Sid"]
            # The transform is asked by CloudFormation in the caller's name.
            if (role, sid) not in used and sid != "Transform":
                yield f"{role}.{sid}: nothing that deploying does needs it"


def invoked():
    """The functions that the command line invokes on a stack."""
    source = (ROOT / "crates/cli/src/stack.rs").read_text()
    names = re.findall(r'Self::\w+ => "([a-z-]+)"', source)
    if not names:
        raise SystemExit("crates/cli/src/stack.rs names no functions: has it changed its form?")
    return names


def creating(roles, transformed):
    """CloudFormation may do for every kind of resource what its schema says it does."""
    resolver = Resolver(transformed, parameters(transformed))
    seen = set()
    for name, resource in transformed["Resources"].items():
        kind = resource["Type"]
        sample = sample_of(resolver, name, resource)
        if sample is None:
            yield f"{name}: {kind} is a new kind of resource; say in scripts/check_deploy_role.py what its ARN is, and in {ROLES.name} who may make it"
            continue
        for action in handled(kind):
            context = {"iam:PassedToService": "lambda.amazonaws.com", "iam:PermissionsBoundary": arn("iam", f"policy/{STACK}-boundary", region="")}
            if name == "CodeDeployServiceRole":
                attached = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"
                context = {"iam:PassedToService": "codedeploy.amazonaws.com", "iam:PolicyARN": attached}
                if action in ("iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
                    continue
            target = resource_of(action, sample)
            if (action, target) in seen:
                continue
            seen.add((action, target))
            if roles.allows("ExecutionRole", action, target, context) is None:
                yield f"ExecutionRole: {action} on {target} is not allowed, and CloudFormation does it for {name} ({kind})"
            elsewhere = target.replace(STACK, "another")
            if elsewhere != target and (sid := roles.allows("ExecutionRole", action, elsewhere, context)):
                yield f"ExecutionRole.{sid}: {action} on {elsewhere} is allowed, and that is another stack's"


def handled(kind):
    """What CloudFormation calls to make, change, read and delete a kind of resource, but for features that are not in use."""
    data = Path(cfnlint.__file__).parent / "data/schemas"
    digest = json.loads((data / f"providers/{REGION}.json").read_text())[kind]
    handlers = json.loads((data / f"resources/{digest}.json").read_text()).get("handlers", {})
    actions = {action for of in ("create", "read", "update", "delete") for action in handlers.get(of, {}).get("permissions", [])}
    actions |= MORE.get(kind, set())
    if not actions:
        raise SystemExit(f"AWS's schema of {kind} does not say what CloudFormation calls: add it to MORE")
    elsewhere = ELSEWHERE.get(kind, set())
    actions = {action for action in actions if action.split(":")[0] not in elsewhere}
    return sorted(action for action in actions if not any(re.fullmatch(pattern, action, re.I) for pattern in UNUSED))


# Kinds whose schema names no calls.
MORE = {
    "AWS::SNS::Subscription": {"sns:Subscribe", "sns:Unsubscribe", "sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:ListSubscriptionsByTopic"},
}


def sample_of(resolver, name, resource):
    """The ARN that a resource of the stack has or may have; None for a kind nobody has thought of."""
    kind, props = resource["Type"], resource.get("Properties", {})
    named = lambda key, default=f"{STACK}-{name}-0A1B": resolver.text(props[key]) if key in props else default
    function = lambda: resolver.text(props["FunctionName"]).split("function:")[-1] if "FunctionName" in props else f"{STACK}-{name}"
    arns = {
        "AWS::DynamoDB::Table": lambda: arn("dynamodb", f"table/{named('TableName')}"),
        "AWS::Lambda::Function": lambda: arn("lambda", f"function:{function()}"),
        "AWS::Lambda::Alias": lambda: arn("lambda", f"function:{function()}"),
        "AWS::Lambda::Version": lambda: arn("lambda", f"function:{function()}"),
        "AWS::Lambda::Permission": lambda: arn("lambda", f"function:{function()}"),
        "AWS::Lambda::EventInvokeConfig": lambda: arn("lambda", f"function:{function()}"),
        "AWS::IAM::Role": lambda: arn("iam", f"role/{named('RoleName')}", region=""),
        "AWS::Logs::LogGroup": lambda: arn("logs", f"log-group:{named('LogGroupName')}"),
        "AWS::S3::Bucket": lambda: f"arn:aws:s3:::{named('BucketName')}",
        "AWS::S3::BucketPolicy": lambda: f"arn:aws:s3:::{resolver.text(props['Bucket'])}",
        "AWS::SQS::Queue": lambda: arn("sqs", named("QueueName")),
        "AWS::SQS::QueuePolicy": lambda: arn("sqs", f"{STACK}-{name}"),
        "AWS::Scheduler::Schedule": lambda: arn("scheduler", f"schedule/default/{named('Name')}"),
        "AWS::ApiGatewayV2::Api": lambda: f"arn:aws:apigateway:{REGION}::/apis/abc123",
        "AWS::ApiGatewayV2::Stage": lambda: f"arn:aws:apigateway:{REGION}::/apis/abc123/stages/$default",
        "AWS::ApiGatewayV2::DomainName": lambda: f"arn:aws:apigateway:{REGION}::/domainnames/ops.example.org",
        "AWS::ApiGatewayV2::ApiMapping": lambda: f"arn:aws:apigateway:{REGION}::/domainnames/ops.example.org/apimappings/abc",
        "AWS::CloudWatch::Alarm": lambda: arn("cloudwatch", f"alarm:{named('AlarmName')}"),
        "AWS::CloudWatch::Dashboard": lambda: arn("cloudwatch", f"dashboard/{named('DashboardName')}", region=""),
        "AWS::SNS::Topic": lambda: arn("sns", named("TopicName")),
        "AWS::SNS::TopicPolicy": lambda: arn("sns", f"{STACK}-{name}"),
        "AWS::SNS::Subscription": lambda: arn("sns", f"{STACK}-alarms"),
        "AWS::CodeDeploy::Application": lambda: arn("codedeploy", f"application:{named('ApplicationName')}"),
        "AWS::CodeDeploy::DeploymentGroup": lambda: arn("codedeploy", f"deploymentgroup:{STACK}-Application-0A/{STACK}-{name}-0A"),
    }
    return arns[kind]() if kind in arns else None


def resource_of(action, sample):
    """What an action is on: not always the resource that it is done for."""
    service = action.split(":")[0]
    if action == "iam:PassRole":
        return sample if ":role/" in sample else arn("iam", f"role/{STACK}-PortalFunctionRole-0A1B", region="")
    if action in ("s3:GetObject", "s3:GetObjectVersion"):
        return f"arn:aws:s3:::{STACK}-deployments-{ACCOUNT}/packages/0/code"
    if action.lower() in ("logs:describeloggroups", "logs:describeresourcepolicies", "logs:putresourcepolicy", "logs:createlogdelivery"):
        return "*"
    if service == "codedeploy" and not sample.startswith("arn:aws:codedeploy"):
        sample = arn("codedeploy", f"deploymentgroup:{STACK}-Application-0A/{STACK}-group-0A")
    if action == "codedeploy:GetDeploymentConfig":
        return arn("codedeploy", "deploymentconfig:CodeDeployDefault.LambdaCanary10Percent5Minutes")
    return sample


def bounded(roles, transformed):
    """Every role of the stack has the boundary, and the boundary allows all that its policies do."""
    chosen = parameters(transformed) | {"PermissionsBoundary": arn("iam", f"policy/{STACK}-boundary", region="")}
    resolver = Resolver(transformed, chosen, sample=lambda name: sample_of(resolver, name, transformed["Resources"][name]))
    for name, role in transformed["Resources"].items():
        props = role.get("Properties", {})
        if role["Type"] != "AWS::IAM::Role" or name == "CodeDeployServiceRole":
            continue
        if resolver.text(props.get("PermissionsBoundary", "")) != chosen["PermissionsBoundary"]:
            yield f"{name}: this role of the stack has no boundary; say PermissionsBoundary as the others do"
        for policy in props.get("Policies", []):
            for statement in as_list(policy["PolicyDocument"]["Statement"]):
                for action in as_list(statement["Action"]):
                    for resource in map(resolver.text, as_list(statement["Resource"])):
                        if roles.allows("Boundary", action, resource, {}) is None:
                            yield f"Boundary: {name} does {action} on {resource}, and the boundary does not allow it"


# Who must not be able to do what, whatever else changes.
NEVER = [
    ("PlanRole", "cloudformation:ExecuteChangeSet", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/1", {}),
    ("PlanRole", "lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{STACK}-work-engine:live", {}),
    ("PlanRole", "s3:PutObject", f"arn:aws:s3:::{STACK}-deployments-{ACCOUNT}/releases/{STACK}.json", {}),
    ("PlanRole", "cloudformation:CreateChangeSet", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/1", {}),
    ("DeployRole", "cloudformation:CreateChangeSet", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/1", {}),
    ("DeployRole", "cloudformation:ExecuteChangeSet", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/another/1", {}),
    ("DeployRole", "cloudformation:DeleteStack", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/1", {}),
    ("DeployRole", "s3:PutObject", f"arn:aws:s3:::{STACK}-deployments-{ACCOUNT}/packages/0/code", {}),
    ("DeployRole", "s3:GetObject", f"arn:aws:s3:::{STACK}-exports-{ACCOUNT}/execution-exports/x", {}),
    ("DeployRole", "lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{STACK}-portal:live", {}),
    ("DeployRole", "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{STACK}-PortalFunctionRole-0A", {"iam:PassedToService": "lambda.amazonaws.com"}),
    ("DeployRole", "dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{STACK}-users", {}),
    ("ExecutionRole", "iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/{STACK}-x", {}),
    ("ExecutionRole", "iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/{STACK}-CodeDeployServiceRole-0A", {}),
    ("ExecutionRole", "iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/{STACK}-CodeDeployServiceRole-0A", {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ("ExecutionRole", "iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/{STACK}-deploy", {}),
    ("ExecutionRole", "iam:DeleteRolePermissionsBoundary", f"arn:aws:iam::{ACCOUNT}:role/{STACK}-x", {}),
    ("ExecutionRole", "iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x", {}),
    ("ExecutionRole", "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{STACK}-x", {"iam:PassedToService": "ec2.amazonaws.com"}),
    ("ExecutionRole", "dynamodb:Scan", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{STACK}-users", {}),
    ("ExecutionRole", "dynamodb:DeleteTable", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/another-users", {}),
    ("ExecutionRole", "s3:GetObject", f"arn:aws:s3:::{STACK}-exports-{ACCOUNT}/execution-exports/x", {}),
    ("ExecutionRole", "s3:PutBucketPolicy", f"arn:aws:s3:::{STACK}-deployments-{ACCOUNT}", {}),
    ("ExecutionRole", "lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{STACK}-work-engine", {}),
    ("Boundary", "dynamodb:DeleteTable", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{STACK}-users", {}),
    ("Boundary", "iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/{STACK}-x", {}),
]


def denied(roles):
    for role, action, resource, context in NEVER:
        if sid := roles.allows(role, action, resource, context):
            yield f"{role}.{sid}: {action} on {resource} is allowed, and must not be"


def parameters(transformed):
    given = {name: str(parameter.get("Default", "x" * 40)) for name, parameter in transformed["Parameters"].items()}
    return given | {"DomainName": "ops.example.org"} if "DomainName" in given else given


def arn(service, rest, region=REGION):
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"


if __name__ == "__main__":
    main()
