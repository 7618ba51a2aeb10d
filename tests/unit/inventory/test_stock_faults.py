"""Calls about stock that are cut off at any write, and repeated: nothing lost, nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from plugin import Plugin, data_of, plugin
from stock_http import (
    ACKNOWLEDGE,
    DECIDE,
    LISTINGS,
    MUG,
    REPORTS,
    RUNS,
    Row,
    answer,
    codes,
    count,
    ledger,
    listing,
    order,
    report,
    send,
)

from handler.core.errors import OutsideFailure

WRITES = frozenset(
    {
        "keep",
        "put_listing",
        "put_published",
        "tell_orders",
        "forget_orders",
        "post_ledger",
        "move_ledger_run",
        "put_snapshot",
        "put_drift",
        "register",
        "resolve",
    }
)
MADE = "&made_at=2026-01-30T00:00:00Z"
TEA = Row(5, 7, "Adjustments", "F", fnsku="X0009", sku="SKU-TEA")


@dataclass
class Cut:
    """Ends a call at its write number ``at``, before or after it; 0 never."""

    at: int
    after: bool
    met: int = 0

    def write(self, write: Callable[[], Any]) -> Any:
        self.met += 1
        result = write() if self.after or self.met != self.at else None
        if self.met == self.at:
            raise OutsideFailure("STORE_UNREACHABLE", "The store did not answer.", "Try again.")
        return result


class CutStore:
    """A store whose writes may be cut off."""

    def __init__(self, store: Any, cut: Cut) -> None:
        self._store, self._cut = store, cut

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name not in WRITES:
            return found
        return lambda *given, **named: self._cut.write(lambda: found(*given, **named))


def cut_off(here: Plugin, cut: Cut) -> Plugin:
    stores: dict[str, Any] = {
        name: CutStore(getattr(here.app, name), cut)
        for name in ("inventory", "files", "settlements")
    }
    return replace(here, app=replace(here.app, **stores))


def cuts(most: int) -> Iterator[Cut]:
    for at in range(1, most + 1):
        yield Cut(at, after=False)
        yield Cut(at, after=True)


def writes_of(prepared: Callable[[], Plugin], call: Callable[[Plugin], Any]) -> tuple[int, Plugin]:
    """How many writes the call makes, and the plugin after it."""
    whole, none = prepared(), Cut(0, after=False)
    call(cut_off(whole, none))
    return none.met, whole


def posted(here: Plugin) -> tuple[list[str], dict[tuple[str, str], int]]:
    """Every external id that was given out, and the sum of units by item and location."""
    ids: list[str] = []
    sums: Counter[tuple[str, str]] = Counter()
    for run in data_of(here.get(f"{RUNS}?profile=us&limit=200")):
        for posting in data_of(here.get(f"{RUNS}/{run['run_id']}/postings?limit=50")):
            ids.append(posting["external_id"])
            for line in posting["lines"]:
                sums[line["item"], posting["target"]] += line["quantity"]
                if posting["kind"] == "transfer":
                    sums[line["item"], posting["source"]] -= line["quantity"]
    return sorted(ids), dict(sums)


def fresh() -> Plugin:
    return plugin()


def with_a_smaller_report() -> Plugin:
    here = plugin()
    report(
        here,
        ledger(Row(5, -1), Row(6, 10, "Receipts", "", "FBA1")),
        "&made_at=2026-01-29T00:00:00Z",
    )
    return here


def with_what_waited() -> Plugin:
    here = plugin()
    report(here, ledger(TEA, Row(5, -1)), MADE)
    assert codes(here) == ["UNREGISTERED_SKU"]
    send(here, LISTINGS, [listing("SKU-TEA", "FBA", item="TEA", fnsku="X0009")])
    return here


@pytest.mark.parametrize(
    ("prepared", "content", "sums", "still_open"),
    [
        (
            fresh,
            ledger(Row(5, -1), TEA),
            {("CONSOLE-2025", "Amazon FBA US"): -1},
            ["UNREGISTERED_SKU"],
        ),
        (
            with_a_smaller_report,
            ledger(Row(5, -4), Row(6, 8, "Receipts", "", "FBA1")),
            {("CONSOLE-2025", "Amazon FBA US"): 4, ("CONSOLE-2025", "Amazon FBA US In Transit"): 2},
            ["RECEIPT_TAKEN_BACK"],
        ),
        (
            with_what_waited,
            ledger(TEA, Row(5, -1)),
            {("CONSOLE-2025", "Amazon FBA US"): -1, ("TEA", "Amazon FBA US"): 7},
            [],
        ),
        (
            fresh,  # in three parts
            ledger(Row(1, -1), Row(31, -2)).replace(b"2026-01-01T", b"2025-11-01T"),
            {("CONSOLE-2025", "Amazon FBA US"): -3},
            [],
        ),
    ],
)
def test_a_ledger_report_cut_off_at_any_write_is_posted_once(
    prepared: Callable[[], Plugin],
    content: bytes,
    sums: dict[tuple[str, str], int],
    still_open: list[str],
) -> None:
    def call(here: Plugin) -> Any:
        return here.post(content, REPORTS + MADE)

    most, whole = writes_of(prepared, call)
    assert most >= 3
    assert posted(whole)[1] == sums
    assert codes(whole) == still_open
    for cut in cuts(most):
        here = prepared()
        assert call(cut_off(here, cut)).status_code == 503, cut
        assert cut.met == cut.at
        again = call(here)
        assert again.status_code == 200, cut
        assert posted(here) == posted(whole), cut
        assert len(set(posted(here)[0])) == len(posted(here)[0])
        assert codes(here) == still_open, cut
        assert data_of(call(here)) == data_of(again)
        assert posted(here) == posted(whole), cut


def test_an_acknowledgement_cut_off_is_kept_once() -> None:
    for cut in cuts(1):
        here = plugin()
        run = report(here, ledger(Row(5, -1)), MADE)
        (posting,) = run["postings"]
        body = {"entries": [{"external_id": posting["external_id"], "internal_id": "7"}]}
        path = f"{RUNS}/{run['run_id']}/posted"
        assert cut_off(here, cut).call("POST", path, json=body).status_code == 503
        (done,) = data_of(here.call("POST", path, json=body))
        assert (done["state"], len(done["acknowledged"])) == ("posted", 1)


def later(here: Plugin) -> Plugin:
    """An hour and a minute later: what Amazon has not acknowledged by then is sent again."""
    return replace(
        here, app=replace(here.app, now=lambda: datetime(2026, 1, 31, 13, 2, tzinfo=UTC))
    )


def published_before() -> Plugin:
    here = plugin()
    send(here, DECIDE, [count(400)])
    send(here, ACKNOWLEDGE, [answer("accepted", decision=1, quantity=155)])
    return here


def stale_before() -> Plugin:
    here = plugin()
    send(here, DECIDE, [count(400, source_time="2026-01-31T09:00:00Z")])
    assert codes(here) == ["SOURCE_STALE"]
    return here


@pytest.mark.parametrize("prepared", [fresh, published_before, stale_before])
def test_a_decision_cut_off_at_any_write_is_sent_in_the_end(prepared: Callable[[], Plugin]) -> None:
    body = {"data": [count(200, 2)], "orders": [order("1", 10)]}

    def call(here: Plugin) -> Any:
        return here.call("POST", DECIDE, json=body)

    most, whole = writes_of(prepared, call)
    assert most >= 2
    state = next(iter(whole.app.inventory._published.values()))  # type: ignore[attr-defined]
    assert state.quantity == 71
    for cut in cuts(most):
        here = prepared()
        assert call(cut_off(here, cut)).status_code == 503, cut
        assert cut.met == cut.at
        (one,) = data_of(call(here))
        assert one["quantity"] == 71, cut
        if one["action"] != "publish":  # the patch was lost with the answer
            assert one["decision"] == state.decision, cut
            (one,) = data_of(call(later(here)))
            assert (one["action"], one["reason"]) == ("publish", "NOT_ACKNOWLEDGED"), cut
        assert one["patch"] is not None
        told = answer("accepted", decision=one["decision"], quantity=71)
        (kept,) = send(here, ACKNOWLEDGE, [told])
        assert kept["changed"] is True
        assert codes(here) == [], cut
        assert [known.quantity for known in here.app.inventory.orders("us")] == [10]


def test_an_answer_of_amazon_cut_off_is_kept_once_and_named() -> None:
    told: list[tuple[dict[str, Any], list[str], int | None]] = [
        (answer("accepted", decision=2, quantity=75), [], 75),
        (answer("rejected", decision=2), [], None),
        (answer("seen", quantity=9, at="2026-01-31T12:04:00Z"), ["FBM_QUANTITY_DRIFT"], None),
    ]
    for news, found, quantity in told:

        def prepared(news: dict[str, Any] = news) -> Plugin:
            here = published_before()
            if news["status"] != "seen":
                send(here, DECIDE, [count(200, 2)])
            return here

        def call(here: Plugin, news: dict[str, Any] = news) -> Any:
            return here.call("POST", ACKNOWLEDGE, json={"data": [news]})

        most, whole = writes_of(prepared, call)
        assert (codes(whole), most >= 1) == (found, True)
        for cut in cuts(most):
            here = prepared()
            assert call(cut_off(here, cut)).status_code == 503
            assert call(here).status_code == 200
            state = next(iter(here.app.inventory._published.values()))  # type: ignore[attr-defined]
            assert (state.key.sku, state.quantity, state.rejections) == (
                MUG,
                quantity,
                int(news["status"] == "rejected"),
            )
            assert codes(here) == found, (news, cut)
