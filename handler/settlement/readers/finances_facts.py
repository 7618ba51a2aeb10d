"""The facts of one `listTransactions` transaction that are not amounts: ids, product, reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def product(transaction: Object, leaf: Leaf) -> Object:
    """Return the product context an amount belongs to, empty where none or several could be."""
    listed = transaction.get("items")
    items = listed if isinstance(listed, list) else []
    owners = [leaf.item] if leaf.item else [item for item in items if isinstance(item, dict)]
    found = [
        context
        for owner in [*owners, transaction]
        for context in contexts(owner)
        if context.get("sku") or context.get("fulfillmentNetwork") or context.get("channel")
    ]
    return found[0] if found and all(each == found[0] for each in found) else {}


def deferral(transaction: Object) -> str:
    """Return why a transaction is deferred and until when; empty where it does not say."""
    for context in contexts(transaction):
        reason = context.get("deferralReason")
        if reason:
            return f"{reason}, until {context.get('maturityDate') or 'an unknown date'}"
    return ""


def cells(transaction: Object, leaf: Leaf, product: Object) -> dict[str, str]:
    """Return what stands beside an amount, as evidence."""
    names = ("transactionId", "transactionType", "transactionStatus", "description", "postedDate")
    facts = {name: transaction.get(name) for name in names}
    facts |= ids(transaction)
    facts |= {name: product.get(name) for name in ("sku", "asin", "quantityShipped")}
    shown_facts = {name: str(value) for name, value in facts.items() if value}
    return {"path": leaf.path, "breakdownType": leaf.name, **shown_facts}
