"""NetSuite's internal ids of what mappings call by name, and how a record refers to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from handler.core.errors import UnusableMapping

# What the ids are of.
KINDS: Final = (
    "account",
    "subsidiary",
    "department",
    "class",
    "location",
    "tax_code",
    "entity",
    "item",
    "currency",
    "posting_period",
)


@dataclass(frozen=True, slots=True)
class References:
    """What NetSuite calls the things that mappings name.

    Attributes:
        ids: (kind, name) -> internal id; kinds are those of ``KINDS``. An account may stand there
            by its number alone.
        strict: whether a name without an id is refused instead of sent as a name.
        file: the accountants' file, as messages name it; empty where there is none.
    """

    ids: Mapping[tuple[str, str], str] = field(default_factory=dict)
    strict: bool = False
    file: str = ""

    def id_of(self, kind: str, name: str) -> str:
        """Return the internal id of a name; empty where it goes out as a name.

        The whole name goes first. An account of the form "1190 Amazon Clearing" (digits, one blank,
        the rest) is then looked for by its number, "1190". A name that is nothing but ASCII digits
        and stands nowhere is an internal id itself.

        Raises:
            UnusableMapping: ``NO_INTERNAL_ID``: there is none, and a name is not good enough.
        """
        found = self.find(kind, name)
        if not found and self.strict:
            raise UnusableMapping(
                "NO_INTERNAL_ID",
                f"{self.file}: no internal id of the {kind} {name!r}; expected a row "
                f"{kind},{name},<internal id>.",
                f"Add the row to {self.file}; `netsuite ids` lists all that are missing.",
                {"kind": kind, "name": name, "file": self.file},
            )
        return found

    def find(self, kind: str, name: str) -> str:
        """Return the internal id of a name as :meth:`id_of` does, and empty where none is known."""
        found = self.ids.get((kind, name), "")
        if not found and kind == "account":
            number, blank, _ = name.partition(" ")
            if blank and is_digits(number):
                found = self.ids.get((kind, number), "")
        return found or (name if is_digits(name) else "")

    def rest(self, kind: str, name: str) -> dict[str, str]:
        """Return what REST records refer by: the internal id, or else the name.

        Raises:
            UnusableMapping: as :meth:`id_of`.
        """
        found = self.id_of(kind, name)
        return {"id": found} if found else {"refName": name}

    def beside(self, kind: str, field_name: str, name: str) -> dict[str, str]:
        """Return the flat field that stands beside the name in Celigo's records, or nothing.

        Celigo decides field by field, in the mapping, whether it maps a name or an internal id. So
        the name stays what it is, and the id has a field of its own that is there or is not.

        Raises:
            UnusableMapping: as :meth:`id_of`.
        """
        if not (self.ids or self.strict):
            return {}
        found = self.id_of(kind, name)
        return {f"{field_name}InternalId": found} if found else {}


def is_digits(text: str) -> bool:
    """Return whether a text is ASCII digits, as internal ids and account numbers are."""
    return text.isascii() and text.isdigit()


NO_REFERENCES: Final = References()
