"""Tables and indexes: those the store uses, and none of it lost by a mistake."""

import json

from .model import ROOT, TAGS, logical_id, tagged

# Written by tests/workspace/src/tables.rs, from crates/store/src/tables.rs.
DESIGN = ROOT / "docs" / "grids" / "tables.json"
# A key attribute that is no text.
NUMBERS = {("AuditEventsTable", "sequence")}
# Items that end by themselves: crates/store/src/sessions.rs and idempotency.rs write the attribute.
EXPIRING = {"DATAOPS_SESSIONS_TABLE": "expires_at", "DATAOPS_IDEMPOTENCY_TABLE": "expires_at"}
# Written with every session and read by nobody yet: for a list of where somebody is signed in.
AHEAD = {"DATAOPS_SESSIONS_TABLE": [{"name": "by-user", "key": ["user_id", "user_sort"]}]}


def design():
    return {table["variable"]: table for table in json.loads(DESIGN.read_text())}


def named_by(template, variable):
    """The table that a variable names, which is one in all functions that have it."""
    values = [template.variables(function).get(variable) for function in template.functions()]
    named = {logical_id(value) for value in values if value is not None}
    return named.pop() if len(named) == 1 else None


def table_keys(template):
    declared = template.of_type("AWS::DynamoDB::Table")
    used = set()
    for variable, wanted in design().items():
        name = named_by(template, variable)
        if name not in declared:
            yield f"{variable} names no table of the template"
            continue
        used.add(name)
        props = declared[name]["Properties"]
        if (found := key(props)) != wanted["key"]:
            yield f"{name}: its key is {found}; the store's is {wanted['key']}"
        indexes = {index["IndexName"]: index for index in props.get("GlobalSecondaryIndexes", [])}
        for index in wanted["indexes"] + AHEAD.get(variable, []):
            there = indexes.pop(index["name"], None)
            if there is None or key(there) != index["key"] or there["Projection"] != {"ProjectionType": "ALL"}:
                yield f"{name}: it has no index {index['name']} of all attributes by {index['key']}"
        yield from (f"{name}: nothing uses its index {index}" for index in indexes)
        yield from attributes(name, props)
        expires = props.get("TimeToLiveSpecification", {})
        if (expires.get("AttributeName") if expires.get("Enabled") else None) != EXPIRING.get(variable):
            yield f"{name}: its items should expire by {EXPIRING.get(variable)}"
    yield from (f"{name}: no function is told of it" for name in declared if name not in used)


def key(keyed):
    by_kind = {element["KeyType"]: element["AttributeName"] for element in keyed["KeySchema"]}
    return [by_kind[kind] for kind in ("HASH", "RANGE") if kind in by_kind]


def attributes(name, props):
    used = {attribute for keyed in [props, *props.get("GlobalSecondaryIndexes", [])] for attribute in key(keyed)}
    kinds = {one["AttributeName"]: one["AttributeType"] for one in props["AttributeDefinitions"]}
    if used != set(kinds):
        yield f"{name}: attributes defined and used in keys differ: {sorted(used ^ set(kinds))}"
    for attribute, kind in kinds.items():
        if kind != ("N" if (name, attribute) in NUMBERS else "S"):
            yield f"{name}: {attribute} is of type {kind}"


def table_safety(template):
    for name, table in template.of_type("AWS::DynamoDB::Table").items():
        props = table["Properties"]
        recovery = props.get("PointInTimeRecoverySpecification", {})
        wanted = {
            "BillingMode is PAY_PER_REQUEST": props.get("BillingMode") == "PAY_PER_REQUEST",
            "deletion protection is on": props.get("DeletionProtectionEnabled") is True,
            "point-in-time recovery is on": recovery.get("PointInTimeRecoveryEnabled") is True,
            "encryption is on": props.get("SSESpecification", {}).get("SSEEnabled") is True,
            "DeletionPolicy is Retain": table.get("DeletionPolicy") == "Retain",
            "UpdateReplacePolicy is Retain": table.get("UpdateReplacePolicy") == "Retain",
            "it is tagged Project, App and DataClass": tagged(table) >= TAGS | {"DataClass"},
        }
        yield from (f"{name}: expected that {what}" for what, held in wanted.items() if not held)


CHECKS = [table_keys, table_safety]
