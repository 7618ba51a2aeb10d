"""`python -m handler state rebuild`: the table made anew from the bucket alone."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from handler import wiring, wiring_state
from handler.entrypoints.cli.csv_input import read_csv
from handler.flows.netsuite_ids import INTERNAL_ID
from handler.flows.state_posted import Told, tell_posted
from handler.flows.state_rebuild import Rebuilt, rebuild

if TYPE_CHECKING:
    from handler.settings import Settings

_ALL: Final = 0
_SOMETHING: Final = 2
_MOST_SHOWN: Final = 200
_MOST_NAMED: Final = 20


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Rebuild; 0 where all is as it was, 2 where something is to be looked at."""
    ids = _ids(options.posted) if options.posted else {}
    app = wiring.build(settings)
    earlier = [wiring.mapping_source(directory) for directory in options.mappings]
    done = rebuild(app, wiring_state.bucket_list(settings), earlier)
    told = tell_posted(app, ids, done.deposits.matched, done.noted)
    for line in (*_done(done), *_parcels(told, asked=bool(ids))):
        print(line)
    shown = list(islice(done.noted, _MOST_SHOWN))
    for one in shown:
        print(f"{one.code}: {one.of}: {one.what}\n    {one.repair}")
    if len(done.noted) > len(shown):
        print(f"And {len(done.noted) - len(shown)} more.")
    return _SOMETHING if done.noted or told.parked else _ALL


def _done(done: Rebuilt) -> Iterator[str]:
    yield f"{done.same:>9} version(s) of settlements came out byte for byte as they were"
    yield f"{done.as_recorded:>9} recorded as their results tell them, see below"
    yield f"{done.there:>9} were there already"
    yield f"{done.deposits.parcels:>9} matched deposit(s)"
    yield f"{done.stock.runs:>9} run(s) of the ledger, {done.stock.there} were there"
    yield f"{done.stock.reports:>9} report(s) of stock looked at"
    yield f"{done.stock.listings:>9} listing(s) registered over HTTP"
    yield f"{done.rules:>9} version(s) of stored rules"
    yield f"{done.received:>9} raw file(s) without a result received again"


def _parcels(told: Told, *, asked: bool) -> Iterator[str]:
    yield f"{told.posted:>9} parcel(s) NetSuite has: done"
    yield f"{told.parked:>9} parked: nothing of them goes out before `outbox release`"
    if told.waiting:
        yield f"{told.waiting:>9} on their way, as the table had them"
    if told.parked and not asked:
        yield "          Say with --posted what NetSuite has; what it lacks is then to be released."
    if told.unknown:
        more = " ..." if len(told.unknown) > _MOST_NAMED else ""
        yield (
            f"{len(told.unknown):>9} record(s) of NetSuite belong to nothing that waits here: "
            f"{', '.join(told.unknown[:_MOST_NAMED])}{more}"
        )


def _ids(file: str) -> dict[str, str]:
    """Return external id -> internal id.

    Raises:
        UnusableFile: ``BAD_CSV``.
    """
    found: dict[str, str] = {}
    for row in read_csv(file, ("external_id", "internal_id")):
        external, internal = row.text("external_id"), row.text("internal_id")
        if not re.fullmatch(INTERNAL_ID, internal):
            raise row.refused("internal_id", "an internal id of NetSuite's")
        if found.setdefault(external, internal) != internal:
            raise row.refused("internal_id", f"{found[external]}, as above for the same record")
    return found
