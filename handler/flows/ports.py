"""What the use cases need of the outside, as protocols. adapters/ implements them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from handler.flows.exception_ports import ExceptionRegister, ExceptionState, RegisteredException
from handler.flows.page import Page, T

if TYPE_CHECKING:
    from handler.core.source import Source
    from handler.flows.parcel import Parcel
    from handler.payloads.references import References
    from handler.settlement.profile import ProfileHint
    from handler.settlement.settle import Mappings

__all__ = [
    "ExceptionState",
    "Files",
    "MappingSource",
    "Page",
    "ReferenceSource",
    "RegisteredException",
    "SettlementRecord",
    "SettlementStore",
    "T",
]


@dataclass(frozen=True, slots=True)
class SettlementRecord:
    """What is remembered of a settlement: its state, and where its file and its result lie.

    Attributes:
        settlement_id: Amazon's number; one record for each, in the whole table.
        profile: whose books it belongs to.
        status: "proven" or "held".
        version: 1, 2, ...; grows when a held settlement is settled anew, or a proven one corrected.
        content_hash: SHA-256 of the raw file, unpacked.
        mapping_version: of the mappings it was settled with.
        format: of the raw file.
        currency: ISO 4217 code.
        declared_total: minor units.
        computed_total: minor units.
        start: ISO date.
        end: ISO date.
        external_ids: of its journal entries; empty where held.
        raw_key: the raw file's key in the bucket.
        result_key: the result's key in the bucket.
        recorded_at: ISO 8601 in UTC.
        state: where it stands on its way to the books; see reconciliation/state.py.
        netsuite_ids: "external id=internal id" of each entry NetSuite has acknowledged.
        moments: "state=ISO 8601 in UTC" of each state it came to after its settling, the last time
            of each; a correction begins with those of what it corrects. Two records that differ in
            nothing else are the same.
    """

    settlement_id: str
    profile: str
    status: str
    version: int
    content_hash: str
    mapping_version: str
    format: str
    currency: str
    declared_total: int
    computed_total: int
    start: str
    end: str
    external_ids: tuple[str, ...]
    raw_key: str
    result_key: str
    recorded_at: str
    state: str
    netsuite_ids: tuple[str, ...] = ()
    moments: tuple[str, ...] = field(default=(), compare=False)

    def came_to(self, state: str, at: str) -> SettlementRecord:
        """Return the record in a state, with the moment it came to it."""
        if state == self.state:
            return self
        known = {**self.moved_at, state: at}
        return replace(self, state=state, moments=tuple(map("=".join, known.items())))

    @property
    def moved_at(self) -> dict[str, str]:
        """The moment of each state it came to, as far as they are recorded."""
        return dict(pair.split("=", 1) for pair in self.moments)

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes another call the same call: whose books, what content, which mapping."""
        return (self.profile, self.content_hash, self.mapping_version)


class SettlementStore(ExceptionRegister, Protocol):
    """The settlements and their exceptions: one consistent state."""

    def get(self, settlement_id: str) -> SettlementRecord | None:
        """Return the record, or ``None``; reads what was last written."""

    def record(
        self,
        record: SettlementRecord,
        exceptions: Sequence[RegisteredException],
        idempotency_key: str = "",
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        """Write a record with its exceptions and what is to be delivered of it, all or nothing.

        Version 1 is written only where the settlement is unknown, version n only over version
        n-1 with the same ``netsuite_ids``, so that no acknowledgement is forgotten. Exceptions of
        the settlement that are open and not among ``exceptions`` are resolved.

        Returns:
            False where another writer came first: nothing was written; read again.

        Raises:
            Conflict: ``IDEMPOTENCY_KEY_REUSED``, the key was used for something else; this goes
                before a False.
            ValueError: more than 96 exceptions and parcels: they would not fit into one
                transaction.
        """

    def versions(self, settlement_id: str) -> Sequence[SettlementRecord]:
        """Return every version recorded, the first one first, each as it was recorded."""

    def move(
        self, record: SettlementRecord, before: SettlementRecord, parcels: Sequence[Parcel] = ()
    ) -> bool:
        """Put ``record`` in the place of ``before``: the same version, another state.

        Parcels are written with it, all or nothing; one that is there already stays as it is.

        Returns:
            False where what is recorded is neither ``before`` nor ``record`` itself: nothing was
            written; read again.
        """

    def remember(self, idempotency_key: str, record: SettlementRecord) -> None:
        """Keep that a key was used for a settlement that had been recorded before.

        Raises:
            Conflict: ``IDEMPOTENCY_KEY_REUSED``.
        """

    def idempotent(self, idempotency_key: str) -> tuple[str, ...] | None:
        """Return (settlement id, profile, content hash) the key was used for, or ``None``."""

    def settlements(self, profile: str, limit: int, cursor: str = "") -> Page[SettlementRecord]:
        """Return settlements, the latest end first; of every profile where ``profile`` is empty."""


class Files(Protocol):
    """The bucket: raw files as they came, and results beside them."""

    @property
    def bucket(self) -> str:
        """The bucket's name; files elsewhere are refused."""

    def source(self, key: str) -> Source:
        """Return the file at ``key``, to be opened as often as needed.

        Raises:
            RefusedRequest: ``FILE_NOT_FOUND``.
        """

    def keep(self, key: str, content: bytes, content_type: str) -> None:
        """Store ``content``. Keys carry a hash of the content, so writing twice changes nothing."""

    def read(self, key: str) -> bytes:
        """Return a whole file.

        Raises:
            RefusedRequest: ``FILE_NOT_FOUND``.
        """

    def upload_address(self, key: str, content_type: str, seconds: int) -> str:
        """Return an address that takes one PUT of a file to ``key``, without a key of ours.

        Args:
            key: where the file will lie.
            content_type: that the PUT must name.
            seconds: how long the address is good.
        """


class MappingSource(Protocol):
    """The accountants' mappings."""

    def load(self, profile: str) -> Mappings:
        """Return the mappings of a profile.

        Raises:
            RefusedRequest: ``UNKNOWN_PROFILE``.
            UnusableMapping: they are wrong.
        """

    def hints(self) -> Sequence[ProfileHint]:
        """Return what tells which profile a file belongs to."""


class ReferenceSource(Protocol):
    """NetSuite's internal ids, as the accountants' files name them."""

    def load(self, profile: str) -> References:
        """Return the ids of a profile; none where it has no such file.

        Raises:
            UnusableMapping: the file is wrong; says where.
        """
