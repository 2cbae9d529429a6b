"""The template as written and as CloudFormation gets it, and how its parts are found."""

import json
import logging
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATE = ROOT / "template.full.yaml"
TAGS = {"Project", "App"}

# The managed policies that SAM may add; offline it cannot ask AWS for them.
MANAGED = {
    name: f"arn:aws:iam::aws:policy/{folder}{name}"
    for folder, name in (("service-role/", "AWSLambdaBasicExecutionRole"), ("", "AWSXrayWriteOnlyAccess"))
}


class Template:
    """`source` is the YAML, `resources` what the transform made of it with these parameters."""

    def __init__(self, source, parameters=None):
        self.source = source
        self.transformed = transform(source, parameters or {})
        self.resources = self.transformed["Resources"]

    def of_type(self, kind):
        return {name: res for name, res in self.resources.items() if res["Type"] == kind}

    def functions(self):
        """Properties of functions after the transform, by logical id."""
        return {name: function["Properties"] for name, function in self.of_type("AWS::Lambda::Function").items()}

    def variables(self, function):
        return self.functions()[function].get("Environment", {}).get("Variables", {})

    def statements(self, role):
        for policy in self.resources.get(role, {}).get("Properties", {}).get("Policies", []):
            yield from policy["PolicyDocument"]["Statement"]


def parse(text):
    from samcli.yamlhelper import yaml_parse

    return yaml_parse(text)


def transform(source, parameters):
    from samtranslator.translator.transform import transform as sam_transform

    class Managed:
        def load(self):
            return MANAGED

    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    # It warns, once a function, of a switch that only AWS's own deployment of it knows.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    copy = json.loads(json.dumps(source))
    copy["Globals"]["Function"]["CodeUri"] = {"Bucket": "checked-elsewhere", "Key": "code.zip"}
    return json.loads(json.dumps(sam_transform(copy, parameters, Managed())))


def as_list(value):
    return value if isinstance(value, list) else [value]


def nested(value):
    """A value and everything in it."""
    yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inside:
        yield from nested(one)


def logical_id(value):
    """The resource that a `Ref`, `GetAtt` or `Sub` names first; None for anything else."""
    if not isinstance(value, dict):
        return None
    if "Ref" in value:
        return value["Ref"]
    if "Fn::GetAtt" in value:
        return as_list(value["Fn::GetAtt"])[0].split(".")[0]
    found = re.search(r"\$\{(\w+)[.}]", str(value.get("Fn::Sub", "")))
    return found.group(1) if found else None


def tagged(resource):
    """The keys of a resource's tags, which are a list or a mapping."""
    tags = resource.get("Properties", {}).get("Tags", [])
    return set(tags) if isinstance(tags, dict) else {tag["Key"] for tag in tags}
