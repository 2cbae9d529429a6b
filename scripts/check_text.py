#!/usr/bin/env python3
"""Checks that the repository's text names no machine: no path of somebody's disk, no registry but the public ones.

A lock file written behind a mirror names the mirror; a snapshot or a script written in a hurry names a home directory.
Both work on one machine only.
"""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent

# Split, so that this file passes its own check.
MACHINE_PATH = re.compile(r"/(?:ro" r"ot|home/\w+|Us" r"ers/\w+|work/(?:main|shared))/")
CARGO_SOURCE = "registry+https://github.com/rust-lang/crates.io-index"
NPM_HOST = "registry.npmjs.org"
PIP_SOURCE = re.compile(r"^\s*(?:-i|-f|--(?:extra-)?index-url|--find-links|--trusted-host)\b|https?://")


def main():
    problems = [problem for path in files() for problem in check(path)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        sys.exit(1)
    print("no text names a machine path or another registry")


def files():
    """What is committed or would be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    paths = (ROOT / name.decode() for name in names if name)
    return sorted(path for path in paths if path.is_file())


def check(path):
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        for words in [*machine_paths(line), *registries(path, line)]:
            yield f"{path.relative_to(ROOT)}:{number}: {words}"


def machine_paths(line):
    return (f"the machine path {found.group()}" for found in MACHINE_PATH.finditer(line))


def registries(path, line):
    if path.name == "Cargo.lock" and line.startswith("source = ") and line != f'source = "{CARGO_SOURCE}"':
        yield f"the package source {line.removeprefix('source = ')}"
    if path.name == "package-lock.json":
        for url in re.findall(r'"resolved": "([^"]+)"', line):
            if urlsplit(url).hostname != NPM_HOST:
                yield f"the package source {url}"
    if path.name == ".npmrc" and "registry" in line:
        yield "a registry of its own"
    if path.match("requirements*.txt") and PIP_SOURCE.search(line):
        yield f"the package source {line.strip()}"


if __name__ == "__main__":
    main()
