"""The accountants' mappings as a use case asks for them: read once in the life of a process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from handler.adapters.mapping_files import load_mappings, profile_hints

if TYPE_CHECKING:
    from handler.settlement.profile import ProfileHint
    from handler.settlement.settle import Mappings


class MappingFiles:
    """A :class:`~handler.flows.ports.MappingSource` over one directory.

    A deployed package does not change under a running function, so what was read stays. What could
    not be read is tried again each time.
    """

    def __init__(self, directory: Path) -> None:
        """Read from ``directory``, when first asked."""
        self._directory = directory
        self._loaded: dict[str, Mappings] = {}
        self._hints: Sequence[ProfileHint] | None = None

    def load(self, profile: str) -> Mappings:
        """Return the mappings of a profile.

        Raises:
            RefusedRequest: ``UNKNOWN_PROFILE``.
            UnusableMapping: the files are wrong; says where.
        """
        if profile not in self._loaded:
            self._loaded[profile] = load_mappings(self._directory, profile)
        return self._loaded[profile]

    def hints(self) -> Sequence[ProfileHint]:
        """Return what tells which profile a file belongs to.

        Raises:
            UnusableMapping: the files are wrong; says where.
        """
        if self._hints is None:
            self._hints = tuple(profile_hints(self._directory))
        return self._hints
