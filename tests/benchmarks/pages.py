"""How long pages take with very much stored, on Amazon's DynamoDB Local.

    python tests/benchmarks/pages.py --exceptions 50000 --settlements 10000

Yardstick: the same page with a hundred exceptions and a hundred settlements stored, in the same
run. A page reads the beginning of indexes, never a whole list, so its time stops growing with what
is stored once its bounds are reached: the overview counts 500 exceptions of a severity and reads
100 of each list for the scorecard, and a state is looked for among 500 settlements. Pages are
rendered in this process: no network but that to the store.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "infra")]

from local_stack import client, create_table, dynamodb_local  # noqa: E402
from register import made  # noqa: E402

from handler import logs  # noqa: E402
from handler.adapters.dynamo_inventory import DynamoInventory  # noqa: E402
from handler.adapters.dynamo_settlements import DynamoSettlements  # noqa: E402
from handler.entrypoints.http_app import create_app  # noqa: E402
from handler.flows import api_keys  # noqa: E402
from handler.flows.ports import SettlementRecord  # noqa: E402
from handler.wiring import in_memory  # noqa: E402

FEW = 100
RUNS = 9
SIGN_IN = "/dashboard/sign-in"
PAGES = (
    "/dashboard/overview",
    "/dashboard/settlements",
    "/dashboard/settlements?profile=ca&state=held",
    "/dashboard/exceptions",
)


def settled(number: int, today: datetime) -> SettlementRecord:
    """A settlement; eight end on a day, one in six is held."""
    end = today - timedelta(days=number // 8)
    state = "cleared" if number % 3 else ("deposited" if number % 6 else "held")
    return SettlementRecord(
        settlement_id=str(10_000_000_000 + number),
        profile="ca" if number % 2 else "us",
        status="held" if state == "held" else "proven",
        version=1,
        content_hash=f"{number:064x}",
        mapping_version="m" * 16,
        format="v2-flat-file",
        currency="CAD",
        declared_total=123_456,
        computed_total=123_456,
        start=(end - timedelta(days=14)).date().isoformat(),
        end=end.date().isoformat(),
        external_ids=(f"AMZ-{number}",),
        raw_key="raw/x",
        result_key="results/x.json.gz",
        recorded_at=end.isoformat(timespec="seconds"),
        state=state,
    )


def fill(store: DynamoSettlements, exceptions: int, settlements: int) -> None:
    """Store so many of each."""
    today = datetime.now(UTC)
    for start in range(0, exceptions, 1_000):
        store.register([made(n) for n in range(start, min(exceptions, start + 1_000))])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: store.record(settled(n, today), []), range(settlements)))


def measured(dynamodb: Any, table: str) -> dict[str, float]:
    """Milliseconds of each page, the median of nine."""
    app = replace(
        in_memory(),
        settlements=DynamoSettlements(dynamodb, table),
        inventory=DynamoInventory(dynamodb, table),
        is_https=False,
    )
    browser = create_app(app).test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(SIGN_IN).text)
    token = found[1] if found else ""
    key = api_keys.create(app, "benchmark", ["*"])
    browser.post(SIGN_IN, data={"key": key, "csrf_token": token})
    took = {}
    for path in PAGES:
        times = []
        for _ in range(RUNS + 1):
            start = time.perf_counter()
            status = browser.get(path).status_code
            times.append((time.perf_counter() - start) * 1000)
            if status != 200:
                raise SystemExit(f"{path} answers {status}")
        took[path] = statistics.median(times[1:])  # the first reads the templates
    return took


def main() -> None:
    """Fill two tables, and print how the larger compares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exceptions", type=int, default=50_000)
    parser.add_argument("--settlements", type=int, default=10_000)
    options = parser.parse_args()
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory() as folder, dynamodb_local(Path(folder)) as address:
        dynamodb = client("dynamodb", address)
        for name, exceptions, settlements in (
            ("few", FEW, FEW),
            ("many", options.exceptions, options.settlements),
        ):
            create_table(dynamodb, name)
            fill(DynamoSettlements(dynamodb, name), exceptions, settlements)
        measured(dynamodb, "many")  # DynamoDB Local is slow at its first answers
        few, many = measured(dynamodb, "few"), measured(dynamodb, "many")
    print(
        f"{options.exceptions:,} exceptions and {options.settlements:,} settlements against {FEW} "
        f"of each, median of {RUNS}, milliseconds"
    )
    for path, at_first in few.items():
        print(f"{path:<46}{at_first:>8.1f}{many[path]:>8.1f}   {many[path] / at_first:.2f} x")


if __name__ == "__main__":
    main()
