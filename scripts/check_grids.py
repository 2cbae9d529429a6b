#!/usr/bin/env python3
"""Marks every proof under docs/grids/ that is older than the code it is about: run `scripts/prove` again then."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICK = ["crates/engine/src/recurring", "crates/engine/src/start.rs", "crates/store/src", "crates/domain/src/generation"]
ABOUT = {
    "start-killed.md": ["crates/store/src", "crates/engine/src/start.rs", "crates/local/src"],
    "secret-speed.md": ["crates/domain/src/secrets"],
    "schedule-oracle.md": ["crates/domain/src/schedule"],
    "schedule-croniter.md": ["crates/domain/src/schedule"],
    "simulated-ticks.md": ["crates/domain/src/generation", "crates/domain/src/schedule", "crates/domain/src/pause.rs"],
    "tick-killed.md": TICK,
    "tick-races.md": TICK,
    "tick-processes.md": [*TICK, "functions/cron-runner/src"],
    "tick-speed.md": TICK,
    "engine-ticks.md": [*TICK, "crates/domain/src/schedule", "crates/domain/src/pause.rs"],
    "job-killed.md": ["crates/domain/src/job", "crates/engine/src/jobs", "crates/store/src/transaction.rs"],
    "job-races.md": ["crates/domain/src/job", "crates/engine/src/jobs", "crates/store/src/transaction.rs"],
    "job-dry-runs.md": ["crates/domain/src/job", "crates/engine/src/jobs"],
    "runner-killed.md": ["crates/domain/src/job", "crates/engine/src/jobs", "functions/assistant-runner/src"],
    "runner-stopped.md": ["crates/domain/src/job", "crates/engine/src/jobs", "functions/assistant-runner/src"],
    "import-killed.md": ["crates/engine/src/exports", "crates/store/src/restore.rs", "crates/portable/src/import"],
    "import-lost-writes.md": ["crates/engine/src/exports", "crates/store/src/restore.rs", "crates/portable/src/import"],
    "imported-stores.md": ["crates/engine/src/exports", "crates/store/src/restore.rs", "crates/store/src/whole.rs", "crates/portable/src"],
    "export-speed.md": ["crates/portable/src", "crates/domain/src/secrets"],
    "races.md": ["crates/store/src", "crates/engine/src"],
}


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


for name, paths in ABOUT.items():
    grid = ROOT / "docs" / "grids" / name
    found = re.search(r"at commit ([0-9a-f]+)", grid.read_text()) if grid.exists() else None
    if not found:
        print(f"docs/grids/{name} is missing: run scripts/prove")
    elif not git("rev-parse", "--verify", "--quiet", f"{found[1]}^{{commit}}"):
        print(f"docs/grids/{name} is of the commit {found[1]}, which is not in this clone")
    elif newer := git("log", "--oneline", f"{found[1]}..HEAD", "--", *paths):
        print(f"docs/grids/{name} is older than its code ({len(newer.splitlines())} commits since {found[1]}): run scripts/prove")
    else:
        print(f"docs/grids/{name} is as new as its code")
