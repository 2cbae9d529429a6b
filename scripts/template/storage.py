"""Buckets, logs and tags: what is kept, for how long, and whose it is."""

from .model import TAGS, logical_id, tagged

TAGGED = {
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Stage",
}
# The role CodeDeploy works with is SAM's: it has no tags of its own to give.
UNTAGGED = {"CodeDeployServiceRole"}


def bucket_safety(template):
    policies = {logical_id(policy["Properties"]["Bucket"]): policy for policy in template.of_type("AWS::S3::BucketPolicy").values()}
    for name, bucket in template.of_type("AWS::S3::Bucket").items():
        props = bucket["Properties"]
        block = props.get("PublicAccessBlockConfiguration", {})
        rules = props.get("LifecycleConfiguration", {}).get("Rules", [])
        wanted = {
            "it is private": len(block) == 4 and all(value is True for value in block.values()),
            "it is encrypted": "BucketEncryption" in props,
            "it is versioned": props.get("VersioningConfiguration", {}).get("Status") == "Enabled",
            "nobody else owns what is in it": "BucketOwnerEnforced" in str(props.get("OwnershipControls")),
            "unfinished uploads end": any("AbortIncompleteMultipartUpload" in rule for rule in rules),
            "DeletionPolicy is Retain": bucket.get("DeletionPolicy") == "Retain",
            "UpdateReplacePolicy is Retain": bucket.get("UpdateReplacePolicy") == "Retain",
            "only TLS reaches it": "aws:SecureTransport" in str(policies.get(name)),
            "it is tagged with DataClass": "DataClass" in tagged(bucket),
        }
        yield from (f"{name}: expected that {what}" for what, held in wanted.items() if not held)


def log_retention(template):
    groups = template.of_type("AWS::Logs::LogGroup")
    for name, group in groups.items():
        if group["Properties"].get("RetentionInDays") != {"Ref": "LogRetentionDays"}:
            yield f"{name}: its logs are not kept for LogRetentionDays"
    for name, props in template.functions().items():
        logging = props.get("LoggingConfig", {})
        if logical_id(logging.get("LogGroup")) not in groups:
            yield f"{name}: it logs to no group of the template"
        # A higher level would drop metrics, which carry none.
        if (logging.get("LogFormat"), logging.get("ApplicationLogLevel")) != ("JSON", "TRACE"):
            yield f"{name}: its JSON lines do not all pass: {logging}"
    for name, stage in template.of_type("AWS::ApiGatewayV2::Stage").items():
        if logical_id(stage["Properties"].get("AccessLogSettings", {}).get("DestinationArn")) not in groups:
            yield f"{name}: it keeps no access log"


def tags(template):
    for name, resource in template.resources.items():
        if resource["Type"] in TAGGED and name not in UNTAGGED and not tagged(resource) >= TAGS:
            yield f"{name}: it is not tagged {' and '.join(sorted(TAGS))}"


CHECKS = [bucket_safety, log_retention, tags]
