"""The facts of one `listTransactions` transaction that are not amounts: ids, product, reasons."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from handler.settlement.readers.exact_json import unusable
from handler.settlement.readers.finances_breakdowns import Leaf
from handler.settlement.readers.finances_input import Object
from handler.settlement.readers.notes import shown


def transactions(pages: tuple[Object, ...]) -> Iterator[tuple[int, Object]]:
    """Yield every transaction with its number over all pages.

    Raises:
        UnusableFile: a page holds something else.
    """
    number = 0
    for page_number, page in enumerate(pages, 1):
        listed = [page] if "transactionType" in page else page.get("transactions")
        if not isinstance(listed, list):
            unusable(
                f"Page {page_number} has no list 'transactions'; found the keys "
                f"{shown(', '.join(page))}."
            )
        for transaction in listed:
            number += 1
            if not isinstance(transaction, dict):
                unusable(f"Record {number}: found {shown(transaction)}, expected a transaction.")
            yield number, transaction


def ids(transaction: Object) -> dict[str, str]:
    """Return a transaction's related identifiers, the first of each name."""
    found: dict[str, str] = {}
    listed = transaction.get("relatedIdentifiers")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict):
            name, value = each.get("relatedIdentifierName"), each.get("relatedIdentifierValue")
            if isinstance(name, str) and isinstance(value, str) and value:
                found.setdefault(name, value)
    return found


def part(owner: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object below ``name``, empty where there is none."""
    found = owner.get(name)
    return found if isinstance(found, dict) else {}


def contexts(owner: Mapping[str, Any]) -> list[Object]:
    """Return the contexts of a transaction or item."""
    listed = owner.get("contexts")
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


class Facts:
    """What a transaction says beside its amounts, gathered once however many amounts it has."""

    def __init__(self, transaction: Object) -> None:
        """Take a transaction."""
        listed = transaction.get("items")
        self._items = listed if isinstance(listed, list) else []
        self._own = _distinct(contexts(transaction))
        self._products: dict[int, Object] = {}
        names = ("transactionId", "transactionType", "transactionStatus", "description")
        facts = {name: transaction.get(name) for name in (*names, "postedDate")}
        facts |= ids(transaction)
        self._shown = {name: str(value) for name, value in facts.items() if value}

    def product(self, leaf: Leaf) -> Object:
        """Return the product context of an amount, empty where none or several could be."""
        known = self._products.get(id(leaf.item))
        if known is None:
            owners = [leaf.item] if leaf.item else self._items
            listed = (
                context for one in owners if isinstance(one, dict) for context in contexts(one)
            )
            found = _distinct(chain(listed, self._own))
            known = self._products[id(leaf.item)] = found[0] if len(found) == 1 else {}
        return known

    def cells(self, leaf: Leaf) -> Mapping[str, str]:
        """Return what stands beside an amount, as evidence."""
        product = self.product(leaf)
        facts = {name: product.get(name) for name in ("sku", "asin", "quantityShipped")}
        return ChainMap(
            {name: str(value) for name, value in facts.items() if value},
            self._shown,
            {"path": leaf.path, "breakdownType": leaf.name},
        )


def _distinct(listed: Iterable[Object]) -> list[Object]:
    """Return the product contexts that differ; two are enough to know that it is not clear."""
    found: list[Object] = []
    for context in listed:
        if context.get("sku") or context.get("fulfillmentNetwork") or context.get("channel"):
            if context not in found:
                found.append(context)
            if len(found) > 1:
                break
    return found


def deferral(transaction: Object) -> str:
    """Return why a transaction is deferred and until when; empty where it does not say."""
    for context in contexts(transaction):
        reason = context.get("deferralReason")
        if reason:
            return f"{reason}, until {context.get('maturityDate') or 'an unknown date'}"
    return ""
