"""How long a settlement takes, against a bare csv.reader pass over the same file.

    python tests/benchmarks/settle.py [--rows 1000000] [--runs 3]

Both are timed in one run, in processor seconds of one process; what counts is their ratio. The file
is generated from a fixed seed: five marketplaces, two months, orders of four to eight rows. The
yardstick reads every cell and keeps nothing; we read, classify, journal, prove and prepare the
trace. Nothing is asserted: machines differ, ratios hardly.

The design measured here is pure Python over bytes: no dependency in the Lambda package, memory that
does not grow with the file, and the line number of every bad row. Columnar engines read faster and
cost 65 MB (DuckDB) to 181 MB (polars) of package, and some round or accept what must be refused.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from builders import V2_COLUMNS, classes, vocabulary  # noqa: E402

from handler.adapters.mapping_files import load_profile  # noqa: E402
from handler.settlement.settle import Mappings, settle  # noqa: E402
from handler.settlement.trace import trace  # noqa: E402

MARKETS = ["Amazon.de", "Amazon.fr", "Amazon.it", "Amazon.es", "Amazon.nl"]
START = datetime(2025, 8, 1, tzinfo=UTC)
ORDER_KINDS = [
    ("ItemPrice", "Principal"),
    ("ItemPrice", "Tax"),
    ("ItemFees", "Commission"),
    ("ItemFees", "FBAPerUnitFulfillmentFee"),
    ("ItemWithheldTax", "MarketplaceFacilitatorVAT-Principal"),
    ("ItemPrice", "Shipping"),
    ("Promotion", "Shipping"),
    ("ItemPrice", "ShippingTax"),
]


def other_kinds() -> list[tuple[str, str, str]]:
    """Some 110 exact kinds of the shipped vocabulary besides those of orders."""
    rules = vocabulary().rules
    exact = [r for r in rules if "*" not in "".join(r.cells) and r.amount_description]
    return [(r.transaction_type, r.amount_type, r.amount_description) for r in exact[::6]][:110]


def generate(path: Path, rows: int, seed: int = 7) -> None:
    """Write a V2 settlement of ``rows`` rows that ties."""
    chance = random.Random(seed)
    others = other_kinds()
    total = 0
    with path.open("w", encoding="utf-8") as out:
        out.write("\t".join(V2_COLUMNS) + "\n")
        place = out.tell()
        facts = ["11700000001", stamp(0), stamp(60 * 86400), stamp(62 * 86400), " " * 18, "EUR"]
        out.write("\t".join(facts) + "\t" * (len(V2_COLUMNS) - 6) + "\n")
        written = 0
        while written < rows:
            kinds = [("Order", *kind) for kind in ORDER_KINDS[: chance.randint(4, 8)]]
            if chance.random() < 0.05:
                kinds = [chance.choice(others)]
            lines, sums = movement(chance, kinds[: rows - written])
            out.writelines(lines)
            total += sums
            written += len(lines)
        out.seek(place)
        facts[4] = f"{'-' * (total < 0)}{abs(total) // 100}.{abs(total) % 100:02}".ljust(18)
        out.write("\t".join(facts))


def stamp(seconds: int) -> str:
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S UTC")


def movement(chance: random.Random, kinds: list[tuple[str, str, str]]) -> tuple[list[str], int]:
    """The rows of one order, or of one other movement, and their sum."""
    order = (
        f"{chance.randrange(10**3):03}-{chance.randrange(10**7):07}-{chance.randrange(10**7):07}"
    )
    posted = stamp(chance.randrange(60 * 86400))
    market, sku = chance.choice(MARKETS), f"SKU-{chance.randrange(2000):04}"
    lines, total = [], 0
    for transaction, amount_type, description in kinds:
        amount = chance.randrange(-3000, 9000)
        total += amount
        text = f"{'-' * (amount < 0)}{abs(amount) // 100}.{abs(amount) % 100:02}"
        cells = [
            "11700000001", "", "", "", "", "", transaction, order, order, "", order[-9:], market,
            amount_type, description, text, "AFN", posted[:10], posted,
            str(chance.randrange(10**14)), "", "", sku, "1", "",
        ]  # fmt: skip
        lines.append("\t".join(cells) + "\n")
    return lines, total


def yardstick(path: Path) -> int:
    with path.open(newline="", encoding="utf-8") as file:
        return sum(1 for _ in csv.reader(file, delimiter="\t"))


def whole_job(path: Path, mappings: Mappings) -> int:
    found = settle(lambda: path.open("rb"), mappings)
    assert found.status == "proven", [finding.what for finding in found.findings][:3]
    return len(trace(found.journal, mappings.profile.grouping).lines)


def timed(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    known = classes()
    profile = load_profile(ROOT / "mappings", "eu", known)
    mappings = Mappings(known, vocabulary(), profile, "benchmark")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settlement.txt"
        generate(path, options.rows)
        print(f"{options.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        ratios = []
        for _ in range(options.runs):
            ours, theirs = timed(lambda: whole_job(path, mappings)), timed(lambda: yardstick(path))
            ratios.append(ours / theirs)
            print(f"whole job {ours:.2f} s, csv.reader {theirs:.2f} s, ratio {ours / theirs:.2f}")
        print(f"median ratio {sorted(ratios)[len(ratios) // 2]:.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory {peak / 1024:.0f} MB")


if __name__ == "__main__":
    main()
