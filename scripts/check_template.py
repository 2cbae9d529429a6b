#!/usr/bin/env python3
"""Checks template.full.yaml for AWS, offline.

`sam validate --lint` misses most mistakes in SAM resources, so the template is transformed first and the result is
linted; then what this project promises is asserted on that result. Needs `pip install aws-sam-cli==1.170.0`.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.full.yaml"
BIN = Path(sys.executable).parent

CATALOGS = {"TemplatesTable", "UsersTable", "RecurringConfigsTable"}
# The one role that may read every table whole.
EXPORTS = "ExportJobFunctionRole"
READ_ONLY_FOREVER = {
    f"dynamodb:{verb}"
    for verb in ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete", "PartiQLInsert", "DeleteTable", "UpdateTable", "UpdateTimeToLive")
}
RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")
CRON_FIELD = r"[0-9A-Z,\-*/?LW#]+"
CRON = re.compile(rf"cron\({CRON_FIELD}( {CRON_FIELD}){{5}}\)")


def main():
    os.environ.update(SAM_CLI_TELEMETRY="0", AWS_DEFAULT_REGION="us-east-1")
    source, transformed = transform(TEMPLATE.read_text())
    problems = sam_validate() + lint(transformed) + promises(source, transformed)
    for problem in problems:
        print(f"{TEMPLATE.name}: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    tables = len(of_type(transformed, "AWS::DynamoDB::Table"))
    print(f"{TEMPLATE.name}: {tables} tables, {len(transformed['Resources'])} resources after the transform, no problem")


def transform(text):
    """The template as read, and as CloudFormation would see it after the SAM transform."""
    from samcli.yamlhelper import yaml_parse
    from samtranslator.translator.transform import transform as sam_transform

    class NoManagedPolicies:
        def load(self):
            return {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}

    source = yaml_parse(text)
    copy = yaml_parse(text)
    code = {"Bucket": "checked-elsewhere", "Key": "code.zip"}
    copy["Globals"]["Function"]["CodeUri"] = code
    return source, json.loads(json.dumps(sam_transform(copy, {}, NoManagedPolicies())))


def sam_validate():
    run = subprocess.run(
        [BIN / "sam", "validate", "--lint", "-t", TEMPLATE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [] if run.returncode == 0 else [f"sam validate: {run.stdout}{run.stderr}"]


def lint(transformed):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as out:
        json.dump(transformed, out)
        out.flush()
        command = [BIN / "cfn-lint", "--region", "us-east-1", "--format", "parseable", out.name]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    return [f"cfn-lint: {line}" for line in (run.stdout + run.stderr).splitlines() if line.strip()]


def promises(source, transformed):
    return [
        *tables(transformed),
        *buckets(transformed),
        *functions(source, transformed),
        *policies(transformed),
        *schedules(transformed),
    ]


def tables(transformed):
    for name, table in of_type(transformed, "AWS::DynamoDB::Table").items():
        props = table["Properties"]
        wanted = {
            "BillingMode is PAY_PER_REQUEST": props.get("BillingMode") == "PAY_PER_REQUEST",
            "deletion protection is on": props.get("DeletionProtectionEnabled") is True,
            "point-in-time recovery is on": props.get("PointInTimeRecoverySpecification", {}).get(
                "PointInTimeRecoveryEnabled"
            )
            is True,
            "encryption is on": props.get("SSESpecification", {}).get("SSEEnabled") is True,
            "DeletionPolicy is Retain": table.get("DeletionPolicy") == "Retain",
            "UpdateReplacePolicy is Retain": table.get("UpdateReplacePolicy") == "Retain",
            "it is tagged": {tag["Key"] for tag in props.get("Tags", [])} >= {"Project", "App", "DataClass"},
        }
        yield from (f"{name}: expected that {what}" for what, held in wanted.items() if not held)
        used = {key["AttributeName"] for schema in schemas(props) for key in schema}
        defined = {attribute["AttributeName"] for attribute in props["AttributeDefinitions"]}
        if used != defined:
            yield f"{name}: attributes defined and used in keys differ: {sorted(used ^ defined)}"


def schemas(props):
    return [props["KeySchema"], *(index["KeySchema"] for index in props.get("GlobalSecondaryIndexes", []))]


def buckets(transformed):
    policies_of = {
        policy["Properties"]["Bucket"]["Ref"]: json.dumps(policy)
        for policy in of_type(transformed, "AWS::S3::BucketPolicy").values()
    }
    for name, bucket in of_type(transformed, "AWS::S3::Bucket").items():
        props = bucket["Properties"]
        block = props.get("PublicAccessBlockConfiguration", {})
        wanted = {
            "it is private": len(block) == 4 and all(value is True for value in block.values()),
            "it is encrypted": "BucketEncryption" in props,
            "it is versioned": props.get("VersioningConfiguration", {}).get("Status") == "Enabled",
            "DeletionPolicy is Retain": bucket.get("DeletionPolicy") == "Retain",
            "only TLS reaches it": "aws:SecureTransport" in policies_of.get(name, ""),
        }
        yield from (f"{name}: expected that {what}" for what, held in wanted.items() if not held)


def functions(source, transformed):
    built = {name: res for name, res in source["Resources"].items() if res["Type"] == "AWS::Serverless::Function"}
    for name, function in of_type(transformed, "AWS::Lambda::Function").items():
        props = function["Properties"]
        for key in ("MemorySize", "Timeout", "LoggingConfig", "FunctionName"):
            if key not in props:
                yield f"{name}: {key} is not given"
        if props.get("Runtime") != "provided.al2023":
            yield f"{name}: Runtime is {props.get('Runtime')}"
        if built[name].get("Metadata", {}).get("BuildMethod") != "rust-cargolambda":
            yield f"{name}: BuildMethod is not rust-cargolambda"
    for name in of_type(transformed, "AWS::Lambda::Url"):
        yield f"{name}: a function has a URL of its own; the HTTP API is the only public door"
    for name, group in of_type(transformed, "AWS::Logs::LogGroup").items():
        if "RetentionInDays" not in group["Properties"]:
            yield f"{name}: its logs are kept for ever"


def policies(transformed):
    for role, sid, statement in statements(transformed):
        actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
        yield from (f"{role}.{sid}: the action {a} is too wide" for a in actions if "*" in a)
        yield from (f"{role}.{sid}: the resource * is too wide" for r in resources if r == "*")
        for resource in resources:
            target = logical_id(resource)
            if target == "AuditEventsTable":
                yield from (f"{role}.{sid}: {a} on the audit table" for a in READ_ONLY_FOREVER.intersection(actions))
            if "dynamodb:Scan" in actions and target not in CATALOGS and role != EXPORTS:
                yield f"{role}.{sid}: Scan on {target}, which is no catalog"


def statements(transformed):
    for role, resource in of_type(transformed, "AWS::IAM::Role").items():
        for policy in resource["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield role, statement.get("Sid", "?"), statement


def logical_id(resource):
    if "Fn::GetAtt" in resource:
        return as_list(resource["Fn::GetAtt"])[0].split(".")[0]
    found = re.search(r"\$\{(\w+)", resource.get("Fn::Sub", ""))
    return found.group(1) if found else json.dumps(resource)


def schedules(transformed):
    for kind in ("AWS::Scheduler::Schedule", "AWS::Events::Rule"):
        for name, schedule in of_type(transformed, kind).items():
            expression = schedule["Properties"].get("ScheduleExpression", "")
            if not (RATE.fullmatch(expression) or CRON.fullmatch(expression)):
                yield f"{name}: `{expression}` is no schedule expression"


def of_type(transformed, kind):
    return {name: res for name, res in transformed["Resources"].items() if res["Type"] == kind}


def as_list(value):
    return value if isinstance(value, list) else [value]


if __name__ == "__main__":
    main()
