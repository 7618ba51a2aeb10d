"""What the environment says, and what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from handler.settings import BadSetting, Settings, mappings_directory, read_settings

NEEDED = {"TABLE_NAME": "table", "BUCKET_NAME": "bucket"}


def test_defaults() -> None:
    root = Path(__file__).resolve().parents[2]
    assert read_settings(NEEDED) == Settings(
        table="table",
        bucket="bucket",
        mappings=root / "mappings",
        log_level="INFO",
        stage="dev",
        upload_attempts=5,
        queue_url="",
        secrets_prefix="/amazon-netsuite-plugin/dev/",
        calls_per_minute=600,
    )


def test_everything_said() -> None:
    said = {
        "MAPPINGS_DIR": "/some/where",
        "LOG_LEVEL": "debug",
        "STAGE": "prod",
        "UPLOAD_MAX_ATTEMPTS": "3",
        "QUEUE_URL": " https://sqs.us-east-1.amazonaws.com/1/uploads ",
        "SECRETS_PREFIX": "/else/",
        "CALLS_PER_MINUTE": "60",
    }
    assert read_settings(NEEDED | said) == Settings(
        table="table",
        bucket="bucket",
        mappings=Path("/some/where"),
        log_level="DEBUG",
        stage="prod",
        upload_attempts=3,
        queue_url="https://sqs.us-east-1.amazonaws.com/1/uploads",
        secrets_prefix="/else/",
        calls_per_minute=60,
    )


def test_secrets_of_stages_have_names_of_their_own() -> None:
    found = read_settings(NEEDED | {"STAGE": "prod"})
    assert found.secrets_prefix == "/amazon-netsuite-plugin/prod/"


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
        ("CALLS_PER_MINUTE", "0"),
        ("CALLS_PER_MINUTE", "100001"),
        ("CALLS_PER_MINUTE", "many"),
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
