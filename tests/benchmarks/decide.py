"""How long deciding the seller's own stock takes, against JSON read and written alone.

    python tests/benchmarks/decide.py [--listings 200000] [--call 5000] [--runs 3]

Both are timed in one run, in processor seconds of one process; what counts is their ratio. The
requests are generated from a fixed seed: one listing in ten is a kit, one item in five has two
listings, one listing in a hundred an open order. They come in calls of ``--call`` listings, as a
flow sends them. The yardstick reads the same requests with ``json.loads`` and writes the same
answers with ``json.dumps``, and does nothing between. We read, build values, decide, make documents
and write: once with no state, once more as a replay, where nothing may be sent. Python's search for
circular garbage is off for both: neither makes any, and it would look through every state again and
again. Nothing is asserted: machines differ, ratios hardly.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fbm_stock import MARKET, NOW, READ, SELLER, a_listing, a_policy, an_order  # noqa: E402

from handler.inventory.decide import decide_all  # noqa: E402
from handler.inventory.listing import Component, Listing, ListingKey, Split  # noqa: E402
from handler.inventory.mfn_order import MfnOrder  # noqa: E402
from handler.inventory.policy import InventoryPolicy  # noqa: E402
from handler.inventory.published import Published  # noqa: E402
from handler.inventory.registry import Registry, build_registry  # noqa: E402
from handler.inventory.source_stock import ListingSource, OnShelf, SourceStock  # noqa: E402
from handler.payloads.decision_documents import decision_document  # noqa: E402

LOCATIONS = ["Main", "Shop", "FBA US", "Repair"]


def listings(count: int, chance: random.Random) -> list[Listing]:
    """Single items, every fifth with a second listing, and one kit in ten."""
    made: list[Listing] = []
    for number in range(count):
        sku = f"SKU-{number:06}"
        if number % 10 == 9:
            parts = tuple(
                Component(f"ITEM-{number - back:06}", chance.randint(1, 3)) for back in (1, 2)
            )
            made.append(a_listing(sku, "", components=parts))
        else:
            item = f"ITEM-{number - (number % 5 == 4):06}"
            made.append(a_listing(sku, item, safety=chance.randrange(3), share=100))
    return made


def calls(known: list[Listing], size: int, chance: random.Random) -> list[bytes]:
    """The requests as a flow sends them."""
    shelves = {
        need.item: {place: chance.randrange(60) for place in chance.sample(LOCATIONS, 2)}
        for one in known
        for need in one.needs
    }
    rows = [
        {
            "seller": SELLER,
            "marketplace": MARKET,
            "sku": one.key.sku,
            "version": 7,
            "time": READ.isoformat(),
            "stock": [
                {"item": need.item, "location": place, "available": units}
                for need in one.needs
                for place, units in shelves[need.item].items()
            ],
        }
        for one in known
    ]
    return [
        json.dumps({"listings": rows[start : start + size]}).encode()
        for start in range(0, len(rows), size)
    ]


def parsed(body: bytes) -> list[ListingSource]:
    """The values a request tells of."""
    return [
        ListingSource(
            ListingKey(row["seller"], row["marketplace"], row["sku"]),
            SourceStock(
                row["version"],
                datetime.fromisoformat(row["time"]),
                tuple(
                    [
                        OnShelf(one["item"], one["location"], one["available"])
                        for one in row["stock"]
                    ]
                ),
            ),
        )
        for row in json.loads(body)["listings"]
    ]


class Job:
    """The whole way, over all calls."""

    def __init__(
        self,
        bodies: list[bytes],
        registry: Registry,
        policy: InventoryPolicy,
        orders: list[MfnOrder],
    ) -> None:
        self.bodies, self.registry, self.policy, self.orders = bodies, registry, policy, orders
        self.states: dict[ListingKey, Published] = {}
        self.sent = 0

    def run(self) -> list[bytes]:
        """Answer every call, and keep the states."""
        answers = []
        self.sent = 0
        for body in self.bodies:
            decisions = decide_all(
                parsed(body), self.registry, self.policy, self.states, self.orders, NOW
            )
            documents = [decision_document(one) for one in decisions]
            answers.append(json.dumps({"decisions": documents}).encode())
            for one in decisions:
                if one.state is not None:
                    self.states[one.key] = one.state
                    self.sent += 1
        return answers


def yardstick(bodies: list[bytes], answers: list[bytes]) -> float:
    """Seconds to read the requests and write the answers, and nothing else."""
    spent = 0.0
    for body, answer in zip(bodies, answers, strict=True):
        documents = json.loads(answer)
        start = time.process_time()
        json.loads(body)
        json.dumps(documents).encode()
        spent += time.process_time() - start
    return spent


def timed(call: Callable[[], list[bytes]]) -> tuple[float, list[bytes]]:
    start = time.process_time()
    answers = call()
    return time.process_time() - start, answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listings", type=int, default=200_000)
    parser.add_argument("--call", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    chance = random.Random(11)
    known = listings(options.listings, chance)
    bodies = calls(known, options.call, chance)
    orders = [
        an_order(chance.randint(1, 3), one.key.sku, str(number))
        for number, one in enumerate(chance.sample(known, options.listings // 100))
    ]
    gc.collect()
    gc.disable()
    size = sum(map(len, bodies)) / 1e6
    print(
        f"{options.listings:,} listings, {len(bodies)} calls, {size:.0f} MB, {len(orders):,} orders"
    )
    print(f"{'split':<10}{'pass':<9}{'sent':>9}{'ours s':>9}{'json s':>9}{'ratio':>7}")
    for split in Split:
        policy = a_policy(split=split)
        for _ in range(options.runs):
            job = Job(bodies, build_registry(known, policy), policy, orders)
            for name in ("first", "replay"):
                ours, answers = timed(job.run)
                theirs = yardstick(bodies, answers)
                row = f"{split.value:<10}{name:<9}{job.sent:>9,}{ours:>9.2f}{theirs:>9.2f}"
                print(f"{row}{ours / theirs:>7.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory {peak / 1024:.0f} MB")


if __name__ == "__main__":
    main()
