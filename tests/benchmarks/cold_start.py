"""How long each Lambda function takes from nothing to its first answer.

    python tests/benchmarks/cold_start.py [--runs 15] [--artefact]

A whole fresh process is timed, from its start to the line with its answer: interpreter, imports,
clients, answer. Yardstick is ``python -c "import flask, pydantic, boto3"`` up to the end of the
imports: no client made, nothing asked. What comes after, the end of the process, is no part of
either. Both take turns in one run; what counts is the ratio of the medians.

Stores are outside the process and real as far as they can be: Amazon's DynamoDB Local, and S3 and
SSM of moto's server, warm before anything is timed. So the clients are built as on AWS, and each
call to a store is made over HTTP and waited for. ``wall`` has that waiting in it; ``cpu`` is what
the process itself took. With other work on the machine, trust ``cpu``.

As deployed, the code carries bytecode of its own Python, ``unchecked-hash``. Without ``--artefact``
the sources are copied and compiled so, and the libraries are those of this Python. With it the
artefact of ``python3 infra/dev.py package`` is unpacked and run, yardstick too, by a Python of the
runtime's version, and its sizes are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "infra")]

from bytecode import python_of  # noqa: E402
from local_processes import Processes, free_ports, wait_for_port  # noqa: E402
from local_stack import aws_environment, client, create_table, start_dynamodb  # noqa: E402

ARTEFACT = ROOT / ".serverless" / "amazon-netsuite-plugin.zip"
RUNTIME = "3.12"
NAME = "cold-start"
SETTLEMENT = ROOT / "tests/data/settlements/ca_v1_2025-09.txt"
EVENTS = ROOT / "tests/data/events"
MARKETPLACE = "ATVPDKIKX0DER"
YARDSTICK = """
import flask, pydantic, boto3
import time
print("%", time.process_time(), "null", flush=True)
"""
# What Lambda's runtime does, without its network: import, call, hand the answer on.
CALL = """
import json, sys, types
from handler import main
name, event, context = json.load(sys.stdin)
context = types.SimpleNamespace(get_remaining_time_in_millis=lambda: 90_000, **context)
answer = json.dumps(getattr(main, name)(event, context))
import time
print(f"\\n% {time.process_time()} {answer}", flush=True)
"""


class Call(NamedTuple):
    """A first call of a function.

    Attributes:
        name: as it is printed.
        function: the entry in ``handler.main``.
        event: gives the event of the run with this number.
        context: fields of Lambda's context.
        is_well: whether an answer is the one wanted.
    """

    name: str
    function: str
    event: Callable[[int], Any]
    context: dict[str, Any]
    is_well: Callable[[Any], bool]


class Took(NamedTuple):
    """Seconds of a process."""

    wall: float
    cpu: float


def recorded(name: str) -> dict[str, Any]:
    """An event as AWS sent it."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


def asked(method: str, path: str, key: str = "", body: object = None) -> dict[str, Any]:
    """An event of the HTTP API."""
    event = recorded("http_get")
    event["rawPath"], _, event["rawQueryString"] = path.partition("?")
    event["requestContext"]["http"] |= {"method": method, "path": event["rawPath"]}
    if key:
        event["headers"]["authorization"] = f"Bearer {key}"
    if body is not None:
        event["headers"]["content-type"] = "application/json"
        event["body"] = json.dumps(body)
    return event


