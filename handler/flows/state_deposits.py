"""Matched deposits made anew from what each left in the bucket: its parcel, and that it was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from handler.flows.moves import add_parcels
from handler.flows.parcels_made import of_deposit, settlement_group
from handler.flows.state_ports import Bucket, Noted
from handler.flows.state_replay import parked
from handler.payloads import packed

if TYPE_CHECKING:
    from handler.flows.app import App

_PAID: Final = re.compile(r"results/[^/]+/([^/]+)/paid-v([0-9]+)-[0-9a-f]+\.json\.gz")
_MATCHED: Final = re.compile(r"results/[^/]+/([^/]+)/deposit\.json\.gz")


@dataclass(slots=True)
class Deposits:
    """What was made anew of them.

    Attributes:
        parcels: how many.
        matched: settlements whose deposit was matched after their last version.
    """

    parcels: int = 0
    matched: set[str] = field(default_factory=set)


def rebuild_deposits(app: App, bucket: Bucket, noted: list[Noted]) -> Deposits:
    """Put the parcel of every kept deposit beside its settlement, parked.

    A call cut off before it moved its settlement has left such a file too. It does no harm: the
    same match made again has the same external ids, and a person looks before anything goes out.

    Raises:
        OutsideFailure: a store did not answer.
    """
    made = Deposits()
    for file in sorted(bucket.listing("results/"), key=lambda one: (one.written_at, one.key)):
        matched = _MATCHED.fullmatch(file.key)
        if matched is not None and _is_of_last(app, matched[1], file.written_at):
            made.matched.add(matched[1])
        named = _PAID.fullmatch(file.key)
        if named is None:
            continue
        settlement_id, version = named[1], int(named[2])
        versions = app.settlements.versions(settlement_id)
        if version > len(versions):
            noted.append(
                Noted(
                    "DEPOSIT_WITHOUT_SETTLEMENT",
                    f"settlement {settlement_id}, version {version}",
                    f"{file.key} was matched to what is not there.",
                    "Rebuild again once the settlement's results are restored.",
                )
            )
            continue
        entries = packed.unpack(app.files.read(file.key))["journal_entries"]
        parcels = parked(of_deposit(versions[version - 1], entries, file.key, file.written_at))
        there = {parcel.place for parcel in app.outbox.group(settlement_group(settlement_id))}
        new = [parcel for parcel in parcels if parcel.place not in there]
        if new:
            add_parcels(app, settlement_id, len(versions), new)
            made.parcels += len(new)
    return made


def _is_of_last(app: App, settlement_id: str, matched_at: datetime) -> bool:
    """Return whether nothing was corrected since; the moments are told to a second."""
    record = app.settlements.get(settlement_id)
    if record is None:
        return False
    return matched_at + timedelta(seconds=1) > datetime.fromisoformat(record.recorded_at)
