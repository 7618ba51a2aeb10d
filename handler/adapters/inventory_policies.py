"""What a company decided about its stock, from the text of mappings/inventory/NAME.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from handler.adapters.inventory_shapes import FbaShape, FbmShape, StockShape
from handler.adapters.mapping_fault import MappingFault, one_of, shown
from handler.adapters.mapping_shapes import ShapeFault, read
from handler.adapters.mapping_text import located, toml_tables
from handler.adapters.toml_lines import Path
from handler.inventory.ledger_reason import Effect, ReasonTable
from handler.inventory.listing import Split
from handler.inventory.policy import (
    FbaLocations,
    FbmPolicy,
    InventoryPolicy,
    ReceiptPolicy,
    ShipmentPolicy,
)

_SHIPMENT_ROLES = ("shipments", "returns")
_REDEFINITION_ROLE = "redefinition"
_REDEFINE = (Effect.REDEFINE_OUT, Effect.REDEFINE_IN)

_Places = Mapping[Path, FbaShape]


def read_policy(
    text: str, label: str, profile: str, reasons: ReasonTable | None
) -> tuple[InventoryPolicy | None, list[MappingFault]]:
    """Return the policy, or ``None`` with every fault that stands in its way.

    Args:
        text: of the TOML file.
        label: what messages call it.
        profile: its name.
        reasons: what the ledger's events do; ``None`` where that table is faulty, and so no role
            can be missed.
    """
    tables, unread = toml_tables(text, label)
    if unread:
        return None, unread
    faults: list[ShapeFault] = []
    top = read(StockShape, tables, (), faults)
    fbm_table, fba_table = tables.get("fbm"), tables.get("fba")
    fbm = read(FbmShape, fbm_table, ("fbm",), faults) if isinstance(fbm_table, dict) else None
    places: dict[Path, FbaShape] = {}
    if isinstance(fba_table, dict):
        places["fba",] = read(FbaShape, fba_table, ("fba",), faults)
    for country, table in top.fba_by_country.items():
        path: Path = ("fba_by_country", country)
        places[path] = read(FbaShape, table, path, faults)
    wrong = {fault.path for fault in faults}
    found = [*_location_faults(fbm, places), *_account_faults(top, reasons)]
    if fbm is not None:
        found += _minute_faults(fbm)
    faults += (fault for fault in found if fault.path not in wrong)
    if faults or reasons is None or fbm is None:
        return None, located(faults, text, label)
    return _policy(profile, top, fbm, places, reasons), []


def _location_faults(fbm: FbmShape | None, places: _Places) -> Iterator[ShapeFault]:
    """Yield locations that stand for two things: units there would be in both."""
    first: dict[str, tuple[str, Path]] = {}
    for path, shape in places.items():
        for role in FbaShape.model_fields:
            location, at = getattr(shape, role), (*path, role)
            if not location:
                continue
            known, other = first.setdefault(location, (role, at))
            if known != role:
                yield ShapeFault(
                    at,
                    f"the location {shown(location)} as {role}, and as {known}",
                    "a location for each: units move from one to the other",
                    other,
                )
    own: dict[str, Path] = {}
    for place, location in enumerate(fbm.locations if fbm else ()):
        at = ("fbm", "locations", place)
        if location in first:
            yield ShapeFault(
                at,
                f"the location {shown(location)} of the FBA pool",
                "a location of the seller's own: the two pools share none",
                first[location][1],
            )
        elif location in own:
            yield ShapeFault(
                at, f"the location {shown(location)} again", "each location once", own[location]
            )
        own.setdefault(location, at)


def _minute_faults(fbm: FbmShape) -> Iterator[ShapeFault]:
    if fbm.fresh_minutes > fbm.stale_minutes:
        yield ShapeFault(
            ("fbm", "fresh_minutes"),
            f"fresh_minutes = {fbm.fresh_minutes}",
            f"at most stale_minutes, {fbm.stale_minutes}: else a fresh source would be stale",
        )


def _account_faults(top: StockShape, reasons: ReasonTable | None) -> Iterator[ShapeFault]:
    if reasons is None:
        return
    needed = _roles(reasons, top.shipments == "post")
    known = _roles(reasons, posts_shipments=True)
    for role, why in needed.items():
        if role not in top.accounts:
            yield ShapeFault(
                ("accounts", role),
                f"no account for the role {role} ({why})",
                f'{role} = "number and name" in [accounts]',
            )
    for role in top.accounts:
        if role not in known:
            yield ShapeFault(
                ("accounts", role), f"an account for the role {shown(role)}", one_of(known, role)
            )


def _roles(reasons: ReasonTable, posts_shipments: bool) -> Mapping[str, str]:
    """Return each role that needs an account, with what needs it."""
    roles = {rule.role: f"ledger_reasons.csv, line {rule.line}" for rule in reasons if rule.role}
    for rule in reasons:
        if rule.effect in _REDEFINE:
            roles.setdefault(_REDEFINITION_ROLE, f"ledger_reasons.csv, line {rule.line}")
    if posts_shipments:
        roles |= dict.fromkeys(_SHIPMENT_ROLES, 'shipments = "post"')
    return roles


def _policy(
    profile: str, top: StockShape, fbm: FbmShape, places: _Places, reasons: ReasonTable
) -> InventoryPolicy:
    return InventoryPolicy(
        profile=profile,
        seller=top.seller,
        subsidiary=top.subsidiary,
        fbm=FbmPolicy(
            locations=frozenset(fbm.locations),
            split=Split(fbm.split),
            stale_minutes=fbm.stale_minutes,
            fresh_minutes=fbm.fresh_minutes,
            hold_increase_below=fbm.hold_increase_below,
            reassert_minutes=fbm.reassert_minutes,
            most_rejections=fbm.most_rejections,
        ),
        fba=_locations(places["fba",]),
        accounts=dict(top.accounts),
        reasons=reasons,
        fba_by_country={
            country: _locations(places["fba_by_country", country]) for country in top.fba_by_country
        },
        receipts=ReceiptPolicy(top.receipts),
        shipments=ShipmentPolicy(top.shipments),
        closed_through=top.closed_through,
        lines_per_posting=top.lines_per_posting,
    )


def _locations(shape: FbaShape) -> FbaLocations:
    return FbaLocations(
        shape.sellable, shape.unfulfillable, shape.in_transit, shape.removal_in_transit
    )
