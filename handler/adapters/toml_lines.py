"""On which line of a TOML text a key, a table or an item of a list stands.

tomllib gives values without their places, and an accountant needs the place. This reads places
only, from a text that tomllib has already accepted, and so trusts its grammar.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    # Three quotes first: a long string may end in up to two quotes of its own.
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}#\n]*")  # numbers, dates, true and false


class TomlLines:
    """The places in one TOML text, asked by path: ``("marketplaces", 0, "names", 1)``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self._at = 0
        self._places: dict[Path, int] = {(): 1}
        self._items: dict[Path, int] = {}  # arrays of tables: how many so far
        self._document()

    def line(self, path: Path) -> int:
        """Return the line of ``path``, counted from 1; of what encloses it where it is missing."""
        while path not in self._places:
            path = path[:-1]
        return self._places[path]

    def _document(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> Path:
        start = self._at
        is_item = self._text.startswith("[[", self._at)
        self._at += 2 if is_item else 1
        keys = self._key()
        self._at += 2 if is_item else 1
        path: Path = ()
        for place, key in enumerate(keys, 1):
            path = (*path, key)
            self._mark(path, start)
            if is_item and place == len(keys):
                self._items[path] = self._items.get(path, 0) + 1
            if path in self._items:
                # A header under an array of tables means its latest item.
                path = (*path, self._items[path] - 1)
                self._mark(path, start)
        # A table may be named after its subtables: its own header is the better place.
        self._mark(path, start, over=not is_item)
        return path

    def _pair(self, table: Path) -> None:
        start = self._at
        path = table
        for key in self._key():
            path = (*path, key)
            self._mark(path, start)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> list[str]:
        """Read a dotted key and the blanks around it."""
        keys = []
        while True:
            self._skip(_SPACE)
            quoted = _STRING.match(self._text, self._at)
            if quoted:
                keys.append(_plain_text(quoted[0]))
                self._at = quoted.end()
            else:
                keys.append(self._skip(_BARE))
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        opening = self._text[self._at : self._at + 1]
        if opening == "[":
            self._list(path)
        elif opening == "{":
            self._inline(path)
        else:
            string = _STRING.match(self._text, self._at)
            if string:
                self._at = string.end()
            else:
                self._skip(_PLAIN)

    def _list(self, path: Path) -> None:
        place = 0
        while self._more("]"):
            item = (*path, place)
            self._mark(item, self._at)
            self._value(item)
            place += 1

    def _inline(self, path: Path) -> None:
        while self._more("}"):
            self._pair(path)

    def _more(self, closing: str) -> bool:
        """Step over an opening bracket or a comma; tell whether an item follows."""
        self._skip(_BLANK)
        if self._text[self._at] in "[{,":
            self._at += 1
            self._skip(_BLANK)
        if not self._text.startswith(closing, self._at):
            return True
        self._at += 1
        return False

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _mark(self, path: Path, start: int, over: bool = False) -> None:
        if over or path not in self._places:
            self._places[path] = bisect_right(self._ends, start - 1) + 1


def _plain_text(quoted: str) -> str:
    if quoted.startswith('"') and "\\" in quoted:
        return str(tomllib.loads(f"x = {quoted}")["x"])
    return quoted[1:-1]
