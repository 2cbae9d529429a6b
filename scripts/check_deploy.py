#!/usr/bin/env python3
"""Checks what scripts/deploy.py asks of AWS, step by step, against canned answers."""

import json
import os
import sys

import deploy
from deploy_calls import KEPT, RELEASE, Aws, Failing, change_set, result, run

STACK = "dataops"


def main():
    os.environ.pop("GITHUB_STEP_SUMMARY", None)
    os.environ.pop("GITHUB_OUTPUT", None)
    checks = [value for name, value in globals().items() if name.startswith("check_")]
    for check in checks:
        check()
    print(f"deploy.py: {len(checks)} checks, no problem")


def check_a_first_deploy_makes_the_secret_and_never_shows_it():
    aws = Aws(STACK, "REVIEW_IN_PROGRESS")
    told = run("plan", aws)
    (asked,) = of(aws, "CreateChangeSet")
    secret = next(p["ParameterValue"] for p in asked["Parameters"] if p["ParameterKey"] == "PortalSecret")
    expect(len(secret) == 64 and secret not in told, "the secret is made, and is not in the log", told)
    expect(asked["ChangeSetType"] == "CREATE", "a stack in review is created", asked)
    expect(not of(aws, "ExecuteChangeSet"), "a plan executes nothing", aws.calls)


def check_a_later_deploy_keeps_what_is_not_given():
    aws = Aws(STACK, "UPDATE_COMPLETE")
    run("plan", aws)
    (asked,) = of(aws, "CreateChangeSet")
    wanted = [
        {"ParameterKey": "Environment", "ParameterValue": "production"},
        {"ParameterKey": "PortalSecret", "UsePreviousValue": True},
    ]
    expect(asked["Parameters"] == wanted, "the secret stays, and a rollback's DeploymentKind does not", asked["Parameters"])
    expect(asked["ChangeSetType"] == "UPDATE" and asked["RoleARN"].endswith("/dataops-cloudformation"), "the execution role works", asked)
    expect(f"/packages/{RELEASE}/template.yaml" in asked["TemplateURL"], "the package of this release", asked)


def check_nothing_to_change_is_no_failure():
    aws = Aws(STACK, "UPDATE_COMPLETE", {"DescribeChangeSet": refusal("No updates are to be performed.")})
    told = run("plan", aws)
    expect("nothing changes" in told and "refused" not in told and of(aws, "DeleteChangeSet"), "it is said, and nothing is left behind", told)
    told = run("apply", Aws(STACK, "UPDATE_COMPLETE"), change_set="")
    expect("nothing changes" in told, "there is nothing to execute", told)


def check_a_function_differs_with_its_release_and_its_parameters():
    template = "Globals:\n  Function:\n    Environment:\n      Variables:\n        LOG_LEVEL: !Ref LogLevel\n"
    marks = [deploy.marked(template, release, given) for release, given in (("a", {}), ("a", {}), ("b", {}), ("a", {"LogLevel": "debug"}))]
    variables = [deploy.yaml_parse(text)["Globals"]["Function"]["Environment"]["Variables"] for text in marks]
    assert variables[0] == variables[1] and variables[0]["LOG_LEVEL"] == {"Ref": "LogLevel"}, variables
    assert len({one["DATAOPS_RELEASE"] for one in variables}) == 3, variables


def check_a_change_set_that_cannot_be_made_says_why():
    aws = Aws(STACK, "UPDATE_COMPLETE", {"DescribeChangeSet": refusal("Template format error")})
    told = run("plan", aws)
    expect("refused: the change set could not be made: Template format error" in told, "the reason is told", told)


