"""Parcels come with what they are made from, or neither comes: in each store alike."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from delivery_samples import GROUP, leased, parcel
from inventory_samples import day, run
from store_samples import RECORD, fault, settlement

from handler.adapters.settlement_recording import MOST_TOGETHER
from handler.core.errors import Conflict
from handler.flows.delivery_ports import OutboxStore
from handler.flows.inventory_ports import InventoryStore
from handler.flows.parcel import Parcel, ParcelKind
from handler.flows.ports import SettlementStore

Both = tuple[SettlementStore, OutboxStore]
FIRST = parcel()
# moto takes seconds for a hundred conditions.
WITHOUT_MOTO = pytest.mark.parametrize(
    "settlements_and_outbox",
    ["memory", pytest.param("dynamodb_local", marks=pytest.mark.dynamodb_local)],
    indirect=True,
)
PAID = parcel("000001-paid-00ff", kind=ParcelKind.DEPOSIT)


def _state(store: SettlementStore) -> str:
    found = store.get(RECORD.settlement_id)
    return found.state if found else ""


def test_a_record_brings_its_parcels(settlements_and_outbox: Both) -> None:
    settlements, outbox = settlements_and_outbox
    assert settlements.record(RECORD, [fault("f1")], "key", [FIRST, PAID])
    assert list(outbox.group(GROUP)) == [FIRST, PAID]
    assert [one.fingerprint for one in settlements.exceptions(9).items] == ["f1"]
    second = parcel("000002-journal")
    assert settlements.record(settlement(version=2), [], "", [second])
    assert list(outbox.group(GROUP)) == [FIRST, PAID, second]
    assert list(outbox.coming(9).items) == [FIRST, PAID, second]


def test_a_record_that_is_refused_brings_no_parcel(settlements_and_outbox: Both) -> None:
    settlements, outbox = settlements_and_outbox
    assert not settlements.record(settlement(version=2), [], "", [FIRST])
    assert settlements.record(RECORD, [], "key")
    assert not settlements.record(settlement(content_hash="d" * 64), [], "", [FIRST])
    with pytest.raises(Conflict):
        settlements.record(settlement("another"), [], "key", [FIRST])
    assert list(outbox.group(GROUP)) == []
    assert settlements.get("another") is None


def test_a_parcel_that_is_there_stays_as_it_is(settlements_and_outbox: Both) -> None:
    settlements, outbox = settlements_and_outbox
    taken = leased(FIRST, "flow")
    assert outbox.put(FIRST)
    assert outbox.put(taken)
    assert settlements.record(RECORD, [fault("f1"), fault("f2")], "key", [FIRST, PAID])
    assert list(outbox.group(GROUP)) == [taken, PAID]
    assert settlements.get(RECORD.settlement_id) == RECORD
    assert {one.count for one in settlements.exceptions(9).items} == {1}


def test_a_move_brings_its_parcels_and_leaves_those_that_are_there(
    settlements_and_outbox: Both,
) -> None:
    settlements, outbox = settlements_and_outbox
    settlements.record(RECORD, [], "", [FIRST])
    taken = leased(FIRST, "flow")
    assert outbox.put(taken)
    moved = settlement(state="paid")
    assert settlements.move(moved, RECORD, [FIRST, PAID])
    assert _state(settlements) == "paid"
    assert list(outbox.group(GROUP)) == [taken, PAID]
    assert list(settlements.settlements("us", 9).items) == [moved]


def test_a_move_that_is_refused_brings_no_parcel(settlements_and_outbox: Both) -> None:
    settlements, outbox = settlements_and_outbox
    assert not settlements.move(settlement(state="paid"), RECORD, [PAID])
    assert settlements.record(RECORD, [])
    assert not settlements.move(settlement(state="paid"), settlement(state="posted"), [PAID])
    assert list(outbox.group(GROUP)) == []
    assert _state(settlements) == RECORD.state


def test_a_move_told_again_brings_what_the_first_did_not(settlements_and_outbox: Both) -> None:
    """Whoever moved it may have known of no parcels, or of others."""
    settlements, outbox = settlements_and_outbox
    settlements.record(RECORD, [])
    moved = settlement(state="paid")
    assert settlements.move(moved, RECORD)
    assert settlements.move(moved, RECORD, [PAID])
    assert list(outbox.group(GROUP)) == [PAID]
    taken = leased(PAID, "flow")
    assert outbox.put(taken)
    assert settlements.move(moved, RECORD, [PAID, FIRST])
    assert settlements.move(moved, moved, [PAID])
    assert list(outbox.group(GROUP)) == [FIRST, taken]
    assert _state(settlements) == "paid"


@WITHOUT_MOTO
def test_what_fits_into_one_transaction_is_said_before(settlements_and_outbox: Both) -> None:
    settlements, outbox = settlements_and_outbox
    parcels = [parcel(f"{n:06d}-journal") for n in range(MOST_TOGETHER - 40)]
    faults = [fault(f"f{n:03}") for n in range(41)]
    with pytest.raises(ValueError, match="97 exceptions and parcels"):
        settlements.record(RECORD, faults, "key", parcels)
    assert settlements.get(RECORD.settlement_id) is None
    assert not settlements.exceptions(9).items
    settlements.register([fault(f"old{n}") for n in range(60)])
    # What is the same counts once: a fault met twice, a parcel given twice.
    assert settlements.record(
        RECORD, [*faults[1:], faults[1]], "key", [*parcels, replace(parcels[0], profile="ca")]
    )
    assert list(outbox.group(GROUP)) == parcels
    settlements.get(RECORD.settlement_id)
    assert len(settlements.exceptions(200).items) == 40


Stock = tuple[InventoryStore, SettlementStore, OutboxStore]
STOCK = parcel("000001-stock", group="run:r1", kind=ParcelKind.STOCK, subject="r1")


def _stock(outbox: OutboxStore) -> Sequence[Parcel]:
    return list(outbox.group("run:r1"))


def test_a_posting_brings_its_parcel(stock_and_register: Stock) -> None:
    inventory, register, outbox = stock_and_register
    assert inventory.post_ledger(run(), [day()], [fault("f", "ledger:us")], [STOCK])
    assert _stock(outbox) == [STOCK]
    assert len(register.exceptions(9).items) == 1
    assert outbox.put(leased(STOCK, "flow"))
    assert not inventory.post_ledger(run(), [], [], [replace(STOCK, place="000002-stock")])
    assert not inventory.post_ledger(
        run("r2"), [day(revision=3)], [], [replace(STOCK, place="000003-stock")]
    )
    assert _stock(outbox) == [leased(STOCK, "flow")]


def test_a_parcel_of_stock_that_is_there_stays_as_it_is(stock_and_register: Stock) -> None:
    inventory, register, outbox = stock_and_register
    taken = leased(STOCK, "flow")
    assert outbox.put(STOCK)
    assert outbox.put(taken)
    faults = [fault("f1", "ledger:us"), fault("f2", "ledger:us")]
    assert inventory.post_ledger(run(), [day()], faults, [STOCK])
    assert _stock(outbox) == [taken]
    assert inventory.ledger_run("us", "r1") == run()
    assert {one.count for one in register.exceptions(9).items} == {1}


def test_parcels_count_among_what_is_posted_at_once(stock_and_register: Stock) -> None:
    inventory, _, outbox = stock_and_register
    faults = [fault(f"f{n}", "ledger:us") for n in range(96)]
    with pytest.raises(ValueError, match="98 days, exceptions and parcels"):
        inventory.post_ledger(run(), [day()], faults, [STOCK])
    assert _stock(outbox) == []
    assert inventory.post_ledger(run(), [day()], faults[1:], [STOCK])
    assert _stock(outbox) == [STOCK]
