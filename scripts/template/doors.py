"""Functions and who reaches them: the portal from outside through the HTTP API, everything else from inside by its alias."""

from .model import as_list, logical_id, nested

DOOR, ENGINE = "PortalFunction", "WorkEngineFunction"
EXPLICIT = ("MemorySize", "Timeout", "LoggingConfig", "FunctionName", "Description", "Architectures", "ReservedConcurrentExecutions")
RESERVED = {"Fn::If": ["HasReservedConcurrency", {"Ref": "ReservedConcurrency"}, {"Ref": "AWS::NoValue"}]}


def function_shape(template):
    written = template.source["Resources"]
    for name, props in template.functions().items():
        yield from (f"{name}: {key} is not given" for key in EXPLICIT if key not in props)
        wanted = {
            "its Runtime is provided.al2023": props.get("Runtime") == "provided.al2023",
            "its BuildMethod is rust-cargolambda": written[name].get("Metadata", {}).get("BuildMethod") == "rust-cargolambda",
            "its architecture is the parameter's": props.get("Architectures") == [{"Ref": "Architecture"}]
            or props.get("Architectures") in (["x86_64"], ["arm64"]),
            "its concurrency is reserved by the parameter or not at all": reserved(props),
            "it is traced": props.get("TracingConfig", {}).get("Mode") == "Active",
        }
        yield from (f"{name}: expected that {what}" for what, held in wanted.items() if not held)


def reserved(props):
    written = props.get("ReservedConcurrentExecutions")
    if written == RESERVED:
        return True
    condition, value, otherwise = written.get("Fn::If", [None] * 3) if isinstance(written, dict) else [None] * 3
    return condition == "HasReservedConcurrency" and isinstance(value, int) and otherwise == {"Ref": "AWS::NoValue"}


def public_doors(template):
    yield from (f"{name}: a function has a URL of its own; the HTTP API is the only door" for name in template.of_type("AWS::Lambda::Url"))
    allowed = {logical_id(one["Properties"]["FunctionName"]) for one in template.of_type("AWS::Lambda::Permission").values()}
    if allowed != {f"{DOOR}Aliaslive"}:
        yield f"from outside only {DOOR}'s alias may be invoked, not {sorted(map(str, allowed))}"
    apis = template.of_type("AWS::ApiGatewayV2::Api")
    for name, api in apis.items():
        if (words := str(api)).count("/invocations") != 1 or f"{DOOR}Aliaslive" not in words:
            yield f"{name}: it should lead to {DOOR}'s alias alone"
        if "disableExecuteApiEndpoint" not in words:
            yield f"{name}: with a domain of its own it would have two addresses"
    for name, stage in template.of_type("AWS::ApiGatewayV2::Stage").items():
        limits = stage["Properties"].get("DefaultRouteSettings", {})
        if not (limits.get("ThrottlingRateLimit") and limits.get("ThrottlingBurstLimit")):
            yield f"{name}: nothing limits how much is asked"
    for name, rest in (("the domain", "AWS::ApiGatewayV2::DomainName"), ("its mapping", "AWS::ApiGatewayV2::ApiMapping")):
        if [one.get("Condition") for one in template.of_type(rest).values()] != ["HasDomain"]:
            yield f"{name} should be there once, on the condition HasDomain"


def aliases(template):
    """Nothing but what belongs to a function names it without its alias, and only what is invoked may be."""
    own = {"AWS::Lambda::Alias", "AWS::Lambda::Version", "AWS::Lambda::EventInvokeConfig"}
    functions = template.functions()
    for name, resource in template.resources.items():
        if resource["Type"] not in own:
            for value in nested(resource):
                if isinstance(value, dict) and logical_id(value) in functions:
                    yield f"{name}: it names {logical_id(value)} without its alias"
    for function in functions:
        if f"{function}Aliaslive" not in template.resources:
            yield f"{function}: it has no alias live"
        told = {id for value in template.variables(function).values() if (id := logical_id(value) or "").endswith("Aliaslive")}
        may = {
            logical_id(resource)
            for statement in template.statements(f"{function}Role")
            if "lambda:InvokeFunction" in as_list(statement["Action"])
            for resource in as_list(statement["Resource"])
        }
        if told != may:
            yield f"{function}: it is told of {sorted(told)} and may invoke {sorted(map(str, may))}"


CHECKS = [function_shape, public_doors, aliases]
