"""What a plugin's books say, to be compared before and after they were lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from restore_world import World, live

from handler.flows.app import App
from handler.flows.parcel import ParcelState
from handler.flows.ports import SettlementRecord
from handler.flows.rule_ports import RuleBook
from handler.flows.state_rebuild import Rebuilt, rebuild


def but_moments(records: Sequence[SettlementRecord]) -> list[SettlementRecord]:
    """Records without when they were recorded, which the bucket tells to a second."""
    return [replace(record, recorded_at="") for record in records]


def versions_of(world: World) -> list[list[SettlementRecord]]:
    """Every version of every settlement, as it was recorded."""
    store = world.app.settlements
    return [but_moments(store.versions(one.settlement_id)) for one in world.settlements()]


def parcels_of(world: World, state: ParcelState) -> set[str]:
    """External ids of what stands in a state."""
    groups = [f"settlement:{one.settlement_id}" for one in world.settlements()]
    groups += [f"run:{one.run_id}" for one in world.app.inventory.ledger_runs("us", 100).items]
    parcels = [parcel for group in groups for parcel in world.app.outbox.group(group)]
    return {name for one in parcels if one.state is state for name in one.external_ids}


def ledger_of(world: World) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Runs, days, reports and listings, but for when they were recorded."""
    stock = world.app.inventory
    runs = [replace(one, recorded_at="") for one in stock.ledger_runs("us", 100).items]
    days = list(stock.ledger_days("us", date(2020, 1, 1), date(2030, 1, 1)))
    reports = [replace(one, recorded_at="") for one in stock.snapshots("us")]
    listings = sorted(stock.listings("us"), key=lambda one: one.listing.key)
    return sorted(runs, key=lambda one: one.run_id), days, reports, listings


def exceptions_of(world: World) -> set[tuple[str, str]]:
    """Scope and code of everything open or parked, but of deliveries."""
    found = world.app.settlements.exceptions(500).items
    return {(one.scope, str(one.finding["code"])) for one in found}


def unposted(versions: list[list[SettlementRecord]]) -> list[list[SettlementRecord]]:
    """Versions without what NetSuite acknowledged before them."""
    return [[replace(one, netsuite_ids=(), state=one.status) for one in each] for each in versions]


@dataclass
class Lost:
    """A plugin whose table is lost, and what there was before.

    Attributes:
        world: bucket and empty table.
        files: of the bucket.
        journals: what the books have, as bytes.
        settlements, versions, ledger, rules, exceptions: as the table had them.
        ids: everything NetSuite acknowledged.
        waiting, done: external ids of parcels.
    """

    world: World
    files: dict[str, bytes]
    journals: dict[str, bytes]
    settlements: list[SettlementRecord]
    versions: list[list[SettlementRecord]]
    ledger: tuple[list[Any], list[Any], list[Any], list[Any]]
    rules: list[RuleBook]
    exceptions: set[tuple[str, str]]
    ids: list[str]
    waiting: set[str]
    done: set[str]

    def rebuilt(self, app: App | None = None, **more: Any) -> Rebuilt:
        """Rebuild."""
        return rebuild(app or self.world.app, self.world.bucket, **more)

    def mended(self) -> None:
        """Have the bucket as it was, and no table."""
        for key in self.world.files().keys() - self.files.keys():
            self.world.delete(key)
        there = self.world.files()
        for key, content in self.files.items():
            if there.get(key) != content:
                self.world.put(key, content)
        self.world.lose_table()


def lived(world: World) -> Lost:
    """Work with a plugin, and note what its books say."""
    live(world)
    return Lost(
        world=world,
        files=world.files(),
        journals=world.journals(),
        settlements=but_moments(world.settlements()),
        versions=versions_of(world),
        ledger=ledger_of(world),
        rules=list(world.app.rules.books(9)),
        exceptions=exceptions_of(world),
        ids=world.acknowledged(),
        waiting=parcels_of(world, ParcelState.WAITING),
        done=parcels_of(world, ParcelState.DONE),
    )
