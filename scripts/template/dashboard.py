"""The dashboard: it can be read, and shows every metric the code emits and none that nobody does."""

import json

from .alarms import OF_AWS, emitted


def dashboard_metrics(template):
    shown = set()
    for name, dashboard in template.of_type("AWS::CloudWatch::Dashboard").items():
        try:
            widgets = json.loads(dashboard["Properties"]["DashboardBody"]["Fn::Sub"])["widgets"]
        except ValueError as error:
            yield f"{name}: it is no JSON: {error}"
            continue
        for metric in (row for widget in widgets for row in widget["properties"]["metrics"] if row[0] != "..."):
            namespace, metric_name, *dimensions = (part for part in metric if isinstance(part, str))
            known, told_by = OF_AWS.get(namespace, (emitted(), {"Stack"}))
            if metric_name not in known or set(dimensions[::2]) != told_by:
                yield f"{name}: nothing emits {namespace} {metric_name} by {dimensions[::2]}"
            shown.add((namespace, metric_name))
    yield from (f"the dashboard does not show {metric}" for metric in sorted(emitted()) if ("DataOps", metric) not in shown)


CHECKS = [dashboard_metrics]
