#!/usr/bin/env python3
"""Looks through every log that a run of scripts/test has left: no secret by the product's rules, and whole lines of JSON.

    scripts/check_logs.py FOLDER SECRETS

FOLDER holds files `*.log`; SECRETS is the example program `secrets` of dataops-domain, which holds the rules.
"""

import json
import subprocess
import sys
from pathlib import Path

# What every line of the product has (crates/fleet/src/logs.rs); metrics have `_aws` instead.
KEYS = {"timestamp", "level", "message", "service", "location"}


def main():
    folder, program = Path(sys.argv[1]), sys.argv[2]
    logs = sorted(folder.rglob("*.log"))
    if not logs:
        sys.exit(f"{folder} holds no log: the steps that leave one did not run")
    problems, lines = [], 0
    for log in logs:
        text = log.read_bytes()
        lines += text.count(b"\n")
        found = subprocess.run([program], input=text, capture_output=True, check=True).stdout.decode()
        problems += [f"{log.name}:{finding}" for finding in found.splitlines()]
        problems += [f"{log.name}:{number}: {what}" for number, what in malformed(text.decode(errors="replace"))]
    for problem in problems[:50]:
        print(problem, file=sys.stderr)
    if problems:
        sys.exit(f"{len(problems)} problems in {len(logs)} logs")
    print(f"{len(logs)} logs, {lines} lines: no secret, and every line of a function is JSON with its keys")


def malformed(text):
    for number, line in enumerate(text.splitlines(), 1):
        # What the platform, a shell or the command line says is no line of a function.
        if not line.startswith("{"):
            continue
        try:
            event = json.loads(line)
        except ValueError as error:
            yield number, f"no JSON: {error}"
            continue
        missing = set() if "_aws" in event else KEYS - event.keys()
        if missing:
            yield number, f"lacks {', '.join(sorted(missing))}"


if __name__ == "__main__":
    main()
