"""JSON in which nothing is lost or made up: no floats, no key twice, no `NaN`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from handler.core import json_file
from handler.core.errors import UnusableFile

if TYPE_CHECKING:
    from handler.core.source import Source

_LONGEST_NUMBER = 18
# Half a character: it cannot be written to any store again.
_HALF = re.compile("[\ud800-\udfff]")


class Inexact:
    """A number that is no whole one, or too long: whoever wants a count refuses it."""

    def __init__(self, text: str) -> None:
        """Take the number as written."""
        self._text = text

    def __repr__(self) -> str:
        return self._text


def value(source: Source) -> Any:  # noqa: ANN401
    """Return the one JSON value a file holds.

    Raises:
        UnusableFile: it is not JSON throughout, not UTF-8, or larger than 64 MB.
    """
    text = json_file.text_of(source, unusable)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        unusable(json_file.not_json(error))
    except RecursionError:
        unusable("The JSON is nested too deeply.")


def is_text(found: object) -> bool:
    """Return whether a value is a text that can be stored."""
    return isinstance(found, str) and _HALF.search(found) is None


def unusable(message: str) -> NoReturn:
    """Refuse the file.

    Raises:
        UnusableFile: always.
    """
    raise UnusableFile(
        "UNUSABLE_FILE", message, "Send the answers of getInventorySummaries as they came."
    )


def _whole(text: str) -> object:
    return int(text) if len(text) <= _LONGEST_NUMBER else Inexact(text)


_DECODER = json_file.decoder(unusable, fraction=Inexact, whole=_whole)
