"""Options and fixtures every test may use."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --regenerate, which writes golden files anew."""
    parser.addoption("--regenerate", action="store_true", help="write golden files anew")
