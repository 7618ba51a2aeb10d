"""For any run of re-posts and mapping edits, all that was emitted adds up to the final truth."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from builders import a_file, a_row
from hypothesis import given, settings
from hypothesis import strategies as st

from handler.core.source import from_bytes
from handler.flows.correct import emitted
from handler.flows.posted import repost, settle_posted
from handler.settlement.correction import balances, postable
from handler.settlement.settle import settle
from handler.wiring import in_memory

sys.path.append(str(Path(__file__).parents[1] / "unit"))
from test_repost import ID, Mapped

KINDS = [
    ("Order", "ItemPrice", "Principal"),
    ("Refund", "ItemPrice", "Principal"),
    ("Order", "ItemFees", "Commission"),
    ("other-transaction", "other-transaction", "Current Reserve Amount"),
]
CLASSES = ["product_sales", "referral_fees", "other_income", "advertising", "reserve_held"]
contents = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(-5000, 5000), st.sampled_from([5, 28, 40])),
    min_size=1,
    max_size=8,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("content"), contents),
        st.tuples(st.just("remap"), st.tuples(st.sampled_from(KINDS), st.sampled_from(CLASSES))),
        st.tuples(st.just("close"), st.sampled_from([date(2025, 8, 31), date(2025, 9, 30)])),
        st.tuples(st.just("again"), st.none()),
    ),
    max_size=6,
)


def content(rows) -> bytes:
    made = [
        a_row(
            transaction_type=kind[0],
            amount_type=kind[1],
            amount_description=kind[2],
            amount=f"{minor // abs(minor or 1) * (abs(minor) // 100)}.{abs(minor) % 100:02}"
            if abs(minor) >= 100 or minor >= 0
            else f"-0.{abs(minor):02}",
            posted_date_time=datetime(2025, 8, 1, tzinfo=UTC)
            .replace(month=8 + day // 32, day=day % 32 + 1)
            .strftime("%Y-%m-%d 12:00:00 UTC"),
        )
        for kind, minor, day in rows
    ]
    total = sum(minor for _, minor, _ in rows)
    text = f"{'-' if total < 0 else ''}{abs(total) // 100}.{abs(total) % 100:02}"
    return a_file(made, total=text, end="2025-09-20 00:00:00 UTC").content()


@given(contents, steps)
@settings(max_examples=120, deadline=None)
def test_everything_emitted_adds_up_to_the_latest_journal(rows, run) -> None:
    mapped = Mapped()
    app = replace(in_memory(now=lambda: datetime(2025, 10, 1, tzinfo=UTC)), mappings=mapped)
    latest = content(rows)
    settle_posted(app, latest)
    for what, value in run:
        if what == "content":
            latest = content(value)
            repost(app, ID, latest)
        elif what == "remap":
            mapped.remap(*value)
            repost(app, ID, b"")
        elif what == "close":
            mapped.close(value)
            repost(app, ID, b"")
        else:
            assert repost(app, ID, b"").replayed
    known = app.settlements.get(ID)
    assert known is not None
    truth = settle(from_bytes(latest), mapped.now)
    assert truth.status == "proven"
    profile = mapped.now.profile
    all_emitted = emitted(app, known)
    wanted = balances(postable(truth.journal, truth.report.header), profile)
    got = balances(all_emitted, profile)
    assert {k: v for k, v in got.items() if v} == {k: v for k, v in wanted.items() if v}
    names = Counter(entry.external_id for entry in all_emitted)
    assert not names or max(names.values()) == 1
    assert all(entry.imbalance == 0 for entry in all_emitted)
    assert all(
        (line.debit > 0) != (line.credit > 0) for entry in all_emitted for line in entry.lines
    )
