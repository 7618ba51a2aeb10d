"""Runs the plugin on this machine and settles a sample upload: `python3 infra/dev.py local`."""

from __future__ import annotations

import json
import shlex
import signal
import sys
import time
from pathlib import Path

from local_processes import LocalError
from local_stack import NAME, ROOT, LocalStack

SAMPLE = ROOT / "tests/data/settlements/ca_v1_2025-08b_blank_line_inside.txt"
PROFILE = "ca"
LOGS = ROOT / ".local"
SETTINGS = LOGS / "environment.sh"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def settlement_id_of(file: Path) -> str:
    """As the file itself says it, so that only a result of this very file is waited for."""
    header, first, *_ = file.read_text(encoding="cp1252").splitlines()
    return first.split("\t")[header.split("\t").index("settlement-id")].strip()


def settle_sample(stack: LocalStack, key: str) -> str:
    """Uploads the sample, waits for what the upload set off, and prints it as the CLI does."""
    settlement_id = settlement_id_of(SAMPLE)
    object_key = f"raw-settlements/{PROFILE}/{SAMPLE.name}"
    print(f"Uploading {SAMPLE.name} to s3://{NAME}/{object_key} ...", flush=True)
    begun = time.monotonic()
    stack.upload(object_key, SAMPLE)
    settlement = stack.wait_for_settlement(settlement_id, key)
    print(f"The upload was settled after {time.monotonic() - begun:.1f} s:\n", flush=True)
    shown = stack.cli("show", settlement_id)
    print(shown.stdout + shown.stderr, flush=True)
    if shown.returncode != 0 or settlement.get("status") != "proven":
        raise LocalError(f"Settlement {settlement_id} is {settlement.get('status')}, not proven.")
    return settlement_id


def print_ways_on(stack: LocalStack, key: str, settlement_id: str) -> None:
    journal = f"{stack.url}/v1/settlements/{settlement_id}/journal?format=netsuite"
    other = shlex.quote(str(SAMPLE.with_name("ca_v1_2025-09.txt").relative_to(ROOT)))
    upload = json.dumps({"profile": PROFILE, "kind": "settlement", "file_name": "other.txt"})
    bearer = f'-H "Authorization: Bearer {key}"'
    print(
        f"""The plugin runs on this machine until Ctrl-C:
  HTTP      {stack.url}
  S3, SQS   {stack.aws_url}    bucket {NAME}; uploads go to raw-settlements/<profile>/,
            reports about stock to raw-inventory/<profile>/
  DynamoDB  {stack.dynamodb_url}    table {NAME}
  Logs      {LOGS.relative_to(ROOT)}/

Go on with:
  curl {bearer} "{journal}"
  curl {bearer} --data-binary @{other} "{stack.url}/v1/settlements?profile={PROFILE}"
  curl {bearer} -d '{upload}' "{stack.url}/v1/uploads"
            answers with an address for one PUT, for files that no call can carry

In another shell, for the commands and for the calls of the documentation:
  . {SETTINGS.relative_to(ROOT)}; export URL={stack.url} KEY={key}
  .venv/bin/python -m handler outbox list
""",
        flush=True,
    )


def stay(stack: LocalStack) -> None:
    while True:
        stack.processes.check_running()
        time.sleep(0.5)


def run(*, once: bool) -> None:
    print("Starting DynamoDB Local, S3, SQS and the Lambda emulator ...", flush=True)
    begun = time.monotonic()
    with LocalStack(LOGS) as stack:
        print(f"Ready after {time.monotonic() - begun:.1f} s.", flush=True)
        try:
            key = stack.create_key()
            settlement_id = settle_sample(stack, key)
            if not once:
                SETTINGS.write_text(stack.exports(), encoding="utf-8")
                print_ways_on(stack, key, settlement_id)
                stay(stack)
        finally:
            ignore_signals()
            SETTINGS.unlink(missing_ok=True)  # it names ports that are nobody's by then


def ignore_signals() -> None:
    """Once everything is being ended, a second Ctrl-C would only leave half of it."""
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def interrupt(_signal: int, _frame: object) -> None:
    ignore_signals()
    raise KeyboardInterrupt


def main() -> int:
    for each in STOP_SIGNALS:
        signal.signal(each, interrupt)  # one way to stop, one way to clean up
    once = "--once" in sys.argv[1:]
    status = 0
    try:
        run(once=once)
    except KeyboardInterrupt:
        status = 130 if once else 0  # Ctrl-C is how a standing one is meant to end
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    print("Stopped; nothing is left running.")
    return status


if __name__ == "__main__":
    sys.exit(main())
