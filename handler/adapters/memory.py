"""Stores in memory, for dry runs, the command line and tests: the same rules, nothing kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handler.adapters.memory_exceptions import MemoryExceptions
from handler.adapters.memory_outbox import MemoryOutbox
from handler.adapters.memory_page import page
from handler.adapters.moments import utc_now
from handler.adapters.refusals import (
    IDEMPOTENCY_DAYS,
    file_not_found,
    key_reused,
    refuse_impossible_key,
)
from handler.adapters.settlement_recording import check_recording
from handler.core.source import Source, from_bytes

if TYPE_CHECKING:
    from handler.flows.parcel import Parcel
    from handler.flows.ports import Page, RegisteredException, SettlementRecord


class MemorySettlements(MemoryExceptions):
    """A :class:`~handler.flows.ports.SettlementStore` of this process; safe between threads."""

    def __init__(
        self, now: Callable[[], datetime] = utc_now, outbox: MemoryOutbox | None = None
    ) -> None:
        """Start empty.

        Args:
            now: the clock, in UTC; idempotency keys expire by it.
            outbox: takes the parcels; its own where none is given.
        """
        super().__init__()
        self._now = now
        self.outbox = outbox or MemoryOutbox()
        self._heads: dict[str, SettlementRecord] = {}
        self._versions: dict[str, list[SettlementRecord]] = {}
        self._used: dict[str, tuple[tuple[str, str, str], datetime]] = {}

    def get(self, settlement_id: str) -> SettlementRecord | None:
        """Return the record, or ``None``."""
        with self._lock:
            return self._heads.get(settlement_id)

    def record(
        self,
        record: SettlementRecord,
        exceptions: Sequence[RegisteredException],
        idempotency_key: str = "",
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        """Write a record with its exceptions and parcels; see the port.

        Raises:
            Conflict: ``IDEMPOTENCY_KEY_REUSED``.
            ValueError: there are too many exceptions and parcels.
        """
        check_recording(exceptions, parcels)
        use = (record.settlement_id, record.profile, record.content_hash)
        with self._lock:
            if idempotency_key and self.idempotent(idempotency_key) not in (None, use):
                raise key_reused()
            known = self._heads.get(record.settlement_id)
            if record.version != (known.version + 1 if known else 1):
                return False
            if known and known.netsuite_ids != record.netsuite_ids:
                return False  # acknowledged meanwhile: written so, it would be forgotten
            self._heads[record.settlement_id] = record
            self._versions.setdefault(record.settlement_id, []).append(record)
            if idempotency_key:
                self._used[idempotency_key] = (use, self._now() + timedelta(days=IDEMPOTENCY_DAYS))
            met = {(e.scope, e.fingerprint) for e in exceptions}
            self._close(f"settlement:{record.settlement_id}", met, record.recorded_at)
            self.register(exceptions)
            self.outbox.add(parcels)
            return True

    def versions(self, settlement_id: str) -> Sequence[SettlementRecord]:
        """Return every version recorded, the first one first."""
        with self._lock:
            return tuple(self._versions.get(settlement_id, ()))

    def move(
        self, record: SettlementRecord, before: SettlementRecord, parcels: Sequence[Parcel] = ()
    ) -> bool:
        """Put ``record`` in the place of ``before``; see the port."""
        with self._lock:
            standing = self._heads.get(record.settlement_id)
            if standing == before:
                self._heads[record.settlement_id] = record
            if standing in (before, record):
                self.outbox.add(parcels)
            return standing in (before, record)

    def remember(self, idempotency_key: str, record: SettlementRecord) -> None:
        """Keep that a key was used for a settlement that had been recorded before.

        Raises:
            Conflict: ``IDEMPOTENCY_KEY_REUSED``.
        """
        use = (record.settlement_id, record.profile, record.content_hash)
        with self._lock:
            if self.idempotent(idempotency_key) not in (None, use):
                raise key_reused()
            self._used[idempotency_key] = (use, self._now() + timedelta(days=IDEMPOTENCY_DAYS))

    def idempotent(self, idempotency_key: str) -> tuple[str, ...] | None:
        """Return (settlement id, profile, content hash) the key was used for, or ``None``."""
        with self._lock:
            use, expires = self._used.get(idempotency_key, (None, self._now()))
            return use if expires > self._now() else None

    def settlements(self, profile: str, limit: int, cursor: str = "") -> Page[SettlementRecord]:
        """Return settlements, the latest end first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        with self._lock:
            found = {
                (record.end, record.settlement_id): record
                for record in self._heads.values()
                if profile in ("", record.profile)
            }
        return page(found, f"settlements#{profile}", limit, cursor)


class MemoryFiles:
    """A :class:`~handler.flows.ports.Files` of this process."""

    def __init__(self, bucket: str = "memory") -> None:
        """Start empty.

        Args:
            bucket: the name it goes by.
        """
        self._bucket = bucket
        self._files: dict[str, bytes] = {}

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self._bucket

    def source(self, key: str) -> Source:
        """Return the file as it is now; later changes do not reach it.

        Raises:
            RefusedRequest: ``FILE_NOT_FOUND``.
        """
        return from_bytes(self.read(key))

    def keep(self, key: str, content: bytes, content_type: str) -> None:  # noqa: ARG002 - of S3
        """Store ``content``."""
        self._files[key] = content

    def read(self, key: str) -> bytes:
        """Return a whole file.

        Raises:
            RefusedRequest: ``FILE_NOT_FOUND``.
        """
        try:
            return self._files[key]
        except KeyError:
            raise file_not_found(key, self._bucket) from None

    def upload_address(self, key: str, content_type: str, seconds: int) -> str:
        """Return what stands for an address; nothing answers there.

        Raises:
            RefusedRequest: ``FILE_NOT_FOUND``, no file can be at ``key``.
        """
        refuse_impossible_key(key, self._bucket)
        return f"memory://{self._bucket}/{key}?type={content_type}&seconds={seconds}"
