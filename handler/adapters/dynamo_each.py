"""Many writes that have nothing to do with each other, sent together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from handler.adapters.dynamo import FAILED_CONDITION, MOST_ACTIONS, Item, Table

_LARGEST_TRANSACTION: Final = 3_000_000  # bytes of JSON; DynamoDB's limit is 4 MB


def write_each(table: Table, actions: Sequence[Item]) -> list[bool]:
    """Write each action for itself, once: a condition that fails stops its own only.

    A hundred go in one transaction. Where conditions fail, nothing of it is written; the others
    are sent again without these.

    Returns:
        For each, in order, whether its condition held and it was written.

    Raises:
        OutsideFailure: the table did not answer; some may be written.
    """
    written = [True] * len(actions)
    for portion in _portions(actions):
        left = portion
        while left:
            reasons = table.transact([actions[index] for index in left])
            failed = {i for i, why in zip(left, reasons, strict=False) if why == FAILED_CONDITION}
            for index in failed:
                written[index] = False
            left = [index for index in left if index not in failed] if reasons else []
    return written


def _portions(actions: Sequence[Item]) -> Iterator[list[int]]:
    """Yield the places of as many actions as one transaction takes, by number and by size."""
    portion: list[int] = []
    size = 0
    for index, action in enumerate(actions):
        # Escaped, so never fewer bytes than DynamoDB counts.
        weight = len(json.dumps(action))
        if portion and (len(portion) == MOST_ACTIONS or size + weight > _LARGEST_TRANSACTION):
            yield portion
            portion, size = [], 0
        portion.append(index)
        size += weight
    if portion:
        yield portion
