"""Options and fixtures every test may use."""

from __future__ import annotations

import pytest
from hypothesis import settings

# No deadline: how long an example takes is the machine's affair, and no test asserts a time.
settings.register_profile("plugin", deadline=None)
settings.load_profile("plugin")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --regenerate, which writes golden files anew."""
    parser.addoption("--regenerate", action="store_true", help="write golden files anew")
