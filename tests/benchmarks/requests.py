"""How many requests a second the FBM step and the settlement read-out answer.

    python tests/benchmarks/requests.py [--requests 300] [--listings 50]

The WSGI app is called in this process, over stores in memory, one request after the other: what is
measured is what the plugin itself does for a request, key and scope and log line included, and no
network or store. Yardstick, in the same run and taking turns with it: a bare Flask route that reads
the same JSON, where there is any, and writes the same answer with ``json.dumps``. Nothing is
asserted: machines differ, ratios hardly.

- decide: one call for ``--listings`` listings, with NetSuite's counts, all newer than before and
  half of them changed.
- settlement, journal: a settlement of 729 rows that is recorded, as a flow reads it.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
# Not this folder: a file here is called as a library is.
sys.path[:] = [str(ROOT), *(path for path in sys.path if Path(path) != Path(__file__).parent)]

from flask import Flask, Response, request  # noqa: E402

from handler import logs  # noqa: E402
from handler.entrypoints.http_app import create_app  # noqa: E402
from handler.flows import api_keys  # noqa: E402
from handler.wiring import in_memory  # noqa: E402

SETTLEMENT = ROOT / "tests/data/settlements/ca_v1_2025-09.txt"
MARKETPLACE = "ATVPDKIKX0DER"
DECIDE = "/v1/inventory/fbm/decide?profile=us"

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Asked(NamedTuple):
    """A request and who answers it."""

    app: Wsgi
    method: str
    path: str
    body: bytes = b""
    key: str = ""
    kind: str = "application/json"


def answered(asked: Asked) -> tuple[float, bytes]:
    """Seconds it took, and the body of the answer."""
    path, _, query = asked.path.partition("?")
    environ = {
        "REQUEST_METHOD": asked.method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "plugin.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": asked.kind,
        "CONTENT_LENGTH": str(len(asked.body)),
        "HTTP_AUTHORIZATION": f"Bearer {asked.key}",
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(asked.body),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    status = []
    start = time.perf_counter()
    body = b"".join(asked.app(environ, lambda line, *_: status.append(line)))
    took = time.perf_counter() - start
    if not status[0].startswith("200"):
        raise SystemExit(f"{asked.method} {asked.path} answers {status[0]}: {body[:500]!r}")
    return took, body


def bare(answer: object) -> Wsgi:
    """A Flask app that reads the JSON it is sent and writes this answer."""
    app = Flask("bare")

    @app.route("/", methods=["GET", "POST"])
    def route() -> Response:
        if request.method == "POST":
            json.loads(request.get_data())
        return Response(json.dumps(answer), 200, content_type="application/json")

    return app.wsgi_app


def listings(count: int) -> list[dict[str, Any]]:
    """Listings of the seller's own stock, as a flow registers them."""
    return [
        {
            "marketplace": MARKETPLACE,
            "sku": f"SKU-{number:05}",
            "pool": "FBM",
            "item": f"ITEM-{number:05}",
            "safety": number % 3,
        }
        for number in range(count)
    ]


def counts(count: int, call: int, now: datetime) -> bytes:
    """NetSuite's counts, for one call; every second item has moved since the last one."""
    data = [
        {
            "marketplace": MARKETPLACE,
            "sku": f"SKU-{number:05}",
            "source_version": call + 1,
            "source_time": now.isoformat(timespec="seconds"),
            "quantities": [
                {
                    "item": f"ITEM-{number:05}",
                    "location": "Main Warehouse",
                    "available": 40 + number % 50 + (call if number % 2 else 0),
                }
            ],
        }
        for number in range(count)
    ]
    return json.dumps({"data": data}).encode()


def told(name: str, ours: list[float], theirs: list[float]) -> str:
    """A line of the table."""

    def shown(took: list[float]) -> str:
        half, most = (statistics.quantiles(took, n=100)[part] * 1e3 for part in (49, 98))
        return f"{1 / statistics.mean(took):>8.0f}{half:>9.2f}{most:>9.2f}"

    ratio = statistics.median(ours) / statistics.median(theirs)
    return f"{name:<14}{shown(ours)}{shown(theirs)}{ratio:>8.1f}"


def main() -> None:
    """Fill the stores, and take turns with the yardstick."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--listings", type=int, default=50)
    options = parser.parse_args()
    logs.configure("INFO")  # as deployed; the lines go nowhere
    now = datetime.now(UTC)
    app = in_memory(now=lambda: now + timedelta(minutes=next(minutes) / 100))
    minutes = iter(range(10**9))  # a clock of its own, so that no key makes too many calls a minute
    ours = create_app(app).wsgi_app
    key = api_keys.create(app, "benchmark", ["*"])
    known = json.dumps({"data": listings(options.listings)}).encode()
    with redirect_stdout(io.StringIO()):
        answered(Asked(ours, "POST", "/v1/inventory/listings?profile=us", known, key))
        raw = SETTLEMENT.read_bytes(), key, "application/octet-stream"
        posted = Asked(ours, "POST", "/v1/settlements?profile=ca", *raw)
        address = f"/v1/settlements/{json.loads(answered(posted)[1])['data'][0]['settlement_id']}"
    gc.collect()
    lines = []
    with redirect_stdout(io.StringIO()):
        for name, path in (
            ("decide", DECIDE),
            ("settlement", address),
            ("journal", f"{address}/journal"),
        ):
            took: tuple[list[float], list[float]] = [], []
            yardstick: Wsgi | None = None
            for call in range(options.requests + 10):
                body = counts(options.listings, call, app.now()) if name == "decide" else b""
                method = "POST" if body else "GET"
                mine, answer = answered(Asked(ours, method, path, body, key))
                yardstick = yardstick or bare(json.loads(answer))
                other, _ = answered(Asked(yardstick, method, "/", body))
                if call >= 10:  # the first calls import and load the mappings
                    took[0].append(mine)
                    took[1].append(other)
            lines.append(told(f"{name} {len(answer) / 1e3:.0f} kB", *took))
    print(
        f"{options.requests} requests each, {options.listings} listings a decision; p50, p99 in ms"
    )
    print(f"{'':<14}{'ours/s':>8}{'p50':>9}{'p99':>9}{'bare/s':>8}{'p50':>9}{'p99':>9}{'p50 x':>8}")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
