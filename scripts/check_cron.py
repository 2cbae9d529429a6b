#!/usr/bin/env python3
"""Holds schedules against croniter: reads the lines of `cargo run -p dataops-domain --example schedule` on standard input.

Two differences are explained, in lines that are marked for them: a day field that names every day without being `*` is
restricted for us, as it is for cron, which looks for the star, and not for croniter; and a range from a value to itself is
that value for us, while croniter goes once around."""

import sys
from datetime import datetime

from croniter import croniter

pairs = explained = 0
found: list[str] = []
for line in sys.stdin:
    expression, moment, fires, otherwise = line.rstrip("\n").split("|")
    pairs += 1
    says = croniter.match(expression, datetime.fromisoformat(moment))
    if says == (fires == "1"):
        continue
    if otherwise == "1":
        explained += 1
        continue
    found.append(f"{expression} at {moment}: we say {fires}, croniter says {int(says)}")

print(f"{pairs} pairs of a schedule and a moment held against croniter: {len(found)} differences, {explained} explained")
for words in found[:20]:
    print(f"  {words}", file=sys.stderr)
sys.exit(1 if found or pairs == 0 else 0)
