"""A parcel of thousands of records fits into an item, and comes back as it was."""

import hashlib
from typing import Any

import pytest
from delivery_samples import GROUP, parcel
from hypothesis import given
from hypothesis import strategies as st
from store_samples import RECORD

from handler.adapters import dynamo_outbox_items as items
from handler.adapters.dynamo_outbox import DynamoOutbox
from handler.adapters.dynamo_settlements import DynamoSettlements
from handler.core.errors import RefusedRequest

THOUSANDS = 20_000
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def _ids(number: int) -> tuple[str, ...]:
    """As names of postings are: a hash in each, which nothing compresses."""
    return tuple(
        f"AMZ-US-STOCK-2025-01-15-{hashlib.sha256(str(n).encode()).hexdigest()[:16]}"
        for n in range(number)
    )


@pytest.mark.dynamodb_local
def test_thousands_of_records_fit(local_client: Any, local_table: str) -> None:
    outbox = DynamoOutbox(local_client, local_table)
    ids = _ids(THOUSANDS)
    whole = parcel(
        external_ids=ids, leased=ids, accepted=ids[::-2], lease="l" * 64, last_error="e" * 2_000
    )
    settlements = DynamoSettlements(local_client, local_table)
    assert settlements.record(RECORD, [], "", [whole])
    assert list(outbox.group(GROUP)) == [whole]
    assert list(outbox.coming(1).items) == [whole]
    (packed,) = (
        item["ids"]["B"]
        for item in local_client.scan(TableName=local_table)["Items"]
        if "ids" in item
    )
    assert len(packed) < 350_000


@pytest.mark.dynamodb_local
def test_what_cannot_fit_is_refused_and_nothing_written(
    local_client: Any, local_table: str
) -> None:
    outbox = DynamoOutbox(local_client, local_table)
    settlements = DynamoSettlements(local_client, local_table)
    whole = parcel(external_ids=_ids(3 * THOUSANDS))
    for write in (
        lambda: outbox.put(whole),
        lambda: settlements.record(RECORD, [], "", [whole]),
        lambda: settlements.move(RECORD, RECORD, [whole]),
    ):
        with pytest.raises(RefusedRequest) as refused:
            write()
        assert refused.value.code == "PARCEL_TOO_LARGE"
        assert "60000 records" in refused.value.message
    assert local_client.scan(TableName=local_table)["Count"] == 0


@given(ids=st.lists(TEXT, max_size=6), leased=st.lists(TEXT, max_size=6), data=st.data())
def test_parcels_come_back_as_they_were(ids: list[str], leased: list[str], data: Any) -> None:
    """Whatever stands under the lease: ids of the parcel, of another, or the same one twice."""
    accepted = data.draw(st.lists(st.sampled_from(ids), max_size=6) if ids else st.just([]))
    given_parcel = parcel(
        external_ids=tuple(ids), leased=tuple(leased), accepted=tuple(accepted), revision=7
    )
    assert items.parcel(items.parcel_item(given_parcel, "me")) == given_parcel


def test_a_long_error_is_cut() -> None:
    item = items.parcel_item(parcel(last_error="é" * 100_000), "me")
    assert items.parcel(item).last_error == "é" * 2_000
