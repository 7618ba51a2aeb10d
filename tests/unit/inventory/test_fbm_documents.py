"""The answer's documents, and the call to Amazon in them."""

from __future__ import annotations

import json

import pytest
from fbm_stock import MARKET, SELLER, a_listing, a_source, decided

from handler.core.errors import Conflict
from handler.inventory.listing import Pool
from handler.payloads.decision_documents import decision_document
from handler.payloads.listing_patch import feed, feed_message, listing_patch

VALUE = [{"fulfillment_channel_code": "DEFAULT", "quantity": 7}]


def test_the_patch_merges_and_never_replaces() -> None:
    """Replacing the attribute erases the handling time."""
    listing = a_listing(product_type="LUGGAGE")
    expected = [{"op": "merge", "path": "/attributes/fulfillment_availability", "value": VALUE}]
    call = listing_patch(listing, 7)
    assert call["method"] == "PATCH"
    assert call["body"] == {"productType": "LUGGAGE", "patches": expected}
    message = feed_message(listing, 7, 1)
    assert message["operationType"] == "PATCH"
    assert message["patches"] == expected
    assert '"replace"' not in json.dumps([call, message])


def test_a_sku_is_written_so_that_it_stays_one_part_of_the_address() -> None:
    call = listing_patch(a_listing("A/B c?&#é+%"), 7)
    assert call["path"] == (
        f"/listings/2021-08-01/items/{SELLER}/A%2FB%20c%3F%26%23%C3%A9%2B%25"
        f"?marketplaceIds={MARKET}"
    )


def test_a_feed_names_the_seller_and_each_message() -> None:
    found = feed(SELLER, [feed_message(a_listing(), 7, 1), feed_message(a_listing("S2"), 0, 2)])
    assert found["header"] == {"sellerId": SELLER, "version": "2.0", "issueLocale": "en_US"}
    assert [(one["messageId"], one["sku"]) for one in found["messages"]] == [
        (1, "SKU-1"),
        (2, "S2"),
    ]


def test_no_call_is_made_for_an_fba_listing() -> None:
    with pytest.raises(Conflict) as raised:
        listing_patch(a_listing(pool=Pool.FBA), 7)
    assert raised.value.code == "WRONG_POOL"
    with pytest.raises(ValueError, match="below zero"):
        listing_patch(a_listing(), -1)


def test_a_published_decision_carries_its_call() -> None:
    listing = a_listing()
    found = decision_document(decided(listing, a_source({("A", "Main"): 7})))
    assert found["patch"] == listing_patch(listing, 7)
    shown = {name: found[name] for name in ("marketplace", "sku", "success", "action", "reason")}
    assert shown == {
        "marketplace": MARKET, "sku": "SKU-1", "success": True, "action": "publish",
        "reason": "CHANGED",
    }  # fmt: skip
    assert (found["quantity"], found["previous"], found["decision"]) == (7, None, 1)
    assert found["errors"] == []
    assert json.loads(json.dumps(found)) == found


def test_a_refused_decision_has_one_error_and_no_call() -> None:
    found = decision_document(decided(a_listing(), a_source({("B", "Main"): 7})))
    assert (found["success"], found["patch"]) == (False, None)
    assert found["errors"] == [
        {"code": "SOURCE_INCOMPLETE", "message": found["message"], "source": "inventory-plugin"}
    ]


def test_an_unchanged_decision_succeeds_without_a_call() -> None:
    source = a_source({("A", "Main"): 7})
    first = decided(a_listing(), source)
    found = decision_document(decided(a_listing(), source, state=first.state))
    assert (found["success"], found["action"], found["patch"]) == (True, "unchanged", None)
