"""Policies of a CloudFormation template, resolved and asked: a small part of how IAM decides, for checks of this repository.

An explicit deny wins, then an allow, else it is denied. Of conditions it knows those in use; another one stops the check.
"""

import json
import re
from fnmatch import fnmatchcase

from samcli.yamlhelper import yaml_parse

from template.model import as_list

ACCOUNT = "123456789012"
REGION = "eu-central-1"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "dataops",
    "AWS::NoValue": "",
}


def load(path):
    """A template as read."""
    return yaml_parse(path.read_text())


class Resolver:
    """Turns intrinsic functions into text. `sample` gives the ARN of a resource, by its logical id."""

    def __init__(self, document, parameters, sample=None):
        self.document, self.parameters, self.sample = document, parameters, sample

    def text(self, value):
        if not isinstance(value, dict):
            return str(value)
        ((function, argument),) = value.items()
        match function:
            case "Ref":
                return self.name(argument)
            case "Fn::Sub":
                return re.sub(r"\$\{([^}!]+)\}", lambda found: self.name(found.group(1)), argument)
            case "Fn::GetAtt":
                return self.name(".".join(as_list(argument)))
            case "Fn::If":
                condition, held, otherwise = argument
                return self.text(held if self.condition(condition) else otherwise)
            case "Fn::Join":
                return argument[0].join(self.text(part) for part in argument[1])
        raise SystemExit(f"a policy uses {function}, which this check does not know")

    def condition(self, name):
        return self.truth(self.document["Conditions"][name])

    def truth(self, value):
        ((function, argument),) = value.items()
        match function:
            case "Condition":
                return self.condition(argument)
            case "Fn::Equals":
                return self.text(argument[0]) == self.text(argument[1])
            case "Fn::Not":
                return not self.truth(argument[0])
            case "Fn::And":
                return all(map(self.truth, argument))
            case "Fn::Or":
                return any(map(self.truth, argument))
        raise SystemExit(f"a condition uses {function}, which this check does not know")

    def name(self, name):
        for known in (PSEUDO, self.parameters):
            if name in known:
                return known[name]
        logical, _, attribute = name.partition(".")
        resource = self.document["Resources"].get(logical)
        if resource is None:
            raise SystemExit(f"a policy names {name}, which the template does not have")
        return self.physical(logical, resource, attribute)

    def physical(self, logical, resource, attribute):
        """The ARN of a resource where one is asked for or the kind is known by it, else its name."""
        props, kind = resource.get("Properties", {}), resource["Type"]
        name = next((self.text(props[key]) for key in props if re.fullmatch(r"(Managed)?(Policy|Role|Bucket|Table|Function|Queue|Topic)Name", key)), logical)
        if kind == "AWS::Lambda::Alias":
            return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.text(props['FunctionName'])}:{self.text(props['Name'])}"
        if kind == "AWS::IAM::ManagedPolicy":
            return f"arn:aws:iam::{ACCOUNT}:policy/{name}"
        if attribute == "Arn" and self.sample:
            return self.sample(logical)
        if attribute == "Arn":
            return {"AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{name}", "AWS::S3::Bucket": f"arn:aws:s3:::{name}"}.get(kind, f"arn:{logical}")
        if kind == "AWS::SNS::Topic":
            return f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"
        return name


class Policies:
    """The statements of each role and managed policy of a template."""

    def __init__(self, document, resolver):
        self.resolver, self.statements, self.documents = resolver, {}, {}
        resources = document["Resources"]
        for name, resource in resources.items():
            if resource["Type"] == "AWS::IAM::ManagedPolicy":
                self.documents[name] = self.resolved(resource["Properties"]["PolicyDocument"])
                self.statements[name] = [(name, statement) for statement in self.documents[name]["Statement"]]
        for name, resource in resources.items():
            if resource["Type"] == "AWS::IAM::Role":
                props = resource["Properties"]
                own = [(name, s) for policy in props.get("Policies", []) for s in self.resolved(policy["PolicyDocument"])["Statement"]]
                attached = [pair for policy in props.get("ManagedPolicyArns", []) for pair in self.statements[policy["Ref"]]]
                self.statements[name] = own + attached

    def resolved(self, value):
        """A document in which every intrinsic function is its text."""
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        if isinstance(value, dict):
            if len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref")):
                return self.resolver.text(value)
            return {key: self.resolved(item) for key, item in value.items()}
        return value

    def all(self):
        """Every statement, with what it belongs to; once."""
        seen = {id(s): (name, s) for pairs in self.statements.values() for name, s in pairs}
        return seen.values()

    def of(self, role):
        return self.statements[role]

    def lengths(self):
        """Characters of each managed policy, as AWS counts them: without white space."""
        return {name: len(re.sub(r"\s", "", json.dumps(document))) for name, document in self.documents.items()}

    def allows(self, role, action, resource, context):
        """The Sid of the statement that allows it; None when it is denied."""
        matching = [s for _, s in self.statements[role] if self.matches(s, action, resource, context)]
        if any(statement["Effect"] == "Deny" for statement in matching):
            return None
        return next((statement["Sid"] for statement in matching), None)

    def matches(self, statement, action, resource, context):
        covers = lambda patterns, value: any(fnmatchcase(value, plain(pattern)) for pattern in as_list(patterns))
        return (
            covers([pattern.lower() for pattern in as_list(statement["Action"])], action.lower())
            and (covers(statement["Resource"], resource) or "*" in as_list(statement["Resource"]))
            and all(holds(operator, keys, context) for operator, keys in statement.get("Condition", {}).items())
        )


def plain(pattern):
    """Only * and ? are wildcards in a policy."""
    return pattern.replace("[", "[[]")


def holds(operator, keys, context):
    if operator not in ("StringEquals", "ArnEquals", "ArnLike", "StringLike"):
        raise SystemExit(f"a policy has the condition {operator}, which this check does not know")
    exact = operator == "StringEquals"
    return all(
        key in context and any(context[key] == value if exact else fnmatchcase(context[key], plain(value)) for value in as_list(values))
        for key, values in keys.items()
    )
