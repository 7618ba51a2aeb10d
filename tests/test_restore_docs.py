"""infra/docs/restore.md tells the truth: its commands parse, its codes are ones the code has."""

from __future__ import annotations

import re
import shlex

import pytest
from builders import ROOT

from handler.entrypoints.cli import main

TEXT = (ROOT / "infra" / "docs" / "restore.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    {
        found.strip().rstrip(".")
        for found in re.findall(r"python -m handler ([^`\n#]+)", TEXT.replace("\\\n", " "))
    }
)
FLOWS = "".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "handler" / "flows").glob("state_*.py")
)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_parses(command: str) -> None:
    options = main._parser().parse_args(shlex.split(command))
    assert callable(options.run)


def test_every_action_is_told() -> None:
    for action in ("state export", "state import", "state check", "state rebuild --posted"):
        assert any(command.startswith(action) for command in COMMANDS), action


def test_every_code_of_a_rebuild_is_told() -> None:
    codes = set(re.findall(r'Noted\(\s*"([A-Z_]+)"', FLOWS))
    of_check = set(
        re.findall(
            r'Noted\(\s*"([A-Z_]+)"',
            (ROOT / "handler" / "flows" / "state_check.py").read_text(encoding="utf-8"),
        )
    )
    assert len(codes) > 12
    for code in codes - of_check:
        assert f"`{code}`" in TEXT, code
