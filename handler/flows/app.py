"""The ports in use, handed to every use case; wiring.py builds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from handler.flows.delivery_ports import OutboxStore, Secrets, Sender, TargetStore
from handler.flows.inventory_ports import InventoryMappingSource, InventoryStore
from handler.flows.job_ports import JobQueue, JobStore
from handler.flows.key_ports import KeyStore
from handler.flows.ports import Files, MappingSource, ReferenceSource, SettlementStore


@dataclass(frozen=True, slots=True)
class App:
    """Everything a use case may touch.

    Attributes:
        now: the clock, in UTC.
        upload_attempts: how often an upload is tried before it is parked.
        calls_per_minute: how many calls a key may make that has no limit of its own.
        is_https: whether browsers come by https, as everywhere but on the machine itself.
    """

    settlements: SettlementStore
    inventory: InventoryStore
    keys: KeyStore
    files: Files
    mappings: MappingSource
    stock_mappings: InventoryMappingSource
    references: ReferenceSource
    outbox: OutboxStore
    targets: TargetStore
    secrets: Secrets
    sender: Sender
    jobs: JobStore
    queue: JobQueue
    now: Callable[[], datetime]
    upload_attempts: int = 5
    calls_per_minute: int = 600
    is_https: bool = True
