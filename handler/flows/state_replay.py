"""One recorded version of a settlement made anew: by the same flow, and held against its result.

The result in the bucket is what the books have. Where the flow comes to the very same, byte by
byte, the version is recorded as it was. Where it does not, or the mappings of then are not to be
had, the version is recorded as its result tells it, and that is said: nothing is posted for the
difference. Whatever parcels come forth are parked, as nobody here knows what NetSuite has.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

from handler.core.errors import OutsideFailure, PluginError, RefusedRequest
from handler.core.finding import CATALOGUE, Finding
from handler.core.money import known_currency
from handler.flows.parcel import Parcel, ParcelState
from handler.flows.parcels_made import of_settlement
from handler.flows.ports import (
    Files,
    MappingSource,
    Page,
    RegisteredException,
    SettlementRecord,
    SettlementStore,
)
from handler.flows.posted import POSTED
from handler.flows.registered import registered
from handler.flows.settle_call import RawFile, Wish
from handler.flows.settle_file import settle_raw
from handler.flows.settlement_record import correcting
from handler.payloads import stored
from handler.settlement.exchange_rate import rate_within
from handler.settlement.stored_rules import with_rules

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.state_recorded import Recorded
    from handler.payloads.result import Document
    from handler.settlement.profile import ProfileHint
    from handler.settlement.settle import Mappings
    from handler.settlement.vocabulary import Rule

REBUILT: Final = "REBUILT: made anew from the bucket; see whether NetSuite has it before releasing."


class ComesOutOtherwise(Exception):
    """The flow came to another result than the recorded one."""


def replay(app: App, one: Recorded, raw: RawFile, mappings: Mappings) -> None:
    """Settle a version again, with the mappings of then, and record it if it comes out the same.

    Raises:
        ComesOutOtherwise: it does not; nothing was written.
        PluginError: the flow refused it, or a store did not answer.
    """
    there = replace(
        app,
        settlements=cast("SettlementStore", _AsThen(app.settlements, one)),
        files=cast("Files", _HeldAgainst(app.files, one.key)),
        mappings=_Of(mappings),
        now=lambda: one.written_at,
        settled=lambda *_: None,
    )
    answer = settle_raw(
        there,
        raw,
        Wish(
            profile=one.profile,
            settlement_id=one.asked_for,
            exchange_rate=rate_within(one.mapping_version),
            repost=one.is_correction,
        ),
    )
    if answer.record is None or answer.replayed or answer.record.version != one.version:
        raise ComesOutOtherwise


def adopt(app: App, one: Recorded, raw_key: str | None) -> None:
    """Record a version as its result tells it.

    Args:
        app: the ports.
        one: the version.
        raw_key: where its raw file lies; ``None`` where it is not to be had.

    Raises:
        OutsideFailure: a store did not answer, or another writer came first.
    """
    document = stored.unpack(app.files.read(one.key)).document
    known = app.settlements.get(one.settlement_id)
    record = _record(one, document, raw_key or POSTED + one.content_hash)
    if known is not None and one.is_correction:
        record = correcting(record, known, document)
    then = replace(app, now=lambda: one.written_at)
    exceptions = registered(then, f"settlement:{one.settlement_id}", _findings(document))
    parcels = of_settlement(record, document, one.written_at)
    if not app.settlements.record(record, exceptions, parcels=parked(parcels)):
        raise OutsideFailure(
            "BUSY",
            f"Settlement {one.settlement_id} is being recorded by somebody else.",
            "Stop what settles into this table, and rebuild again.",
        )


def parked(parcels: Iterable[Parcel]) -> tuple[Parcel, ...]:
    """Return parcels as given up, for a person: none goes out before one says so."""
    return tuple(
        replace(parcel, state=ParcelState.PARKED, last_error=REBUILT) for parcel in parcels
    )


def _record(one: Recorded, document: Document, raw_key: str) -> SettlementRecord:
    money = known_currency(str(document["currency"]))
    status = str(document["status"])
    entries = cast("Sequence[Document]", document["journal_entries"])
    return SettlementRecord(
        settlement_id=one.settlement_id,
        profile=one.profile,
        status=status,
        version=one.version,
        content_hash=one.content_hash,
        mapping_version=one.mapping_version,
        format=str(document["format"]),
        currency=money.code,
        declared_total=money.minor(str(document["declared_total"])),
        computed_total=money.minor(str(document["computed_total"])),
        start=str(document["start"]),
        end=one.end,
        external_ids=tuple(str(entry["external_id"]) for entry in entries),
        raw_key=raw_key,
        result_key=one.key,
        recorded_at=one.written_at.isoformat(timespec="seconds"),
        state=status,
    )


def _findings(document: Document) -> list[Finding]:
    told = cast("Sequence[dict[str, Any]]", document["exceptions"])
    return [
        Finding(each["code"], each["subject"], each["what"], each["evidence"], each["repair"])
        for each in told
        if each["code"] in CATALOGUE
    ]


@dataclass(frozen=True, slots=True)
class _Of:
    """The mappings a version was settled with."""

    mappings: Mappings

    def load(self, profile: str) -> Mappings:  # noqa: ARG002 - they are of one profile
        return self.mappings

    def hints(self) -> Sequence[ProfileHint]:
        return ()


class _AsThen:
    """The settlements as they were when a version was recorded; its parcels come parked."""

    def __init__(self, store: SettlementStore, one: Recorded) -> None:
        self._store = store
        self._one = one

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the store has
        return getattr(self._store, name)

    def settlements(self, profile: str, limit: int, cursor: str = "") -> Page[SettlementRecord]:
        """Return those that were there to look in, and were read."""
        page = self._store.settlements(profile, limit, cursor)
        there = [record for record in page.items if record.settlement_id in self._one.looked_in]
        return Page(there, page.cursor)

    def record(
        self,
        record: SettlementRecord,
        exceptions: Sequence[RegisteredException],
        idempotency_key: str = "",
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        """Record the version, and no other one."""
        if (record.version, record.result_key) != (self._one.version, self._one.key):
            raise ComesOutOtherwise
        return self._store.record(record, exceptions, idempotency_key, parked(parcels))


class _HeldAgainst:
    """The bucket, into which a result is not written but held against the one that is there."""

    def __init__(self, files: Files, key: str) -> None:
        self._files = files
        self._key = key

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._files, name)

    def keep(self, key: str, content: bytes, content_type: str) -> None:
        """Compare a result; write what can be made anew at any time only where it is missing."""
        if key == self._key:
            # Packed by another version of zlib, the same text is other bytes.
            if gzip.decompress(self._files.read(key)) != gzip.decompress(content):
                raise ComesOutOtherwise
        elif key.startswith("results/"):
            raise ComesOutOtherwise
        elif not self._is_there(key):
            self._files.keep(key, content, content_type)

    def _is_there(self, key: str) -> bool:
        try:
            self._files.source(key)
        except RefusedRequest:
            return False
        return True


def mappings_of(
    app: App, sources: Iterable[MappingSource], books: Sequence[tuple[Rule, ...]], profile: str
) -> dict[str, Mappings]:
    """Return a profile's mappings by version: of every source, without stored rules and with each.

    What cannot be loaded is left out: what was settled with it is then recorded as it was.

    Args:
        app: the ports; its deployed mappings come first.
        sources: of earlier deployments.
        books: the rules of each version of the stored rules.
        profile: whose.
    """
    found: dict[str, Mappings] = {}
    for source in (app.deployed_mappings, *sources):
        try:
            plain = source.load(profile)
        except PluginError:
            continue
        for rules in ((), *books):
            made = with_rules(plain, rules)
            found.setdefault(made.version, made)
    return found
