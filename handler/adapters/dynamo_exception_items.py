"""Exceptions as items of the table: what stands in them, and in which lists they stand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from handler.adapters.dynamo_items import EXCEPTION_PREFIX, OPEN_EXCEPTIONS, OPEN_STATES, partition
from handler.flows.exception_ports import (
    ExceptionList,
    ExceptionState,
    HistoryEntry,
    RegisteredException,
)

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item

# Of the attributes that put an exception into lists; an index knows only items that have its two.
# And since when it is open, which goes as they do.
PLACES: Final = ("gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk", "gsi3pk", "gsi3sk", "opened_at")


def place_of(scope: str, fingerprint: str) -> tuple[str, str]:
    """Return partition and sort key of an exception."""
    return partition(scope), f"{EXCEPTION_PREFIX}{fingerprint}"


def listing(listed: ExceptionList) -> tuple[str, str]:
    """Return the index of a list, and the list's partition there."""
    match listed.kind:
        case "code":
            return "gsi2", f"{OPEN_EXCEPTIONS}#CODE#{listed.value}"
        case "severity":
            return "gsi3", f"{OPEN_EXCEPTIONS}#SEVERITY#{listed.value}"
        case "resolved" | "ignored":
            return "gsi1", f"{OPEN_EXCEPTIONS}#{listed.kind.upper()}"
    return "gsi1", OPEN_EXCEPTIONS


def places(one: RegisteredException) -> dict[str, Item]:
    """Return the attributes that put an exception into the lists of its state.

    Its first moment is not known to who meets it again, so ``gsi3sk`` is only right for who read
    it; see :class:`~handler.adapters.dynamo_exceptions.Met`.
    """
    if one.state not in OPEN_STATES:
        return closed_places(one.state, one.resolved_at or one.last_seen, one.fingerprint)
    latest = {"S": f"{one.last_seen}#{one.fingerprint}"}
    return {
        "gsi1pk": {"S": OPEN_EXCEPTIONS},
        "gsi1sk": latest,
        "gsi2pk": {"S": listing(ExceptionList("code", one.code))[1]},
        "gsi2sk": latest,
        "gsi3pk": {"S": listing(ExceptionList("severity", one.severity))[1]},
        "gsi3sk": {"S": f"{one.first_seen}#{one.fingerprint}"},
        "opened_at": {"S": one.opened_at or one.last_seen},
    }


def closed_places(state: ExceptionState, at: str, fingerprint: str) -> dict[str, Item]:
    """Return the attributes that put an exception into the list of those closed so, by when."""
    _, name = listing(ExceptionList(str(state)))
    return {"gsi1pk": {"S": name}, "gsi1sk": {"S": f"{at}#{fingerprint}"}}


def exception(item: Item) -> RegisteredException:
    """Return the exception of an item; those of earlier versions have no history."""
    return RegisteredException(
        scope=item["scope"]["S"],
        fingerprint=item["fingerprint"]["S"],
        finding=json.loads(item["finding"]["S"]),
        state=ExceptionState(item["state"]["S"]),
        count=int(item["count"]["N"]),
        first_seen=item["first_seen"]["S"],
        last_seen=item["last_seen"]["S"],
        owner=item.get("owner", {"S": ""})["S"],
        attempts=int(item.get("attempts", {"N": "0"})["N"]),
        retry_until=item.get("retry_until", {"S": ""})["S"],
        resolved_at=item.get("resolved_at", {"S": ""})["S"],
        history=tuple(
            HistoryEntry(*entry) for entry in json.loads(item.get("history", {"S": "[]"})["S"])
        ),
        revision=int(item.get("revision", {"N": "0"})["N"]),
        opened_at=item.get("opened_at", {"S": ""})["S"],
    )


def handled(one: RegisteredException) -> dict[str, Any]:
    """Return the attributes that say what was done about an exception."""
    entries = [[entry.at, entry.by, entry.action, entry.note] for entry in one.history]
    return {
        "state": {"S": str(one.state)},
        "owner": {"S": one.owner},
        "attempts": {"N": str(one.attempts)},
        "retry_until": {"S": one.retry_until},
        "resolved_at": {"S": one.resolved_at},
        "history": {"S": json.dumps(entries, ensure_ascii=False, separators=(",", ":"))},
    }
