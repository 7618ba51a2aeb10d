"""Which real things stand behind the ports. The only place that knows."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from handler.flows.alert_ports import Alerting, AlertStore, AlertTopic
from handler.flows.app import App
from handler.flows.session_secret import SESSION_SECRET
from handler.settings import Settings, mappings_directory
from handler.wiring_oidc import identity_of

if TYPE_CHECKING:
    from handler.adapters.mapping_fault import MappingFault
    from handler.flows.delivery_ports import OutboxStore, Secrets, Sender, TargetStore
    from handler.flows.inventory_ports import InventoryMappingSource, InventoryStore
    from handler.flows.job_ports import JobQueue, JobStore
    from handler.flows.key_ports import KeyStore
    from handler.flows.ports import Files, MappingSource, ReferenceSource, SettlementStore
    from handler.flows.rule_ports import RuleStore

# A caller waits at most 29 s (API Gateway), so a store that is not there must be given up early.
_CONNECT_SECONDS = 2
_READ_SECONDS = 5


def build(settings: Settings) -> App:
    """Return the plugin over DynamoDB, S3 and the mapping files, logging as JSON.

    Each store is made at its first use: botocore and its clients are most of a cold start, and
    /health, for one, needs neither.
    """
    from handler import logs  # noqa: PLC0415 - the command line settles without it

    logs.configure(settings.log_level)
    dynamodb = _once(lambda: _client("dynamodb", attempts=1))  # the store has patience of its own
    deployed = cast("MappingSource", _AtFirstUse(lambda: _mapping_files(settings.mappings)))
    rules = cast("RuleStore", _AtFirstUse(lambda: _rules(settings, dynamodb)))
    return App(
        settlements=cast("SettlementStore", _AtFirstUse(lambda: _settlements(settings, dynamodb))),
        inventory=cast("InventoryStore", _AtFirstUse(lambda: _inventory(settings, dynamodb))),
        keys=cast("KeyStore", _AtFirstUse(lambda: _keys(settings, dynamodb))),
        files=cast("Files", _AtFirstUse(lambda: _files(settings))),
        mappings=cast("MappingSource", _AtFirstUse(lambda: ruled(deployed, rules))),
        stock_mappings=cast(
            "InventoryMappingSource", _AtFirstUse(lambda: _stock_mappings(settings.mappings))
        ),
        references=cast("ReferenceSource", _AtFirstUse(lambda: _references(settings.mappings))),
        outbox=cast("OutboxStore", _AtFirstUse(lambda: _outbox(settings, dynamodb))),
        targets=cast("TargetStore", _AtFirstUse(lambda: _targets(settings, dynamodb))),
        secrets=cast("Secrets", _AtFirstUse(lambda: _secrets(settings))),
        sender=cast("Sender", _AtFirstUse(lambda: _sender(settings))),
        jobs=cast("JobStore", _AtFirstUse(lambda: _jobs(settings, dynamodb))),
        queue=cast("JobQueue", _AtFirstUse(lambda: _queue(settings))),
        alerts=cast("AlertStore", _AtFirstUse(lambda: _alerts(settings, dynamodb))),
        rules=rules,
        deployed_mappings=deployed,
        now=lambda: datetime.now(UTC),
        upload_attempts=settings.upload_attempts,
        calls_per_minute=settings.calls_per_minute,
        is_https=settings.stage != "local",
        identity=identity_of(settings, _AtFirstUse),
        topic=_topic(settings),
        alerting=Alerting(
            dashboard=settings.dashboard_url,
            digest=settings.alert_digest,
            digest_hour=settings.alert_digest_hour,
            stale_days=settings.alert_stale_days,
            stock_days=settings.alert_stock_days,
            uncleared_days=settings.alert_uncleared_days,
        ),
    )


def mapping_source(directory: str = "") -> MappingSource:
    """Return the mappings of ``directory``, or the deployed ones; no store is needed for them."""
    return _mapping_files(_directory(directory))


def stock_mapping_source(directory: str = "") -> InventoryMappingSource:
    """Return the mappings about stock of ``directory``, or the deployed ones."""
    return _stock_mappings(_directory(directory))


def reference_source(directory: str = "") -> ReferenceSource:
    """Return NetSuite's internal ids as ``directory`` has them, or the deployed ones."""
    return _references(_directory(directory))


def in_memory(directory: str = "", now: Callable[[], datetime] | None = None) -> App:
    """Return the plugin over nothing but this process and the mapping files, for dry runs."""
    from handler.adapters import memory, memory_jobs, memory_outbox  # noqa: PLC0415
    from handler.adapters.memory_alerts import MemoryAlerts  # noqa: PLC0415
    from handler.adapters.memory_inventory import MemoryInventory  # noqa: PLC0415
    from handler.adapters.memory_keys import MemoryKeys  # noqa: PLC0415
    from handler.adapters.memory_rules import MemoryRules  # noqa: PLC0415

    settlements, keys, rules = memory.MemorySettlements(), MemoryKeys(), MemoryRules()
    deployed = mapping_source(directory)
    clock = now or (lambda: datetime.now(UTC))
    return App(
        settlements=settlements,
        inventory=MemoryInventory(clock, settlements),
        keys=keys,
        files=memory.MemoryFiles(),
        mappings=ruled(deployed, rules),
        stock_mappings=stock_mapping_source(directory),
        references=_references(_directory(directory)),
        outbox=settlements.outbox,
        targets=memory_outbox.MemoryTargets(keys),
        secrets=_memory_secrets(),
        sender=memory_outbox.MemorySender(),
        jobs=memory_jobs.MemoryJobs(clock),
        queue=memory_jobs.MemoryQueue(),
        alerts=MemoryAlerts(settlements),
        rules=rules,
        deployed_mappings=deployed,
        now=clock,
    )


