"""Counting up and resolving exceptions, as actions of a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from handler.adapters import dynamo_items as items
from handler.adapters.dynamo import FAILED_CONDITION, Item, Table
from handler.flows.ports import ExceptionState, RegisteredException


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
    values: dict[str, Any] = {f":{state}": {"S": str(state)} for state in items.OPEN_STATES}
    values |= {
        ":count": {"N": str(one.count)},
        ":resolved": {"S": str(ExceptionState.RESOLVED)},
        ":at": {"S": at},
    }
    states = ", ".join(f":{state}" for state in items.OPEN_STATES)
    return {
        "Update": {
            "TableName": table.name,
            "Key": {"pk": {"S": one.pk}, "sk": {"S": one.sk}},
            "UpdateExpression": "SET #state = :resolved, resolved_at = :at REMOVE gsi1pk, gsi1sk",
            "ConditionExpression": f"#count = :count AND #state IN ({states})",
            "ExpressionAttributeNames": {"#state": "state", "#count": "count"},
            "ExpressionAttributeValues": values,
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
            key = (items.partition(met.scope), f"{items.EXCEPTION_PREFIX}{met.fingerprint}")
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
            condition, removed = "#state = :ignored", ""
        else:
            condition = "attribute_not_exists(pk) OR #state <> :ignored"
            removed = " REMOVE resolved_at"
            sets["state"] = ":state"
            values[":state"] = {"S": str(met.state)}
            if met.state in items.OPEN_STATES:
                sets |= {"gsi1pk": ":gsi1pk", "gsi1sk": ":gsi1sk"}
                values[":gsi1pk"] = {"S": items.OPEN_EXCEPTIONS}
                values[":gsi1sk"] = {"S": f"{met.last_seen}#{met.fingerprint}"}
            else:
                removed += ", gsi1pk, gsi1sk"
        return self._update(key, sets, values, condition, removed)

    def _update(
        self,
        key: tuple[str, str],
        sets: Mapping[str, str],
        values: Mapping[str, Any],
        condition: str,
        removed: str,
    ) -> Item:
        assigned = ", ".join(f"#{name} = {value}" for name, value in sets.items())
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": {"pk": {"S": key[0]}, "sk": {"S": key[1]}},
                "UpdateExpression": f"SET {assigned}{removed}",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {f"#{name}": name for name in {*sets, "state"}},
                "ExpressionAttributeValues": dict(values),
            }
        }
