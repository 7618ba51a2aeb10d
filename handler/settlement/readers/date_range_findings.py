"""What is noticed of a settlement in a date-range file: why it does not tie, what is deferred."""

from __future__ import annotations

from collections.abc import Iterator

from handler.core.finding import Finding
from handler.settlement.readers.date_range_columns import RELEASE
from handler.settlement.readers.date_range_head import DateRangeHead
from handler.settlement.readers.date_range_survey import Part, Survey, when


def findings(survey: Survey, settlement_id: str, head: DateRangeHead) -> Iterator[Finding]:
    """Yield the faults of a settlement's rows, then what keeps it from its payout."""
    part = survey.parts[settlement_id]
    yield from survey.bad(settlement_id)
    if part.declared is None:
        yield _no_declared_total(survey, settlement_id, head)
    elif part.declared != part.moved.amount and not survey.bad_rows(settlement_id):
        reasons = list(_reasons(survey, part, head))
        if reasons:
            yield _incomplete(survey, settlement_id, head, reasons)
    if part.deferred.rows or survey.unsettled.rows:
        yield _deferred(survey, settlement_id, head)


def _reasons(survey: Survey, part: Part, head: DateRangeHead) -> Iterator[str]:
    """Yield each thing that can account for the difference between rows and payout."""
    text = head.money.text
    missing = (part.declared or 0) - part.moved.amount
    if part.deferred.rows:
        exact = ", exactly the difference" if part.deferred.amount == missing else ""
        yield (
            f"{part.deferred.rows} of its rows are Deferred and left out "
            f"({text(part.deferred.amount)}{exact})"
        )
    if part.late.rows:
        exact = ", exactly the difference" if -part.late.amount == missing else ""
        yield (
            f"{part.late.rows} of its rows were released only after the payout "
            f"({text(part.late.amount)}{exact})"
        )
    first, opening = part.span.first, survey.span.first
    if first is None:
        yield "none of its rows are in the file"
    elif opening is not None and when(first) <= when(opening):
        yield "its first row is the file's first, so earlier ones can lie before the file"
    if RELEASE in head.layout.columns:
        yield (
            "the report goes by posting date, so rows posted before the file begins and released "
            "for this payout stand in an earlier file"
        )


def _periods(survey: Survey, part: Part) -> str:
    own = f"Its rows run from {part.span}, " if part.span.first else ""
    return f"{own}{'the' if own else 'The'} file's rows from {survey.span}."


def _evidence(survey: Survey, settlement_id: str, head: DateRangeHead) -> dict[str, object]:
    part, text = survey.parts[settlement_id], head.money.text
    return {
        "settlement_id": settlement_id,
        "currency": head.money.code,
        "rows": part.moved.rows,
        "rows_sum": text(part.moved.amount),
        "rows_period": str(part.span),
        "file_period": str(survey.span),
        "deferred_rows": part.deferred.rows,
        "deferred_sum": text(part.deferred.amount),
        "released_later_rows": part.late.rows,
        "released_later_sum": text(part.late.amount),
    }


def _incomplete(
    survey: Survey, settlement_id: str, head: DateRangeHead, reasons: list[str]
) -> Finding:
    part, text = survey.parts[settlement_id], head.money.text
    declared = part.declared or 0
    missing = declared - part.moved.amount
    return Finding(
        "PERIOD_INCOMPLETE",
        f"settlement {settlement_id}",
        f"The rows of settlement {settlement_id} come to {text(part.moved.amount)} "
        f"{head.money.code}, its Transfer pays {text(declared)}: {text(missing)} is not in the "
        f"file. {_periods(survey, part)} "
        f"It can be that {'; '.join(reasons)}.",
        _evidence(survey, settlement_id, head)
        | {"declared": text(declared), "missing": text(missing), "reasons": reasons},
    )


def _no_declared_total(survey: Survey, settlement_id: str, head: DateRangeHead) -> Finding:
    part = survey.parts[settlement_id]
    return Finding(
        "NO_DECLARED_TOTAL",
        f"settlement {settlement_id}",
        f"No Transfer row states what settlement {settlement_id} paid; {part.moved.rows} rows of "
        f"it come to {head.money.text(part.moved.amount)} {head.money.code}. "
        f"{_periods(survey, part)}",
        _evidence(survey, settlement_id, head),
    )


def _deferred(survey: Survey, settlement_id: str, head: DateRangeHead) -> Finding:
    part, loose, text = survey.parts[settlement_id], survey.unsettled, head.money.text
    return Finding(
        "DEFERRED_TRANSACTIONS",
        f"settlement {settlement_id}",
        f"{part.deferred.rows} rows of settlement {settlement_id} ({text(part.deferred.amount)} "
        f"{head.money.code}) and {loose.rows} rows of no settlement yet ({text(loose.amount)} "
        f"{head.money.code}) are Deferred: none of them is booked.",
        {
            "settlement_id": settlement_id,
            "currency": head.money.code,
            "deferred_rows": part.deferred.rows,
            "deferred_sum": text(part.deferred.amount),
            "lines": part.deferred.lines,
            "unsettled_rows": loose.rows,
            "unsettled_sum": text(loose.amount),
            "unsettled_lines": loose.lines,
        },
    )
