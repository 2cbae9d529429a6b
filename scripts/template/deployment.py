"""How a new version takes the place of the old: gradually, and back when its function's alarm rings."""

from .model import logical_id


def rollback(template):
    groups = template.of_type("AWS::CodeDeploy::DeploymentGroup")
    for function in template.functions():
        group = groups.get(f"{function}DeploymentGroup", {}).get("Properties", {})
        condition, gradual, _ = group.get("AlarmConfiguration", {}).get("Fn::If", ["", {}, {}])
        watched = {logical_id(alarm["Name"]) for alarm in gradual.get("Alarms", [])}
        wanted = {f"{function.removesuffix('Function')}ErrorsAlarm", "DatabaseErrorsAlarm"}
        if (condition, watched) != ("IsGradual", wanted):
            yield f"{function}: a new version goes back on {sorted(watched)}, not on {sorted(wanted)}"
        for alarm in watched - template.resources.keys():
            yield f"{function}: the alarm {alarm} is not there"
        alias = template.resources.get(f"{function}Aliaslive", {})
        if "CodeDeployLambdaAliasUpdate" not in alias.get("UpdatePolicy", {}):
            yield f"{function}: its alias moves at once"
        written = template.source["Resources"][function]["Properties"]
        if written.get("AutoPublishAliasAllProperties") is not True:
            yield f"{function}: a changed variable makes no version, so the alias would go on without it"


CHECKS = [rollback]
