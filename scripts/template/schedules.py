"""Schedules: those the product needs, each in words AWS knows, repeated when it fails and not lost when it fails for good."""

import re

from .model import TAGS, logical_id, tagged

# Function, event and rate. The clock of a rate is no zone's; a cron expression would need the application's.
WANTED = {
    "WorkEngineFunctionRecover": "rate(5 minutes)",
    "CronRunnerFunctionTick": "rate(15 minutes)",
    "AssistantRunnerFunctionSweep": "rate(5 minutes)",
    "ExportJobFunctionDaily": "rate(1 day)",
    "ExportJobFunctionResume": "rate(15 minutes)",
}
RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")
# Minutes, hours, days of the month, months, days of the week, years.
FIELDS = [(0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199)]
WORDS = ("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC", "SUN MON TUE WED THU FRI SAT")
NAMES = {name: str(number) for names in WORDS for number, name in enumerate(names.split(), 1)}


def schedule_expressions(template):
    found = {}
    for name, schedule in template.of_type("AWS::Scheduler::Schedule").items():
        props = schedule["Properties"]
        found[name] = expression = props.get("ScheduleExpression", "")
        zone = props.get("ScheduleExpressionTimezone")
        if RATE.fullmatch(expression):
            if zone is not None:
                yield f"{name}: a rate has no timezone"
        elif not is_cron(expression):
            yield f"{name}: `{expression}` is no schedule expression"
        elif zone != {"Ref": "Timezone"}:
            yield f"{name}: it runs by the clock of {zone or 'UTC'}, not of the parameter Timezone"
        if "${AWS::StackName}" not in str(props.get("Name")):
            yield f"{name}: its name is not its stack's, so a second stack could not have it"
        if props.get("State", "ENABLED") != "ENABLED":
            yield f"{name}: it is disabled"
    for name in template.of_type("AWS::Events::Rule"):
        yield f"{name}: schedules are of EventBridge Scheduler, which repeats and has dead letters"
    if found != WANTED:
        yield f"the schedules wanted and found differ: {sorted(WANTED.items() ^ found.items())}"


def is_cron(expression):
    inside = re.fullmatch(r"cron\((.*)\)", expression)
    fields = inside.group(1).split(" ") if inside else []
    if len(fields) != 6 or (fields[2] == "?") == (fields[4] == "?"):
        return False
    return all(field == "?" and place in (2, 4) or fits(field, *FIELDS[place]) for place, field in enumerate(fields))


def fits(field, low, high):
    for part in field.split(","):
        span, _, step = part.partition("/")
        ends = [NAMES.get(end, end) for end in span.split("-")]
        numbers = all(end.isdigit() and low <= int(end) <= high for end in ends) and len(ends) <= 2
        if not (span == "*" or numbers) or (step and not step.isdigit()):
            return False
    return True


def dead_letters(template):
    queues = template.of_type("AWS::SQS::Queue")
    configs = template.of_type("AWS::Lambda::EventInvokeConfig").values()
    runs = {logical_id(config["Properties"]["FunctionName"]): config["Properties"] for config in configs}
    for name, schedule in template.of_type("AWS::Scheduler::Schedule").items():
        target = schedule["Properties"]["Target"]
        function = str(logical_id(target["Arn"])).removesuffix("Aliaslive")
        if logical_id(target.get("DeadLetterConfig", {}).get("Arn")) not in queues:
            yield f"{name}: what cannot be handed over is lost"
        retry = target.get("RetryPolicy", {})
        if not (retry.get("MaximumRetryAttempts", 0) > 0 and 60 <= retry.get("MaximumEventAgeInSeconds", 0) <= 3600):
            yield f"{name}: it is not repeated within the hour: {retry}"
        config = runs.get(function, {})
        failed = config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if logical_id(failed) not in queues or config.get("Qualifier") != "live":
            yield f"{function}: runs that fail for good are lost"
        elif logical_id(failed) != logical_id(target.get("DeadLetterConfig", {}).get("Arn")):
            yield f"{name}: what is not handed over and what fails go to different queues"
        for role in (f"{name}Role", f"{function}Role"):
            sends = [one for one in template.statements(role) if one["Action"] == "sqs:SendMessage"]
            if logical_id(failed) not in {logical_id(one["Resource"]) for one in sends}:
                yield f"{role}: it may not send to {logical_id(failed)}"
    for name, queue in queues.items():
        props = queue["Properties"]
        if props.get("MessageRetentionPeriod") != 1209600:
            yield f"{name}: messages are not kept for fourteen days"
        if props.get("SqsManagedSseEnabled") is not True:
            yield f"{name}: it is not encrypted"
        if not tagged(queue) >= TAGS:
            yield f"{name}: it is not tagged"


CHECKS = [schedule_expressions, dead_letters]
