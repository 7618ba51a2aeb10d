"""One emulated AWS with the plugin in it, for all tests here."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "infra"))  # scripts, not a package: this is how they find each other

from local_stack import LocalStack  # noqa: E402


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with LocalStack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def key(stack: LocalStack) -> str:
    return stack.create_key()
