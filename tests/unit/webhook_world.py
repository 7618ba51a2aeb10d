"""An outbox full of records, a target that is told what to answer, and a clock to turn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from plugin import CA_ID, MAPPINGS, STOCK_MAPPINGS, plugin

from handler.adapters.memory import MemoryFiles
from handler.adapters.memory_outbox import MemorySender
from handler.flows import webhook_targets
from handler.flows.app import App
from handler.flows.deliver import Limits, TargetRun, deliver
from handler.flows.delivery_ports import Sent
from handler.flows.parcel import Parcel, ParcelKind
from handler.flows.parcels_made import moment, of_deposit
from handler.flows.ports import SettlementRecord
from handler.flows.webhook_keys import SigningKey
from handler.flows.webhook_targets import Wish
from handler.payloads import packed
from handler.wiring import in_memory

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
URL = "https://hooks.example.com/v1/exports/1/token-in-path"


@dataclass
class Clock:
    """The time, as it is turned."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@cache
def _settled() -> tuple[SettlementRecord, Mapping[str, bytes], Mapping[str, Any]]:
    """A real settlement, settled once for all tests: record, files, an entry."""
    made = plugin()
    made.post()
    record = made.settlements.get(CA_ID)
    assert record is not None
    files = {key: made.files.read(key) for key in made.files.kept}
    document = packed.unpack(made.files.read(record.result_key))["document"]
    return record, files, document["journal_entries"][0]


@dataclass
class World:
    """The plugin in memory with a target named "celigo"."""

    clock: Clock = field(default_factory=Clock)
    app: App = field(init=False)
    sender: MemorySender = field(init=False)
    keys: list[SigningKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        files = MemoryFiles()
        for key, content in _settled()[1].items():
            files.keep(key, content, "")
        self.sender = MemorySender()
        self.app = replace(
            in_memory(now=self.clock),
            files=files,
            mappings=MAPPINGS,
            stock_mappings=STOCK_MAPPINGS,
            sender=self.sender,
        )

    def target(self, name: str = "celigo", **wish: Any) -> SigningKey:
        """Add a target."""
        _, key = webhook_targets.add(self.app, name, Wish(**{"url": URL, **wish}), "cli:somebody")
        self.keys.append(key)
        return key

    def settlement(self, settlement_id: str, *parcels: Sequence[str], profile: str = "ca") -> None:
        """Record a settlement with parcels of these records, in order."""
        real, _, entry = _settled()
        record = replace(real, settlement_id=settlement_id, profile=profile, netsuite_ids=())
        assert self.app.settlements.record(record, [])
        for number, names in enumerate(parcels, start=1):
            key = f"results/{profile}/{settlement_id}/{number}.json.gz"
            entries = [{**entry, "external_id": name} for name in names]
            content = {
                "settlement_id": settlement_id, "profile": profile, "status": "proven",
                "currency": "CAD", "journal_entries": entries, "deposit_entry": None,
                "exceptions": [],
            }  # fmt: skip
            self.app.files.keep(key, packed.pack(content), "")
            (parcel,) = of_deposit(record, entries, key, self.clock())
            assert parcel.kind is ParcelKind.DEPOSIT
            assert self.app.outbox.put(replace(parcel, place=f"{number:06d}-paid"))

    def parcel(self, settlement_id: str, number: int = 1) -> Parcel:
        """The parcel as it is."""
        return self.app.outbox.group(f"settlement:{settlement_id}")[number - 1]

    def run(self, seconds: float = 60, **limits: Any) -> TargetRun:
        """Deliver to the only target."""
        (one,) = self.runs(seconds, **limits)
        return one

    def runs(self, seconds: float = 60, **limits: Any) -> list[TargetRun]:
        """Deliver to all targets."""
        return deliver(self.app, Limits(self.clock() + timedelta(seconds=seconds), **limits))

    def sent(self) -> list[str]:
        """External ids of everything that was sent, in order."""
        return [body["external_id"] for body in self.bodies()]

    def bodies(self) -> list[dict[str, Any]]:
        """Everything that was sent, in order."""
        return [json.loads(body) for _, body, _ in self.sender.sent]

    def answer(self, *answers: int | Sent | Exception) -> None:
        """Have the target answer so, in order."""
        self.sender.answers += [
            Sent(answer, 0, b"") if isinstance(answer, int) else answer for answer in answers
        ]

    def netsuite_ids(self, settlement_id: str) -> dict[str, str]:
        """What is acknowledged of a settlement."""
        record = self.app.settlements.get(settlement_id)
        assert record is not None
        return dict(pair.split("=", 1) for pair in record.netsuite_ids)

    def exceptions(self) -> list[tuple[str, str]]:
        """Scope and code of what is open in the register."""
        found = self.app.settlements.exceptions(200).items
        return sorted((one.scope, str(one.finding["code"])) for one in found)


def posted(**told: Any) -> Sent:
    """An answer that acknowledges."""
    return Sent(200, 0, json.dumps(told).encode())


def at(clock: Clock, **by: float) -> str:
    """A moment from now, as parcels carry it."""
    return moment(clock.now + timedelta(**by))
