"""Options and fixtures every test may use."""

from __future__ import annotations

import os

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import settings

# No deadline: how long an example takes is the machine's affair, and no test asserts a time.
settings.register_profile("plugin", deadline=None)
settings.load_profile("plugin")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --regenerate, which writes golden files anew."""
    parser.addoption("--regenerate", action="store_true", help="write golden files anew")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say how many faults tests/faults injected, in whatever process, and from which seed."""
    reports = [
        report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])
    ]
    told = [
        count for report in reports for name, count in report.user_properties if name == "faults"
    ]
    if told:
        seed = os.environ.get("FAULTS_SEED", "7")
        terminalreporter.write_line(f"{sum(told):,} faults injected, seed {seed}")
