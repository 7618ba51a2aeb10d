"""Stock on a terminal: decisions, what a ledger brought forth, and drift. Figures to the right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from handler.payloads.text_columns import section

Document = Mapping[str, Any]
_WIDE: Final = 100


def decisions_table(documents: Sequence[Document]) -> str:
    """Return decisions on listings as text, with how many there are of each action."""
    counts = Counter(str(one["action"]) for one in documents)
    told = ", ".join(f"{count} {_words(action)}" for action, count in sorted(counts.items()))
    titles = ("Marketplace", "SKU", "Action", "Before>", "Now>", "Reason")
    rows = [
        (
            one.get("marketplace", ""),
            one["sku"],
            _words(one["action"]),
            _figure(one.get("previous")),
            _figure(one.get("quantity")),
            one.get("reason", ""),
        )
        for one in documents
    ]
    aside = [one for one in documents if one["action"] in ("quarantined", "parked", "refused")]
    return "\n".join(
        (
            f"Decisions: {told}" if told else "Decisions: none",
            *section("Listings", titles, rows),
            *([""] if aside else []),
            *(
                line
                for one in aside
                for line in _wrapped(f"  {one['sku']}: ", str(one.get("message", "")))
            ),
        )
    )


def ledger_table(document: Document) -> str:
    """Return what a report of stock brought forth: postings, what waits, what to do.

    Args:
        document: of a part of the ledger's detail, of a report that was kept, or of one held.
    """
    postings, held = document.get("postings", ()), document.get("held", ())
    kind = _words(document.get("kind", "ledger"))
    first, last = document.get("first_day", ""), document.get("last_day", "")
    days = f", {first} to {last}" if first else ""  # only a part of the detail has days
    profile, rows_read = document.get("profile", ""), document.get("rows", 0)
    lines = [f"{kind.capitalize()} of profile {profile}{days}, {rows_read:,} rows"]
    for one in postings:
        where = " -> ".join(place for place in (one.get("source"), one.get("target")) if place)
        about = (one.get("tran_date"), where, one.get("account"), one.get("reference"))
        title = f"{_words(one['kind']).capitalize()} {one['external_id']}"
        rows = [(x["item"], f"{x['quantity']:+,}", x.get("memo", "")) for x in one["lines"]]
        lines += section(
            "   ".join((title, *(str(x) for x in about if x))), ("Item", "Units>", "Why"), rows
        )
    lines += section(
        "Waiting, not posted",
        ("FNSKU", "SKU", "Day", "Units>", "Why"),
        [
            (
                one.get("fnsku", ""),
                one.get("sku", ""),
                one.get("day", ""),
                _figure(one.get("units", one.get("quantity"))),
                one.get("code", one.get("reason", "")),
            )
            for one in held
        ],
    )
    lines += _equation(document.get("equation"))
    lines += _findings(document.get("exceptions", ()))
    lines += ["", _end(document.get("status", ""), len(postings), len(held))]
    return "\n".join(lines)


def _end(status: str, postings: int, held: int) -> str:
    if status in _ENDS:
        return _ENDS[status]
    waits = f", {held:,} waiting" if held else ""
    return f"{postings:,} to post{waits}." if postings else f"Nothing to post{waits}."


_ENDS: Final[Mapping[str, str]] = {
    "held": "Held: nothing of it is posted or kept.",
    "kept": "Kept for the comparison of stock.",
    "superseded": "Not kept: a report made later is there.",
}


def drift_table(document: Document) -> str:
    """Return a comparison of stock: totals by cause, the pairs that differ, what to do."""
    counts = document["counts"]
    told = ", ".join(f"{count:,} {_words(name)}" for name, count in counts.items())
    return "\n".join(
        (
            f"Stock as of {document['as_of']}: {told}",
            *section(
                "By cause",
                ("Pool", "Cause", "Pairs>", "Units>"),
                [
                    (one["pool"], _words(one["cause"]), one["pairs"], f"{one['units']:,}")
                    for one in document.get("totals", ())
                ],
            ),
            *section(
                "Counts that differ",
                ("Item", "Location", "Measure", "Amazon>", "NetSuite>", "Difference>", "Cause"),
                [
                    (
                        one["item"],
                        one["location"],
                        _words(one["measure"]),
                        _told(one, "amazon"),
                        _told(one, "netsuite"),
                        f"{one['difference']:+,}",
                        _cause(one),
                    )
                    for one in document.get("pairs", ())
                ],
            ),
            *section(
                "At Amazon, registered for no item",
                ("FNSKU", "SKU", "Location", "Units>"),
                [
                    (one["fnsku"], one["sku"], one["location"], _figure(one["units"]))
                    for one in document.get("unregistered", ())
                ],
            ),
            *section(
                "In NetSuite, counted by no report given",
                ("Item", "Location", "On hand>", "Available>"),
                [
                    (one["item"], one["location"], _figure(one["on_hand"]),
                     _figure(one["available"]))
                    for one in document.get("uncounted", ())
                ],
            ),
            *_findings(document.get("findings", ())),
        )
    )  # fmt: skip


def _told(pair: Document, system: str) -> str:
    return "missing" if pair.get("missing") == system else _figure(pair[system])


def _cause(pair: Document) -> str:
    if not pair.get("drifts", True):
        return "tolerated"
    part = pair.get("explains", 0) and not pair.get("whole", True)
    return _words(pair.get("cause", "")) + (f" ({pair['explains']:+,} of it)" if part else "")


def _equation(equation: Document | None) -> Iterator[str]:
    """Yield what the ledger's own balances came to; whichever plain figures the document has."""
    plain = [
        f"{_words(name)} {value if not isinstance(value, bool) else 'yes' if value else 'no'}"
        for name, value in (equation or {}).items()
        if isinstance(value, str | int)
    ]
    if plain:
        yield ""
        yield from _wrapped("Balances: ", ", ".join(plain))


def _findings(found: Sequence[Document]) -> Iterator[str]:
    yield ""
    yield f"Findings: {len(found)}" if found else "Findings: none"
    for one in found:
        yield from _wrapped(f"  {one['severity'].upper()} {one['code']}: ", one["what"])
        yield from _wrapped("    Repair: ", one["repair"])


def _wrapped(opening: str, text: str) -> Iterable[str]:
    indent = " " * (len(opening) - len(opening.lstrip()) + 2)
    return wrap(opening + text, _WIDE, subsequent_indent=indent, break_long_words=False)


def _figure(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _words(name: str) -> str:
    return str(name).replace("_", " ")
