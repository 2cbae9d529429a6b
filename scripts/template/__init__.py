"""What this project promises of template.full.yaml, asserted on what CloudFormation gets after the SAM transform.

`ALL` names every check. Each takes a `Template` and yields problems in words; each is independent of the others, so that
`scripts/template_mutations.py` can say which of them notices what.
"""

from . import alarms, dashboard, deployment, doors, policies, schedules, settings, storage, tables

ALL = {
    check.__name__.replace("_", "-"): check
    for module in (tables, storage, doors, settings, policies, schedules, deployment, alarms, dashboard)
    for check in module.CHECKS
}


def problems(template):
    """Every problem, with the name of the check that found it."""
    return [(name, problem) for name, check in ALL.items() for problem in asked(check, template)]


def asked(check, template):
    """What a check says; where something it takes for granted is not there, that."""
    try:
        return list(check(template))
    except (KeyError, AttributeError, TypeError) as hole:
        return [f"it cannot be checked: {type(hole).__name__} {hole}"]
