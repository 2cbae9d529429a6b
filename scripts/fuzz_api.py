#!/usr/bin/env python3
"""Throws generated requests at the engine of a fleet on this machine and holds its answers against its own OpenAPI document.

Nothing may answer 5xx, no status, content type or body may be other than documented. The fleet is a fresh one on an empty
data folder, the requests come from a fixed seed, so a finding can be repeated: schemathesis prints the request as `curl`.

  DATAOPS_BIN       the binary to run (target/debug/dataops)
  DATAOPS_FUZZ      requests generated for each route (8)
  DATAOPS_FUZZ_SEED the seed (20260701)
  arguments         passed on to `schemathesis run`, such as `--include-path /api/tasks`
"""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARY = Path(os.environ.get("DATAOPS_BIN", ROOT / "target/debug/dataops")).resolve()
EXAMPLES = os.environ.get("DATAOPS_FUZZ", "8")
SEED = os.environ.get("DATAOPS_FUZZ_SEED", "20260701")
# A Friday morning, as in the browser journeys.
NOW = "2026-11-20T08:00:00Z"
# The seeded admin: whoever may do less is refused before anything is tried.
ADMIN = "operator"
STARTS_WITHIN = 60
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def main():
    with tempfile.TemporaryDirectory(prefix="dataops-fuzz-") as folder:
        secret, port = secrets.token_hex(16), free_port()
        log = Path(os.environ.get("DATAOPS_LOGS_DIR", folder)) / "generated-requests.log"
        fleet = start(folder, secret, port, log)
        try:
            ready(fleet, log)
            code = run(f"http://127.0.0.1:{port}", secret, Path(folder))
            if code != 0:
                show_failures(log)
            return code
        finally:
            fleet.terminate()
            fleet.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder, secret, port, log):
    command = [BINARY, "dev", "--data-dir", f"{folder}/data", "--port", "0", "--engine-port", str(port)]
    command += ["--portal-secret", secret, "--no-background", "--now", NOW]
    with log.open("wb") as out:
        environment = os.environ | ({"LOG_LEVEL": "info"} if "DATAOPS_LOGS_DIR" in os.environ else {})
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)


def ready(fleet, log):
    until = time.monotonic() + STARTS_WITHIN
    while "ready at " not in log.read_text(errors="replace"):
        if fleet.poll() is not None or time.monotonic() > until:
            sys.exit(f"the fleet did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)


def run(url, secret, folder):
    headers = {"x-portal-auth": "true", "x-portal-secret": secret, "x-user-id": ADMIN}
    request = urllib.request.Request(f"{url}/api/openapi.json", headers=headers)
    document = folder / "openapi.json"
    with urllib.request.urlopen(request) as answer:
        document.write_bytes(answer.read())
    command = [tool(), "run", str(document), "--url", url, "--checks", CHECKS, "--phases", "examples,coverage,fuzzing,stateful"]
    command += ["--max-examples", EXAMPLES, "--seed", SEED, "--generation-database", "none"]
    command += ["--no-shrink", "--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off"]
    for name, value in headers.items():
        command += ["--header", f"{name}:{value}"]
    # It keeps a cache beside itself; that belongs into the folder that goes.
    return subprocess.run([*command, *sys.argv[1:]], cwd=folder, check=False).returncode


def tool():
    beside = Path(sys.executable).parent / "schemathesis"
    return str(beside) if beside.exists() else shutil.which("schemathesis") or sys.exit("schemathesis is not installed")


def show_failures(log):
    """What the fleet itself said of requests that failed inside."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if re.search(r'"level":"ERROR"', line)]
    for line in lines[:20]:
        print(line[:2_000], file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
