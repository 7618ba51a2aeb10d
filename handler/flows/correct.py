"""Correct a settlement that is in the books: settle it anew, post the difference.

Nothing posted is edited or deleted. Everything emitted for a settlement, over all its versions,
always adds up to its latest journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handler.core.errors import OutsideFailure, UnusableMapping
from handler.payloads import stored
from handler.payloads.correction import correction_document
from handler.payloads.recorded import posted_entries
from handler.settlement.correction import Change, changes, delta_entries, postable

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord
    from handler.payloads.result import Document
    from handler.settlement.journal import JournalEntry
    from handler.settlement.settle import Settled


@dataclass(frozen=True, slots=True)
class Correction:
    """The difference between a settlement as settled now and what was emitted for it.

    Attributes:
        found: account by account.
        delta: the entries that post it; empty where the journal comes out the same.
        corrects: external ids of everything emitted before.
    """

    found: tuple[Change, ...]
    delta: tuple[JournalEntry, ...]
    corrects: tuple[str, ...]


def correction(app: App, known: SettlementRecord, settled: Settled) -> Correction:
    """Compare a settlement with everything emitted for it.

    Raises:
        UnusableMapping: the profile no longer has a subsidiary that entries were posted to.
    """
    posted = emitted(app, known)
    profile = settled.profile
    gone = sorted({entry.subsidiary for entry in posted} - set(profile.subsidiaries))
    if gone:
        raise UnusableMapping(
            "UNUSABLE_MAPPING",
            f"The profile {profile.name!r} no longer has the subsidiary {gone[0]!r}, to which "
            f"entries of settlement {known.settlement_id} were posted.",
            "Keep the subsidiary in the profile, so that its entries can be taken back.",
        )
    header = settled.report.header
    found = changes(posted, postable(settled.journal, header), profile)
    delta = delta_entries(found, header, profile, known.version + 1)
    return Correction(found, delta, tuple(entry.external_id for entry in posted))


def emitted(app: App, known: SettlementRecord) -> Sequence[JournalEntry]:
    """Return every entry emitted for a settlement, over all its proven versions.

    Raises:
        OutsideFailure: ``CHANGED_MEANWHILE``, another correction came in between.
    """
    versions = [v for v in app.settlements.versions(known.settlement_id) if v.status == "proven"]
    if not versions or versions[-1].version != known.version:
        raise OutsideFailure(
            "CHANGED_MEANWHILE",
            f"Settlement {known.settlement_id} was recorded anew by another call.",
            "Try again.",
        )
    return tuple(
        entry
        for version in versions
        for entry in posted_entries(stored.unpack(app.files.read(version.result_key)).document)
    )


def corrected_document(whole: Document, settled: Settled, found: Correction) -> Document:
    """Return the document of a settlement with the correction it needs."""
    return correction_document(whole, settled, found.found, found.delta, found.corrects)
