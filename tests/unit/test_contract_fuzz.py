"""The plugin in memory, called with what its description allows and with what it does not."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from api_fuzz import CONFIG, fuzz
from contract_steps import StoryPlugin, frozen_plugin
from contract_story import story
from contracts.operations import OPERATIONS
from schemathesis.schemas import BaseSchema

from handler.entrypoints.http_app import create_app

EXAMPLES = 12  # of good and of bad calls, for each operation


@pytest.fixture(scope="module")
def here() -> StoryPlugin:
    """A plugin that has something to tell."""
    made = frozen_plugin()
    for _ in story(made):
        pass
    return made


@pytest.fixture(scope="module")
def described(here: StoryPlugin) -> BaseSchema:
    headers = {"Authorization": f"Bearer {here.key}"}
    return schemathesis.openapi.from_wsgi(
        "/openapi.json", create_app(here.app), config=CONFIG, headers=headers
    )


@pytest.mark.parametrize("name", [one.name for one in OPERATIONS])
def test_answers_are_as_described(here: StoryPlugin, described: BaseSchema, name: str) -> None:
    operation: Any = described.find_operation_by_id(name)
    headers = {"Authorization": f"Bearer {here.key}"}
    assert fuzz(operation, EXAMPLES, lambda case: case.call(headers=headers))
