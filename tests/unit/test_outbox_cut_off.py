"""Whatever write a call dies at, before it or after it: told again, it ends as if it had not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from ca_run import AUGUST, acknowledged
from cut_off import Died, Scissors
from outbox_world import Outbox, add_stock, corrected, empty, settled
from plugin import CA
from test_http_front import LEDGER
from test_http_repost import CORRECTED

from handler.flows import acknowledge, outbox, posted
from handler.flows.app import App
from handler.flows.match_deposits import Asked as Matching
from handler.flows.outbox import Posted, Returned
from handler.flows.outbox_names import message_id, parcel_id
from handler.flows.parcel import Parcel
from handler.flows.read_stock_report import read_posted
from handler.flows.record_deposits import record_deposits
from handler.flows.settle_call import Wish
from handler.flows.stock_files import ReportWish
from handler.reconciliation.bank_line import BankLine

JOURNAL = f"AMZ-CA-{AUGUST}-202508"
GROUP = f"settlement:{AUGUST}"
Call = Callable[[App], object]
# What tells one attempt from another, and how often something was met.
_OF_THE_ATTEMPT = {"lease", "revision", "ready_at"}


def all_of(world: Outbox) -> dict[str, Any]:
    """Everything that is kept, without what counts attempts, and without what is made anew."""
    store, files = world.here.settlements, world.here.files._files
    return {
        "settlements": dict(store._heads),
        "versions": dict(store._versions),
        "exceptions": {key: (one.state, one.finding) for key, one in store._exceptions.items()},
        "runs": dict(world.app.inventory._runs),  # type: ignore[attr-defined]
        "days": dict(world.app.inventory._days),  # type: ignore[attr-defined]
        "files": {key: content for key, content in files.items() if not key.startswith("indexes/")},
        "parcels": [_plain(one) for one in world.parcels()],
    }


def _plain(parcel: Parcel) -> dict[str, Any]:
    return {name: value for name, value in asdict(parcel).items() if name not in _OF_THE_ATTEMPT}


def settle(app: App) -> object:
    return posted.settle_posted(app, CA, Wish("ca"))


def repost(app: App) -> object:
    return posted.repost(app, AUGUST, CORRECTED, Wish("ca"))


def match(app: App) -> object:
    lines = (BankLine("B1", date(2025, 9, 2), 101608, "CAD", "AMAZON"),)
    return record_deposits(app, Matching("ca", date(2025, 9, 30), lines))


def report(app: App) -> object:
    return read_posted(app, LEDGER, ReportWish("us"))


def acknowledge_one(app: App) -> object:
    return outbox.acknowledge(app, [Posted(_names(app)[0], "7")])


def acknowledge_all(app: App) -> object:
    given = [Posted(name, f"n{number}") for number, name in enumerate(_names(app))]
    return outbox.acknowledge(app, given)


def tell_the_old_route(app: App) -> object:
    return acknowledge.acknowledge(app, AUGUST, [(JOURNAL, "7")])


def give_back(app: App) -> object:
    return outbox.give_back(app, [Returned(name, "E", "Wrong.") for name in _names(app)])


def stop_early(app: App) -> object:
    return outbox.give_back(app, [Returned(name, failed=False) for name in _names(app)])


def park(app: App) -> object:
    assert outbox.lease(app, outbox.Asked("flow")).messages == ()
    return None


def release(app: App) -> object:
    return outbox.release(app, [parcel_id(one) for one in app.outbox.group(GROUP)])


def _names(app: App) -> list[str]:
    """Message ids of everything, in the order of parcels."""
    parcels = app.outbox._parcels  # type: ignore[attr-defined] - done ones too
    return [
        message_id(parcels[key], name)
        for key in sorted(parcels)
        for name in parcels[key].external_ids
    ]


def taken(world: Outbox) -> Outbox:
    """All of it with a flow."""
    assert world.lease().messages
    return world


def matchable() -> Outbox:
    """A settlement whose bank line may come."""
    world = settled()
    acknowledged(world.here, AUGUST)
    return world


def worn_out() -> Outbox:
    """A parcel that is given up when it is asked for once more."""
    world = corrected()
    for _ in range(outbox.MOST_ATTEMPTS):
        world.give_back(world.lease().messages, code="E", message="Wrong.")
        world.clock.later(3600)
    return world


def unreadable() -> Outbox:
    """A parcel whose document is gone."""
    world = settled()
    del world.here.files._files[world.parcel().document_key]
    return world


def given_up() -> Outbox:
    """A parcel that is parked."""
    world = worn_out()
    park(world.app)
    return world


CALLS: dict[str, tuple[Callable[[], Outbox], Call]] = {
    "settle": (empty, settle),
    "repost": (settled, repost),
    "match a deposit": (matchable, match),
    "post a ledger": (empty, report),
    "acknowledge one": (lambda: taken(add_stock(empty())), acknowledge_one),
    "acknowledge all": (lambda: taken(add_stock(settled())), acknowledge_all),
    "acknowledge by the old route": (lambda: taken(corrected()), tell_the_old_route),
    "acknowledge what is parked": (given_up, acknowledge_all),
    "give back": (lambda: taken(add_stock(settled())), give_back),
    "stop early": (lambda: taken(add_stock(settled())), stop_early),
    "park": (worn_out, park),
    "park what cannot be written": (unreadable, park),
    "release": (given_up, release),
}
CUTS = 40  # more than any call writes


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", CALLS)
def test_told_again_it_ends_the_same(name: str, after: bool) -> None:
    made, call = CALLS[name]
    whole = made()
    scissors = Scissors()
    call(scissors.over(whole.app))
    assert 0 < scissors.writes < CUTS
    for at in range(1, scissors.writes + 1):
        world, cut = made(), Scissors()
        app = cut.over(world.app)
        cut.cut(at, after=after)
        with pytest.raises(Died):
            call(app)
        cut.cut(0, after=False)
        call(app)
        assert all_of(world) == all_of(whole), f"write {at} of {scissors.writes}"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_lease_that_was_cut_off_is_handed_out_when_it_is_over(after: bool) -> None:
    made = lambda: add_stock(settled())  # noqa: E731 - a world each time
    whole = made().lease().messages
    for at in (1, 2):
        world, cut = made(), Scissors()
        app = cut.over(world.app)
        cut.cut(at, after=after)
        with pytest.raises(Died):
            outbox.lease(app, outbox.Asked("flow"))
        world.clock.later(300)
        again = world.lease().messages
        named = ("message_id", "sequence", "payload")
        assert sorted([m[n] for n in named] for m in again) == sorted(
            [m[n] for n in named] for m in whole
        )
