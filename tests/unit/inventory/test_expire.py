"""A flow that stopped asks nothing: what it last counted must not be sold for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from plugin import Plugin, data_of, plugin

US = "ATVPDKIKX0DER"
START = datetime(2026, 1, 31, 12, tzinfo=UTC)
EXPIRE = "/v1/inventory/fbm/expire?profile=us"


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


def count(sku: str, item: str, available: int, version: int, at: datetime) -> dict[str, Any]:
    return {
        "marketplace": US,
        "sku": sku,
        "source_version": version,
        "source_time": at.isoformat(),
        "quantities": [{"item": item, "location": "Main Warehouse", "available": available}],
    }


def running() -> tuple[Plugin, Clock]:
    here, clock = plugin(), Clock()
    here = replace(here, app=replace(here.app, now=clock))
    counts = [
        count("SKU-MUG-220", "MUG-220", 40, 1, START),
        count("SKU-COFFEE-401-OWN", "COFFEE-401", 0, 1, START),
    ]
    decide(here, *counts)
    return here, clock


def decide(here: Plugin, *counts: dict[str, Any]) -> list[Any]:
    return data_of(
        here.call("POST", "/v1/inventory/fbm/decide?profile=us", json={"data": list(counts)})
    )


def expire(here: Plugin) -> list[Any]:
    return data_of(here.call("POST", EXPIRE))


def test_a_count_within_its_time_is_left_alone() -> None:
    here, clock = running()
    clock.at = START + timedelta(minutes=120)
    assert expire(here) == []


def test_an_old_count_gets_zero_once_and_is_told() -> None:
    here, clock = running()
    clock.at = START + timedelta(minutes=121)
    (gone,) = expire(here)  # the other one has zero already
    assert (gone["sku"], gone["quantity"], gone["previous"]) == ("SKU-MUG-220", 0, 11)
    assert (gone["reason"], gone["decision"]) == ("SOURCE_STALE", 2)
    assert gone["patch"]["body"]["patches"][0]["value"][0]["quantity"] == 0
    assert [one.finding["code"] for one in here.open_exceptions()] == ["SOURCE_STALE"]
    assert expire(here) == []


def test_only_a_fresh_count_sells_again_and_resolves_it() -> None:
    here, clock = running()
    clock.at = START + timedelta(minutes=200)
    expire(here)
    late = count("SKU-MUG-220", "MUG-220", 40, 2, clock.at - timedelta(minutes=61))
    assert decide(here, late)[0]["quantity"] == 0
    fresh = count("SKU-MUG-220", "MUG-220", 40, 3, clock.at)
    (back,) = decide(here, fresh)
    assert (back["action"], back["quantity"]) == ("publish", 11)
    assert here.open_exceptions() == []
