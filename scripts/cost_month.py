#!/usr/bin/env python3
"""Works out what a month of a stack costs, and writes the table into docs/deploy.md, or compares it (UPDATE_DOCS=1 rewrites it).

How often something runs is read from the template, what it asks of DynamoDB from docs/cost.md. What an operator's day is, how long a run
takes and how much is stored are assumptions, below. All of it is rounded up: every unit of capacity is priced as a write.
"""

import os
import re
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
COST = ROOT / "docs/cost.md"
PAGE = ROOT / "docs/deploy.md"
BEGIN, END = "<!-- cost: written by scripts/cost_month.py -->\n", "<!-- end of cost -->\n"
DAYS = 30

# US dollars, public list prices of eu-central-1 as known in November 2026, without free tier and tax.
PRICES = {
    "million Lambda requests": 0.20,
    "GB-second of Lambda": 0.0000166667,
    "million DynamoDB write units": 0.7625,
    "GB of DynamoDB": 0.306,
    "GB of point-in-time recovery": 0.2448,
    "GB of S3": 0.0245,
    "thousand S3 writes": 0.0054,
    "million HTTP API requests": 1.20,
    "million schedules": 1.20,
    "GB of logs taken in": 0.63,
    "GB of logs kept": 0.0324,
    "million traces": 5.00,
    "alarm": 0.10,
    "metric": 0.30,
    "dashboard": 3.00,
}

# Seconds of a run, by what it does.
SECONDS = {"Recover": 0.2, "Tick": 1.0, "Sweep": 0.2, "Daily": 20.0, "Resume": 0.1}
# What each schedule asks of DynamoDB, by its row in docs/cost.md.
ROWS = {
    "Recover": "GET /api/bundles?limit=100",
    "Tick": "POST /api/cron/run, nothing due",
    "Sweep": "the runner, a sweep with nothing to do",
    "Daily": "an export of this store",
    "Resume": "the export job with nothing to go on with",
}
# A request of the portal: what it and the engine take, in seconds; two reads for session and user.
PORTAL_SECONDS, ENGINE_SECONDS, PORTAL_UNITS = 0.15, 0.10, 2
CATALOG_UNITS = 12
LOG_BYTES, EXPORT_ROW_BYTES = 2_500, 8_192

# A busy day of a team of four: rows of docs/cost.md, and how often.
BUSY_DAY = {
    "GET /api/views/home": 150,
    "GET /api/views/tasks": 80,
    "GET /api/views/tasks/:id": 300,
    "GET /api/views/bundles/:id, 41 tasks": 120,
    "GET /api/views/inbox, a follow-up due": 40,
    "GET /api/views/calendar": 20,
    "GET /api/search?q=, the next ones": 60,
    "PUT /api/tasks/:id, done: fills a slot, moves the stage": 120,
    "PUT /api/tasks/:id, a field": 60,
    "POST /api/tasks/:id/actions/mark-waiting": 30,
    "POST /api/bundles, podcast of 42 tasks": 3,
    "POST /api/cron/run, the duties of a day": 1,
    "POST /api/assistant-jobs": 5,
    "the runner, one podcast job": 5,
    "GET /api/views/jobs/:id": 15,
    "POST /api/assistant-jobs/:id/approve": 5,
}
# GB stored: in DynamoDB with its indexes, and in S3 (files and a month of archives).
STORED = {"idle": (0.01, 0.05), "busy": (0.5, 5.0)}


def main():
    table = BEGIN + rendered(month("idle", {}), month("busy", BUSY_DAY)) + END
    page = PAGE.read_text()
    before = page[page.index(BEGIN) : page.index(END) + len(END)]
    if before == table:
        print("docs/deploy.md: the cost of a month is what the template and docs/cost.md say")
    elif os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(page.replace(before, table))
        print("docs/deploy.md: written")
    else:
        sys.exit("docs/deploy.md: the cost of a month is out of date; UPDATE_DOCS=1 rewrites it")


