"""One emulated AWS for all stories of a process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

sys.path.insert(0, str(Path(__file__).parent))  # beside each other, as tests of one folder are

from aws_world import AwsWorld
from emulated_aws import aws_world
from fast_moto import State


@pytest.fixture(scope="module")  # what it patches must not reach the tests of others
def built() -> Iterator[tuple[AwsWorld, State]]:
    with aws_world() as made:
        yield made, made.keep()


@pytest.fixture
def world(built: tuple[AwsWorld, State], empty: State) -> Iterator[AwsWorld]:
    """The world with nothing in it."""
    made = built[0]
    made.begin(empty)
    yield made
    made.skews, made.is_restless = (0,), False


@pytest.fixture
def empty(built: tuple[AwsWorld, State]) -> State:
    return built[1]


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Each process of the plugin sets the logs up; the tests that follow must not notice."""
    before = structlog.get_config() if structlog.is_configured() else None
    yield
    if before is None:
        structlog.reset_defaults()
    else:
        structlog.configure(**before)
