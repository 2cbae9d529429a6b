"""The variables the template gives each function, against those its sources read: neither drifts from the other."""

import re
from functools import cache

from .model import ROOT, as_list, logical_id

# Where a function's settings are read, beside crates/fleet, which reads for all.
READ_IN = {
    "PortalFunction": ["functions/portal/src"],
    "WorkEngineFunction": ["functions/work-engine/src", "crates/assistants/src"],
    "CronRunnerFunction": ["functions/cron-runner/src"],
    "AssistantRunnerFunction": ["functions/assistant-runner/src", "crates/assistants/src"],
    "ExportJobFunction": ["functions/export-job/src"],
}
FOR_ALL = "crates/fleet/src"
NAME = re.compile(r'"((?:DATAOPS|WORK_ENGINE)_[A-Z0-9_]*[A-Z0-9]|LOG_LEVEL)"')
TABLE = re.compile(r"DATAOPS_\w+_TABLE")

COMMAND = "a Lambda function has no command of an assistant"
DEFAULT = "its default is right for the function's time limit"
CREDENTIALS = "only the runner runs executors; the engine shows which work"
# What sources read and the template leaves out: (function, pattern of names) and why.
LEFT_OUT = {
    ("AssistantRunnerFunction", r"DATAOPS_COMMAND\w*"): COMMAND,
    ("AssistantRunnerFunction", r"DATAOPS_ASSISTANT_(GRACE_|INACTIVITY_)?SECONDS"): DEFAULT,
    ("AssistantRunnerFunction", r"DATAOPS_MESSAGES_(MAX_TOKENS|MAX_INPUT_TOKENS|TRIES|PAUSE_SECONDS)"): DEFAULT,
    ("WorkEngineFunction", r"DATAOPS_COMMAND\w*"): COMMAND,
    ("WorkEngineFunction", r"DATAOPS_ASSISTANT_(GRACE_|INACTIVITY_)?SECONDS"): CREDENTIALS,
    ("WorkEngineFunction", r"DATAOPS_MESSAGES_\w+"): CREDENTIALS,
    ("ExportJobFunction", r"DATAOPS_ARTIFACTS_BUCKET"): "only an import reads it, which runs on somebody's machine",
    ("ExportJobFunction", r"DATAOPS_EXPORT_ARCHIVE_LOCAL_DIR"): "archives go to the bucket",
    ("ExportJobFunction", r"DATAOPS_SOURCE_REGION"): "the platform gives AWS_REGION",
}
# What the template gives and no source of the function reads.
UNREAD = {("PortalFunction", "WORK_ENGINE_AUTH_MODE"): "so that both sides say how they trust one another"}


@cache
def read_in(folder):
    """The names in the sources of a folder, without their tests."""
    names = set()
    for path in sorted((ROOT / folder).rglob("*.rs")):
        if path.name != "tests.rs" and "tests" not in path.relative_to(ROOT / folder).parts[:-1]:
            names.update(NAME.findall(path.read_text().split("#[cfg(test)]\nmod tests {")[0]))
    return names


def function_settings(template):
    used = set()
    for function in template.functions():
        given = {name for name in template.variables(function) if not TABLE.fullmatch(name)}
        read = {name for folder in [FOR_ALL, *READ_IN.get(function, [])] for name in read_in(folder)}
        read = {name for name in read if not TABLE.fullmatch(name)}
        for name in sorted(read - given):
            reasons = [entry for entry in LEFT_OUT if entry[0] == function and re.fullmatch(entry[1], name)]
            used.update(reasons)
            if not reasons:
                yield f"{function}: its sources read {name}, which the template does not give"
        for name in sorted(given - read):
            used.add((function, name))
            if (function, name) not in UNREAD:
                yield f"{function}: nothing of it reads {name}"
    for entry in sorted((LEFT_OUT.keys() | UNREAD.keys()) - used):
        yield f"scripts/template/settings.py excuses {entry}, which needs no excuse"


def table_settings(template):
    """A function is told of the tables its role reaches, under the variable the store reads, and of no other."""
    tables = template.of_type("AWS::DynamoDB::Table")
    for function in template.functions():
        told = {logical_id(value): name for name, value in template.variables(function).items() if TABLE.fullmatch(name)}
        reached = {
            target
            for statement in template.statements(f"{function}Role")
            for resource in as_list(statement["Resource"])
            if (target := logical_id(resource)) in tables
        }
        yield from (f"{function}: its role reaches {table}, and no variable names it" for table in sorted(reached - set(told)))
        yield from (f"{function}: {told[table]} names {table}, which its role does not reach" for table in sorted(set(told) - reached))


CHECKS = [function_settings, table_settings]
