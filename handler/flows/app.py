"""The ports in use, handed to every use case; wiring.py builds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from handler.flows.alert_ports import Alerting, AlertStore, AlertTopic

if TYPE_CHECKING:
    from handler.flows.delivery_ports import OutboxStore, Secrets, Sender, TargetStore
    from handler.flows.inventory_ports import InventoryMappingSource, InventoryStore
    from handler.flows.job_ports import JobQueue, JobStore
    from handler.flows.key_ports import KeyStore
    from handler.flows.oidc_ports import Identity
    from handler.flows.ports import (
        Files,
        MappingSource,
        ReferenceSource,
        SettlementRecord,
        SettlementStore,
    )
    from handler.flows.rule_ports import RuleStore


def _nobody(_: SettlementRecord, __: int) -> None:
    """Hear of a settlement and do nothing."""


@dataclass(frozen=True, slots=True)
class App:
    """Everything a use case may touch.

    Attributes:
        mappings: the accountants', with the rules stored over them.
        deployed_mappings: the same without stored rules.
        now: the clock, in UTC.
        upload_attempts: how often an upload is tried before it is parked.
        calls_per_minute: how many calls a key may make that has no limit of its own.
        settled: hears of each settlement that was recorded, and how many rows it has.
        is_https: whether browsers come by https, as everywhere but on the machine itself.
        identity: how people sign in at a provider; ``None`` where they do with keys alone.
        topic: where people subscribe to alerts; ``None`` where there is none.
        alerting: what is told of.
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
    alerts: AlertStore
    rules: RuleStore
    deployed_mappings: MappingSource
    now: Callable[[], datetime]
    upload_attempts: int = 5
    calls_per_minute: int = 600
    is_https: bool = True
    identity: Identity | None = None
    topic: AlertTopic | None = None
    alerting: Alerting = field(default_factory=Alerting)
    settled: Callable[[SettlementRecord, int], None] = _nobody
