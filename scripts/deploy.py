#!/usr/bin/env python3
"""Deploys what `sam build` left, in steps, each of which may be repeated. The deploy workflow calls them; a person with the roles of
deploy/deploy-role.yaml may too.

  plan      uploads the package and makes a change set; shows it; nothing of the stack changes
  apply     executes the change set that was shown
  keep      notes what is deployed as the release to go back to: after seed and smoke
  rollback  brings the stack back to the release that was kept last

The account and region are those of the AWS credentials of the process. What a parameter is, is given as lines `Key=Value` in the variable
DATAOPS_PARAMETERS; every other parameter stays as it is, and PortalSecret is made on the first deploy and never shown.
"""

import argparse
import hashlib
import json
import os
import re
import secrets
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import boto3
from botocore.exceptions import ClientError, WaiterError
from samcli.yamlhelper import yaml_dump, yaml_parse

BUILT = Path(".aws-sam/build/template.yaml")
PACKAGED = Path(".aws-sam/packaged.yaml")
SECRET = "PortalSecret"
# Given anew every time: what a rollback chose is not for the next deploy.
NEVER_KEPT = {"DeploymentKind"}
EMPTY = ("didn't contain changes", "No updates are to be performed")
# In these a stack takes no change set; the first can be continued.
STUCK = "UPDATE_ROLLBACK_FAILED"
DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
DEAD = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "CREATE_FAILED"}
# Half an hour for a canary of five functions, and tables that are made.
PATIENCE = {"Delay": 15, "MaxAttempts": 240}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["plan", "apply", "keep", "rollback"])
    parser.add_argument("--stack", required=True, help="the stack's name")
    parser.add_argument("--bucket", required=True, help="the deployment bucket")
    parser.add_argument("--role", help="the execution role of CloudFormation (plan, rollback)")
    parser.add_argument("--release", help="what is deployed: a commit (plan, keep)")
    parser.add_argument("--change-set", help="the change set, as plan printed it (apply)")
    given = parser.parse_args()
    deploy = Deploy(given, boto3.client("cloudformation"), boto3.client("s3"))
    try:
        {"plan": deploy.plan, "apply": deploy.apply, "keep": deploy.keep, "rollback": deploy.rollback}[given.step]()
    except (ClientError, WaiterError, Refused) as error:
        sys.exit(f"deploy: {error}")


class Refused(Exception):
    """What stands in the way, in words for whoever deploys."""


