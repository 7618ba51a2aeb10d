"""A table of items in this process, for tests of what is done with the whole state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from handler.flows.state_ports import Item, Key, Written
from handler.flows.state_text import key_of, line_of


class MemoryState:
    """A :class:`~handler.flows.state_ports.StateStore` of this process."""

    def __init__(self, items: Iterable[Item] = (), name: str = "memory") -> None:
        """Begin with ``items``."""
        self._items = {key_of(item): item for item in items}
        self._name = name

    @property
    def name(self) -> str:
        """The name it goes by."""
        return self._name

    def items(self) -> Iterator[Item]:
        """Yield every item there is now."""
        yield from list(self._items.values())

    def get(self, key: Key) -> Item | None:
        """Return one item."""
        return self._items.get(key)

    def write(self, items: Sequence[Item], *, over: bool) -> Written:
        """Write items; see the port."""
        new = same = 0
        other: list[Key] = []
        for item in items:
            key = key_of(item)
            there = self._items.get(key)
            if over or there is None:
                self._items[key] = item
                new += 1
            elif line_of(there) == line_of(item):
                same += 1
            else:
                other.append(key)
        return Written(new, same, tuple(other))

    def forget(self, key: Key) -> None:
        """Take one item away, if it is there."""
        self._items.pop(key, None)
