#!/usr/bin/env python3
"""Compares the functions' roles with what a test run did by them.

    check_roles.py FOLDER              after a whole run: usage too, and docs/grids/iam.md
    check_roles.py FOLDER --partial    after a part of one: only that nothing was refused, and that roles are read right
    check_roles.py FOLDER --removed    for each permission, a test that fails without it

FOLDER is where DATAOPS_ROLES_DIR pointed during the run: each process left a file with every distinct call of a function, what
allowed it, and the test it is of. Roles are those of the template after the SAM transform, with its references put into
words here; what the local fleet judges by (`cargo run --example roles`) has to be the same.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from template.model import ROOT, TEMPLATE, Template, as_list, parse

GRID = ROOT / "docs" / "grids" / "iam.md"
STACK, ACCOUNT, REGION = "dataops-local", "000000000000", "us-east-1"
PSEUDO = {"AWS::StackName": STACK, "AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
NAMED_BY = {
    "AWS::DynamoDB::Table": ("TableName", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/"),
    "AWS::S3::Bucket": ("BucketName", "arn:aws:s3:::"),
    "AWS::Lambda::Function": ("FunctionName", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"),
    "AWS::SQS::Queue": ("QueueName", f"arn:aws:sqs:{REGION}:{ACCOUNT}:"),
}


def main():
    wanted = arguments()
    template = Template(parse(TEMPLATE.read_text()), {"PortalSecret": "0123456789abcdef0123456789abcdef"})
    roles, added = Roles(template).split()
    calls = recorded(wanted.folder)
    if wanted.removed:
        return removed(roles, calls)
    problems = [*reader(roles), *refused(calls)]
    if not wanted.partial:
        problems += [*unused(roles, calls), *grid(roles, added, calls)]
    for problem in problems:
        print(f"roles: {problem}", file=sys.stderr)
    if not problems:
        grants = sum(1 for _ in granted(roles))
        print(f"{len(roles)} roles, {grants} grants, {len(calls)} distinct calls: each call is allowed{'' if wanted.partial else ', each grant is used'}")
    return 1 if problems else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="where DATAOPS_ROLES_DIR pointed during the run")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--partial", action="store_true", help="the run was not whole: grants it did not use are no problem")
    how.add_argument("--removed", action="store_true", help="print, for each permission, what fails without it")
    wanted = parser.parse_args()
    if not wanted.folder.is_dir():
        parser.error(f"{wanted.folder} is no folder: run the tests with DATAOPS_ROLES_DIR={wanted.folder} first")
    return wanted


class Roles:
    """The roles of the transformed template, in words of the local stack."""

    def __init__(self, template):
        self.template, self.resources = template, template.resources

    def split(self):
        """Statements by function, as the template writes them; and what SAM adds, by role."""
        own, added = {}, {}
        executed_as = {self.target(function["Role"]): name for name, function in self.template.functions().items()}
        for role, resource in sorted(self.template.of_type("AWS::IAM::Role").items()):
            function = executed_as.get(role)
            for policy in resource["Properties"].get("Policies", []):
                statements = [self.plain(statement) for statement in as_list(policy["PolicyDocument"]["Statement"])]
                if function and policy["PolicyName"].startswith(f"{role}Policy"):
                    own.setdefault(function, []).extend(statements)
                else:
                    added.setdefault(role, []).extend((statement["Action"], statement["Resource"]) for statement in statements)
            for arn in resource["Properties"].get("ManagedPolicyArns", []):
                added.setdefault(role, []).append((["the managed policy"], [str(self.value(arn)).rsplit("/", 1)[-1]]))
        return own, added

    def plain(self, statement):
        conditions = [
            {"Operator": operator, "Key": key, "Values": [str(value).lower() if isinstance(value, bool) else value for value in as_list(values)]}
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        ]
        known = {"Sid", "Effect", "Action", "Resource", "Condition"}
        if statement.keys() - known:
            sys.exit(f"roles: {statement} says more than {sorted(known)}")
        plain = {
            "Sid": statement.get("Sid", "?"),
            "Effect": statement["Effect"],
            "Action": as_list(statement["Action"]),
            "Resource": [self.value(resource) for resource in as_list(statement["Resource"])],
        }
        return {**plain, "Condition": conditions} if conditions else plain

    def value(self, value):
        """A value with its references put into words."""
        match value:
            case {"Ref": name}:
                return self.reference(name)
            case {"Fn::GetAtt": path}:
                name, attribute = path if isinstance(path, list) else path.split(".")
                return self.attribute(name, attribute)
            case {"Fn::Sub": text}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: self.named(found[1]), text)
            case {"Fn::Join": [delimiter, parts]}:
                return delimiter.join(self.value(part) for part in parts)
            case str():
                return value
        sys.exit(f"roles: {json.dumps(value)} cannot be put into words: teach scripts/check_roles.py")

    def named(self, name):
        return self.attribute(*name.split(".")) if "." in name else self.reference(name)

    def reference(self, name):
        if name in PSEUDO:
            return PSEUDO[name]
        resource = self.resources[name]
        if resource["Type"] == "AWS::Lambda::Alias":
            properties = resource["Properties"]
            return f"{self.attribute(self.target(properties['FunctionName']), 'Arn')}:{properties['Name']}"
        return self.value(resource["Properties"][NAMED_BY[resource["Type"]][0]])

    def attribute(self, name, attribute):
        if attribute != "Arn":
            sys.exit(f"roles: {name}.{attribute} cannot be put into words: teach scripts/check_roles.py")
        return NAMED_BY[self.resources[name]["Type"]][1] + self.reference(name)

    @staticmethod
    def target(value):
        return value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]


def recorded(folder):
    """Every distinct call, with the tests that made it."""
    calls = defaultdict(set)
    for path in sorted(folder.rglob("*.jsonl")):
        lines = path.read_text().split("\n")
        where = str(path.parent.relative_to(folder))
        test = json.loads(lines[0])["test"] if lines[0] else ""
        # What follows the last newline is a line that was being written when its process was killed.
        for line in lines[1:-1]:
            calls[line].add(test or ("other processes" if where == "." else where))
    return [{**json.loads(line), "tests": sorted(tests)} for line, tests in sorted(calls.items())]


def reader(roles):
    """The local fleet has to judge by the same statements."""
    command = ["cargo", "run", "--quiet", "--locked", "--package", "dataops-local", "--example", "roles"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        return [f"the template's reader: {run.stderr}"]
    read = json.loads(run.stdout)
    problems = [f"{name} has policies in one of reader and transformed template alone" for name in sorted({*read} ^ {*roles}) if read.get(name) or roles.get(name)]
    for function in sorted({*read} & {*roles}):
        for ours, theirs in zip(read[function], roles[function]):
            if ours != theirs:
                problems.append(f"{function}.{theirs['Sid']}: read as {json.dumps(ours)}, after the transform {json.dumps(theirs)}")
        if len(read[function]) != len(roles[function]):
            problems.append(f"{function}: {len(read[function])} statements are read, {len(roles[function])} are there after the transform")
    return problems


def refused(calls):
    for call in calls:
        # What is of no stack of ours, or of another region, nobody may use; tests of the boot ask for it.
        if not call["allowed"] and not call["expected"] and short(call["resource"]) != call["resource"] and STACK in call["resource"]:
            yield f"{call['function']}: {call['action']} on {call['resource']} ({call['operation']}) was refused in {call['tests'][0]}"


def granted(roles):
    """Every action on every resource that a role grants."""
    for function, statements in sorted(roles.items()):
        for statement in statements:
            for action in statement["Action"]:
                for resource in statement["Resource"]:
                    yield function, statement["Sid"], action, resource


def users(calls):
    """The calls that each grant is needed for: those that no other grant allows. One of them is the question at the start whether a table is
    there: a function that may not ask it does not start."""
    needed = defaultdict(list)
    for call in calls:
        if call["allowed"] and len(call["by"]) == 1:
            needed[(call["function"], *call["by"][0])].append(call)
    return needed


def unused(roles, calls):
    needed = users(calls)
    allowing = {(call["function"], *grant) for call in calls for grant in call["by"]}
    for grant in granted(roles):
        function, sid, action, resource = grant
        if needed.get(grant):
            continue
        why = "other grants allow every call that uses it" if grant in allowing else "no test uses it"
        yield f"{function}.{sid}: {action} on {short(resource)}: {why}"


def removed(roles, calls):
    """What each permission is needed for: without it these calls are refused, and the tests that make them fail."""
    needed, lost = users(calls), 0
    for function, statements in sorted(roles.items()):
        for statement in statements:
            for action in statement["Action"]:
                hit = [call for resource in statement["Resource"] for call in needed[(function, statement["Sid"], action, resource)]]
                tests = sorted({test for call in hit for test in call["tests"]})
                lost += bool(tests)
                proof = f"{tests[0]} and {len(tests) - 1} more; it asks for {hit[0]['operation']} on {short(hit[0]['resource'])}" if tests else "NOTHING fails"
                print(f"{function}.{statement['Sid']}: {action}: {proof}")
    everything = sum(len(statement["Action"]) for statements in roles.values() for statement in statements)
    print(f"{lost} of {everything} permissions are missed when they are gone")
    return 0 if lost == everything else 1


def grid(roles, added, calls):
    text = written(roles, added, calls)
    if os.environ.get("UPDATE_DOCS"):
        GRID.write_text(text)
    elif not GRID.exists() or GRID.read_text() != text:
        yield f"{GRID.relative_to(ROOT)} is not what this run found: UPDATE_DOCS=1 scripts/test rewrites it"


def written(roles, added, calls):
    needed = users(calls)
    lines = [
        "# What each role grants, and what uses it",
        "",
        "Written by `UPDATE_DOCS=1 scripts/test`: the roles of the template after the SAM transform, and the calls that the functions made in all tests,",
        "the generated requests and the journeys in a browser. `scripts/check_roles.py FOLDER --removed` names for each a test that fails without it.",
    ]
    for function, statements in sorted(roles.items()):
        lines += ["", f"## {function}", "", "| Statement | Action | On | Used by |", "|---|---|---|---|"]
        for statement in statements:
            for action in statement["Action"]:
                for resource in statement["Resource"]:
                    calls_of = sorted({call["operation"] for call in needed[(function, statement["Sid"], action, resource)]})
                    lines.append(f"| {statement['Sid']} | `{action}` | `{short(resource)}`{condition(statement)} | {', '.join(calls_of) or 'no'} |")
    lines += ["", "## Added by SAM", "", "What runs the functions, not what they do; no call of theirs needs it.", "", "| Role | Action | On |", "|---|---|---|"]
    for role, grants in sorted(added.items()):
        lines += [f"| {role} | {', '.join(actions)} | {', '.join(f'`{short(resource)}`' for resource in resources)} |" for actions, resources in grants]
    lines += ["", "## Refused", "", "Asked for by tests with the function's own keys, to see it refused (`crates/local/tests/roles`).", "", "| Function | Action | On |", "|---|---|---|"]
    denied = {(call["function"], call["action"], short(call["resource"])) for call in calls if not call["allowed"] and call["expected"]}
    lines += [f"| {function} | `{action}` | `{resource}` |" for function, action, resource in sorted(denied)]
    return "\n".join(lines) + "\n"


def condition(statement):
    conditions = statement.get("Condition", [])
    return "".join(f", where {one['Key'].split(':')[-1]} is {' or '.join(f'`{value}`' for value in one['Values'])}" for one in conditions)


def short(arn):
    """`tasks/index/open`, `artifacts/search/*`, `work-engine:live`."""
    for _, prefix in NAMED_BY.values():
        arn = arn.removeprefix(prefix)
    return arn.removeprefix(f"{STACK}-").replace(f"-{ACCOUNT}", "")


if __name__ == "__main__":
    sys.exit(main())
