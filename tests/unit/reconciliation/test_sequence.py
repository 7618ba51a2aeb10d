"""Gaps and overlaps of a series."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from builders import DATA, settled

from handler.reconciliation.sequence import Span, breaks, sequence_findings

START = datetime(2025, 8, 1, 22, 7, 18, tzinfo=UTC)
AS_OF = datetime(2025, 10, 15, tzinfo=UTC)


def run(*fortnights: int, series: str = "Amazon.ca") -> list[Span]:
    """Settlements of these fortnights."""
    step = timedelta(days=14)
    return [Span(f"S{n}", series, START + n * step, START + (n + 1) * step) for n in fortnights]


def test_a_run_without_a_gap() -> None:
    assert breaks(run(0, 1, 2, 3)) == ()


def test_a_second_is_no_gap() -> None:
    first, second = run(0, 1)
    late = Span("S1", "Amazon.ca", second.start + timedelta(seconds=1), second.end)
    assert breaks([first, late]) == ()
    early = Span("S1", "Amazon.ca", second.start - timedelta(seconds=1), second.end)
    assert breaks([first, early]) == ()


def test_a_gap_names_the_span_and_how_long_amazon_keeps_it() -> None:
    (gap,) = breaks(run(0, 3, 1))
    assert (gap.before, gap.after, gap.overlap) == ("S1", "S3", False)
    (finding,) = sequence_findings([gap], AS_OF)
    assert finding.code == "SETTLEMENT_GAP"
    assert finding.what == (
        "No settlement of Amazon.ca covers 2025-08-29 to 2025-09-12, between S1 and S3."
    )
    assert finding.repair == (
        "Request the missing report(s) of 2025-08-29 to 2025-09-12 now: Amazon keeps them about "
        "90 days, the last until about 2025-12-11."
    )


def test_a_gap_that_amazon_no_longer_keeps() -> None:
    (finding,) = sequence_findings(breaks(run(0, 2)), AS_OF + timedelta(days=90))
    assert finding.repair.startswith(
        "Amazon keeps reports about 90 days, so the last of the span went about 2025-11-27"
    )


def test_series_do_not_mix() -> None:
    assert breaks([*run(0, 1), *run(3, 4, series="Amazon.com")]) == ()


def test_an_overlap() -> None:
    extra = Span("X", "Amazon.ca", START + timedelta(days=3), START + timedelta(days=5))
    (overlap,) = breaks([*run(0, 1), extra])
    assert (overlap.before, overlap.after, overlap.overlap) == ("S0", "X", True)
    assert (overlap.start, overlap.end) == (extra.start, extra.end)
    (finding,) = sequence_findings([overlap], AS_OF)
    assert finding.code == "SETTLEMENT_OVERLAP"
    assert "both cover 2025-08-04 to 2025-08-06" in finding.what


def test_order_and_repetition_are_moot() -> None:
    spans = [*run(0, 1, 4, 5), *run(7, 9, series="Amazon.de")]
    first = breaks(spans)
    assert len(first) == 2
    for seed in range(10):
        mixed = [*spans, *spans]
        random.Random(seed).shuffle(mixed)
        assert breaks(mixed) == first


def test_the_real_run_lacks_one_fortnight() -> None:
    spans = []
    for path in sorted((DATA / "settlements").glob("ca_v1_*.txt")):
        header = settled(path.read_bytes(), canada()).report.header
        assert header.start.instant
        assert header.end.instant
        spans.append(
            Span(header.settlement_id, "Amazon.ca", header.start.instant, header.end.instant)
        )
    (gap,) = breaks(spans)
    assert (gap.start.date().isoformat(), gap.end.date().isoformat()) == (
        "2025-08-28",
        "2025-09-11",
    )


def canada():
    from dataclasses import replace

    from builders import a_profile, mappings

    base = a_profile()
    home = replace(base.home, names=("Amazon.ca",), country="CA", currency="CAD")
    return mappings(replace(base, home=home, marketplaces=(home,)))
