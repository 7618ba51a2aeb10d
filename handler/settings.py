"""What the environment says. Nothing else reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from handler.core.errors import PluginError

_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_BESIDE_HANDLER: Final = Path(__file__).resolve().parent.parent / "mappings"


class BadSetting(PluginError):
    """An environment variable is missing or wrong: whoever deployed must mend it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation is set up.

    Attributes:
        table: name of the DynamoDB table.
        bucket: name of the S3 bucket.
        mappings: the accountants' directory.
        log_level: least severe level that is logged.
        stage: of the deployment ("dev", "prod"); "local" is the machine itself, where there is no
            https.
        upload_attempts: how often an upload is tried before it is parked.
        queue_url: of the queue that uploads and jobs wait in; empty where there is none.
        secrets_prefix: what the names of the plugin's secrets begin with.
        calls_per_minute: how many calls a key may make that has no limit of its own.
        celigo_scopes: what integrator.io may do where it invokes the function of the Celigo
            extension itself; nothing where none is named.
    """

    table: str
    bucket: str
    mappings: Path
    log_level: str
    stage: str
    upload_attempts: int
    queue_url: str
    secrets_prefix: str
    calls_per_minute: int
    celigo_scopes: frozenset[str] = frozenset()


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of ``environment``, by default the process's own.

    Raises:
        BadSetting: ``BAD_SETTING``, naming the variable.
    """
    found = os.environ if environment is None else environment
    level = found.get("LOG_LEVEL", "").strip().upper() or "INFO"
    if level not in _LEVELS:
        raise _bad("LOG_LEVEL", level, f"one of {', '.join(_LEVELS)}")
    stage = found.get("STAGE", "").strip() or "dev"
    return Settings(
        table=_needed(found, "TABLE_NAME", "the name of the DynamoDB table"),
        bucket=_needed(found, "BUCKET_NAME", "the name of the S3 bucket"),
        mappings=mappings_directory(found),
        log_level=level,
        stage=stage,
        upload_attempts=_count(found, "UPLOAD_MAX_ATTEMPTS", 5, most=1_000),
        queue_url=found.get("QUEUE_URL", "").strip(),
        secrets_prefix=found.get("SECRETS_PREFIX", "").strip()
        or f"/amazon-netsuite-plugin/{stage}/",
        calls_per_minute=_count(found, "CALLS_PER_MINUTE", 600, most=100_000),
        celigo_scopes=frozenset(found.get("CELIGO_STACK_SCOPES", "").replace(",", " ").split()),
    )


def mappings_directory(environment: Mapping[str, str] | None = None) -> Path:
    """Return MAPPINGS_DIR, or the directory beside the code. What it holds is checked on use."""
    found = os.environ if environment is None else environment
    named = found.get("MAPPINGS_DIR", "").strip()
    return Path(named) if named else _BESIDE_HANDLER


def operator(environment: Mapping[str, str] | None = None) -> str:
    """Return who works at the command line, as the system names them; "unknown" where it does not.

    Whoever works there can name themselves as they like: it helps honest people, and proves
    nothing. That the calls were theirs stands in the log of the cloud.
    """
    found = os.environ if environment is None else environment
    names = (found.get(variable, "").strip() for variable in ("LOGNAME", "USER", "USERNAME"))
    named = next((name for name in names if name and name.isprintable()), "unknown")
    return named[:64]


def _needed(found: Mapping[str, str], name: str, expected: str) -> str:
    value = found.get(name, "").strip()
    if not value:
        raise _bad(name, value, expected)
    return value


def _count(found: Mapping[str, str], name: str, default: int, most: int) -> int:
    value = found.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= most):
        raise _bad(name, value, f"a whole number from 1 to {most}")
    return int(value)


def _bad(name: str, found: str, expected: str) -> BadSetting:
    shown = f"is {found!r}" if found else "is not set"
    return BadSetting(
        "BAD_SETTING",
        f"The environment variable {name} {shown}; expected is {expected}.",
        f"Set {name} and start again.",
        {"variable": name},
    )
