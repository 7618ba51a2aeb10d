"""What a failure of DynamoDB's is to a caller, and how often it is worth asking again."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from handler.core.errors import OutsideFailure

R = TypeVar("R")

# Contention is over in some round trips; about 1.5 s of pauses on average, 3 s at most.
_ATTEMPTS: Final = 8
# Each attempt of a store that is not there takes a whole time-out, and somebody is waiting.
_ATTEMPTS_UNREACHABLE: Final = 3
_FIRST_PAUSE: Final = 0.03  # seconds
_LONGEST_PAUSE: Final = 1.0  # seconds
_BUSY: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


def reasons(error: ClientError) -> tuple[str, ...]:
    """Return why a transaction was cancelled, action by action; empty where none was."""
    found = error.response.get("CancellationReasons") or ()
    return tuple(reason.get("Code") or "None" for reason in found)


def failure(error: Exception) -> tuple[OutsideFailure, int]:
    """Return what to raise, and after how many attempts.

    Messages name DynamoDB's code only: its texts name accounts, roles and values.
    """
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        causes = {code, *reasons(error)}
        details: dict[str, object] = {"code": code, "operation": error.operation_name}
        if causes & _BUSY:
            return OutsideFailure(
                "STORE_BUSY",
                f"DynamoDB was busy: {', '.join(sorted(causes & _BUSY))}.",
                "Try again in a few seconds.",
                details,
            ), _ATTEMPTS
        return OutsideFailure(
            "STORE_FAILED",
            f"DynamoDB refused {error.operation_name}: {code}.",
            "Check the function's role, the table's name and the region, then try again.",
            details,
        ), 1
    kind = type(error).__name__
    if isinstance(error, NoConnectionError | HTTPClientError):
        return OutsideFailure(
            "STORE_UNREACHABLE",
            f"DynamoDB did not answer: {kind}.",
            "Try again in a few seconds.",
            {"code": kind},
        ), _ATTEMPTS_UNREACHABLE
    return OutsideFailure(
        "STORE_FAILED",
        f"DynamoDB could not be asked: {kind}.",
        "Check the function's credentials and region, then try again.",
        {"code": kind},
    ), 1


class Patience:
    """Asks again what can pass: what DynamoDB was too busy for, or did not answer."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        """Wait with ``sleep``, which takes seconds."""
        self._sleep = sleep

    def ask(self, call: Callable[[], R]) -> R:
        """Return what ``call`` returns.

        Raises:
            OutsideFailure: it went on failing, or failed in a way that does not pass.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return call()
            except (ClientError, BotoCoreError) as error:
                outside, attempts = failure(error)
                if attempt >= attempts:
                    raise outside from error
            self.pause(attempt)

    def pause(self, attempt: int) -> None:
        """Wait after an attempt, counted from 1: the longer, the more there were; up to 1 s."""
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (attempt - 1))
        self._sleep(random.uniform(0, longest))  # nosec B311 # noqa: S311 - spreads callers, no secret
