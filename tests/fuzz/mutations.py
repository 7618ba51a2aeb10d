"""Files of real shape, broken in the ways files break: each mutation has a name and a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

SEED = 20260131
# NUL, a lone CR, tabs and blanks nobody sees, marks of direction, ends of line of other worlds.
CONTROLS = (
    "\x00",
    "\r",
    "\x0b",
    "\x1f",
    "\x7f",
    "\x85",
    "\xa0",
    "\ufeff",
    "\u2028",
    "\u202e",
    "\u200f",
)
ENCODINGS = ("utf-16", "utf-16-be", "utf-32", "cp1252", "shift_jis", "cp037", "utf-7")
NUMBERS = (
    "1e999999", "-1e-999999", "9" * 10_000, "0x1F", "NaN", "Infinity", "-0", "٣.٥٠", "１２.００",
    "1_000.00", "1,00,00", "--1", "1.2.3", "$10.00", "(10.00)", "10.005", "",
)  # fmt: skip

Mutant = tuple[str, bytes]


def mutants(content: bytes, delimiter: str, most: int, seed: int = SEED) -> Iterator[Mutant]:
    """Yield mutants of a file; the same ones for the same seed.

    Args:
        content: of a file in UTF-8.
        delimiter: between its columns; empty for XML and JSON, which have none.
        most: of each kind.
        seed: of the choice.
    """
    chance = random.Random(seed)
    ways = [_cut, _lines, _controls, _encoded, _numbers, _bytes]
    if delimiter:
        ways += [_columns, _cells]
    for way in ways:
        yield from _some(way(content, delimiter, chance), most)


def _some(found: Iterator[Mutant], most: int) -> Iterator[Mutant]:
    for place, mutant in enumerate(found):
        if place >= most:
            return
        yield mutant


def _cut(content: bytes, _: str, chance: random.Random) -> Iterator[Mutant]:
    yield "empty", b""
    yield "last byte gone", content[:-1]
    while True:
        at = chance.randrange(len(content))
        yield f"cut at {at}", content[:at]
        yield f"begins at {at}", content[at:]


def _lines(content: bytes, _: str, chance: random.Random) -> Iterator[Mutant]:
    lines = content.split(b"\n")
    yield "twice", content + content
    yield "ends of lines CR LF", content.replace(b"\n", b"\r\n")
    yield "ends of lines CR", content.replace(b"\n", b"\r")
    while True:
        one, other = (chance.randrange(len(lines)) for _ in range(2))
        yield f"line {one} twice", _joined([*lines[:one], lines[one], *lines[one:]])
        yield f"line {one} gone", _joined([*lines[:one], *lines[one + 1 :]])
        swapped = list(lines)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        yield f"lines {one} and {other} swapped", _joined(swapped)


def _controls(content: bytes, _: str, chance: random.Random) -> Iterator[Mutant]:
    for control in chance.sample(CONTROLS, len(CONTROLS)):
        at = chance.randrange(len(content))
        sign = control.encode()
        yield f"{control!r} at {at}", content[:at] + sign + content[at:]
        yield f"{control!r} first", sign + content
        yield f"{control!r} everywhere", content.replace(b"Order", sign + b"Or" + sign + b"der")


def _encoded(content: bytes, _: str, chance: random.Random) -> Iterator[Mutant]:
    text = content.decode("utf-8-sig").replace("Principal", "Principal é", 1)
    for name in chance.sample(ENCODINGS, len(ENCODINGS)):
        yield f"as {name}", text.encode(name, "replace")


def _numbers(content: bytes, _: str, chance: random.Random) -> Iterator[Mutant]:
    places = list(re.finditer(rb"-?[0-9]+[.,][0-9]{2}(?![0-9])", content))
    for number in chance.sample(NUMBERS, len(NUMBERS)):
        for which in (0, chance.randrange(len(places))) if places else ():
            start, end = places[which].span()
            yield (
                f"number {which} is {number[:12]}",
                content[:start] + number.encode() + content[end:],
            )


def _bytes(content: bytes, _: str, chance: random.Random) -> Iterator[Mutant]:
    while True:
        changed = bytearray(content)
        places = [chance.randrange(len(changed)) for _ in range(chance.choice((1, 1, 4)))]
        for at in places:
            changed[at] = chance.randrange(256)
        yield f"bytes {places}", bytes(changed)


def _columns(content: bytes, delimiter: str, chance: random.Random) -> Iterator[Mutant]:
    rows = [line.split(delimiter.encode()) for line in content.split(b"\n")]
    width = max(len(row) for row in rows)

    def each(change: Callable[[list[bytes]], list[bytes]]) -> bytes:
        sign = delimiter.encode()
        return _joined([sign.join(change(row) if len(row) == width else row) for row in rows])

    head = next(place for place, row in enumerate(rows) if len(row) == width)
    while True:
        one, other = (chance.randrange(width) for _ in range(2))

        def swapped(row: list[bytes], one: int = one, other: int = other) -> list[bytes]:
            row = list(row)
            row[one], row[other] = row[other], row[one]
            return row

        yield f"columns {one} and {other} swapped", each(swapped)
        yield f"column {one} gone", each(lambda row, one=one: [*row[:one], *row[one + 1 :]])
        yield f"column {one} twice", each(lambda row, one=one: [*row[: one + 1], *row[one:]])
        names = list(rows)
        names[head] = swapped(rows[head])
        yield f"names {one} and {other} swapped", _table(names, delimiter)
        names[head] = [*rows[head][:one], b"renamed", *rows[head][one + 1 :]]
        yield f"column {one} renamed", _table(names, delimiter)


def _cells(content: bytes, delimiter: str, chance: random.Random) -> Iterator[Mutant]:
    rows = [line.split(delimiter.encode()) for line in content.split(b"\n")]
    hostile = (b"=1+1", b"A" * 60_000, b'"', b"\xff", b"../../x", b"<b>", b"\xed\xa0\x80", b"%n%s")
    while True:
        for text in hostile:
            row = chance.randrange(len(rows))
            cell = chance.randrange(len(rows[row]))
            changed = [list(one) for one in rows]
            changed[row][cell] = text
            yield f"cell {row}/{cell} is {text[:8]!r}", _table(changed, delimiter)


def _table(rows: Sequence[Sequence[bytes]], delimiter: str) -> bytes:
    return _joined([delimiter.encode().join(row) for row in rows])


def _joined(lines: Sequence[bytes]) -> bytes:
    return b"\n".join(lines)
