"""One item written over its revision less one, by a writer that knows its own write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from handler.adapters.dynamo_inventory_items import new_writer, put_revision

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item, Table


def put_revision_once(
    table: Table,
    made: Callable[[str], Item],
    revision: int,
    beside: Sequence[Item] = (),
) -> bool:
    """Write an item over its revision less one (0: it is not there).

    Args:
        table: where.
        made: makes the item; takes who writes it, which must stand in it as ``written_by``.
        revision: the item's.
        beside: other actions of the same transaction, without conditions.

    Returns:
        False where another writer came first: nothing was written.

    Raises:
        OutsideFailure: the table did not answer.
    """
    item = made(new_writer())
    return put_once(table, put_revision(table.name, item, revision), beside)


def put_once(table: Table, put: Item, beside: Sequence[Item] = ()) -> bool:
    """Do a conditional put as :func:`put_revision_once` does.

    Args:
        table: where.
        put: the action; its item says who writes it as ``written_by``.
        beside: other actions of the same transaction, without conditions.
    """
    if not table.transact([put, *beside]):
        return True
    # Its own write, sent again after a lost answer, finds what it wrote.
    item = put["Put"]["Item"]
    there = table.get(item["pk"]["S"], item["sk"]["S"])
    return there is not None and there.get("written_by") == item["written_by"]
