"""Trees of breakdowns (Finances API 2024-06-19): only the leaves are amounts, every node is a sum.

What is stated twice is checked, not counted twice: a node against its children, an item's total
against its breakdowns, a transaction's total against its items and against its own breakdowns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handler.core.money import Currency
from handler.settlement.readers.notes import Notes

_DEEPEST = 16
# A fee with its tax: the base is the fee itself, and V2's words for the tax are these.
_BASE, _TAX, _TAX_ON_FEE = "Base", "Tax", "Tax on fee"


@dataclass(frozen=True, slots=True)
class Leaf:
    """An amount at the end of a tree.

    Attributes:
        path: JSON path from the transaction.
        name: the breakdown type that says what it is.
        value: in minor units.
        item: the item it belongs to; ``None`` for one of the transaction as a whole.
    """

    path: str
    name: str
    value: int
    item: Mapping[str, Any] | None = None


class Amounts:
    """Reads the amounts of one transaction."""

    def __init__(self, number: int, money: Currency, notes: Notes) -> None:
        self._number, self._money, self._notes = number, money, notes

    def of(self, transaction: Mapping[str, Any]) -> list[Leaf]:
        """Return every amount of a transaction once, the most detailed statement of it."""
        total = self.money(transaction.get("totalAmount"), "totalAmount")
        whole = self._tree(transaction, "", total)
        name = str(transaction.get("description") or transaction.get("transactionType") or "")
        items: list[Leaf] = []
        listed = transaction.get("items") or []
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            self._bad("items", listed, "a list of objects")
            listed = []
        for place, item in enumerate(listed):
            items += self._item(item, f"items/{place}", name)
        # Items of some transactions only name the product and leave the amount to the whole.
        if any(leaf.value for leaf in items) or (items and not whole and not total):
            self._must_sum("totalAmount", total, [leaf.value for leaf in items])
            return items
        if whole or total is None:
            return whole
        return [Leaf("totalAmount", name, total)]

    def _item(self, item: Mapping[str, Any], path: str, name: str) -> list[Leaf]:
        total = None
        if item.get("totalAmount") is not None:
            total = self.money(item["totalAmount"], f"{path}/totalAmount")
        leaves = self._tree(item, path, total)
        if not leaves and total:
            leaves = [Leaf(f"{path}/totalAmount", name, total)]
        return [Leaf(leaf.path, leaf.name, leaf.value, item) for leaf in leaves]

    def money(self, found: object, path: str) -> int | None:
        """Return an amount object in minor units; ``None``, noted, where it is none."""
        if not isinstance(found, dict):
            self._bad(path, found, "an object with currencyCode and currencyAmount")
            return None
        if found.get("currencyCode") != self._money.code:
            self._bad(f"{path}/currencyCode", found.get("currencyCode"), self._money.code)
            return None
        return self._notes.money(
            self._number, f"{path}/currencyAmount", found.get("currencyAmount"), self._money
        )

    def _tree(self, owner: Mapping[str, Any], path: str, total: int | None) -> list[Leaf]:
        """Return the leaves of ``owner``'s breakdowns, checked against its total."""
        found = self._nodes(owner, path, "", 0)
        if found is None:
            return []
        leaves, values = found
        where = f"{path}/totalAmount" if path else "totalAmount"
        if values and total is not None:
            self._must_sum(where, total, values)
        return leaves

    def _nodes(
        self, owner: Mapping[str, Any], path: str, name: str, depth: int
    ) -> tuple[list[Leaf], list[int | None]] | None:
        """Return the leaves below ``owner`` and its direct children's values; None if it is one."""
        nodes = owner.get("breakdowns")
        if nodes is None or nodes == []:
            return None
        base = f"{path}/breakdowns" if path else "breakdowns"
        if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
            self._bad(base, nodes, "a list of objects")
            return [], []
        if depth >= _DEEPEST:
            self._bad(base, "more", f"breakdowns nested at most {_DEEPEST} deep")
            return [], []
        leaves: list[Leaf] = []
        values: list[int | None] = []
        types = [node.get("breakdownType") for node in nodes]
        has_base = _BASE in types
        for place, node in enumerate(nodes):
            where = f"{base}/{place}"
            value = self.money(node.get("breakdownAmount"), f"{where}/breakdownAmount")
            values.append(value)
            said = str(types[place] or "")
            below = self._nodes(node, where, said, depth + 1)
            if below is not None:
                leaves += below[0]
                self._must_sum(f"{where}/breakdownAmount", value, below[1])
            elif value or (value == 0 and depth):  # a category without content is no amount
                leaves.append(Leaf(where, _name(said, name, has_base), value))
        return leaves, values

    def _must_sum(self, path: str, total: int | None, parts: list[Any]) -> None:
        if total is None or not parts or None in parts or sum(parts) == total:
            return
        text = self._money.text
        self._bad(path, text(total), f"{text(sum(parts))}, the sum of its {len(parts)} part(s)")

    def _bad(self, path: str, found: object, expected: str) -> None:
        self._notes.bad_value(self._number, path, found, expected)


def _name(said: str, above: str, beside_base: bool) -> str:
    if above and said == _BASE:
        return above
    return _TAX_ON_FEE if above and beside_base and said == _TAX else said
