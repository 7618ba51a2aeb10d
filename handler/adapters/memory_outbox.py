"""The outbox and the webhooks' targets in memory, for dry runs and tests: the same rules."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from handler.adapters.moments import sortable
from handler.adapters.refusals import secret_not_found
from handler.flows import cursors
from handler.flows.delivery_ports import Circuit, Sent, WebhookTarget
from handler.flows.parcel import COMING, Parcel, ParcelState
from handler.flows.ports import Page

if TYPE_CHECKING:
    from handler.adapters.memory_keys import MemoryKeys
    from handler.flows.key_ports import AuditEntry

_NOTHING: Final = 0  # the revision of what is not there


class MemoryOutbox:
    """An :class:`~handler.flows.delivery_ports.OutboxStore` of this process, thread-safe."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.RLock()
        self._parcels: dict[tuple[str, str], Parcel] = {}

    def coming(self, limit: int, cursor: str = "") -> Page[Parcel]:
        """Return parcels that time makes ready, the earliest ``ready_at`` first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        found = self._by_moment(*COMING)
        keys = sorted(found)
        if cursor:
            position = cursors.decode(cursor, "outbox", 3)
            keys = [key for key in keys if key > position]
        return _page(found, keys, "outbox", limit)

    def parked(self, limit: int, cursor: str = "") -> Page[Parcel]:
        """Return parked parcels, the latest first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        found = self._by_moment(ParcelState.PARKED)
        keys = sorted(found, reverse=True)
        if cursor:
            position = cursors.decode(cursor, "parked", 3)
            keys = [key for key in keys if key < position]
        return _page(found, keys, "parked", limit)

    def group(self, group: str) -> Sequence[Parcel]:
        """Return every parcel of a group in the order of places."""
        with self._lock:
            return [self._parcels[key] for key in sorted(self._parcels) if key[0] == group]

    def put(self, parcel: Parcel) -> bool:
        """Write a parcel over its revision less one; see the port."""
        with self._lock:
            known = self._parcels.get((parcel.group, parcel.place))
            if (known.revision if known else _NOTHING) != parcel.revision - 1:
                return False
            self._parcels[parcel.group, parcel.place] = parcel
            return True

    def add(self, parcels: Sequence[Parcel]) -> None:
        """Write new parcels; those that are there already stay as they are."""
        with self._lock:
            for parcel in parcels:
                self._parcels.setdefault((parcel.group, parcel.place), parcel)

    def _by_moment(self, *states: ParcelState) -> dict[tuple[str, str, str], Parcel]:
        with self._lock:
            return {
                # A cursor holds no more of a name than DynamoDB's index does.
                (sortable(parcel.ready_at), _position(parcel.group), parcel.place): parcel
                for parcel in self._parcels.values()
                if parcel.state in states
            }


def _position(group: str) -> str:
    return f"{group[:200]}#{hashlib.sha256(group.encode()).hexdigest()}"


def _page(
    found: dict[tuple[str, str, str], Parcel],
    keys: Sequence[tuple[str, str, str]],
    listing: str,
    limit: int,
) -> Page[Parcel]:
    taken = keys[: max(limit, 1)]
    after = cursors.encode(listing, *taken[-1]) if len(keys) > len(taken) else ""
    return Page([found[key] for key in taken], after)


class MemoryTargets:
    """A :class:`~handler.flows.delivery_ports.TargetStore` of this process."""

    def __init__(self, keys: MemoryKeys) -> None:
        """Start empty.

        Args:
            keys: keeps the audit.
        """
        self._lock = threading.RLock()
        self._keys = keys
        self._targets: dict[str, WebhookTarget] = {}
        self._circuits: dict[str, Circuit] = {}

    def targets(self) -> Sequence[WebhookTarget]:
        """Return every target by name."""
        with self._lock:
            return [self._targets[name] for name in sorted(self._targets)]

    def put_target(self, target: WebhookTarget, audit: AuditEntry) -> bool:
        """Write a target over its revision less one, with the audit of it."""
        with self._lock:
            known = self._targets.get(target.name)
            if (known.revision if known else _NOTHING) != target.revision - 1:
                return False
            self._targets[target.name] = target
            self._keys.note(audit)
            return True

    def circuit(self, target: str) -> Circuit:
        """Return the circuit of a target; closed where nothing is stored."""
        return self._circuits.get(target, Circuit(target))

    def put_circuit(self, circuit: Circuit) -> bool:
        """Write a circuit over its revision less one."""
        with self._lock:
            if self.circuit(circuit.target).revision != circuit.revision - 1:
                return False
            self._circuits[circuit.target] = circuit
            return True


class MemorySecrets:
    """A :class:`~handler.flows.delivery_ports.Secrets` of this process."""

    def __init__(self) -> None:
        """Start empty."""
        self._texts: dict[str, str] = {}

    def read(self, name: str) -> str:
        """Return a secret.

        Raises:
            RefusedRequest: ``SECRET_NOT_FOUND``.
        """
        if name not in self._texts:
            raise secret_not_found(name)
        return self._texts[name]

    def write(self, name: str, text: str) -> None:
        """Keep a secret under a name."""
        self._texts[name] = text


class MemorySender:
    """A :class:`~handler.flows.delivery_ports.Sender` that sends nothing and keeps everything.

    Attributes:
        sent: (address, body, headers) of everything, in order.
        answers: what to answer next, first one first; 200 where nothing is left.
    """

    def __init__(self) -> None:
        """Start with nothing sent."""
        self.sent: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.answers: list[Sent | Exception] = []

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Keep what is to be sent, and answer as told."""
        self.sent.append((url, body, headers))
        answer = self.answers.pop(0) if self.answers else Sent(200, 0, b"")
        if isinstance(answer, Exception):
            raise answer
        return answer
