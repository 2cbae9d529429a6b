"""checkov on the transformed template. What it finds and we leave has its reason here; a reason that is not needed is a mistake."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

BIN = Path(sys.executable).parent.parent / "checkov" / "bin" / "checkov"

KEYS = "AWS's own keys encrypt it; a key of one's own has a price a month and a call, and the same roles could decrypt with it"
LEFT = {
    "CKV_AWS_18": "only roles of this template reach the buckets, and the audit log has what they do; access logs would tell no more",
    "CKV_AWS_26": "CloudWatch cannot publish to a topic encrypted with the key AWS manages; alarms name no content and no person",
    "CKV_AWS_27": "it looks for a KMS key only; SqsManagedSseEnabled encrypts the queues, which dead-letters asserts",
    "CKV_AWS_116": "a destination on failure takes the place of DeadLetterConfig and tells the reason too; dead-letters asserts it",
    "CKV_AWS_117": "all they reach are public endpoints, over TLS and by their roles; a VPC would add gateways and protect nothing",
    "CKV_AWS_119": KEYS,
    "CKV_AWS_158": KEYS,
    "CKV_AWS_173": KEYS,
}


def problems(transformed):
    if not BIN.exists():
        return [f"{BIN} is missing: scripts/test installs it"]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as out:
        json.dump(transformed, out)
        out.flush()
        command = [BIN, "-f", out.name, "--framework", "cloudformation", "--skip-download", "--compact", "--quiet", "-o", "json"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        report = json.loads(run.stdout)
        failed, checked = report["results"]["failed_checks"], report["summary"]["resource_count"]
    except (ValueError, KeyError, TypeError):
        return [f"it gave no report: {run.stdout[-500:]}{run.stderr[-500:]}"]
    found = [f"{one['check_id']} {one['resource']}: {one['check_name']}" for one in failed if one["check_id"] not in LEFT]
    unused = sorted(LEFT.keys() - {one["check_id"] for one in failed})
    missed = [] if checked >= len(transformed["Resources"]) else [f"it read {checked} of {len(transformed['Resources'])} resources"]
    return found + [f"scripts/template/checkov.py gives a reason for {one}, which finds nothing" for one in unused] + missed