def _memory_secrets() -> Secrets:
    from handler.adapters.memory_outbox import MemorySecrets  # noqa: PLC0415

    kept = MemorySecrets()
    kept.write(SESSION_SECRET, secrets.token_hex(32))  # sessions end with the process
    return kept


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


def _client(service: str, attempts: int, **more: Any) -> Any:  # noqa: ANN401 - it has no types
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
        **more,
    )
    return _session().create_client(service, config=config)


@cache
def _session() -> Any:  # noqa: ANN401 - botocore has no types
    """Return what all clients are made by: botocore's own, as boto3 around it is a third more."""
    from botocore.session import get_session  # noqa: PLC0415

    return get_session()


def _settlements(settings: Settings, dynamodb: Callable[[], Any]) -> SettlementStore:
    from handler.adapters.dynamo_settlements import DynamoSettlements  # noqa: PLC0415

    return DynamoSettlements(dynamodb(), settings.table)


def _inventory(settings: Settings, dynamodb: Callable[[], Any]) -> InventoryStore:
    from handler.adapters.dynamo_inventory import DynamoInventory  # noqa: PLC0415

    return DynamoInventory(dynamodb(), settings.table)


def _keys(settings: Settings, dynamodb: Callable[[], Any]) -> KeyStore:
    from handler.adapters.dynamo_keys import DynamoKeys  # noqa: PLC0415

    return DynamoKeys(dynamodb(), settings.table)


def _outbox(settings: Settings, dynamodb: Callable[[], Any]) -> OutboxStore:
    from handler.adapters.dynamo_outbox import DynamoOutbox  # noqa: PLC0415

    return DynamoOutbox(dynamodb(), settings.table)


def _targets(settings: Settings, dynamodb: Callable[[], Any]) -> TargetStore:
    from handler.adapters.dynamo_targets import DynamoTargets  # noqa: PLC0415

    return DynamoTargets(dynamodb(), settings.table)


def _jobs(settings: Settings, dynamodb: Callable[[], Any]) -> JobStore:
    from handler.adapters.dynamo_jobs import DynamoJobs  # noqa: PLC0415

    return DynamoJobs(dynamodb(), settings.table)


def _queue(settings: Settings) -> JobQueue:
    from handler.adapters.sqs_queue import SqsQueue  # noqa: PLC0415

    return SqsQueue(_client("sqs", attempts=3), settings.queue_url)


def _rules(settings: Settings, dynamodb: Callable[[], Any]) -> RuleStore:
    from handler.adapters.dynamo_rules import DynamoRules  # noqa: PLC0415

    return DynamoRules(dynamodb(), settings.table)


def ruled(deployed: MappingSource, rules: RuleStore) -> MappingSource:
    """Return mappings with the stored rules over them."""
    from handler.adapters.ruled_mappings import RuledMappings  # noqa: PLC0415

    return RuledMappings(deployed, rules)


def _alerts(settings: Settings, dynamodb: Callable[[], Any]) -> AlertStore:
    from handler.adapters.dynamo_alerts import DynamoAlerts  # noqa: PLC0415

    return DynamoAlerts(dynamodb(), settings.table)


def _topic(settings: Settings) -> AlertTopic | None:
    if not settings.alert_topic:
        return None

    def made() -> AlertTopic:
        from handler.adapters.sns_alerts import SnsAlerts  # noqa: PLC0415

        return SnsAlerts(_client("sns", attempts=3), settings.alert_topic)

    return cast("AlertTopic", _AtFirstUse(made))


def _secrets(settings: Settings) -> Secrets:
    from handler.adapters.ssm_secrets import SsmSecrets  # noqa: PLC0415

    return SsmSecrets(_client("ssm", attempts=3), settings.secrets_prefix)


def _sender(settings: Settings) -> Sender:
    from handler.adapters.webhook_sender import WebhookSender  # noqa: PLC0415

    return WebhookSender(allow_local=settings.stage == "local")


def _references(directory: Path) -> ReferenceSource:
    from handler.adapters.reference_files import ReferenceFiles  # noqa: PLC0415

    return ReferenceFiles(directory)


def _files(settings: Settings) -> Files:
    from handler.adapters.s3_files import S3Files  # noqa: PLC0415

    # Both for the addresses that others upload to: else they are signed the old way, and of a host
    # that sends those of a young bucket on to its region, where their signature is none.
    made = _client("s3", attempts=3, signature_version="s3v4", s3={"addressing_style": "virtual"})
    return S3Files(made, settings.bucket)


def _mapping_files(directory: Path) -> MappingSource:
    from handler.adapters.mapping_source import MappingFiles  # noqa: PLC0415

    return MappingFiles(directory)


def _stock_mappings(directory: Path) -> InventoryMappingSource:
    from handler.adapters.inventory_mappings import InventoryMappingFiles  # noqa: PLC0415

    return InventoryMappingFiles(directory)


def _directory(named: str) -> Path:
    return Path(named) if named else mappings_directory()