class Deploy:
    def __init__(self, given, cloudformation, s3, package=None):
        self.given, self.cloudformation, self.s3 = given, cloudformation, s3
        self.package = package or sam_package

    # ---- plan

    def plan(self):
        """Uploads the package and makes a change set of it."""
        release, parameters = self.need("release"), self.parameters_given()
        template = marked(self.package(self.given.bucket, release), release, parameters)
        key = f"packages/{release}/template.yaml"
        self.s3.put_object(Bucket=self.given.bucket, Key=key, Body=template.encode(), ContentType="application/yaml")
        change_set = self.change_set(key, template, f"deploy-{release[:12]}", parameters)
        output("change_set", change_set or "")
        output("release", release)

    def change_set(self, key, template, name, parameters):
        """Makes a change set from this template in the bucket and shows it; None when it would change nothing."""
        stack = self.stack()
        kind = "CREATE" if stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS" else "UPDATE"
        url = f"https://{self.given.bucket}.s3.{self.s3.meta.region_name}.amazonaws.com/{key}"
        known = set(yaml_parse(template)["Parameters"])
        made = self.cloudformation.create_change_set(
            StackName=self.given.stack,
            ChangeSetName=f"{name}-{datetime.now(timezone.utc):%Y%m%d%H%M%S}",
            ChangeSetType=kind,
            TemplateURL=url,
            RoleARN=self.need("role"),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=parameters_of(known, parameters, stack if kind == "UPDATE" else None),
            Tags=[{"Key": "Project", "Value": "DataOps"}, {"Key": "App", "Value": self.given.stack}],
        )
        return self.shown(f"{self.given.stack}/{made['Id'].split('/')[1]}")

    def shown(self, change_set):
        """Waits for a change set, and writes it down for whoever approves it."""
        waiter = self.cloudformation.get_waiter("change_set_create_complete")
        try:
            waiter.wait(**named(change_set), WaiterConfig={"Delay": 5, "MaxAttempts": 120})
        except WaiterError:
            found = self.cloudformation.describe_change_set(**named(change_set))
            reason = found.get("StatusReason", "")
            self.cloudformation.delete_change_set(**named(change_set))
            if any(words in reason for words in EMPTY):
                summary(f"## {self.given.stack}: nothing changes\n")
                return None
            raise Refused(f"the change set could not be made: {reason}") from None
        pages = self.cloudformation.get_paginator("describe_change_set").paginate(**named(change_set))
        summary(table(self.given.stack, [change for page in pages for change in page["Changes"]]))
        return change_set

    # ---- apply

    def apply(self):
        """Executes a change set and waits until the stack is as it says. CloudFormation itself goes back when it fails."""
        change_set = self.given.change_set and f"{self.given.stack}/{self.given.change_set.rsplit('/', 1)[-1]}"
        if not change_set:
            print("nothing changes")
            return self.tell_url()
        status = self.stack()["StackStatus"]
        if self.cloudformation.describe_change_set(**named(change_set))["ExecutionStatus"] == "AVAILABLE":
            self.cloudformation.execute_change_set(**named(change_set))
        elif status in DONE:
            return self.tell_url()
        self.wait("stack_create_complete" if status in ("REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS") else "stack_update_complete")
        return self.tell_url()

    def wait(self, waiter):
        try:
            self.cloudformation.get_waiter(waiter).wait(StackName=self.given.stack, WaiterConfig=PATIENCE)
        except WaiterError:
            raise Refused(f"{self.given.stack} is {self.stack()['StackStatus']}:\n{self.failures()}") from None

    def failures(self):
        """The first things that failed: the others follow from them."""
        events = self.cloudformation.describe_stack_events(StackName=self.given.stack)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        lines = [f"  {e['LogicalResourceId']}: {e.get('ResourceStatusReason', 'no reason given')}" for e in reversed(failed)]
        return "\n".join(lines[:10]) or "  no resource says why"

    def tell_url(self):
        outputs = {o["OutputKey"]: o["OutputValue"] for o in self.stack().get("Outputs", [])}
        output("url", outputs.get("PortalUrl", ""))

    # ---- keep and rollback

    def keep(self):
        """Copies the template that is deployed to releases/, and notes it with the parameters it has, but for secrets."""
        release = self.need("release")
        template = self.s3.get_object(Bucket=self.given.bucket, Key=f"packages/{release}/template.yaml")["Body"].read()
        self.s3.put_object(Bucket=self.given.bucket, Key=f"releases/{release}.yaml", Body=template, ContentType="application/yaml")
        parameters = {p["ParameterKey"]: p["ParameterValue"] for p in self.stack().get("Parameters", [])}
        current = {
            "release": release,
            "template": f"releases/{release}.yaml",
            # CloudFormation shows asterisks for what is not to be seen: such a parameter stays what it is.
            "parameters": {key: value for key, value in parameters.items() if set(value) != {"*"} and key not in NEVER_KEPT},
        }
        body = json.dumps(current, indent=2).encode()
        self.s3.put_object(Bucket=self.given.bucket, Key=f"releases/{self.given.stack}.json", Body=body, ContentType="application/json")
        print(f"{release} is the release to go back to")

    def rollback(self):
        """Brings the stack to the release that was kept last; does nothing when it is there. Data stays as it is."""
        stack = self.stack()
        if stack is None or stack["StackStatus"] in DEAD | {"REVIEW_IN_PROGRESS"}:
            raise Refused(f"{self.given.stack} never came up, so there is nothing to go back to; docs/deploy.md says how to begin anew")
        if stack["StackStatus"] == STUCK:
            self.cloudformation.continue_update_rollback(StackName=self.given.stack, RoleARN=self.need("role"))
            self.wait("stack_rollback_complete")
        try:
            kept = self.s3.get_object(Bucket=self.given.bucket, Key=f"releases/{self.given.stack}.json")
        except self.s3.exceptions.NoSuchKey:
            raise Refused("no release was ever kept: the stack is left as it is, to be looked at") from None
        current = json.loads(kept["Body"].read())
        template = self.s3.get_object(Bucket=self.given.bucket, Key=current["template"])["Body"].read().decode()
        # At once: a canary would send nine tenths of the people to what has just been found wrong.
        parameters = current["parameters"] | {"DeploymentKind": "AllAtOnce"}
        change_set = self.change_set(current["template"], template, f"rollback-{current['release'][:12]}", parameters)
        if change_set:
            self.cloudformation.execute_change_set(**named(change_set))
            self.wait("stack_update_complete")
        summary(f"## {self.given.stack} is back at {current['release']}\n")

    # ---- shared

    def stack(self):
        """The stack as it is; None when there is none."""
        try:
            return self.cloudformation.describe_stacks(StackName=self.given.stack)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def parameters_given(self):
        lines = [line.strip() for line in os.environ.get("DATAOPS_PARAMETERS", "").splitlines()]
        wrong = [line.split("=")[0] for line in lines if line and not re.fullmatch(r"[A-Za-z0-9]+=.*", line)]
        if wrong:
            raise Refused(f"DATAOPS_PARAMETERS has lines that are not Key=Value: {', '.join(wrong)}")
        return dict(line.split("=", 1) for line in lines if line)

    def need(self, name):
        value = getattr(self.given, name)
        if not value:
            raise Refused(f"--{name} is needed for {self.given.step}")
        return value


