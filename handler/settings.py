"""What the environment says. Nothing else reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from handler.core.errors import PluginError

_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_DIGESTS: Final = ("waiting", "always", "never")
_MOST_DAYS: Final = 365
_ROLE_CLAIM: Final = "cognito:groups"
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
        dashboard_url: address of the plugin, for links in alerts; empty for none.
        alert_topic: ARN of the topic people subscribe to; empty where there is none.
        alert_digest: "waiting" (a digest where anything waits), "always" or "never".
        alert_digest_hour: of the day in UTC at which it is due.
        alert_stale_days: profile -> days without a settlement; "" for all others.
        alert_stock_days: days without a report of stock of a kind that came before.
        alert_uncleared_days: age of a settlement at which it should be cleared.
        oidc_issuer: the provider people sign in at, as its tokens name it; empty for none.
        oidc_client_id: this installation's name there.
        oidc_redirect_url: where it leads back to; empty for the host that was asked.
        oidc_role_claim: the claim of its tokens that lists somebody's groups.
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
    dashboard_url: str = ""
    alert_topic: str = ""
    alert_digest: str = "waiting"
    alert_digest_hour: int = 7
    alert_stale_days: Mapping[str, int] = field(default_factory=lambda: {"": 16})
    alert_stock_days: int = 3
    alert_uncleared_days: int = 10
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_redirect_url: str = ""
    oidc_role_claim: str = _ROLE_CLAIM


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
        dashboard_url=_address(found, "DASHBOARD_URL"),
        alert_topic=found.get("ALERT_TOPIC_ARN", "").strip(),
        alert_digest=_digest(found, "ALERT_DIGEST"),
        alert_digest_hour=_count(found, "ALERT_DIGEST_HOUR", 7, most=23, least=0),
        alert_stale_days=_days(found, "ALERT_STALE_DAYS", 16),
        alert_stock_days=_count(found, "ALERT_STOCK_DAYS", 3, most=365),
        alert_uncleared_days=_count(found, "ALERT_UNCLEARED_DAYS", 10, most=365),
        oidc_issuer=_address(found, "OIDC_ISSUER"),
        oidc_client_id=_client_id(found),
        oidc_redirect_url=_address(found, "OIDC_REDIRECT_URL"),
        oidc_role_claim=found.get("OIDC_ROLE_CLAIM", "").strip() or _ROLE_CLAIM,
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


def _count(found: Mapping[str, str], name: str, default: int, most: int, least: int = 1) -> int:
    value = found.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and least <= int(value[:9]) <= most):
        raise _bad(name, value, f"a whole number from {least} to {most}")
    return int(value)


def _digest(found: Mapping[str, str], name: str) -> str:
    value = found.get(name, "").strip() or _DIGESTS[0]
    if value not in _DIGESTS:
        raise _bad(name, value, f"one of {', '.join(_DIGESTS)}")
    return value


def _address(found: Mapping[str, str], name: str) -> str:
    value = found.get(name, "").strip()
    if value and not value.startswith(("https://", "http://")):
        raise _bad(name, value, "an address that begins with https://")
    return value


def _client_id(found: Mapping[str, str]) -> str:
    """Return OIDC_CLIENT_ID: with the provider it is for, or neither is set."""
    if not found.get("OIDC_ISSUER", "").strip():
        return ""
    return _needed(found, "OIDC_CLIENT_ID", "the name of this installation at OIDC_ISSUER")


def _days(found: Mapping[str, str], name: str, default: int) -> Mapping[str, int]:
    """Return days by profile, as "16 uk=30" says them: one number for all, and exceptions."""
    value = found.get(name, "").strip()
    days = {"": default}
    for part in value.replace(",", " ").split():
        profile, _, number = part.rpartition("=")
        is_day = number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= _MOST_DAYS
        if not is_day or part.startswith("="):
            raise _bad(name, value, f"days from 1 to {_MOST_DAYS}, as in '16 uk=30'")
        days[profile] = int(number)
    return days


def _bad(name: str, found: str, expected: str) -> BadSetting:
    shown = f"is {found!r}" if found else "is not set"
    return BadSetting(
        "BAD_SETTING",
        f"The environment variable {name} {shown}; expected is {expected}.",
        f"Set {name} and start again.",
        {"variable": name},
    )