def counts(number: int) -> list[dict[str, Any]]:
    """NetSuite's counts of the demo profile's own listings; each number is newer than the last."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return [
        {
            "marketplace": MARKETPLACE,
            "sku": f"SKU-{item}{suffix}",
            "source_version": number + 1,
            "source_time": now,
            "quantities": [{"item": item, "location": "Main Warehouse", "available": 40 + number}],
        }
        for item, suffix in (("MUG-220", ""), ("COFFEE-401", "-OWN"), ("BOTTLE-150", "-GIFT"))
    ]


def ok(answer: Any) -> bool:
    """Whether it is the answer of a call that went well."""
    return bool(answer["statusCode"] == 200)


def decided(answer: Any) -> bool:
    """Whether every listing is decided."""
    return ok(answer) and all(one["success"] for one in json.loads(answer["body"])["data"])


def mapped(answer: Any) -> bool:
    """Whether every listing is decided, as integrator.io is told."""
    return len(answer) == 3 and not any(one.get("errors") for one in answer)


def calls(s3: Any, key: str) -> list[Call]:
    """Every function's first calls."""

    def uploaded(number: int) -> dict[str, Any]:
        """A settlement nobody has seen, and the queue's news of it."""
        content = SETTLEMENT.read_bytes()
        own_id = content.split(b"\n", 2)[1].split(b"\t", 1)[0]
        content = content.replace(own_id, b"%0*d" % (len(own_id), 70_000_000_000 + number))
        name = f"raw-settlements/ca/{number}.txt"
        s3.put_object(Bucket=NAME, Key=name, Body=content)
        told = recorded("s3_put")
        told["Records"][0]["s3"]["bucket"]["name"] = NAME
        told["Records"][0]["s3"]["object"] |= {"key": name, "size": len(content)}
        event = recorded("sqs")
        event["Records"][0]["body"] = json.dumps(told)
        return event

    def asks(function: str, kind: str) -> dict[str, Any]:
        return {"client_context": {"diy": True, "type": kind, "function": function}}

    decide = "/v1/inventory/fbm/decide?profile=us"
    plain = {"aws_request_id": "c6af9ac6"}

    def listed(_: int) -> dict[str, Any]:
        return asked("GET", "/v1/settlements", key)

    def to_decide(number: int) -> dict[str, Any]:
        return asked("POST", decide, key, {"data": counts(2 * number)})

    def page(number: int) -> dict[str, Any]:
        return {"settings": {"profile": "us"}, "data": counts(2 * number + 1)}

    none_sent = {"taken": 0, "acknowledged": 0, "failed": 0}
    ping, hook = asks("pingPlugin", "wrapper"), asks("decideFbm", "hook")
    return [
        Call("http: health", "http_handler", lambda _: asked("GET", "/health"), plain, ok),
        Call("http: list", "http_handler", listed, plain, ok),
        Call("http: decide", "http_handler", to_decide, plain, decided),
        Call("upload: settle", "upload_handler", uploaded, plain, {"batchItemFailures": []}.__eq__),
        Call("celigo: ping", "celigo_handler", lambda _: {}, ping, ok),
        Call("celigo: decide", "celigo_handler", page, hook, mapped),
        Call("deliver: nothing", "deliver_handler", lambda _: {}, plain, none_sent.__eq__),
    ]


def timed(command: list[str], given: str, environment: dict[str, str]) -> tuple[Took, Any]:
    """Start a process; returns what it took up to its answer, and the answer."""
    start = time.perf_counter()
    pipes: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:
        process.stdin.write(given)
        process.stdin.close()
        told = next((line for line in process.stdout if line.startswith("%")), "")
        wall = time.perf_counter() - start
        if not told:
            raise SystemExit(f"{command} gave no answer:\n{process.stderr.read()}")
    _, cpu, answer = told.split(" ", 2)
    return Took(wall, float(cpu)), json.loads(answer)


@contextmanager
def stores(logs: Path) -> Iterator[dict[str, str]]:
    """DynamoDB Local, and moto for all else; gives the environment that leads there."""
    processes = Processes(logs)
    try:
        dynamodb_port, aws_port = free_ports(2)
        moto = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(aws_port)]
        aws = processes.start("aws", moto, aws_environment())
        wait_for_port(start_dynamodb(processes, dynamodb_port), dynamodb_port)
        wait_for_port(aws, aws_port)
        dynamodb, rest = (f"http://127.0.0.1:{port}" for port in (dynamodb_port, aws_port))
        create_table(client("dynamodb", dynamodb), NAME)
        client("s3", rest).create_bucket(Bucket=NAME)
        queue = client("sqs", rest).create_queue(QueueName=NAME)["QueueUrl"]
        settings = {"TABLE_NAME": NAME, "BUCKET_NAME": NAME, "QUEUE_URL": queue, "STAGE": "dev"}
        scopes = {"CELIGO_STACK_SCOPES": "settlements:write inventory:write outbox:deliver"}
        yield aws_environment(_DYNAMODB=dynamodb, **{"": rest}) | settings | scopes
    finally:
        processes.close()


