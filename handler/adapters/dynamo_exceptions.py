"""Counting up and resolving exceptions, as actions of a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from handler.adapters import dynamo_items as items
from handler.adapters.dynamo import FAILED_CONDITION, Item, Table
from handler.adapters.dynamo_exception_items import (
    PLACES,
    closed_places,
    handled,
    place_of,
    places,
)
from handler.flows.exception_ports import ExceptionState, RegisteredException, opening


@dataclass(frozen=True, slots=True)
class Standing:
    """An exception that was found open.

    Attributes:
        pk: its partition.
        sk: its key there.
        count: how often it was met by then: met again since, it is another matter.
    """

    pk: str
    sk: str
    count: int


def standing(table: Table, pk: str) -> list[Standing]:
    """Return what is open in a partition now.

    Raises:
        OutsideFailure: the table did not answer.
    """
    found = table.partition(pk, items.EXCEPTION_PREFIX, ("pk", "sk", "state", "count"))
    return [
        Standing(pk, item["sk"]["S"], int(item["count"]["N"]))
        for item in found
        if item["state"]["S"] in items.OPEN_STATES
    ]


def resolution(table: Table, one: Standing, at: str) -> Item:
    """Return the action that resolves one, and fails its condition where it has changed."""
    fingerprint = one.sk.removeprefix(items.EXCEPTION_PREFIX)
    state = ExceptionState.RESOLVED
    where = closed_places(state, at, fingerprint)
    sets, values = _assigned({"state": {"S": str(state)}, "resolved_at": {"S": at}} | where)
    values |= {f":{name}": {"S": str(name)} for name in items.OPEN_STATES}
    values[":count"] = {"N": str(one.count)}
    states = ", ".join(f":{name}" for name in items.OPEN_STATES)
    condition = f"#count = :count AND #state IN ({states})"
    return _update(table, (one.pk, one.sk), sets, values, condition, _left(where))


def changed(table: Table, one: RegisteredException, before: RegisteredException) -> Item:
    """Return the action that puts ``one`` in the place of ``before``; fails where it changed."""
    one = opening(one, before)
    where = places(one)
    sets, values = _assigned(handled(one) | where | {"revision": {"N": str(before.revision + 1)}})
    values[":old_state"] = {"S": str(before.state)}
    values[":old_count"] = {"N": str(before.count)}
    values[":old_revision"] = {"N": str(before.revision)}
    known = "#revision = :old_revision"
    if not before.revision:  # of an item of an earlier version too
        known = f"({known} OR attribute_not_exists(#revision))"
    condition = f"#state = :old_state AND #count = :old_count AND {known}"
    key = place_of(before.scope, before.fingerprint)
    return _update(table, key, sets, values, condition, _left(where))


def _assigned(attributes: Mapping[str, Item]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what sets attributes to these values, and the values as an update names them."""
    sets = {name: f":{name}" for name in attributes}
    return sets, {f":{name}": value for name, value in attributes.items()}


def _left(where: Mapping[str, Item]) -> list[str]:
    """Return the attributes of the lists that an exception with these places is not in."""
    return [name for name in PLACES if name not in where]


def _update(
    table: Table,
    key: tuple[str, str],
    sets: Mapping[str, str],
    values: Mapping[str, Any],
    condition: str,
    gone: Sequence[str],
) -> Item:
    """Return an update of an exception; state and count are in what it sets, or its condition."""
    assigned = ", ".join(f"#{name} = {value}" for name, value in sets.items())
    removed = f" REMOVE {', '.join(gone)}" if gone else ""
    return {
        "Update": {
            "TableName": table.name,
            "Key": {"pk": {"S": key[0]}, "sk": {"S": key[1]}},
            "UpdateExpression": f"SET {assigned}{removed}",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {f"#{name}": name for name in {*sets, "state", "count"}},
            "ExpressionAttributeValues": dict(values),
        }
    }


class Met:
    """Exceptions met just now, as actions that count up what is known.

    What somebody ignored stays ignored, which DynamoDB cannot decide inside an update. So each
    action assumes, as its condition, whether it is; those that were wrong assume the other next.
    """

    def __init__(self, table: Table, exceptions: Sequence[RegisteredException]) -> None:
        """Take ``exceptions``; the same one met twice counts twice."""
        self._table = table
        self._exceptions: dict[tuple[str, str], RegisteredException] = {}
        for met in exceptions:
            key = place_of(met.scope, met.fingerprint)
            count = self._exceptions[key].count if key in self._exceptions else 0
            self._exceptions[key] = replace(met, count=met.count + count)
        self._ignored: set[tuple[str, str]] = set()

    def __len__(self) -> int:
        return len(self._exceptions)

    def __contains__(self, one: Standing) -> bool:
        return (one.pk, one.sk) in self._exceptions

    def actions(self) -> list[Item]:
        """Return one action for each, in an order that does not change."""
        return [self._action(key, met) for key, met in self._exceptions.items()]

    def learn(self, reasons: Sequence[str]) -> None:
        """Take note of which of :meth:`actions` assumed wrongly."""
        for key, reason in zip(self._exceptions, reasons, strict=True):
            if reason == FAILED_CONDITION:
                self._ignored ^= {key}

    def _action(self, key: tuple[str, str], met: RegisteredException) -> Item:
        sets = {
            "scope": ":scope",
            "fingerprint": ":fingerprint",
            "finding": ":finding",
            "last_seen": ":last_seen",
            "first_seen": "if_not_exists(#first_seen, :first_seen)",
            "count": "if_not_exists(#count, :zero) + :count",
        }
        values: dict[str, Any] = {
            ":scope": {"S": met.scope},
            ":fingerprint": {"S": met.fingerprint},
            ":finding": {"S": items.finding_text(met.finding)},
            ":last_seen": {"S": met.last_seen},
            ":first_seen": {"S": met.first_seen},
            ":zero": {"N": "0"},
            ":count": {"N": str(met.count)},
            ":ignored": {"S": str(ExceptionState.IGNORED)},
        }
        if key in self._ignored:
            condition, gone = "#state = :ignored", []
        else:
            condition = "attribute_not_exists(pk) OR #state <> :ignored"
            gone = self._listed(met, sets, values)
        return _update(self._table, key, sets, values, condition, gone)

    def _listed(
        self, met: RegisteredException, sets: dict[str, str], values: dict[str, Any]
    ) -> list[str]:
        """Set the state and the lists of it; return what is to be removed."""
        where = places(met)
        new_sets, new_values = _assigned({"state": {"S": str(met.state)}} | where)
        sets |= new_sets
        values |= new_values
        if "gsi3sk" in where:
            # Known longer than this, it keeps its place in the order of age.
            sets["gsi3sk"] = "if_not_exists(#first_place, :gsi3sk)"
            sets["first_place"] = "if_not_exists(#first_place, :gsi3sk)"
            sets["opened_at"] = "if_not_exists(#opened_at, :opened_at)"
        if met.state is ExceptionState.RESOLVED:
            sets["resolved_at"] = ":last_seen"
            return _left(where)
        return [*_left(where), "resolved_at"]
