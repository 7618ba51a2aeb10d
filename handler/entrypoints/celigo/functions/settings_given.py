"""What somebody wrote into the settings of an export or import, as a function reads it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import RefusedRequest

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options

DIALECTS: Final = ("celigo", "netsuite")
ANSWERS: Final = ("records", "summary")
# Of all functions: the hooks of one import share its settings, and each takes its own.
KNOWN: Final = (
    "profile",
    "profiles",
    "mode",
    "format",
    "answer",
    "exchange_rate",
    "marketplace",
    "page_size",
    "kinds",
    "limit",
    "lease_seconds",
)
_LONGEST: Final = 200
_RATE: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?")


class GivenSettings:
    """The settings of one call. What is not known or not of its kind is refused, never guessed."""

    def __init__(self, options: Options, known: Collection[str]) -> None:
        """Take the settings of ``options``; none where there are none.

        Args:
            options: of the call.
            known: names of the settings the function has, of :data:`KNOWN`.

        Raises:
            RefusedRequest: ``BAD_SETTING``: they are no object; ``UNKNOWN_SETTING``.
        """
        found = options.get("settings")
        if found is None:
            found = {}
        if not isinstance(found, Mapping):
            raise _bad("The settings are no object.", f"Use an object with {_listed(known)}.")
        unknown = sorted(set(found) - set(KNOWN))
        if unknown:
            raise RefusedRequest(
                "UNKNOWN_SETTING",
                f"The settings hold {_listed(unknown)}, which no function knows.",
                f"This one's settings are: {_listed(known) or 'none'}.",
                {"unknown": unknown, "known": list(known)},
            )
        self._found: Mapping[str, Any] = found

    def text(self, name: str) -> str:
        """Return a text; empty where it is not set.

        Raises:
            RefusedRequest: ``BAD_SETTING``.
        """
        value = self._found.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
            raise _bad(f"The setting {name} is no short text.", f"Write {name} as text.")
        return value.strip()

    def profile(self) -> str:
        """Return the profile, which must be set.

        Raises:
            RefusedRequest: ``PROFILE_MISSING``, ``BAD_SETTING``.
        """
        found = self.text("profile")
        if not found:
            raise RefusedRequest(
                "PROFILE_MISSING",
                "The settings name no profile.",
                'Set {"profile": "<name>"} in the settings of the export or import.',
            )
        return found

    def choice(self, name: str, choices: Collection[str], default: str) -> str:
        """Return one of ``choices``.

        Raises:
            RefusedRequest: ``BAD_SETTING``.
        """
        found = self.text(name) or default
        if found not in choices:
            raise _bad(
                f"The setting {name} is {found!r}, which is none there is.",
                f"Use one of: {', '.join(choices)}.",
            )
        return found

    def count(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number, written as number or as text.

        Raises:
            RefusedRequest: ``BAD_SETTING``.
        """
        value = self._found.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _bad(
                f"The setting {name} is no number this function takes.",
                f"Use a whole number from {least} to {most}.",
            )
        return value

    def texts(self, name: str, choices: Collection[str] = ()) -> tuple[str, ...]:
        """Return a list of texts, written as a list or with commas between them.

        Raises:
            RefusedRequest: ``BAD_SETTING``: it is none, or holds what is not among ``choices``.
        """
        value = self._found.get(name)
        parts = value.split(",") if isinstance(value, str) else value or []
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise _bad(f"The setting {name} is no list of texts.", 'Write it as ["a", "b"].')
        found = tuple(part.strip() for part in parts if part.strip())
        wrong = [part for part in found if choices and part not in choices]
        if wrong:
            raise _bad(
                f"The setting {name} holds {wrong[0][:_LONGEST]!r}, which is none there is.",
                f"Use of these: {', '.join(choices)}.",
            )
        return found

    def rate(self, name: str) -> str:
        """Return an exchange rate as it is written; empty where it is not set.

        Raises:
            RefusedRequest: ``BAD_SETTING``: it is no positive number written as text.
        """
        found = self.text(name)
        if found and not (_RATE.fullmatch(found) and found.strip("0.")):
            raise _bad(f"The setting {name} is no rate.", 'Write it as text, as "1.0825".')
        return found


def _bad(message: str, repair: str) -> RefusedRequest:
    return RefusedRequest("BAD_SETTING", message, repair)


def _listed(names: Collection[str]) -> str:
    return ", ".join(str(name)[:_LONGEST] for name in names)
