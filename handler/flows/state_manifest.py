"""What stands beside an export: of what table, how much, and the sum it is held against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from handler.core.errors import RefusedRequest

FORMAT: Final = "amazon-netsuite-plugin state"
FORMAT_VERSION: Final = 1
SUFFIX: Final = ".manifest.json"
_HEXADECIMAL: Final = 64


@dataclass(frozen=True, slots=True)
class Manifest:
    """An export, told.

    Attributes:
        format: what it is; :data:`FORMAT`.
        format_version: of the lines and of this.
        table: whose items.
        begun_at: ISO 8601 in UTC. What was written from here to ``ended_at`` may be in it or not.
        ended_at: ISO 8601 in UTC.
        items: how many.
        kinds: how many of each, by what their partitions begin with.
        expired: how many were left out, their time being over.
        sha256: of all lines, unpacked.
    """

    format: str
    format_version: int
    table: str
    begun_at: str
    ended_at: str
    items: int
    kinds: Mapping[str, int]
    expired: int
    sha256: str

    def text(self) -> bytes:
        """Return it as it is kept."""
        return (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode()


def read_manifest(content: bytes) -> Manifest:
    """Return the manifest that was kept.

    Raises:
        RefusedRequest: ``BAD_EXPORT``: it is none, or of a version this plugin does not read.
    """
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise bad_export("The manifest is none of this plugin's.")
    if told.get("format_version") != FORMAT_VERSION:
        raise bad_export(
            f"The export is of format version {told.get('format_version')!r}; this plugin reads "
            f"{FORMAT_VERSION}."
        )
    return _checked(told)


def bad_export(what: str) -> RefusedRequest:
    """Return the refusal of an export that is not whole. Nothing was written."""
    return RefusedRequest(
        "BAD_EXPORT",
        f"{what} Nothing was written.",
        "Fetch the export again, its manifest too, or take an earlier one.",
    )


def _checked(told: dict[str, Any]) -> Manifest:
    try:
        manifest = Manifest(**told)
    except TypeError:
        raise bad_export("The manifest lacks something, or has too much.") from None
    counts = (manifest.items, manifest.expired)
    if (
        any(type(count) is not int or count < 0 for count in counts)
        or not isinstance(manifest.sha256, str)
        or len(manifest.sha256) != _HEXADECIMAL
        or not isinstance(manifest.kinds, dict)
    ):
        raise bad_export("The manifest's figures are none.")
    return manifest
