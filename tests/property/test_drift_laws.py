"""Laws of drift: equal counts never drift, in any order, and the pools never touch."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from handler.inventory.amazon_counts import AmazonCounts, CountKey, Measure
from handler.inventory.drift import compare
from handler.inventory.drift_causes import CountTimes, DriftFacts
from handler.inventory.drift_pair import FbmCount, NetsuiteCount
from handler.inventory.listing import ListingKey, Pool
from handler.inventory.published import Published

FBA = frozenset({"F1", "F2"})
FACTS = DriftFacts(CountTimes(datetime(2024, 12, 2, tzinfo=UTC)))
COVERS = frozenset((location, measure) for location in FBA for measure in Measure)
spots = st.tuples(st.sampled_from("ABC"), st.sampled_from(sorted(FBA)))
counts = st.dictionaries(spots, st.tuples(st.integers(0, 99), st.integers(0, 99)))
fbm = st.lists(
    st.builds(
        lambda sku, sent, due: FbmCount(
            "A", Published(ListingKey("S", "M", sku), quantity=sent, accepted=sent), due
        ),
        st.sampled_from("XYZ"), st.integers(0, 9), st.integers(0, 9),
    ),
    unique_by=lambda one: one.published.key,
)  # fmt: skip
own = st.lists(
    st.builds(NetsuiteCount, st.sampled_from("ABC"), st.just("Own"), st.integers(0, 99), st.none())
)


def at_amazon(figures: dict[tuple[str, str], tuple[int, int]]) -> AmazonCounts:
    units = {}
    for (item, location), (on_hand, available) in figures.items():
        units[CountKey(item, location, Measure.ON_HAND)] = on_hand
        units[CountKey(item, location, Measure.AVAILABLE)] = available
    return AmazonCounts(units, COVERS)


def rows(figures: dict[tuple[str, str], tuple[int, int]]) -> list[NetsuiteCount]:
    return [NetsuiteCount(*spot, *both) for spot, both in figures.items()]


@given(counts, st.randoms(use_true_random=False))
def test_equal_counts_give_no_finding_in_any_order(figures, chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = rows(figures)
    chance.shuffle(shuffled)
    outcome = compare(at_amazon(figures), shuffled, (), FACTS, lambda _item: 0, FBA)
    assert outcome.findings == ()
    assert len(outcome.pairs) == 2 * len(figures)


@given(counts, counts, fbm, own)
def test_the_own_stock_never_influences_amazons(ours, theirs, listings, shelves) -> None:  # type: ignore[no-untyped-def]
    amazon, netsuite = at_amazon(ours), rows(theirs)
    alone = compare(amazon, netsuite, (), FACTS, lambda _item: 0, FBA)
    both = compare(amazon, [*shelves, *netsuite], listings, FACTS, lambda _item: 0, FBA)
    assert alone.pairs == tuple(pair for pair in both.pairs if pair.pool is Pool.FBA)
    assert alone.uncounted == both.uncounted
