"""What goes to a terminal: letters, and no orders that a file has in it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, Final, TextIO, cast

_NO_LETTER: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]"
# A lone return would write over what stands in its line; the bar of a long file does so.
_OUT: Final = re.compile(rf"{_NO_LETTER}|\r(?!\n)")
_ERR: Final = re.compile(_NO_LETTER)


@contextmanager
def letters_only() -> Iterator[None]:
    """Show control characters as JSON writes them, whatever prints them, until the end of this.

    They come from files that others wrote: a SKU could clear the screen, or look like the proof.
    """
    out = cast("TextIO", _Shown(sys.stdout, _OUT))
    err = cast("TextIO", _Shown(sys.stderr, _ERR))
    with redirect_stdout(out), redirect_stderr(err):
        yield


class _Shown:
    """A stream of text; all but what is written goes through."""

    def __init__(self, stream: TextIO, hidden: re.Pattern[str]) -> None:
        self._stream = stream
        self._hidden = hidden

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        self._stream.write(self._hidden.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
        return len(text)
