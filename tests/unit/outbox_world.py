"""A plugin with things to deliver, and a clock that stands until it is told to move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from plugin import CA, Plugin, data_of, plugin
from test_http_front import LEDGER
from test_http_repost import CORRECTED, REPOST

from handler.core.errors import PluginError
from handler.flows import outbox
from handler.flows.app import App
from handler.flows.outbox import Asked, Leased, Posted, Returned
from handler.flows.parcel import Parcel
from handler.flows.ports import ExceptionState, RegisteredException

Document = dict[str, Any]
START = datetime(2026, 2, 1, 12, tzinfo=UTC)


class Clock:
    """Stands still; tests move it."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def later(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Outbox:
    """A plugin whose outbox is looked at."""

    here: Plugin
    clock: Clock

    @property
    def app(self) -> App:
        return self.here.app

    def lease(self, holder: str = "flow", **asked: Any) -> Leased:
        return outbox.lease(self.app, Asked(holder, **asked))

    def taken(self, **asked: Any) -> list[str]:
        """External ids of what a lease brings."""
        return [message["external_id"] for message in self.lease(**asked).messages]

    def acknowledge(self, messages: Sequence[Document], prefix: str = "n") -> list[str]:
        """The states of the parcels, or codes of refusals, after these were acknowledged."""
        given = [Posted(one["message_id"], prefix + one["external_id"]) for one in messages]
        return [said(answer) for answer in outbox.acknowledge(self.app, given)]

    def give_back(self, messages: Sequence[Document], **told: Any) -> list[str]:
        """The states of the parcels, or codes of refusals, after these were returned."""
        given = [Returned(one["message_id"], **told) for one in messages]
        return [said(answer) for answer in outbox.give_back(self.app, given)]

    def parcels(self) -> list[Parcel]:
        """All of them, also done ones, by group and place."""
        store = self.here.settlements.outbox
        return [store._parcels[key] for key in sorted(store._parcels)]

    def parcel(self) -> Parcel:
        (one,) = self.parcels()
        return one

    def parked(self) -> list[Document]:
        return list(outbox.parcels(self.app, "parked", 50).items)

    def exceptions(self) -> list[RegisteredException]:
        """Those of deliveries that are not resolved."""
        found = self.here.open_exceptions()
        mine = [one for one in found if one.scope.startswith("delivery:")]
        assert all(one.state is ExceptionState.OPEN for one in mine)
        return mine


def said(answer: Document | PluginError) -> str:
    """The state of an answer, or the code of a refusal."""
    return answer.code if isinstance(answer, PluginError) else str(answer["state"])


def empty() -> Outbox:
    """Nothing settled yet."""
    here, clock = plugin(), Clock()
    here.app = replace(here.app, now=clock)
    return Outbox(here, clock)


def settled() -> Outbox:
    """One settlement with one entry."""
    world = empty()
    data_of(world.here.post(CA))
    return world


def corrected() -> Outbox:
    """One settlement, and the difference of its correction: two parcels of one group."""
    world = settled()
    world.clock.later(1)
    data_of(world.here.post(CORRECTED, REPOST))
    return world


def stocked() -> Outbox:
    """One run of the ledger: a parcel of three receipts."""
    return add_stock(empty())


def add_stock(world: Outbox) -> Outbox:
    """The same world with the ledger's run."""
    data_of(world.here.call("POST", "/v1/inventory/fba/reports?profile=us", data=LEDGER))
    return world
