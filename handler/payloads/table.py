"""A settlement for an accountant's eye: entries, the clearing account's walk, proof, exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap
from typing import Any

from handler.core.money import Currency, known_currency

_WIDE = 100
Document = Mapping[str, Any]


def table(document: Document) -> str:
    """Return a settlement's document as text; lines keep within a terminal's usual width."""
    money = known_currency(document["currency"])
    return "\n".join(
        line.rstrip()
        for line in (
            *_head(document, money),
            *_entries(document, money),
            *_walk(document, money),
            *_proof(document),
            *_exceptions(document),
            "",
            _verdict(document, money),
        )
    )


def _shown(money: Currency, text: str) -> str:
    return money.grouped(money.minor(text))


def _head(document: Document, money: Currency) -> Iterator[str]:
    yield (
        f"Settlement {document['settlement_id']}   {document['start']} .. {document['end']}   "
        f"{money.code}   {document['format']}"
    )
    yield f"Profile {document['profile']}: {document['company']}"
    blank = document["blank_lines"]
    yield (
        f"{document['rows']:,} rows with {document['amounts']:,} amounts"
        + (f", {blank} blank line{'s' * (blank > 1)}" if blank else "")
        + f".  Amazon declares {_shown(money, document['declared_total'])},  rows add up to "
        f"{_shown(money, document['computed_total'])}."
    )


def _entries(document: Document, money: Currency) -> Iterator[str]:
    deposit = document["deposit_entry"]
    entries = [*document["journal_entries"], *([deposit] if deposit else [])]
    account_width = min(
        max((len(line["account"]) for e in entries for line in e["lines"]), default=10), 34
    )
    memo_width = _WIDE - account_width - 41
    for entry in entries:
        yield ""
        kind = "Journal entry"
        if entry is deposit:
            waits = entry["post"] == "when_bank_line_matches"
            kind = "Deposit entry (posted when the bank line is matched)" if waits else kind
        yield f"{kind} {entry['external_id']}"
        yield (
            f"{entry['tran_date']}   period {entry['period_name']}   subsidiary "
            f"{entry['subsidiary_name']} ({entry['subsidiary']})"
        )
        yield (
            f"{'#':>4}  {'Account':<{account_width}}  {'':<{memo_width}} {'Debit':>12} "
            f"{'Credit':>12} {'Rows':>6}"
        )
        for line in entry["lines"]:
            yield _line(line, money, account_width, memo_width)
        debit, credit = (
            sum(money.minor(line[side]) for line in entry["lines"]) for side in ("debit", "credit")
        )
        blank = " " * (6 + account_width + 2 + memo_width)
        yield f"{blank} {'-' * 12} {'-' * 12}"
        yield f"{blank} {money.grouped(debit):>12} {money.grouped(credit):>12}"
    if document["nil_lines"]:
        yield ""
        yield "Rows that come to nothing (no line in NetSuite)"
        for line in document["nil_lines"]:
            yield _line(line, money, account_width, memo_width)


def _line(line: Document, money: Currency, account_width: int, memo_width: int) -> str:
    number = line["line"] if line["line"] is not None else ""
    debit, credit = (
        _shown(money, line[side]) if money.minor(line[side]) else "" for side in ("debit", "credit")
    )
    clearing = line["accounting_class"] == "clearing"
    memo = line["memo"] if clearing else "  " + line["memo"]
    return (
        f"{number:>4}  {_cut(line['account'], account_width):<{account_width}}  "
        f"{_cut(memo, memo_width):<{memo_width}} {debit:>12} {credit:>12} "
        f"{line['row_count'] or '':>6}"
    )


def _walk(document: Document, money: Currency) -> Iterator[str]:
    """Yield the clearing account from gross sales down to zero."""
    if document["status"] == "held":
        return
    clearing = document["clearing"]
    sums: dict[str, int] = {}
    of_rows: set[str] = set()
    for entry in document["journal_entries"]:
        for line in entry["lines"]:
            if line["accounting_class"] != "clearing":
                of_rows.update(() if line.get("derived") else (line["section"],))
                signed = money.minor(line["credit"]) - money.minor(line["debit"])
                sums[line["section"]] = sums.get(line["section"], 0) + signed
    yield ""
    yield f"Clearing account {clearing['account']}"
    balance = 0
    for section, amount in sums.items():
        if amount == 0 and section not in of_rows:
            continue  # worked out, such as VAT taken out of prices: it leaves clearing as it is
        balance += amount
        yield _step(section.replace("_", " ").capitalize(), amount, balance, money)
    deposit = document["deposit_entry"]
    if deposit is None:
        yield f"  {'No deposit: the total is zero':<40} {'':>14} {'':>14}"
    else:
        other = next(x["account"] for x in deposit["lines"] if x["accounting_class"] != "clearing")
        amount = -money.minor(clearing["deposit"])
        balance += amount
        yield _step(f"{deposit['tran_date']} to {other}", amount, balance, money)
    yield f"  {'':<40} {'':>14} {'=' * 14}"
    after = _shown(money, clearing["after_deposit"])
    yield f"  {'After the deposit':<40} {'':>14} {after:>14}"


def _step(label: str, amount: int, balance: int, money: Currency) -> str:
    return f"  {_cut(label, 40):<40} {money.grouped(amount):>14} {money.grouped(balance):>14}"


def _proof(document: Document) -> Iterator[str]:
    laws = document["proof"]
    kept = sum(1 for law in laws if law["kept"])
    yield ""
    yield f"Proof: {kept} of {len(laws)} laws hold"
    for law in laws:
        yield from _wrapped("ok    " if law["kept"] else "BROKEN", law["says"], indent=2)


def _exceptions(document: Document) -> Iterator[str]:
    found = document["exceptions"]
    yield ""
    yield f"Exceptions: {len(found)}" if found else "Exceptions: none"
    for exception in found:
        yield f"  {exception['severity'].upper()} {exception['code']}"
        for name in ("what", "why", "repair"):
            yield from _wrapped(f"{name.capitalize():<7}", exception[name], indent=4)


def _wrapped(label: str, text: str, indent: int) -> Iterator[str]:
    margin = " " * indent
    yield from wrap(
        text,
        _WIDE,
        initial_indent=f"{margin}{label} ",
        subsequent_indent=margin + " " * (len(label) + 1),
        break_long_words=False,
    )


def _verdict(document: Document, money: Currency) -> str:
    exceptions: Iterable[Document] = document["exceptions"]
    if document["status"] == "proven":
        suspense = any(found["code"] == "UNMAPPED_TRANSACTION" for found in exceptions)
        after = _shown(money, document["clearing"]["after_deposit"])
        aside = "  Part of it waits in suspense for a rule." if suspense else ""
        return f"PROVEN: balanced, and the clearing account returns to {after}.{aside}"
    errors = sum(1 for found in exceptions if found["severity"] == "error")
    return f"HELD: {errors} error(s). Nothing is posted until they are repaired."


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
