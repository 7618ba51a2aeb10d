"""Which encoding a file's text is in: UTF-8, else one of those Amazon wrote in earlier years."""

from __future__ import annotations

_WESTERN = ("cp1252", "iso-8859-15")
_JAPANESE = ("cp932",)


class Encoding:
    """Decodes a file's cells, settled by the first cell that is not UTF-8, then kept.

    Only cells that classify are ever decoded; the raw file stays the evidence.
    """

    def __init__(self, currency: str) -> None:
        self._fallbacks = _JAPANESE + _WESTERN if currency == "JPY" else _WESTERN
        self.name = "utf-8"

    def text(self, cell: bytes) -> str:
        """Return the cell as text. Never fails: ISO-8859-15 gives every byte a meaning."""
        try:
            return cell.decode(self.name)
        except UnicodeDecodeError:
            for name in self._fallbacks:
                try:
                    text = cell.decode(name)
                except UnicodeDecodeError:
                    continue
                self.name = name
                return text
            raise AssertionError("unreachable: ISO-8859-15 decodes every byte") from None
