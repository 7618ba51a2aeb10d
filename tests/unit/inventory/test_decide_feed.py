"""Many listings in one feed: what is to be sent, decreases first, and nothing else."""

from __future__ import annotations

from plugin import plugin

US = "ATVPDKIKX0DER"


def count(sku: str, item: str, available: int, version: int) -> dict[str, object]:
    return {
        "marketplace": US,
        "sku": sku,
        "source_version": version,
        "source_time": "2026-01-31T12:00:00Z",
        "quantities": [{"item": item, "location": "Main Warehouse", "available": available}],
    }


def test_a_feed_holds_what_is_sent_in_the_order_to_send_it() -> None:
    here = plugin()
    address = "/v1/inventory/fbm/decide?profile=us&feed=true"
    skus = ("SKU-MUG-220", "MUG-220"), ("SKU-COFFEE-401-OWN", "COFFEE-401")
    first = [count(sku, item, 40, 1) for sku, item in skus]
    here.call("POST", address, json={"data": first})
    more, less = count(*skus[0], 80, 2), count(*skus[1], 10, 2)
    answer = here.call("POST", address, json={"data": [more, less, {"sku": 1}]}).get_json()
    assert answer["send"] == [1, 0]
    feed = answer["feed"]
    assert feed["header"]["sellerId"] == "A3TH9S8BH6GOGM"
    assert [(one["messageId"], one["sku"]) for one in feed["messages"]] == [
        (1, "SKU-COFFEE-401-OWN"),
        (2, "SKU-MUG-220"),
    ]
    assert {one["patches"][0]["op"] for one in feed["messages"]} == {"merge"}
    again = here.call("POST", address, json={"data": [more, less]}).get_json()
    assert (again["send"], again["feed"]) == ([], {})
