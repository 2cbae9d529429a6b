"""Runs scripts/deploy.py through its steps, with AWS's answers canned, and tells what each role called: the action, on what, with what.

botocore checks every request against AWS's models before it asks; nothing leaves the machine.
"""

import io
import json
import os
from contextlib import redirect_stdout
from types import SimpleNamespace

import boto3
from botocore.awsrequest import AWSResponse
from botocore.client import Config
from iam import ACCOUNT, REGION

import deploy

TEMPLATE = "Parameters:\n  PortalSecret: {Type: String}\n  Environment: {Type: String}\n  DeploymentKind: {Type: String}\n"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/dataops-cloudformation"
RELEASE = "0123456789abcdef0123456789abcdef01234567"
KEPT = {"release": RELEASE, "template": f"releases/{RELEASE}.yaml", "parameters": {"Environment": "production"}}


class Aws:
    """Answers of AWS, by operation; what was asked is kept."""

    def __init__(self, stack, status, answers=()):
        self.stack, self.status, self.calls = stack, status, []
        self.answers = dict(answers)

    def client(self, service):
        config = Config(retries={"max_attempts": 0, "mode": "standard"})
        client = boto3.client(service, region_name=REGION, aws_access_key_id="none", aws_secret_access_key="none", config=config)
        client.meta.events.register("before-parameter-build", self.note)
        client.meta.events.register("before-send", self.answer)
        return client

    def note(self, params, model, **_):
        self.calls.append((model.service_model.service_name, model.name, dict(params)))

    def answer(self, request, **_):
        service, operation, params = self.calls[-1]
        body = self.answers.get(operation) or getattr(self, operation)(params)
        return AWSResponse(request.url, 200, {"content-type": "text/xml"}, Body(body.encode()))

    # ---- what AWS says

    def DescribeStacks(self, _):
        parameters = "".join(
            f"<member><ParameterKey>{key}</ParameterKey><ParameterValue>{value}</ParameterValue></member>"
            for key, value in {"PortalSecret": "****", "Environment": "production", "DeploymentKind": "AllAtOnce"}.items()
        )
        return result(
            "DescribeStacks",
            f"<Stacks><member><StackName>{self.stack}</StackName><StackStatus>{self.status}</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>"
            f"<Parameters>{parameters}</Parameters></member></Stacks>",
        )

    def CreateChangeSet(self, _):
        return result("CreateChangeSet", f"<Id>{change_set(self.stack)}</Id>")

    def DescribeChangeSet(self, _):
        return result("DescribeChangeSet", "<Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus><Changes></Changes>")

    def ExecuteChangeSet(self, _):
        self.status = "UPDATE_COMPLETE"
        return result("ExecuteChangeSet", "")

    def ContinueUpdateRollback(self, _):
        self.status = "UPDATE_ROLLBACK_COMPLETE"
        return result("ContinueUpdateRollback", "")

    def DeleteChangeSet(self, _):
        return result("DeleteChangeSet", "")

    def DescribeStackEvents(self, _):
        return result("DescribeStackEvents", "<StackEvents></StackEvents>")

    def PutObject(self, _):
        return ""

    def GetObject(self, params):
        return json.dumps(KEPT) if params["Key"].endswith(".json") else TEMPLATE


class Body(io.BytesIO):
    def stream(self, **_):
        yield self.read()


def result(operation, content):
    return f"<{operation}Response><{operation}Result>{content}</{operation}Result></{operation}Response>"


def change_set(stack):
    return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:changeSet/deploy/1"


def run(step, aws, **more):
    """One step of scripts/deploy.py; what it called."""
    given = {"step": step, "stack": aws.stack, "bucket": f"{aws.stack}-deployments-{ACCOUNT}", "role": ROLE, "release": RELEASE, "change_set": None}
    os.environ["DATAOPS_PARAMETERS"] = "Environment=production"
    steps = deploy.Deploy(SimpleNamespace(**(given | more)), aws.client("cloudformation"), aws.client("s3"), package=lambda *_: TEMPLATE)
    with redirect_stdout(io.StringIO()) as told:
        try:
            getattr(steps, step)()
        except deploy.Refused as refused:
            told.write(f"refused: {refused}")
    return told.getvalue()


def recorded(stack):
    """Every call of every step, as (role, action, resource, context of the conditions)."""
    nothing = result("DescribeChangeSet", "<Status>FAILED</Status><StatusReason>No updates are to be performed.</StatusReason>")
    runs = [
        ("PlanRole", "plan", Aws(stack, "UPDATE_COMPLETE"), {}),
        ("PlanRole", "plan", Aws(stack, "REVIEW_IN_PROGRESS"), {}),
        ("PlanRole", "plan", Aws(stack, "UPDATE_COMPLETE", {"DescribeChangeSet": nothing}), {}),
        ("DeployRole", "apply", Aws(stack, "UPDATE_COMPLETE"), {"change_set": change_set(stack)}),
        ("DeployRole", "apply", Failing(stack, "UPDATE_COMPLETE"), {"change_set": change_set(stack)}),
        ("DeployRole", "keep", Aws(stack, "UPDATE_COMPLETE"), {}),
        ("DeployRole", "rollback", Aws(stack, "UPDATE_COMPLETE"), {}),
        ("DeployRole", "rollback", Aws(stack, "UPDATE_ROLLBACK_FAILED"), {}),
        ("DeployRole", "rollback", Aws(stack, "UPDATE_COMPLETE", {"DescribeChangeSet": nothing}), {}),
    ]
    calls = []
    for role, step, aws, more in runs:
        run(step, aws, **more)
        calls += [(role, *call) for asked in aws.calls for call in permissions(stack, *asked)]
    return calls


class Failing(Aws):
    """A stack whose update does not succeed."""

    def ExecuteChangeSet(self, params):
        super().ExecuteChangeSet(params)
        self.status = "UPDATE_ROLLBACK_COMPLETE"
        return result("ExecuteChangeSet", "")


def permissions(stack, service, operation, params):
    """What IAM is asked for one call: its action, its resource, and what conditions look at."""
    if service == "s3":
        yield f"s3:{operation}", f"arn:aws:s3:::{params['Bucket']}/{params['Key']}", {}
        return
    resource = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack}/0"
    role = params.get("RoleARN")
    yield f"cloudformation:{operation}", resource, {"cloudformation:RoleArn": role} if role else {}
    if role:
        yield "iam:PassRole", role, {"iam:PassedToService": "cloudformation.amazonaws.com"}
    if params.get("Tags"):
        yield "cloudformation:TagResource", resource, {}
    if "TemplateURL" in params:
        # CloudFormation reads it in the caller's name.
        yield "s3:GetObject", "arn:aws:s3:::" + params["TemplateURL"].removeprefix("https://").replace(f".s3.{REGION}.amazonaws.com", "", 1), {}
