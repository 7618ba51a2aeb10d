"""The plugin as it is deployed, called with what its description allows and with what it does not.

One call at a time: the emulator starts a process for each call that comes while others run.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from api_fuzz import CONFIG, fuzz
from contracts.operations import OPERATIONS
from hypothesis import reject
from local_stack import LocalStack
from local_trigger import call
from schemathesis import Case
from schemathesis.schemas import BaseSchema

pytestmark = pytest.mark.e2e

EXAMPLES = 5  # of good and of bad calls, for each operation
LONGEST = 12_000  # of an address: the emulator's own server drops longer ones


@pytest.fixture(scope="module")
def key(stack: LocalStack) -> str:
    """One that may call as often as a test does."""
    made = stack.cli("keys", "create", "--name", "fuzz", "--scopes", "*", "--per-minute", "60000")
    assert made.returncode == 0, made.stderr
    return made.stdout.split()[-1]


@pytest.fixture(scope="module")
def described(stack: LocalStack, key: str) -> BaseSchema:
    headers = {"Authorization": f"Bearer {key}"}
    return schemathesis.openapi.from_url(
        f"{stack.url}/openapi.json", config=CONFIG, headers=headers, wait_for_schema=10
    )


def test_it_is_told_at_its_address_and_only_with_a_key(stack: LocalStack, key: str) -> None:
    assert call(f"{stack.url}/openapi.json").status == 401
    told = call(f"{stack.url}/openapi.json", key=key)
    assert told.status == 200
    assert told.json()["openapi"] == "3.0.3"


def test_answers_are_as_described(stack: LocalStack, key: str, described: BaseSchema) -> None:
    headers = {"Authorization": f"Bearer {key}"}

    def send(case: Case) -> Any:
        said = urlencode({**(case.query or {}), **(case.path_parameters or {})}, doseq=True)
        if len(said) > LONGEST:
            reject()
        return case.call(base_url=stack.url, headers=headers)

    calls = 0
    for one in OPERATIONS:
        operation: Any = described.find_operation_by_id(one.name)
        calls += fuzz(operation, EXAMPLES, send)
    assert calls > len(OPERATIONS)