def month(kind, day):
    """What a month costs, by the line of the bill: how much, in words, and dollars."""
    template = yaml_parse((ROOT / "template.full.yaml").read_text())
    functions = {name: r["Properties"] for name, r in template["Resources"].items() if r["Type"] == "AWS::Serverless::Function"}
    units, seconds, runs, schedules = 0.0, 0.0, 0, 0
    costs = capacities()
    for props in functions.values():
        for event, schedule in props.get("Events", {}).items():
            if schedule["Type"] == "ScheduleV2":
                times = DAYS * 1440 / minutes(schedule["Properties"]["ScheduleExpression"])
                schedules += times
                seconds += times * SECONDS[event] * props["MemorySize"] / 1024
                units += times * costs[ROWS[event]]
    runs += schedules
    requests = DAYS * sum(day.values())
    memory = {name: functions[name]["MemorySize"] / 1024 for name in ("PortalFunction", "WorkEngineFunction")}
    seconds += requests * (PORTAL_SECONDS * memory["PortalFunction"] + ENGINE_SECONDS * memory["WorkEngineFunction"])
    units += DAYS * sum(costs[row] * times for row, times in day.items()) + requests * PORTAL_UNITS
    runs += 2 * requests
    stored, objects = STORED[kind]
    units += DAYS * stored * 2**30 / EXPORT_ROW_BYTES  # the daily export reads all of it
    logs = runs * LOG_BYTES / 2**30
    alarms = sum(r["Type"] == "AWS::CloudWatch::Alarm" for r in template["Resources"].values())
    dashboards = sum(r["Type"] == "AWS::CloudWatch::Dashboard" for r in template["Resources"].values())
    # Each has one dimension, so each is one metric of the bill.
    metrics = int(re.search(r"ALL: \[Self; (\d+)\]", (ROOT / "crates/fleet/src/metrics.rs").read_text()).group(1))
    price = PRICES
    return {
        "Lambda": (f"{runs:,.0f} runs, {seconds:,.0f} GB-seconds", runs / 1e6 * price["million Lambda requests"] + seconds * price["GB-second of Lambda"]),
        "DynamoDB, requests": (f"{units / 1e6:.2f} million units", units / 1e6 * price["million DynamoDB write units"]),
        "DynamoDB, storage": (f"{stored} GB", stored * price["GB of DynamoDB"]),
        "Point-in-time recovery": (f"{stored} GB", stored * price["GB of point-in-time recovery"]),
        "S3": (f"{objects} GB", objects * price["GB of S3"] + DAYS * 100 / 1000 * price["thousand S3 writes"]),
        "HTTP API": (f"{requests:,} requests", requests / 1e6 * price["million HTTP API requests"]),
        "Schedules": (f"{schedules:,.0f}", schedules / 1e6 * price["million schedules"]),
        "Logs": (f"{logs:.2f} GB", logs * (price["GB of logs taken in"] + price["GB of logs kept"])),
        "Traces": (f"{runs:,.0f} at the most", runs / 1e6 * price["million traces"]),
        "Alarms": (f"{alarms}", alarms * price["alarm"]),
        "Metrics of our own": (f"{metrics}", metrics * price["metric"]),
        "Dashboard": (f"{dashboards}", dashboards * price["dashboard"]),
    }


def minutes(expression):
    """How many minutes lie between two runs of a rate."""
    number, unit = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression).groups()
    return int(number) * {"minute": 1, "hour": 60, "day": 1440}[unit]


def capacities():
    """The capacity of every row of docs/cost.md, catalogs included."""
    found = {}
    for line in COST.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 5 and re.fullmatch(r"[\d.]+", cells[3]):
            found[cells[0].replace("`", "").strip()] = float(cells[3]) + cells[4].count("Scan ") * CATALOG_UNITS
    missing = sorted((set(ROWS.values()) | set(BUSY_DAY)) - set(found))
    if missing:
        sys.exit(f"docs/cost.md has no row {'; '.join(missing)}")
    return found


def rendered(idle, busy):
    lines = ["| | Idle | US$ | Busy | US$ |", "|---|--:|--:|--:|--:|"]
    for name, (much, dollars) in idle.items():
        lines.append(f"| {name} | {much} | {dollars:.2f} | {busy[name][0]} | {busy[name][1]:.2f} |")
    total = [sum(dollars for _, dollars in of.values()) for of in (idle, busy)]
    lines.append(f"| **A month** | | **{total[0]:.2f}** | | **{total[1]:.2f}** |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
