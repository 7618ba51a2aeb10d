"""Part of a list, as every store and flow that pages gives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list; ``cursor`` asks for the next part, empty at the end. Opaque to callers."""

    items: Sequence[T]
    cursor: str = ""
