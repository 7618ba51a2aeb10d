"""Which real things stand behind the ports. The only place that knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from handler.flows.app import App
from handler.flows.inventory_ports import InventoryMappingSource, InventoryStore
from handler.flows.ports import Files, KeyStore, MappingSource, SettlementStore
from handler.settings import Settings, mappings_directory

if TYPE_CHECKING:
    from handler.adapters.mapping_fault import MappingFault

# A caller waits at most 29 s (API Gateway), so a store that is not there must be given up early.
_CONNECT_SECONDS = 2
_READ_SECONDS = 5


def build(settings: Settings) -> App:
    """Return the plugin over DynamoDB, S3 and the mapping files, logging as JSON.

    Each store is made at its first use: boto3 and its clients are most of a cold start, and
    /health, for one, needs neither.
    """
    from handler import logs  # noqa: PLC0415 - the command line settles without it

    logs.configure(settings.log_level)
    dynamodb = _once(lambda: _client("dynamodb", attempts=1))  # the store has patience of its own
    return App(
        settlements=cast("SettlementStore", _AtFirstUse(lambda: _settlements(settings, dynamodb))),
        inventory=cast("InventoryStore", _AtFirstUse(lambda: _inventory(settings, dynamodb))),
        keys=cast("KeyStore", _AtFirstUse(lambda: _keys(settings, dynamodb))),
        files=cast("Files", _AtFirstUse(lambda: _files(settings))),
        mappings=cast("MappingSource", _AtFirstUse(lambda: _mapping_files(settings.mappings))),
        stock_mappings=cast(
            "InventoryMappingSource", _AtFirstUse(lambda: _stock_mappings(settings.mappings))
        ),
        now=lambda: datetime.now(UTC),
        upload_attempts=settings.upload_attempts,
    )


def mapping_source(directory: str = "") -> MappingSource:
    """Return the mappings of ``directory``, or the deployed ones; no store is needed for them."""
    return _mapping_files(_directory(directory))


def stock_mapping_source(directory: str = "") -> InventoryMappingSource:
    """Return the mappings about stock of ``directory``, or the deployed ones."""
    return _stock_mappings(_directory(directory))


def in_memory(directory: str = "", now: Callable[[], datetime] | None = None) -> App:
    """Return the plugin over nothing but this process and the mapping files, for dry runs."""
    from handler.adapters import memory  # noqa: PLC0415
    from handler.adapters.memory_inventory import MemoryInventory  # noqa: PLC0415

    settlements = memory.MemorySettlements()
    clock = now or (lambda: datetime.now(UTC))
    return App(
        settlements=settlements,
        inventory=MemoryInventory(clock, settlements),
        keys=memory.MemoryKeys(),
        files=memory.MemoryFiles(),
        mappings=mapping_source(directory),
        stock_mappings=stock_mapping_source(directory),
        now=clock,
    )


def mapping_faults(directory: str = "") -> list[MappingFault]:
    """Return what is wrong in the mappings of ``directory``, or in the deployed ones."""
    from handler.adapters.mapping_files import check_all  # noqa: PLC0415

    return check_all(_directory(directory))


class _AtFirstUse:
    """Stands for a store and makes it when it is first asked for something."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._made = _once(make)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the store has
        return getattr(self._made(), name)


def _once(make: Callable[[], Any]) -> Callable[[], Any]:
    made: list[Any] = []

    def get() -> Any:  # noqa: ANN401 - whatever is made
        if not made:
            made.append(make())
        return made[0]

    return get


def _client(service: str, attempts: int) -> Any:  # noqa: ANN401 - boto3 has no types
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return boto3.client(service, config=config)


def _settlements(settings: Settings, dynamodb: Callable[[], Any]) -> SettlementStore:
    from handler.adapters.dynamo_settlements import DynamoSettlements  # noqa: PLC0415

    return DynamoSettlements(dynamodb(), settings.table)


def _inventory(settings: Settings, dynamodb: Callable[[], Any]) -> InventoryStore:
    from handler.adapters.dynamo_inventory import DynamoInventory  # noqa: PLC0415

    return DynamoInventory(dynamodb(), settings.table)


def _keys(settings: Settings, dynamodb: Callable[[], Any]) -> KeyStore:
    from handler.adapters.dynamo_keys import DynamoKeys  # noqa: PLC0415

    return DynamoKeys(dynamodb(), settings.table)


def _files(settings: Settings) -> Files:
    from handler.adapters.s3_files import S3Files  # noqa: PLC0415

    return S3Files(_client("s3", attempts=3), settings.bucket)


def _mapping_files(directory: Path) -> MappingSource:
    from handler.adapters.mapping_source import MappingFiles  # noqa: PLC0415

    return MappingFiles(directory)


def _stock_mappings(directory: Path) -> InventoryMappingSource:
    from handler.adapters.inventory_mappings import InventoryMappingFiles  # noqa: PLC0415

    return InventoryMappingFiles(directory)


def _directory(named: str) -> Path:
    return Path(named) if named else mappings_directory()