def named(change_set):
    """A change set by its stack and its name, `STACK/NAME`: roles allow what is asked of a stack, and its own ARN names none."""
    stack, name = change_set.split("/")
    return {"StackName": stack, "ChangeSetName": name}


def marked(template, release, parameters):
    """The template with a mark in every function's environment that changes with the release and with the parameters that are given.

    SAM names a version after the function as it is written: after where its code lies, and not after what a parameter stands for. Lambda
    makes a version only of what differs. So without the mark the same code from another place fails, and another parameter reaches nobody."""
    document = yaml_parse(template)
    mark = hashlib.sha256(json.dumps([release, parameters], sort_keys=True).encode()).hexdigest()[:16]
    place = document
    for key in ("Globals", "Function", "Environment", "Variables"):
        place = place.setdefault(key, {})
    place["DATAOPS_RELEASE"] = f"{release[:12]}-{mark}"
    return yaml_dump(document)


def parameters_of(known, given, stack):
    """Every parameter of the template: as given, else as it was, else as the template says. The secret is made once."""
    unknown = sorted(set(given) - known - NEVER_KEPT)
    if unknown:
        raise Refused(f"the template has no parameter {', '.join(unknown)}")
    before = {p["ParameterKey"] for p in (stack or {}).get("Parameters", [])}
    chosen = [{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(given.items()) if key in known]
    kept = sorted((known & before) - set(given) - NEVER_KEPT)
    chosen += [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]
    if SECRET in known and SECRET not in given and SECRET not in before:
        secret = secrets.token_hex(32)
        if os.environ.get("GITHUB_ACTIONS"):
            print(f"::add-mask::{secret}")
        chosen.append({"ParameterKey": SECRET, "ParameterValue": secret})
    return chosen


def sam_package(bucket, release):
    """Uploads the built functions, each under its digest, and gives the template that names them."""
    if not BUILT.is_file():
        raise Refused(f"{BUILT} is not there: run `sam build` first")
    sam = Path(sys.executable).with_name("sam")
    command = [sam, "package", "--template-file", BUILT, "--s3-bucket", bucket, "--s3-prefix", f"packages/{release}", "--output-template-file", PACKAGED]
    subprocess.run(command, check=True, env=os.environ | {"SAM_CLI_TELEMETRY": "0"}, stdout=subprocess.DEVNULL)
    return PACKAGED.read_text()


def table(stack, changes):
    """A change set in Markdown: what is taken away or replaced comes first."""
    rows = []
    for change in (change["ResourceChange"] for change in changes):
        replaced = change.get("Replacement", "")
        dangerous = change["Action"] == "Remove" or replaced in ("True", "Conditional")
        why = sorted({detail["Target"].get("Name") or detail["Target"]["Attribute"] for detail in change.get("Details", [])})
        cells = [change["Action"], change["LogicalResourceId"], change["ResourceType"], replaced, ", ".join(why)]
        rows.append((not dangerous, change["LogicalResourceId"], f"| {'' if not dangerous else '**!** '}{' | '.join(cells)} |"))
    dangerous = sum(not harmless for harmless, _, _ in rows)
    head = f"## {stack}: {len(rows)} changes, {dangerous} of them take away or replace\n\n| What | Resource | Kind | Replaced | Because of |\n|---|---|---|---|---|\n"
    return head + "\n".join(row for _, _, row in sorted(rows)) + "\n"


def summary(text):
    """Shows text in the job's summary, and in the log."""
    print(text)
    append("GITHUB_STEP_SUMMARY", text + "\n")


def output(name, value):
    """An output of the workflow's step."""
    print(f"{name}={value}")
    append("GITHUB_OUTPUT", f"{name}={value}\n")


def append(variable, text):
    if path := os.environ.get(variable):
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
