"""A profile's TOML in its parts, each read by itself: a fault in one hides no fault in another.

What the parts say about each other is mapping_checks' matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from handler.adapters.mapping_shapes import (
    AccountsShape,
    DimensionsShape,
    MarketplaceShape,
    PoliciesShape,
    RuleShape,
    S,
    ShapeFault,
    SubsidiaryShape,
    TopShape,
    read,
)

if TYPE_CHECKING:
    from handler.adapters.toml_lines import Path


@dataclass(frozen=True, slots=True)
class Part(Generic[S]):
    """A part and where it stands; what is faulty in it is empty.

    Attributes:
        sound: whether nothing in it is faulty.
    """

    path: Path
    shape: S
    sound: bool


@dataclass(frozen=True)
class ProfileShape:
    """Every part of a profile; complete where there is no fault, else faulty values are empty.

    Attributes:
        by_channel: the dimensions under a marketplace's path, by channel.
        home: as written, also where something beside it is wrong.
        codes: of all subsidiaries, also of faulty ones: what refers to them is right.
        names: of all marketplaces, the same.
        accounted: the classes that an account is written for, right or not; ``None`` where
            nothing can be said.
        sku_groups: as written, the same.
    """

    top: TopShape
    subsidiaries: tuple[Part[SubsidiaryShape], ...]
    marketplaces: tuple[Part[MarketplaceShape], ...]
    by_channel: Mapping[Path, Mapping[str, DimensionsShape]]
    accounts: AccountsShape | None
    rules: tuple[Part[RuleShape], ...]
    policies: PoliciesShape | None
    home: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    accounted: frozenset[str] | None
    sku_groups: Mapping[str, list[str]]


def read_shape(tables: Mapping[str, object]) -> tuple[ProfileShape, list[ShapeFault]]:
    """Return what of a parsed TOML file has the right shape, and every fault of the rest."""
    faults: list[ShapeFault] = []
    marketplaces = _parts(MarketplaceShape, tables, "marketplaces", faults)
    by_channel: dict[Path, dict[str, DimensionsShape]] = {}
    for part in marketplaces:
        for channel, table in part.shape.by_channel.items():
            path = (*part.path, "by_channel", channel)
            dimensions = read(DimensionsShape, table, path, faults)
            by_channel.setdefault(part.path, {})[channel] = dimensions
    accounts, policies = tables.get("accounts"), tables.get("policies")
    groups = tables.get("sku_groups")
    groups = groups if isinstance(groups, dict) else {}
    written = accounts.get("classes") if isinstance(accounts, dict) else None
    shape = ProfileShape(
        top=read(TopShape, tables, (), faults),
        subsidiaries=_parts(SubsidiaryShape, tables, "subsidiaries", faults),
        marketplaces=marketplaces,
        by_channel=by_channel,
        accounts=read(AccountsShape, accounts, ("accounts",), faults)
        if isinstance(accounts, dict)
        else None,
        rules=_parts(RuleShape, tables, "rules", faults),
        policies=read(PoliciesShape, policies, ("policies",), faults)
        if isinstance(policies, dict)
        else None,
        home="".join(_texts([tables.get("home")])),
        codes=tuple(_texts(_column(tables, "subsidiaries", "code"))),
        names=tuple(
            name for names in _column(tables, "marketplaces", "names") for name in _texts(names)
        ),
        accounted=frozenset(written) if isinstance(written, dict) else None,
        sku_groups={group: list(_texts(skus)) for group, skus in groups.items()},
    )
    return shape, faults


def _column(tables: Mapping[str, object], key: str, column: str) -> list[object]:
    items = tables.get(key)
    rows = items if isinstance(items, list) else []
    return [row.get(column) for row in rows if isinstance(row, dict)]


def _texts(values: object) -> Iterator[str]:
    for value in values if isinstance(values, list) else []:
        if isinstance(value, str):
            yield value


def _parts(
    model: type[S], tables: Mapping[str, object], key: str, faults: list[ShapeFault]
) -> tuple[Part[S], ...]:
    items = tables.get(key)
    parts = []
    for place, item in enumerate(items if isinstance(items, list) else []):
        path = (key, place)
        if isinstance(item, dict):
            before = len(faults)
            shape = read(model, item, path, faults)
            parts.append(Part(path, shape, sound=len(faults) == before))
    return tuple(parts)
