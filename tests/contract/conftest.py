"""Every kind of store, each test with an empty one. Tables are made from infra/table.yml."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws
from store_samples import Clock

from handler.adapters.dynamo_inventory import DynamoInventory
from handler.adapters.dynamo_keys import DynamoKeys
from handler.adapters.dynamo_settlements import DynamoSettlements
from handler.adapters.memory import MemoryFiles, MemorySettlements
from handler.adapters.memory_inventory import MemoryInventory
from handler.adapters.memory_keys import MemoryKeys
from handler.adapters.s3_files import S3Files
from handler.flows.inventory_ports import InventoryStore
from handler.flows.key_ports import KeyStore
from handler.flows.ports import Files, SettlementStore

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


@pytest.fixture(params=STORES)
def settlements(request: pytest.FixtureRequest, clock: Clock) -> SettlementStore:
    match request.param:
        case "memory":
            return MemorySettlements(clock)
        case "moto":
            return DynamoSettlements(request.getfixturevalue("moto_client"), "table", clock)
    table = request.getfixturevalue("local_table")
    return DynamoSettlements(request.getfixturevalue("local_client"), table, clock)


@pytest.fixture(params=STORES)
def keys(request: pytest.FixtureRequest) -> KeyStore:
    match request.param:
        case "memory":
            return MemoryKeys()
        case "moto":
            return DynamoKeys(request.getfixturevalue("moto_client"), "table")
    table = request.getfixturevalue("local_table")
    return DynamoKeys(request.getfixturevalue("local_client"), table)


@pytest.fixture(params=STORES)
def inventory_and_register(
    request: pytest.FixtureRequest, clock: Clock
) -> tuple[InventoryStore, SettlementStore]:
    """A store of stock, and the register its exceptions come to."""
    if request.param == MEMORY:
        register = MemorySettlements(clock)
        return MemoryInventory(clock, register), register
    name = "moto_client" if request.param == MOTO else "local_client"
    table = "table" if request.param == MOTO else request.getfixturevalue("local_table")
    used = request.getfixturevalue(name)
    return DynamoInventory(used, table, clock), DynamoSettlements(used, table, clock)


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
