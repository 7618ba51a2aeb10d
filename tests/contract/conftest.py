"""Every kind of store, each test with an empty one. Tables are made from infra/table.yml."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws
from store_samples import Clock

from handler.adapters.dynamo_alerts import DynamoAlerts
from handler.adapters.dynamo_inventory import DynamoInventory
from handler.adapters.dynamo_jobs import DynamoJobs
from handler.adapters.dynamo_keys import DynamoKeys
from handler.adapters.dynamo_outbox import DynamoOutbox
from handler.adapters.dynamo_rules import DynamoRules
from handler.adapters.dynamo_settlements import DynamoSettlements
from handler.adapters.dynamo_targets import DynamoTargets
from handler.adapters.memory import MemoryFiles, MemorySettlements
from handler.adapters.memory_alerts import MemoryAlerts
from handler.adapters.memory_inventory import MemoryInventory
from handler.adapters.memory_jobs import MemoryJobs
from handler.adapters.memory_keys import MemoryKeys
from handler.adapters.memory_outbox import MemoryTargets
from handler.adapters.memory_rules import MemoryRules
from handler.adapters.s3_files import S3Files
from handler.flows.alert_ports import AlertStore
from handler.flows.delivery_ports import OutboxStore, TargetStore
from handler.flows.inventory_ports import InventoryStore
from handler.flows.job_ports import JobStore
from handler.flows.key_ports import KeyStore
from handler.flows.ports import Files, SettlementStore
from handler.flows.rule_ports import RuleStore

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "infra"))  # scripts, not a package: this is how they find each other

from local_stack import REGION, client, create_table, dynamodb_local  # noqa: E402

MEMORY, MOTO, LOCAL = "memory", "moto", "dynamodb_local"
STORES = [MEMORY, MOTO, pytest.param(LOCAL, marks=pytest.mark.dynamodb_local)]


@pytest.fixture(scope="session")
def dynamodb_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with dynamodb_local(tmp_path_factory.mktemp("dynamodb")) as address:
        yield address


@pytest.fixture(scope="session")
def local_client(dynamodb_address: str) -> Iterator[Any]:
    made = client("dynamodb", dynamodb_address)
    yield made
    made.close()


@pytest.fixture
def local_table(local_client: Any) -> str:
    name = f"table-{uuid4().hex}"
    create_table(local_client, name)
    return name


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def moto_client(aws: None) -> Iterator[Any]:
    made = boto3.client("dynamodb", region_name=REGION)
    create_table(made, "table")
    yield made
    made.close()


def _table_of(request: pytest.FixtureRequest) -> tuple[Any, str]:
    """The client and the table of a store that is not in memory."""
    if request.param == MOTO:
        return request.getfixturevalue("moto_client"), "table"
    table = request.getfixturevalue("local_table")
    return request.getfixturevalue("local_client"), table


@pytest.fixture(params=STORES)
def settlements_and_outbox(
    request: pytest.FixtureRequest, clock: Clock
) -> tuple[SettlementStore, OutboxStore]:
    """A store of settlements, and the outbox their parcels come to."""
    if request.param == MEMORY:
        store = MemorySettlements(clock)
        return store, store.outbox
    used, table = _table_of(request)
    return DynamoSettlements(used, table, clock), DynamoOutbox(used, table)


@pytest.fixture(params=STORES)
def register_and_alerts(
    request: pytest.FixtureRequest, clock: Clock
) -> tuple[SettlementStore, AlertStore]:
    """A register of exceptions, and the alerts that tell of them."""
    if request.param == MEMORY:
        store = MemorySettlements(clock)
        return store, MemoryAlerts(store)
    used, table = _table_of(request)
    return DynamoSettlements(used, table, clock), DynamoAlerts(used, table)


@pytest.fixture
def settlements(
    settlements_and_outbox: tuple[SettlementStore, OutboxStore],
) -> SettlementStore:
    return settlements_and_outbox[0]


@pytest.fixture
def outbox(settlements_and_outbox: tuple[SettlementStore, OutboxStore]) -> OutboxStore:
    return settlements_and_outbox[1]


@pytest.fixture(params=STORES)
def keys_and_targets(request: pytest.FixtureRequest) -> tuple[KeyStore, TargetStore]:
    """A store of keys, which has the audit, and the targets whose audit comes to it."""
    if request.param == MEMORY:
        kept = MemoryKeys()
        return kept, MemoryTargets(kept)
    used, table = _table_of(request)
    return DynamoKeys(used, table), DynamoTargets(used, table)


@pytest.fixture
def keys(keys_and_targets: tuple[KeyStore, TargetStore]) -> KeyStore:
    return keys_and_targets[0]


@pytest.fixture
def targets(keys_and_targets: tuple[KeyStore, TargetStore]) -> TargetStore:
    return keys_and_targets[1]


@pytest.fixture(params=STORES)
def jobs(request: pytest.FixtureRequest, clock: Clock) -> JobStore:
    if request.param == MEMORY:
        return MemoryJobs(clock)
    return DynamoJobs(*_table_of(request), clock)


@pytest.fixture(params=STORES)
def rule_stores(request: pytest.FixtureRequest) -> Callable[[], RuleStore]:
    """Give stores of rules over the same table, as two functions have them."""
    if request.param == MEMORY:
        kept = MemoryRules()
        return lambda: kept
    used, table = _table_of(request)
    return lambda: DynamoRules(used, table)


@pytest.fixture(params=STORES)
def stock_and_register(
    request: pytest.FixtureRequest, clock: Clock
) -> tuple[InventoryStore, SettlementStore, OutboxStore]:
    """A store of stock, the register its exceptions come to, and the outbox of its parcels."""
    if request.param == MEMORY:
        register = MemorySettlements(clock)
        return MemoryInventory(clock, register), register, register.outbox
    used, table = _table_of(request)
    register_there = DynamoSettlements(used, table, clock)
    return DynamoInventory(used, table, clock), register_there, DynamoOutbox(used, table)


@pytest.fixture
def inventory_and_register(
    stock_and_register: tuple[InventoryStore, SettlementStore, OutboxStore],
) -> tuple[InventoryStore, SettlementStore]:
    return stock_and_register[:2]


@pytest.fixture
def inventory(
    inventory_and_register: tuple[InventoryStore, SettlementStore],
) -> InventoryStore:
    return inventory_and_register[0]


@pytest.fixture
def s3(aws: None) -> Iterator[Any]:
    made = boto3.client("s3", region_name=REGION)
    made.create_bucket(Bucket="bucket")
    yield made
    made.close()


@pytest.fixture(params=[MEMORY, MOTO])
def files(request: pytest.FixtureRequest) -> Files:
    if request.param == MEMORY:
        return MemoryFiles("bucket")
    return S3Files(request.getfixturevalue("s3"), "bucket")