def compiled(tree: Path) -> list[str]:
    """Put the sources there with bytecode; returns how to start Python on them."""
    for name in ("handler", "mappings"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    how = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(tree)]
    subprocess.run([sys.executable, *how], check=True)
    return [sys.executable]


def unpacked(tree: Path) -> list[str]:
    """Put the artefact there and print its sizes; returns how to start Python on it."""
    python = python_of(RUNTIME)
    if python is None:
        raise SystemExit(f"There is no Python {RUNTIME} here to run the artefact with.")
    with zipfile.ZipFile(ARTEFACT) as archive:
        archive.extractall(tree)
    by_top: Counter[str] = Counter()
    for path in tree.rglob("*"):
        if path.is_file():
            top = path.relative_to(tree).parts[0]
            by_top[top.removesuffix(".py").partition("-")[0].partition(".")[0]] += (
                path.stat().st_size
            )
    zipped, whole = ARTEFACT.stat().st_size, sum(by_top.values())
    print(f"{ARTEFACT.name}: {zipped / 1e6:.1f} MB zipped, {whole / 1e6:.1f} MB unpacked")
    for name, size in by_top.most_common(10):
        print(f"  {name:<24}{size / 1e6:>7.2f} MB")
    return [python, "-S"]  # without the packages that are beside that Python


def measure(runs: int, python: list[str], environment: dict[str, str]) -> None:
    """Time every call, taking turns with the yardstick, and print the ratios."""
    with_aws = environment["AWS_ENDPOINT_URL"]
    made = subprocess.run(
        [*python, "-m", "handler", "keys", "create", "--name", "cold", "--scopes", "*"],
        env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    todo = calls(client("s3", with_aws), made.stdout.split()[-1])
    took: dict[str, list[Took]] = {name: [] for name in ("yardstick", *(c.name for c in todo))}
    for number in range(runs + 2):  # the first two warm the stores and the disk's cache
        took["yardstick"].append(timed([*python, "-c", YARDSTICK], "", environment)[0])
        for one in todo:
            given = json.dumps([one.function, one.event(number), one.context])
            spent, said = timed([*python, "-c", CALL], given, environment)
            if not one.is_well(said):
                raise SystemExit(f"{one.name} answers {said}")
            took[one.name].append(spent)
    medians = {
        name: Took(*(statistics.median(each) for each in zip(*spent[2:], strict=True)))
        for name, spent in took.items()
    }
    yardstick = medians["yardstick"]
    print(f"median of {runs}{'':<12}{'wall ms':>9}{'ratio':>7}{'cpu ms':>9}{'ratio':>7}")
    for name, each in medians.items():
        wall, cpu = each.wall / yardstick.wall, each.cpu / yardstick.cpu
        shown = f"{each.wall * 1e3:>9.0f}{wall:>7.2f}{each.cpu * 1e3:>9.0f}{cpu:>7.2f}"
        print(f"{name:<24}{shown}")


def main() -> None:
    """Start the stores, lay out the code, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--artefact", action="store_true", help="measure what is deployed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        python = unpacked(tree) if options.artefact else compiled(tree)
        os.chdir(tree)  # not where the repository is: its own sources must not come first
        with stores(Path(folder)) as environment:
            environment |= {"PYTHONPATH": str(tree), "LOG_LEVEL": "ERROR"}
            measure(options.runs, python, environment)


if __name__ == "__main__":
    main()
