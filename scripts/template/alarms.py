"""Alarms: each names a metric that exists, tells somebody, and has a section of the runbook; nothing that matters has none."""

import json
import re
from functools import cache

from .model import ROOT, logical_id

RUNBOOK = "docs/runbooks/alarms.md"
METRICS = ROOT / "crates" / "fleet" / "src" / "metrics.rs"
STACK = [{"Name": "Stack", "Value": {"Ref": "AWS::StackName"}}]
# Of AWS's own metrics, those that alarms and the dashboard use, and what tells whose they are.
OF_AWS = {
    "AWS/Lambda": ({"Invocations", "Errors", "Throttles", "Duration"}, {"FunctionName"}),
    "AWS/ApiGateway": ({"Count", "4xx", "5xx", "Latency"}, {"ApiId"}),
    "AWS/SQS": ({"ApproximateNumberOfMessagesVisible"}, {"QueueName"}),
}
# Metrics that ring nobody, and why.
QUIET = {
    "WindowsMade": "work that was made is no trouble",
    "JobsFailed": "a failed attempt is told in people's inboxes",
}
# What is as bad unheard as it is heard.
HEARTBEATS = {"TickSettled", "ExportAge"}


@cache
def emitted():
    """The metrics the code emits: the names in crates/fleet/src/metrics.rs, without its tests."""
    text = METRICS.read_text().split("#[cfg(test)]\nmod tests {")[0]
    return set(re.findall(r'=> "([A-Z][A-Za-z]+)"', text))


def metrics_of(alarm):
    """(namespace, metric, dimensions) of everything an alarm looks at."""
    props = alarm["Properties"]
    plain = [props] if "MetricName" in props else []
    for one in plain + [query["MetricStat"]["Metric"] for query in props.get("Metrics", []) if "MetricStat" in query]:
        yield one["Namespace"], one["MetricName"], one.get("Dimensions", [])


def alarm_metrics(template):
    names = {json.dumps(props["FunctionName"]): props for props in template.functions().values()}
    for id, alarm in template.of_type("AWS::CloudWatch::Alarm").items():
        looked_at = list(metrics_of(alarm))
        if not looked_at:
            yield f"{id}: it looks at no metric"
        for namespace, metric, dimensions in looked_at:
            by = {one["Name"]: one["Value"] for one in dimensions}
            if namespace == "DataOps":
                if metric not in emitted() or dimensions != STACK:
                    yield f"{id}: no function emits {metric} by {sorted(by)}"
                continue
            known, told_by = OF_AWS.get(namespace, (set(), set()))
            if metric not in known or not told_by <= by.keys():
                yield f"{id}: {namespace} has no {metric} by {sorted(by)}"
            elif namespace == "AWS/Lambda":
                yield from of_function(id, alarm["Properties"], by, names)
            elif logical_id(by[min(told_by)]) not in template.resources:
                yield f"{id}: it is of nothing in the template"


def of_function(id, props, by, names):
    function = names.get(json.dumps(by["FunctionName"]))
    if function is None:
        yield f"{id}: no function is called {by['FunctionName']}"
    elif "Resource" in by and by["Resource"] != {"Fn::Sub": f"{by['FunctionName']['Fn::Sub']}:live"}:
        yield f"{id}: {by['Resource']} is not the function's alias"
    elif props["MetricName"] == "Duration" and not 0.6 <= props["Threshold"] / 1000 / function.get("Timeout", 3) < 1:
        yield f"{id}: {props['Threshold']} ms is not near the time limit of {function.get('Timeout', 3)} s"


def alarm_coverage(template):
    alarms = template.of_type("AWS::CloudWatch::Alarm").values()
    seen = {(space, metric, logical_id_of(by)) for alarm in alarms for space, metric, by in metrics_of(alarm)}
    wanted = {("DataOps", metric, "AWS::StackName") for metric in emitted() - QUIET.keys()}
    wanted |= {("AWS/ApiGateway", metric, api) for metric in ("5xx", "Latency") for api in template.of_type("AWS::ApiGatewayV2::Api")}
    wanted |= {("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue) for queue in template.of_type("AWS::SQS::Queue")}
    for props in template.functions().values():
        wanted |= {("AWS/Lambda", metric, str(props["FunctionName"])) for metric in ("Errors", "Throttles", "Duration")}
    yield from (f"no alarm for {space} {metric} of {whose}" for space, metric, whose in sorted(wanted - seen))
    yield from (f"scripts/template/alarms.py excuses {metric}, which nobody emits" for metric in sorted(QUIET.keys() - emitted()))


def logical_id_of(dimensions):
    """Whose a metric is: a logical id, or the name of a function as the template writes it."""
    by = {one["Name"]: one["Value"] for one in dimensions}
    return str(by["FunctionName"]) if "FunctionName" in by else logical_id(by[min(by)]) if by else None


def alarm_words(template):
    sections, named = anchors(), set()
    for id, alarm in template.of_type("AWS::CloudWatch::Alarm").items():
        props = alarm["Properties"]
        link = re.search(rf"{re.escape(RUNBOOK)}#([a-z0-9-]+)$", props.get("AlarmDescription", ""))
        named.update(link.groups() if link else [])
        if not link or link.group(1) not in sections:
            yield f"{id}: its description names no section of {RUNBOOK}"
        if "${AWS::StackName}" not in str(props.get("AlarmName")):
            yield f"{id}: its name is not its stack's"
        topics = {logical_id(one) for key in ("AlarmActions", "OKActions") for one in props.get(key, [])}
        if topics != {"AlarmTopic"} or "AlarmTopic" not in template.resources:
            yield f"{id}: it tells nobody, or somebody else: {sorted(map(str, topics))}"
        missing = props.get("TreatMissingData")
        heartbeat = any(metric in HEARTBEATS for _, metric, _ in metrics_of(alarm))
        if (missing == "breaching") != heartbeat or missing not in ("breaching", "notBreaching", "ignore"):
            yield f"{id}: without data it is {missing}"
    yield from (f"{RUNBOOK}#{section}: no alarm leads there" for section in sorted(sections - named))
    subscriptions = [one.get("Condition") for one in template.of_type("AWS::SNS::Subscription").values()]
    if subscriptions != ["HasAlarmEmail"]:
        yield "nobody is subscribed to the alarms where AlarmEmail is given"


def anchors():
    """The sections of the runbook that alarms lead to: its headings of the third level."""
    headings = re.findall(r"^### (.+)$", (ROOT / RUNBOOK).read_text(), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


CHECKS = [alarm_metrics, alarm_coverage, alarm_words]
