"""How many steps a backtracking search takes: counted, so that no test depends on a clock.

It goes through a pattern as Python's own engine does, item by item and greedy first, and counts
each item it tries. Only what the plugin's patterns use is known here; anything else is an error.
"""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Callable
from functools import cache
from typing import Any

Then = Callable[[int], bool]
_SAMPLES = "a0A -._@/+'\""
_SINGLE = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)


class TooManySteps(Exception):
    """It went on for longer than anybody wants to know."""


class Search:
    """One search of a text."""

    def __init__(self, pattern: re.Pattern[str], text: str, most: int) -> None:
        self.flags = pattern.flags
        self.items = list(parser.parse(pattern.pattern, pattern.flags))
        self.text = text
        self.most = most
        self.steps = 0
        self.groups: dict[int, tuple[int, int]] = {}

    def run(self, whole: bool) -> int:
        """Return the steps until it matches, or fails everywhere; from the beginning if whole."""
        end = len(self.text)
        for start in range(1 if whole else end + 1):
            if self._items(self.items, 0, start, lambda at: not whole or at == end):
                break
        return self.steps

    def _items(self, items: list[Any], index: int, at: int, then: Then) -> bool:
        if index == len(items):
            return then(at)
        self.steps += 1
        if self.steps > self.most:
            raise TooManySteps
        return self._item(items[index], at, lambda on: self._items(items, index + 1, on, then))

    def _item(self, item: tuple[Any, Any], at: int, then: Then) -> bool:
        kind, told = item
        if kind in _SINGLE:
            return at < len(self.text) and self._takes(item, at) and then(at + 1)
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            return self._repeat(kind is op.MAX_REPEAT, *told, at, then)
        if kind is op.SUBPATTERN:
            return self._group(told[0], list(told[3]), at, then)
        if kind is op.BRANCH:
            return any(self._items(list(way), 0, at, then) for way in told[1])
        return self._place(kind, told, at, then)

    def _place(self, kind: Any, told: Any, at: int, then: Then) -> bool:
        if kind is op.GROUPREF:
            begin, end = self.groups.get(told, (0, 0))
            same = self.text[begin:end]
            return self.text.startswith(same, at) and then(at + len(same))
        if kind in (op.ASSERT, op.ASSERT_NOT):
            direction, inner = told
            found = self._around(direction, list(inner), at)
            return found is (kind is op.ASSERT) and then(at)
        if kind is op.AT:
            return bool(_place(told, self.flags).match(self.text, at)) and then(at)
        raise AssertionError(f"{kind} is not known here")

    def _around(self, direction: int, inner: list[Any], at: int) -> bool:
        if direction > 0:
            return self._items(inner, 0, at, lambda _: True)
        width = sum(1 for kind, _ in inner if kind is not op.AT)
        return at >= width and self._items(inner, 0, at - width, lambda end: end == at)

    def _group(self, number: int | None, inner: list[Any], at: int, then: Then) -> bool:
        def closed(end: int) -> bool:
            if number is not None:
                self.groups[number] = (at, end)
            return then(end)

        return self._items(inner, 0, at, closed)

    def _repeat(self, greedy: bool, least: int, most: int, body: Any, at: int, then: Then) -> bool:
        inner = list(body)
        if len(inner) == 1 and inner[0][0] in _SINGLE:
            end = at
            while end < len(self.text) and end - at < most and self._takes(inner[0], end):
                self.steps += 1
                end += 1
            stops = range(at + least, end + 1)
            return any(then(stop) for stop in (reversed(stops) if greedy else stops))
        return self._rounds(greedy, least, most, inner, at, then)

    def _rounds(
        self, greedy: bool, least: int, most: int, inner: list[Any], at: int, then: Then
    ) -> bool:
        def again(end: int) -> bool:
            return end > at and self._rounds(greedy, max(0, least - 1), most - 1, inner, end, then)

        def once() -> bool:
            return most > 0 and self._items(inner, 0, at, again)

        if least > 0:
            return once()
        return (once() or then(at)) if greedy else (then(at) or once())

    def _takes(self, item: tuple[Any, Any], at: int) -> bool:
        return _takes(_written(item), self.flags, self.text[at])


@cache
def _takes(written: str, flags: int, letter: str) -> bool:
    return re.fullmatch(written, letter, flags) is not None


@cache
def _place(told: Any, flags: int) -> re.Pattern[str]:
    names = {op.AT_BEGINNING: "^", op.AT_BEGINNING_STRING: r"\A", op.AT_END: "$",
             op.AT_END_STRING: r"\Z", op.AT_BOUNDARY: r"\b"}  # fmt: skip
    return re.compile(names[told], flags)


def _written(item: tuple[Any, Any]) -> str:
    """One item as a pattern of its own."""
    kind, told = item
    if kind is op.ANY:
        return "."
    if kind in (op.LITERAL, op.NOT_LITERAL):
        return f"[{'^' if kind is op.NOT_LITERAL else ''}{_letter(told)}]"
    parts = []
    for each, value in told:
        if each is op.NEGATE:
            parts.append("^")
        elif each is op.LITERAL:
            parts.append(_letter(value))
        elif each is op.RANGE:
            parts.append(f"{_letter(value[0])}-{_letter(value[1])}")
        else:
            names = {op.CATEGORY_DIGIT: "d", op.CATEGORY_NOT_DIGIT: "D", op.CATEGORY_WORD: "w",
                     op.CATEGORY_NOT_WORD: "W", op.CATEGORY_SPACE: "s",
                     op.CATEGORY_NOT_SPACE: "S"}  # fmt: skip
            parts.append(f"\\{names[value]}")
    return f"[{''.join(parts)}]"


def _letter(code: int) -> str:
    return f"\\U{code:08x}"


def _fits(kind: Any, told: Any, pattern: re.Pattern[str], letter: str) -> bool:
    return _takes(_written((kind, told)), pattern.flags, letter)


def letters(pattern: re.Pattern[str]) -> list[str]:
    """Letters that a pattern tells from one another: of those it names, and of each class."""
    found: dict[str, None] = {}

    def walk(items: Any) -> None:
        for kind, told in items:
            if kind in (op.LITERAL, op.NOT_LITERAL):
                found[chr(told)] = None
            elif kind is op.IN:
                sample = next((c for c in _SAMPLES if _fits(kind, told, pattern, c)), "a")
                found[sample] = None
            elif kind in (op.MAX_REPEAT, op.MIN_REPEAT):
                walk(told[2])
            elif kind is op.SUBPATTERN:
                walk(told[3])
            elif kind is op.BRANCH:
                for way in told[1]:
                    walk(way)
            elif kind in (op.ASSERT, op.ASSERT_NOT):
                walk(told[1])

    walk(parser.parse(pattern.pattern, pattern.flags))
    return list(found)
