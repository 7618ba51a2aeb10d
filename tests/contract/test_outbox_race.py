"""Flows that take from one outbox at once, over one table: none is had by two, none is lost."""

import random
import threading
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from outbox_world import Outbox, add_stock, empty
from plugin import CA, CA_ID, OTHER, data_of
from store_samples import all_at_once
from test_http_repost import CORRECTED, REPOST

from handler.adapters.dynamo_inventory import DynamoInventory
from handler.adapters.dynamo_outbox import DynamoOutbox
from handler.adapters.dynamo_settlements import DynamoSettlements
from handler.core.errors import OutsideFailure
from handler.flows import outbox, posted
from handler.flows.netsuite_ids import acknowledged
from handler.flows.outbox import Asked, Leased, Posted, Returned
from handler.flows.outbox_names import message_id
from handler.flows.parcel import ParcelState

pytestmark = pytest.mark.dynamodb_local
FLOWS = 8
_ROUNDS = 12


@pytest.fixture
def world(local_client: Any, local_table: str) -> Outbox:
    """Two settlements, the correction of one, and a run of the ledger, over the table."""
    made = empty()
    made.here.app = replace(
        made.here.app,
        settlements=DynamoSettlements(local_client, local_table, made.clock),
        inventory=DynamoInventory(local_client, local_table, made.clock),
        outbox=DynamoOutbox(local_client, local_table),
    )
    for content in (CA, OTHER):
        data_of(made.here.post(content))
    data_of(made.here.post(CORRECTED, REPOST))
    return add_stock(made)


def _take(world: Outbox, holder: str, limit: int = 2) -> Leased:
    while True:
        try:
            return outbox.lease(world.app, Asked(holder, limit=limit))
        except OutsideFailure:
            continue  # busy; a flow asks again too


def test_leases_at_once_never_have_the_same_record(world: Outbox) -> None:
    results = all_at_once([lambda n=n: _take(world, f"flow {n}", 50) for n in range(FLOWS)])
    failed = [one for one in results if not isinstance(one, Leased)]
    assert not failed
    taken = Counter(
        message["external_id"]
        for one in results
        if isinstance(one, Leased)
        for message in one.messages
    )
    assert set(taken.values()) == {1}
    # All that may go: of the corrected settlement its first parcel only.
    assert len(taken) == sum(
        len(parcel.external_ids)
        for parcel in world.app.outbox.coming(99).items
        if not (parcel.subject == CA_ID and parcel.place.startswith("000002"))
    )
    assert _take(world, "late").messages == ()


def test_flows_at_once_deliver_all_in_order_and_nothing_twice(world: Outbox) -> None:
    everything = list(world.app.outbox.coming(99).items)
    lock = threading.Lock()
    held: set[str] = set()
    gone_out: list[str] = []
    failed: set[str] = set()

    def flow(number: int) -> None:
        chance = random.Random(number)
        for _ in range(_ROUNDS):
            messages = _take(world, f"flow {number}").messages
            with lock:
                names = {message["external_id"] for message in messages}
                assert not names & held, "two have the same record"
                held.update(names)
            for message in messages:
                name = message["external_id"]
                with lock:
                    # Let go before it is told: from then on another may have it.
                    held.remove(name)
                    fails = name not in failed and chance.random() < 0.3
                    if fails:
                        failed.add(name)
                    else:
                        gone_out.append(name)
                _tell(world, message["message_id"], name, fails)
            if not world.app.outbox.coming(1).items:
                return

    results = all_at_once([lambda n=n: flow(n) for n in range(FLOWS)])
    assert results == [None] * FLOWS
    for _ in range(9):  # what was returned, once its pause is over
        world.clock.later(3_700)
        flow(99)
    assert Counter(gone_out) == Counter(
        name for parcel in everything for name in parcel.external_ids
    )
    for group in {parcel.group for parcel in everything}:
        parcels = world.app.outbox.group(group)
        assert {parcel.state for parcel in parcels} == {ParcelState.DONE}
        order = [name for parcel in parcels for name in sorted(parcel.external_ids)]
        places = {name: parcel.place for parcel in parcels for name in parcel.external_ids}
        gone = [name for name in gone_out if name in order]
        assert [places[name] for name in gone] == sorted(places[name] for name in gone)


def test_acknowledgements_at_once_beside_corrections_are_all_kept(world: Outbox) -> None:
    first = world.app.outbox.group(f"settlement:{CA_ID}")[0]
    names = tuple(f"DEP-{number}" for number in range(FLOWS))
    many = replace(first, place="000001-paid-0", external_ids=names, revision=1)
    assert world.app.outbox.put(many)

    def correct() -> None:
        for content in (CA, CORRECTED) * 2:
            _until_kept(world, content)

    telling = [lambda n=n: _tell(world, message_id(many, n), n, False) for n in names]
    assert all_at_once([correct, *telling]) == [None] * (FLOWS + 1)
    record = world.app.settlements.get(CA_ID)
    assert record is not None
    assert record.version == 6
    assert acknowledged(record.netsuite_ids) == {name: f"n{name}" for name in names}
    states = {one.place: one.state for one in world.app.outbox.group(first.group)}
    assert states.pop(many.place) is ParcelState.DONE
    assert set(states.values()) == {ParcelState.WAITING}


def _until_kept(world: Outbox, content: bytes) -> None:
    """Correct a settlement, again while others keep coming first."""
    while True:
        try:
            posted.repost(world.app, CA_ID, content)
        except OutsideFailure:
            continue
        return


def _tell(world: Outbox, message_id: str, name: str, fails: bool) -> None:
    """Tell what became of a record, again while the store is busy: a flow does so too."""
    while True:
        if fails:
            (said,) = outbox.give_back(world.app, [Returned(message_id, "BUSY", "later")])
        else:
            (said,) = outbox.acknowledge(world.app, [Posted(message_id, f"n{name}")])
        if isinstance(said, dict):
            return
        assert said.retryable, said
