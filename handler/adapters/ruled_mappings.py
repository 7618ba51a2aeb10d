"""The deployed mappings with the stored rules over them, read anew where these have changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from handler.flows.ports import MappingSource
    from handler.flows.rule_ports import RuleStore
    from handler.settlement.profile import ProfileHint
    from handler.settlement.settle import Mappings

_MOST_KEPT: Final = 32  # profiles


class RuledMappings:
    """A :class:`~handler.flows.ports.MappingSource` over another one and the stored rules.

    The store is asked at every load: a settlement is never settled with rules that were changed
    before it began.
    """

    def __init__(self, deployed: MappingSource, rules: RuleStore) -> None:
        """Lay ``rules`` over ``deployed``."""
        self._deployed = deployed
        self._rules = rules
        self._made: dict[str, tuple[int, str, Mappings]] = {}

    def load(self, profile: str) -> Mappings:
        """Return the mappings of a profile.

        Raises:
            RefusedRequest: ``UNKNOWN_PROFILE``.
            UnusableMapping: they are wrong.
            OutsideFailure: the stored rules could not be read.
        """
        deployed = self._deployed.load(profile)
        book = self._rules.newest()
        number, version, made = self._made.get(profile, (-1, "", deployed))
        if (number, version) == (book.number, deployed.version):
            return made
        from handler.settlement.stored_rules import with_rules  # noqa: PLC0415 - hints need none

        made = with_rules(deployed, book.rules)
        if len(self._made) >= _MOST_KEPT:
            self._made.clear()
        self._made[profile] = (book.number, deployed.version, made)
        return made

    def hints(self) -> Sequence[ProfileHint]:
        """Return what tells which profile a file belongs to; rules have no say in it."""
        return self._deployed.hints()
