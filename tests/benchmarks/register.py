"""How long the lists of the register take with very much in it, on Amazon's DynamoDB Local.

    python tests/benchmarks/register.py --exceptions 50000

Yardstick: the same list with a hundred exceptions stored, in the same run. An index is right where
the ratio stays near 1, however much there is; a scan would grow with it. Counting by age reads keys
and so grows with what is counted, up to the most that is asked for.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "infra")]

from local_stack import client, create_table, dynamodb_local  # noqa: E402

from handler.adapters.dynamo_settlements import DynamoSettlements  # noqa: E402
from handler.flows.exception_ports import (  # noqa: E402
    OPEN,
    ExceptionList,
    ExceptionState,
    RegisteredException,
)

CODES = ("UNMAPPED_TRANSACTION", "STOCK_DRIFT", "BAD_ROW", "ORDER_MISSING")
MOST_COUNTED = 500


def made(number: int) -> RegisteredException:
    """An exception like those of a real settlement, some 1.5 KB."""
    code = CODES[number % len(CODES)]
    severity = "error" if code == "BAD_ROW" else "warning"
    at = f"2026-{1 + number % 12:02d}-{1 + number % 28:02d}T00:00:{number % 60:02d}+00:00"
    return RegisteredException(
        scope=f"settlement:{number // 5}",
        fingerprint=f"{number:032x}",
        finding={"code": code, "severity": severity, "what": "w" * 300, "why": "y" * 600,
                 "repair": "r" * 300, "evidence": {"lines": list(range(30))}},
        state=ExceptionState.OPEN,
        count=1,
        first_seen=at,
        last_seen=at,
    )  # fmt: skip


def median(call: Callable[[], object]) -> float:
    """Milliseconds, of nine calls."""
    took = []
    for _ in range(9):
        start = time.perf_counter()
        call()
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def measured(store: DynamoSettlements) -> dict[str, float]:
    """Milliseconds of each list's first page."""
    return {
        "open, 50": median(lambda: store.exceptions(50, "", OPEN)),
        "of a code, 50": median(lambda: store.exceptions(50, "", ExceptionList("code", "BAD_ROW"))),
        "of a severity, 50": median(
            lambda: store.exceptions(50, "", ExceptionList("severity", "warning"))
        ),
        f"ages, {MOST_COUNTED:,}": median(lambda: store.opened("warning", MOST_COUNTED)),
    }


def main() -> None:
    """Fill two tables, and print how the larger compares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exceptions", type=int, default=50_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as logs, dynamodb_local(Path(logs)) as address:
        dynamodb = client("dynamodb", address)
        found = []
        for name, size in (("few", 100), ("many", options.exceptions)):
            create_table(dynamodb, name)
            store = DynamoSettlements(dynamodb, name)
            for start in range(0, size, 1_000):
                store.register([made(n) for n in range(start, min(size, start + 1_000))])
            found.append(measured(store))
    few, many = found
    print(f"{options.exceptions:,} exceptions against 100, median of 9, milliseconds")
    for name, at_first in few.items():
        ratio = many[name] / at_first
        print(f"{name:<20} {at_first:>8.1f} {many[name]:>8.1f}   {ratio:.2f} x")


if __name__ == "__main__":
    main()
