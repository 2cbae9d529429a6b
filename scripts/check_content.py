#!/usr/bin/env python3
"""Checks content/ against its JSON Schemas, with another validator than ours: editors complete from these schemas, so
they must hold for every file we ship. What a schema cannot say (unknown phase, link or document) is crates/content's lint.
"""

import json
import sys
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

CONTENT = Path(__file__).resolve().parent.parent / "content"
# The schema of the files in a folder; the one file beside the folders holds the duties.
SCHEMAS = {"workflows": "workflow.schema.json", "playbooks": "playbook.schema.json"}


class Loader(yaml.SafeLoader):
    """YAML 1.2 as we use it: a date is text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def main():
    schemas = {path.name: validator(path) for path in sorted((CONTENT / "schemas").glob("*.schema.json"))}
    files = sorted(CONTENT.glob("workflows/*.yaml")) + [CONTENT / "duties.yaml"] + sorted(CONTENT.glob("playbooks/*.yaml"))
    problems = [problem for path in files for problem in check(path, schemas)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"{len(files)} files hold to {len(schemas)} schemas")


def validator(path):
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def check(path, schemas):
    name = path.relative_to(CONTENT.parent)
    text = path.read_text(encoding="utf-8")
    schema = SCHEMAS.get(path.parent.name, "duties.schema.json")
    if schema not in text.partition("\n")[0]:
        yield f"{name}:1: the first line does not name {schema}, so editors do not find it"
    for error in schemas[schema].iter_errors(yaml.load(text, Loader)):
        yield f"{name}: {error.json_path}: {error.message}"


if __name__ == "__main__":
    main()
