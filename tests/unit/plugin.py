"""The plugin in memory, with the real mappings and settlement files, for tests of its edges."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from handler.adapters.inventory_mappings import InventoryMappingFiles
from handler.adapters.mapping_source import MappingFiles
from handler.adapters.memory import MemoryFiles, MemorySettlements
from handler.adapters.memory_inventory import MemoryInventory
from handler.core.errors import OutsideFailure, UnusableMapping
from handler.entrypoints.http_app import create_app
from handler.flows import api_keys
from handler.flows.app import App
from handler.flows.parcel import Parcel
from handler.flows.ports import RegisteredException, SettlementRecord
from handler.settlement.profile import ProfileHint
from handler.settlement.settle import Mappings
from handler.wiring import in_memory, ruled

ROOT = Path(__file__).parents[2]
SETTLEMENTS = ROOT / "tests" / "data" / "settlements"
BUCKET = "plugin-bucket"
MAPPINGS = MappingFiles(ROOT / "mappings")  # read once for all tests
STOCK_MAPPINGS = InventoryMappingFiles(ROOT / "mappings")

CA_NAME = "ca_v1_2025-08b_blank_line_inside.txt"
CA = (SETTLEMENTS / CA_NAME).read_bytes()
CA_ID = "03177986348"
OTHER = (SETTLEMENTS / "ca_v1_2025-07_negative.txt").read_bytes()
OTHER_ID = "13111134249"
POISON = b"\x00\x01 no settlement at all"


def with_total(content: bytes, total: str) -> bytes:
    """The file with another declared total: its sum does not tie, so it is held."""
    head, first, rest = content.split(b"\n", 2)
    cells = first.split(b"\t")
    cells[head.split(b"\t").index(b"total-amount")] = total.encode()
    return b"\n".join([head, b"\t".join(cells), rest])


HELD = with_total(CA, "1.00")


class WatchedFiles(MemoryFiles):
    """Remembers what was stored."""

    def __init__(self) -> None:
        super().__init__(BUCKET)
        self.kept: list[str] = []

    def keep(self, key: str, content: bytes, content_type: str) -> None:
        self.kept.append(key)
        super().keep(key, content, content_type)

    def put(self, key: str, content: bytes) -> None:
        """As somebody else puts it there."""
        super().keep(key, content, "")


class WatchedSettlements(MemorySettlements):
    """Remembers how often something was written; fails on demand."""

    def __init__(self) -> None:
        super().__init__()
        self.recorded = 0
        self.registered = 0
        self.failing: list[Exception] = []
        self.register_fails = False

    def get(self, settlement_id: str) -> SettlementRecord | None:
        if self.failing:
            raise self.failing.pop(0)
        return super().get(settlement_id)

    def record(
        self,
        record: SettlementRecord,
        exceptions: Sequence[RegisteredException],
        idempotency_key: str = "",
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        written = super().record(record, exceptions, idempotency_key, parcels)
        self.recorded += written
        return written

    def register(self, exceptions: Sequence[RegisteredException]) -> None:
        if self.register_fails:
            raise unreachable()
        self.registered += len(exceptions)
        super().register(exceptions)


class BrokenMappings:
    """What a deployment with a wrong table has."""

    def load(self, profile: str) -> Mappings:
        raise UnusableMapping(
            "UNUSABLE_MAPPING", f"mappings/profiles/{profile}.toml:7: found x; expected y.", "Mend."
        )

    def hints(self) -> Sequence[ProfileHint]:
        raise UnusableMapping("UNUSABLE_MAPPING", "mappings/profiles: wrong.", "Mend.")


def unreachable() -> OutsideFailure:
    return OutsideFailure("STORE_UNREACHABLE", "The store did not answer.", "Try again.")


@dataclass
class Plugin:
    """An app in memory with its front door and its stores, to look at them."""

    app: App
    files: WatchedFiles
    settlements: WatchedSettlements
    key: str = ""

    @property
    def client(self) -> FlaskClient:
        return create_app(self.app).test_client()

    def call(self, method: str, path: str, key: str | None = None, **request: Any) -> TestResponse:
        headers = dict(request.pop("headers", {}))
        given = self.key if key is None else key
        if given:
            headers["Authorization"] = f"Bearer {given}"
        return self.client.open(path, method=method, headers=headers, **request)

    def get(self, path: str, **request: Any) -> TestResponse:
        return self.call("GET", path, **request)

    def post(self, content: bytes = CA, path: str = "", **request: Any) -> TestResponse:
        request.setdefault("content_type", "application/octet-stream")
        return self.call("POST", path or "/v1/settlements?profile=ca", data=content, **request)

    def written(self) -> tuple[list[str], int, int]:
        """Everything that was written so far."""
        return list(self.files.kept), self.settlements.recorded, self.settlements.registered

    def open_exceptions(self) -> list[RegisteredException]:
        return list(self.settlements.exceptions(200).items)

    def broken_mappings(self) -> Plugin:
        return replace(self, app=replace(self.app, mappings=BrokenMappings()))


def plugin() -> Plugin:
    """A new, empty one, with a key that may do everything."""
    files, settlements, seconds = WatchedFiles(), WatchedSettlements(), itertools.count()
    start = datetime(2026, 1, 31, 12, tzinfo=UTC)

    def now() -> datetime:
        return start + timedelta(seconds=next(seconds))

    empty = in_memory(now=now)
    app = replace(
        empty,
        settlements=settlements,
        inventory=MemoryInventory(now, settlements),
        outbox=settlements.outbox,
        files=files,
        mappings=ruled(MAPPINGS, empty.rules),
        deployed_mappings=MAPPINGS,
        stock_mappings=STOCK_MAPPINGS,
    )
    return Plugin(app, files, settlements, api_keys.create(app, "flow", ["*"]))


def error_of(response: TestResponse) -> dict[str, Any]:
    """The error of a refusal, its shape checked."""
    body = response.get_json()
    assert set(body) == {"success", "data", "errors", "request_id"}, body
    assert body["success"] is False
    assert body["data"] == []
    assert body["request_id"] == response.headers["X-Request-Id"]
    (error,) = body["errors"]
    assert set(error) == {"code", "message", "source", "repair", "retryable", "details"}
    assert error["source"] == "settlement-plugin"
    assert error["message"]
    assert error["repair"]
    assert isinstance(error, dict)
    return error


def data_of(response: TestResponse) -> list[Any]:
    """The data of a success, its shape checked."""
    assert response.status_code == 200, response.text
    body = response.get_json()
    assert body["success"] is True
    assert body["errors"] == []
    assert "request_id" not in body
    assert isinstance(body["data"], list)
    return body["data"]


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
