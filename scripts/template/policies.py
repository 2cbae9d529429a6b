"""What holds for the role of any function. Which calls each makes is another matter: the local fleet refuses what a role does not allow."""

from .model import as_list, logical_id
from .tables import design, named_by

# The one role that may read every table whole.
EXPORTS = "ExportJobFunctionRole"
AUDIT = "AuditEventsTable"
ITEMS = ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete", "PartiQLInsert")
CHANGES = {f"dynamodb:{verb}" for verb in (*ITEMS, "DeleteTable", "UpdateTable", "UpdateTimeToLive")}
# SAM gives them to every role it makes: writing log streams, and sending traces, for which X-Ray knows no resource but *.
MANAGED = {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}


def role_width(template):
    catalogs = {named_by(template, variable) for variable, table in design().items() if table["catalog"]}
    for role, resource in template.of_type("AWS::IAM::Role").items():
        for arn in resource["Properties"].get("ManagedPolicyArns", []):
            name = str(arn).split("/")[-1].rstrip("'}")
            if name not in MANAGED and role != "CodeDeployServiceRole":
                yield f"{role}: the managed policy {arn} is not spelled out"
        for statement in template.statements(role):
            sid = statement.get("Sid", "?")
            actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
            yield from (f"{role}.{sid}: the action {a} is too wide" for a in actions if "*" in a)
            yield from (f"{role}.{sid}: the resource * is too wide" for r in resources if r == "*")
            for target in map(logical_id, resources):
                if target == AUDIT:
                    yield from (f"{role}.{sid}: {a} on the audit table" for a in sorted(CHANGES.intersection(actions)))
                if "dynamodb:Scan" in actions and target not in catalogs and role != EXPORTS:
                    yield f"{role}.{sid}: Scan on {target}, which is no catalog"


CHECKS = [role_width]
