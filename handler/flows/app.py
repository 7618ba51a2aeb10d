"""The ports in use, handed to every use case; wiring.py builds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from handler.flows.inventory_ports import InventoryMappingSource, InventoryStore
from handler.flows.ports import Files, KeyStore, MappingSource, SettlementStore


@dataclass(frozen=True, slots=True)
class App:
    """Everything a use case may touch.

    Attributes:
        now: the clock, in UTC.
        upload_attempts: how often an upload is tried before it is parked.
    """

    settlements: SettlementStore
    inventory: InventoryStore
    keys: KeyStore
    files: Files
    mappings: MappingSource
    stock_mappings: InventoryMappingSource
    now: Callable[[], datetime]
    upload_attempts: int = 5
