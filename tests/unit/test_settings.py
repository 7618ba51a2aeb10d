"""What the environment says, and what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from handler.settings import BadSetting, Settings, mappings_directory, read_settings

NEEDED = {"TABLE_NAME": "table", "BUCKET_NAME": "bucket"}


def test_defaults() -> None:
    root = Path(__file__).resolve().parents[2]
    assert read_settings(NEEDED) == Settings("table", "bucket", root / "mappings", "INFO", "dev", 5)


def test_everything_said() -> None:
    said = {
        "MAPPINGS_DIR": "/some/where",
        "LOG_LEVEL": "debug",
        "STAGE": "prod",
        "UPLOAD_MAX_ATTEMPTS": "3",
    }
    found = read_settings(NEEDED | said)
    assert found == Settings("table", "bucket", Path("/some/where"), "DEBUG", "prod", 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TABLE_NAME", ""),
        ("TABLE_NAME", "  "),
        ("BUCKET_NAME", ""),
        ("LOG_LEVEL", "LOUD"),
        ("UPLOAD_MAX_ATTEMPTS", "0"),
        ("UPLOAD_MAX_ATTEMPTS", "five"),
        ("UPLOAD_MAX_ATTEMPTS", "-1"),
        ("UPLOAD_MAX_ATTEMPTS", "1e2"),
    ],
)
def test_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name) as bad:
        read_settings(NEEDED | {name: value})
    assert bad.value.details == {"variable": name}


def test_reads_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MAPPINGS_DIR", "/else/where")
    assert read_settings().table == "table"
    assert mappings_directory() == Path("/else/where")
