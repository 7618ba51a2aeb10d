"""The grammar of an amount, and which decimal mark a file uses.

The grammar is ours and strict: a sign, ASCII digits, the file's marks, surrounding blanks. `1e2`,
`1_000`, `NaN`, other scripts' digits, nothing at all, and more decimals than the currency has are
refused; Python's own number types accept or round some of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

# A group mark never equals the decimal mark. The two odd ones are the no-break space and the
# narrow no-break space of French reports.
_GROUP_MARKS = {".": ",' \u00a0\u202f", ",": ".' \u00a0\u202f"}
# Far above any money there is; a cell of thousands of digits is no amount.
_MOST_DIGITS = 24
_BLANKS = " \u00a0"


@cache
def _grammar(mark: str, exponent: int) -> re.Pattern[str]:
    group = f"(?P<group>[{_GROUP_MARKS[mark]}])"
    threes = rf"[1-9][0-9]{{0,2}}{group}[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
    # 1,44,957: pairs up to the last three digits, as India writes.
    indian = rf"[1-9][0-9]?(?P<lakh>[{_GROUP_MARKS[mark]}])(?:[0-9]{{2}}(?P=lakh))+[0-9]{{3}}"
    decimals = rf"(?:{re.escape(mark)}(?P<decimals>[0-9]{{1,{exponent}}}))?" if exponent else ""
    return re.compile(rf"(?P<sign>[+-]?)(?P<whole>[0-9]+|{threes}|{indian}){decimals}")


def amount(text: str, mark: str, exponent: int) -> int | None:
    """Return ``text`` in minor units, or ``None`` where it is no amount in this notation.

    Args:
        text: the cell as it stands, surrounding blanks allowed.
        mark: the file's decimal mark, "." or ",".
        exponent: the currency's number of decimals.
    """
    found = _grammar(mark, exponent).fullmatch(text.strip(_BLANKS))
    if found is None:
        return None
    whole = "".join(c for c in found["whole"] if "0" <= c <= "9")
    decimals = (found["decimals"] or "") if exponent else ""
    if len(whole) > _MOST_DIGITS:
        return None
    value = int(whole + decimals.ljust(exponent, "0"))
    return -value if found["sign"] == "-" else value


def decimal_mark(texts: Iterable[str], exponent: int) -> str | None:
    """Return the one decimal mark under which ``texts`` can be read, looking no further than need.

    The first text that reads under one mark only settles it: later ones that contradict are bad
    rows. Returns "." where no text has a mark at all (both readings agree), and ``None`` where
    some text reads as two different amounts and nothing settles which: such a file is refused.
    """
    doubtful = False
    for text in texts:
        point, comma = amount(text, ".", exponent), amount(text, ",", exponent)
        if (point is None) != (comma is None):
            return "," if point is None else "."
        doubtful = doubtful or point != comma
    return None if doubtful else "."