def check_a_failed_update_says_why():
    events = "".join(
        f"<member><EventId>{n}</EventId><StackId>s</StackId><StackName>{STACK}</StackName><Timestamp>2026-01-01T00:00:0{n}Z</Timestamp>"
        f"<LogicalResourceId>{name}</LogicalResourceId><ResourceStatus>UPDATE_FAILED</ResourceStatus><ResourceStatusReason>{why}</ResourceStatusReason></member>"
        for n, name, why in [(2, "Later", "Resource update cancelled"), (1, "PortalFunctionAliaslive", "an alarm rang")]
    )
    aws = Failing(STACK, "UPDATE_COMPLETE", {"DescribeStackEvents": result("DescribeStackEvents", f"<StackEvents>{events}</StackEvents>")})
    told = run("apply", aws, change_set=change_set(STACK))
    first = told.split("\n", 1)[1].strip() if "\n" in told else ""
    expect("dataops is UPDATE_ROLLBACK_COMPLETE" in told and first.startswith("PortalFunctionAliaslive: an alarm rang"), "the first failure comes first", told)


def check_a_release_is_kept_without_its_secret():
    aws = Aws(STACK, "UPDATE_COMPLETE")
    run("keep", aws)
    template, current = of(aws, "PutObject")
    kept = json.loads(current["Body"].getvalue())
    expect(template["Key"] == f"releases/{RELEASE}.yaml" and current["Key"] == "releases/dataops.json", "both are under releases/", aws.calls)
    expect(kept == KEPT, "neither secret nor DeploymentKind is kept", kept)


def check_going_back_is_at_once_and_to_the_kept_release():
    aws = Aws(STACK, "UPDATE_COMPLETE")
    told = run("rollback", aws)
    (asked,) = of(aws, "CreateChangeSet")
    given = {p["ParameterKey"]: p.get("ParameterValue", "as it was") for p in asked["Parameters"]}
    expect(given == {"PortalSecret": "as it was", "Environment": "production", "DeploymentKind": "AllAtOnce"}, "its parameters, at once", given)
    expect(asked["TemplateURL"].endswith(f"/releases/{RELEASE}.yaml") and of(aws, "ExecuteChangeSet"), "its template", asked)
    expect(f"is back at {RELEASE}" in told, "it is said", told)


def check_going_back_twice_changes_nothing():
    aws = Aws(STACK, "UPDATE_COMPLETE", {"DescribeChangeSet": refusal("The submitted information didn't contain changes.")})
    told = run("rollback", aws)
    expect("is back at" in told and not of(aws, "ExecuteChangeSet"), "the stack is there already", told)


def check_a_stack_that_is_stuck_is_helped_first():
    aws = Aws(STACK, "UPDATE_ROLLBACK_FAILED")
    run("rollback", aws)
    names = [name for _, name, _ in aws.calls]
    expect(names.index("ContinueUpdateRollback") < names.index("CreateChangeSet"), "CloudFormation's own way back comes first", names)


def check_a_stack_that_never_came_up_is_left_alone():
    for status in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"):
        aws = Aws(STACK, status)
        told = run("rollback", aws)
        expect("refused: dataops never came up" in told and not of(aws, "CreateChangeSet"), "nothing is there to go back to", told)


def check_parameters_that_are_wrong_are_named():
    for lines, words in (("Environment", "not Key=Value: Environment"), ("Colour=red", "no parameter Colour")):
        try:
            os.environ["DATAOPS_PARAMETERS"] = lines
            steps = deploy.Deploy(None, None, None)
            deploy.parameters_of({"Environment"}, steps.parameters_given(), None)
            expect(False, f"{lines} is refused", "it was taken")
        except deploy.Refused as refused:
            expect(words in str(refused), f"{lines} is refused by name", refused)


def of(aws, operation):
    return [params for _, name, params in aws.calls if name == operation]


def refusal(reason):
    return result("DescribeChangeSet", f"<Status>FAILED</Status><StatusReason>{reason}</StatusReason>")


def expect(held, what, found):
    if not held:
        sys.exit(f"deploy.py: expected that {what}, found: {found}")


if __name__ == "__main__":
    main()
