"""How long a settlement takes, against a bare csv.reader pass over the same file.

    python tests/benchmarks/settle.py [--rows 1000000] [--runs 3]

All are timed in one run, in processor seconds of one process and one core; what counts are their
ratios. The file is generated from a fixed seed: five marketplaces, two months, some 120 kinds of
movements, orders of four to eight rows; a catalogue of 2,000 SKUs sold unevenly, each with its
price, tax, commission and fees. The yardstick reads every cell and keeps nothing; we read,
classify, journal, prove and prepare the trace. DuckDB, where it is installed, does one exact
GROUP BY of the same file (its columns named, nothing guessed), and knows neither kinds nor days
nor bad rows. Nothing is asserted: machines differ, ratios hardly.

The design measured here is pure Python over bytes. A block of 64 kB is split at its tabs at once
and taken apart by columns, as slices with a stride; the classifying cells of a row are one look-
up in a dictionary of what they were found to mean, the amount another, and each day's sum a
third, coded so that one addition sums and counts. The alternatives, and why not: a pydantic model
per row costs about seven times the yardstick, csv.DictReader with Decimal three to four; a split
per row and a loop over rows cost 1.4 (that was ours before); one regular expression with a group
per column costs twice what the one split does. DuckDB and polars read faster on many cores, but
weigh 65 and 181 MB in the Lambda package, take 140 to 270 MB of memory, and know no line of a bad
row. Memory does not grow with the file here, and the line number of every bad row is told: a
block with anything odd in it goes row by row, by the same strict grammars that everything new
goes through (a property test holds both equal).
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import itertools
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
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
    others, catalogue = other_kinds(), Catalogue(chance)
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
            lines, sums = movement(chance, catalogue, kinds[: rows - written])
            out.writelines(lines)
            total += sums
            written += len(lines)
        out.seek(place)
        facts[4] = f"{'-' * (total < 0)}{abs(total) // 100}.{abs(total) % 100:02}".ljust(18)
        out.write("\t".join(facts))


def stamp(seconds: int) -> str:
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S UTC")


class Catalogue:
    """What is sold: 2,000 SKUs, few of them often, each with what it brings and costs."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        prices = [chance.randrange(599, 12000) for _ in range(2000)]
        fees = [chance.choice(range(250, 900, 7)) for _ in range(2000)]
        self.skus = [
            (f"SKU-{n:04}", price, fee)
            for n, (price, fee) in enumerate(zip(prices, fees, strict=True))
        ]
        self.often = list(itertools.accumulate(1 / (n + 1) for n in range(2000)))

    def sold(self) -> tuple[str, dict[tuple[str, str], int]]:
        """Return a SKU and the amount of each kind of row that a sale of it has."""
        ((sku, price, fee),) = self._chance.choices(self.skus, cum_weights=self.often)
        tax = price * self._chance.choice((19, 20, 21, 22)) // 100
        shipping = self._chance.choice((0, 299, 399, 499, 599))
        amounts = (price, tax, -(price * 15 // 100), -fee, -tax, shipping, -shipping, shipping // 5)
        return sku, dict(zip(ORDER_KINDS, amounts, strict=True))


def movement(
    chance: random.Random, catalogue: Catalogue, kinds: list[tuple[str, str, str]]
) -> tuple[list[str], int]:
    """The rows of one order, or of one other movement, and their sum."""
    order = (
        f"{chance.randrange(10**3):03}-{chance.randrange(10**7):07}-{chance.randrange(10**7):07}"
    )
    posted = stamp(chance.randrange(60 * 86400))
    market, (sku, amounts) = chance.choice(MARKETS), catalogue.sold()
    lines, total = [], 0
    for transaction, amount_type, description in kinds:
        amount = amounts.get((amount_type, description), chance.randrange(-3000, 9000))
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


def grouped_by_duckdb(path: Path) -> int:
    """One GROUP BY over exact decimals; every column is named, so that none is guessed."""
    duckdb = importlib.import_module("duckdb")
    columns = dict.fromkeys(V2_COLUMNS, "VARCHAR") | {"amount": "DECIMAL(18, 2)"}
    base = duckdb.connect(config={"threads": 1})
    return len(
        base.execute(
            'SELECT "transaction-type", "marketplace-name", "amount-type", '
            '"amount-description", "fulfillment-id", count(*), sum(amount) '
            "FROM read_csv(?, delim = '\t', header = true, columns = ?) GROUP BY ALL",
            [str(path), columns],
        ).fetchall()
    )


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
        yards = {"csv.reader": yardstick}
        if importlib.util.find_spec("duckdb"):
            yards["DuckDB GROUP BY"] = grouped_by_duckdb
        took: dict[str, list[float]] = {name: [] for name in ("whole job", *yards)}
        for _ in range(options.runs):
            took["whole job"].append(timed(lambda: whole_job(path, mappings)))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # before DuckDB's
            if len(took["whole job"]) == 1:
                ours = peak
            for name, yard in yards.items():
                took[name].append(timed(partial(yard, path)))
        base = statistics.median(took["csv.reader"])
        for name, seconds in took.items():
            middle = statistics.median(seconds)
            print(f"{name:16} {middle:6.2f} s  {middle / base:5.2f} x csv.reader")
        print(f"peak memory of the whole job, the generator's included: {ours / 1024:.0f} MB")


if __name__ == "__main__":
    main()
