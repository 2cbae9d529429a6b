#!/usr/bin/env python3
"""Checks template.full.yaml for AWS, offline.

`sam validate --lint` misses most mistakes in SAM resources, so the template is transformed first, with its optional
parameters given and not; the results are linted, checkov looks at one, and `scripts/template/` asserts on each what this
project promises. Needs the tools of scripts/requirements.txt and scripts/requirements-checkov.txt.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import template
from template import checkov
from template.model import ROOT, TEMPLATE, Template, parse

BIN = Path(sys.executable).parent
SECRET = {"PortalSecret": "0123456789abcdef0123456789abcdef"}
OPTIONAL = {
    "DomainName": "ops.example.org",
    "CertificateArn": "arn:aws:acm:eu-central-1:000000000000:certificate/00000000-0000-0000-0000-000000000000",
    "PortalOrigin": "https://ops.example.org",
    "AlarmEmail": "ops@example.org",
    "ReservedConcurrency": "20",
    "PermissionsBoundary": "arn:aws:iam::000000000000:policy/boundary",
    "MessagesModel": "some-model",
    "MessagesKey": "some-key",
    "MessagesMaxCents": "100",
    "MessagesInputPrice": "300",
    "MessagesOutputPrice": "1500",
}
# What SAM is told of parameters when it transforms, as CloudFormation tells it.
VARIANTS = {
    f"{architecture}, {'every' if optional else 'no'} optional parameter, {kind}": {
        **SECRET,
        **optional,
        "Architecture": architecture,
        "DeploymentKind": kind,
    }
    for architecture, kind in (("x86_64", "Canary10Percent5Minutes"), ("arm64", "AllAtOnce"))
    for optional in ({}, OPTIONAL)
}


def main():
    os.environ.update(SAM_CLI_TELEMETRY="0", AWS_DEFAULT_REGION="us-east-1")
    source = parse(TEMPLATE.read_text())
    given = {name: Template(source, parameters) for name, parameters in VARIANTS.items()}
    any_of_them = next(iter(given.values()))
    with ThreadPoolExecutor() as tools:
        slow = {"sam validate": tools.submit(sam_validate), "checkov": tools.submit(checkov.problems, any_of_them.transformed)}
        slow.update({f"cfn-lint, {name}": tools.submit(lint, one.transformed) for name, one in given.items()})
        found = [f"{check}, {name}: {problem}" for name, one in given.items() for check, problem in template.problems(one)]
        found += [f"{tool}: {problem}" for tool, run in slow.items() for problem in run.result()]
    found += [f"parameters: {problem}" for problem in parameters(source)]
    for problem in found:
        print(f"{TEMPLATE.name}: {problem}", file=sys.stderr)
    if found:
        sys.exit(1)
    tables, alarms = (len(any_of_them.of_type(kind)) for kind in ("AWS::DynamoDB::Table", "AWS::CloudWatch::Alarm"))
    print(
        f"{TEMPLATE.name}: {tables} tables, {alarms} alarms, {len(any_of_them.resources)} resources after the transform; "
        f"{len(template.ALL)} checks of {len(given)} variants, sam validate, cfn-lint and checkov find nothing"
    )


def parameters(source):
    """Each is explained, and has its place in the console's form; none that is optional is left out of the variants."""
    groups = source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    placed = [name for group in groups for name in group["Parameters"]]
    declared = source["Parameters"]
    if sorted(placed) != sorted(declared):
        yield f"the groups of Metadata and the parameters differ: {sorted(set(placed) ^ set(declared))}"
    for name, parameter in declared.items():
        if not parameter.get("Description"):
            yield f"{name} is not explained"
        if parameter["Type"] == "String" and not parameter.keys() & {"AllowedPattern", "AllowedValues", "MaxLength"}:
            yield f"{name} takes any text"
        if parameter.get("Default") == "" and name not in OPTIONAL and not name.startswith("Assistant"):
            yield f"{name} is optional, and no variant gives it"


def sam_validate():
    command = [BIN / "sam", "validate", "--lint", "-t", TEMPLATE]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [] if run.returncode == 0 else [f"{run.stdout}{run.stderr}"]


def lint(transformed):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as out:
        json.dump(transformed, out)
        out.flush()
        command = [BIN / "cfn-lint", "--region", "us-east-1", "--format", "parseable", "--", out.name]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    return [line for line in (run.stdout + run.stderr).splitlines() if line.strip()]


if __name__ == "__main__":
    main()
