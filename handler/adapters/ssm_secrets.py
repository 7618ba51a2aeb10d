"""Secrets in the Parameter Store of AWS Systems Manager, encrypted."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from handler.adapters.refusals import secret_not_found
from handler.core.errors import OutsideFailure

# How long a text is kept: a webhook's deliveries of a minute ask once, and a rotation is seen soon.
SECONDS_KEPT: Final = 60.0
_MISSING: Final = frozenset({"ParameterNotFound", "ParameterVersionNotFound"})
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9][A-Za-z0-9_.-]*)*")


class SsmClient(Protocol):
    """The calls used of boto3's client."""

    def get_parameter(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
        """Read a parameter."""

    def put_parameter(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Write a parameter."""


class SsmSecrets:
    """A :class:`~handler.flows.delivery_ports.Secrets`; what was read is kept for a minute.

    No text is ever part of a message, of an error's cause or of a log line.
    """

    def __init__(
        self, client: SsmClient, prefix: str, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        """Use the parameters whose names begin with ``prefix``.

        Args:
            client: boto3's ``client("ssm")``; retries are its own.
            prefix: as "/amazon-netsuite-plugin/prod/".
            seconds: a clock that only goes on.
        """
        self._client = client
        self._prefix = prefix
        self._seconds = seconds
        self._kept: dict[str, tuple[str, float]] = {}

    def read(self, name: str) -> str:
        """Return a secret as it was at most a minute ago.

        Raises:
            RefusedRequest: ``SECRET_NOT_FOUND``.
            OutsideFailure: ``SECRETS_FAILED``.
        """
        text, until = self._kept.get(name, ("", 0.0))
        asked = self._seconds()
        if asked < until:
            return text
        self._kept.pop(name, None)
        if not _NAME.fullmatch(name):
            raise secret_not_found(name)  # none can be so named
        answer = self._ask(
            name, lambda: self._client.get_parameter(Name=self._prefix + name, WithDecryption=True)
        )
        found: str = answer["Parameter"]["Value"]
        self._kept[name] = (found, asked + SECONDS_KEPT)
        return found

    def write(self, name: str, text: str) -> None:
        """Keep a secret under a name, over what was there.

        Raises:
            OutsideFailure: ``SECRETS_FAILED``; it may be written.
            ValueError: the name is not made of letters, digits and "_.-", with "/" in between.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"no name of a secret: {name!r}")
        self._kept.pop(name, None)
        self._ask(
            name,
            lambda: self._client.put_parameter(
                Name=self._prefix + name, Value=text, Type="SecureString", Overwrite=True
            ),
        )

    def _ask(self, name: str, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        # Without a cause: botocore's own words may hold what was to be written.
        try:
            return call()
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            if code in _MISSING:
                raise secret_not_found(name) from None
            raise _failure(f"refused {error.operation_name}: {code}", code) from None
        except BotoCoreError as error:
            kind = type(error).__name__
            raise _failure(f"did not answer: {kind}", kind) from None


def _failure(what: str, code: str) -> OutsideFailure:
    return OutsideFailure(
        "SECRETS_FAILED",
        f"The Parameter Store {what}.",
        "Try again in a few seconds; if it stays so, check the function's role, its key and "
        "SECRETS_PREFIX.",
        {"code": code},
    )
