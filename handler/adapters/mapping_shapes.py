"""What each part of a profile's TOML must look like. The only one here with pydantic.

Every model is flat, and each field's description says what was expected there: that is what a
fault quotes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, TypeVar, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from handler.adapters.countries import COUNTRIES
from handler.adapters.mapping_fault import shown
from handler.adapters.toml_lines import Path
from handler.core.money import currency

# NetSuite takes about a thousand lines in one entry; below three, no section fits beside its
# clearing line.
FEWEST_LINES, MOST_LINES = 3, 1000

_TEXT = "text, not empty, on one line, without blanks at its ends"
_COSTS = re.compile(r"costs/[a-z0-9][a-z0-9_-]{0,31}\.csv")
_PERCENT = re.compile(r"(?:0|[1-9][0-9]?)(?:\.[0-9]{1,4})?|100(?:\.0{1,4})?")
_ZONE = re.compile(r"UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+")


def _known_currency(code: str) -> str:
    if currency(code) is None:
        raise ValueError(code)
    return code


def _known_country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError(code)
    return code


def _known_zone(name: str) -> str:
    # Only names of the form Area/City: the zone files hold others, and some differ by machine.
    if not _ZONE.fullmatch(name):
        raise ValueError(name)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(name) from error
    return name


def _percent(text: str) -> str:
    # Python's own numbers would also take "2_0", "1e1", blanks and other scripts' digits.
    if not _PERCENT.fullmatch(text):
        raise ValueError(text)
    return text


def _costs_file(name: str) -> str:
    # Only such names reach the disk.
    if not _COSTS.fullmatch(name):
        raise ValueError(name)
    return name


_Text = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]
_Currency = Annotated[str, AfterValidator(_known_currency)]
_CURRENCY = 'a currency code of ISO 4217, such as "EUR"'


class Shape(BaseModel):
    """A table: no unknown key, no key missing, no value of another kind than it should be."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class DimensionsShape(Shape):
    """NetSuite's segments; all of them optional."""

    department: _Text = Field("", description=_TEXT)
    business_class: _Text = Field("", alias="class", description=_TEXT)
    location: _Text = Field("", description=_TEXT)
    tax_code: _Text = Field("", description=_TEXT)


class SubsidiaryShape(Shape):
    """One ``[[subsidiaries]]``."""

    code: str = Field(pattern=r"^[A-Z0-9]{1,12}$", description="1 to 12 of A-Z and 0-9")
    name: _Text = Field(description=_TEXT)
    currency: _Currency = Field(description=_CURRENCY)
    closed_through: date | None = Field(
        None, description="a date without quotes, such as 2025-06-30"
    )
    due_from_home: _Text = Field("", description="an account: " + _TEXT)
    due_to: _Text = Field("", description="an account: " + _TEXT)


class MarketplaceShape(DimensionsShape):
    """One ``[[marketplaces]]``; what stands under by_channel is checked on its own."""

    names: list[_Text] = Field(
        min_length=1, description='names as reports spell them: ["Amazon.ca", ...]'
    )
    country: Annotated[str, AfterValidator(_known_country)] = Field(
        description='a country code of ISO 3166, such as "GB"'
    )
    currency: _Currency = Field(description=_CURRENCY)
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        description='a time zone such as "Europe/Berlin"'
    )
    subsidiary: _Text = Field(description="the code of one of the [[subsidiaries]]")
    vat_percent: Annotated[str, AfterValidator(_percent)] = Field(
        "", description='a percentage from 0 to 100 in quotes, such as "20" or "5.5"'
    )
    by_channel: dict[Literal["AFN", "MFN"], dict[str, Any]] = Field(
        {}, description="the tables AFN and MFN, no other"
    )


class AccountsShape(Shape):
    """``[accounts]``."""

    clearing: _Text = Field(description="an account: " + _TEXT)
    bank: _Text = Field(description="an account: " + _TEXT)
    orders_receivable: _Text = Field("", description="an account: " + _TEXT)
    refund_liability: _Text = Field("", description="an account: " + _TEXT)
    cogs: _Text = Field("", description="an account: " + _TEXT)
    inventory_afn: _Text = Field("", description="an account: " + _TEXT)
    inventory_mfn: _Text = Field("", description="an account: " + _TEXT)
    classes: dict[str, _Text] = Field(description="an account for each class: " + _TEXT)


class RuleShape(DimensionsShape):
    """One ``[[rules]]``."""

    accounting_class: _Text = Field(alias="class", description="a class of classes.csv")
    # "class" names the accounting class here, so NetSuite's segment needs another name.
    business_class: _Text = Field("", alias="netsuite_class", description=_TEXT)
    marketplace: _Text = Field("", description=_TEXT)
    channel: Literal["", "AFN", "MFN"] = Field("", description='"AFN" or "MFN"')
    sku_group: _Text = Field("", description=_TEXT)
    account: _Text = Field("", description=_TEXT)
    why: _Text = Field(description="the reason: " + _TEXT)


class PoliciesShape(Shape):
    """``[policies]``."""

    unmapped: Literal["suspense", "hold"] = Field(description='"suspense" or "hold"')
    clearing_lines: Literal["section", "net"] = Field(description='"section" or "net"')
    lines_per_entry: int = Field(
        900,
        ge=FEWEST_LINES,
        le=MOST_LINES,
        description=f"a whole number from {FEWEST_LINES} to {MOST_LINES}",
    )
    posting: Literal["summary", "by_order"] = Field(
        "summary", description='"summary" or "by_order"'
    )
    relieved: list[_Text] | None = Field(
        None, min_length=1, description='classes of classes.csv: ["product_sales", ...]'
    )
    granularity: Literal["settlement", "day", "order", "sku_group"] = Field(
        "settlement", description='"settlement", "day", "order" or "sku_group"'
    )
    customers: Literal["amazon", "individual"] = Field(
        "amazon", description='"amazon" or "individual"'
    )
    refund_accrual: bool = Field(False, description="true or false")
    refund_accrual_items: int = Field(
        100, ge=1, le=1_000_000, description="a whole number from 1 to 1000000"
    )
    deposit_record: Literal["journal_entry", "deposit"] = Field(
        "journal_entry", description='"journal_entry" or "deposit"'
    )


class TopShape(Shape):
    """The file as a whole; its parts only as far as being tables or lists of tables."""

    schema_version: int = Field(alias="schema", ge=1, le=1, description="1")
    company: _Text = Field(description=_TEXT)
    home: _Text = Field(description="a name of one of the [[marketplaces]]")
    customer: _Text = Field("", description="a customer in NetSuite: " + _TEXT)
    item_costs: Annotated[str, AfterValidator(_costs_file)] = Field(
        "", description='a table beside profiles/: "costs/NAME.csv", in small letters'
    )
    subsidiaries: list[dict[str, Any]] = Field(min_length=1, description="[[subsidiaries]]")
    marketplaces: list[dict[str, Any]] = Field(min_length=1, description="[[marketplaces]]")
    accounts: dict[str, Any] = Field(description="[accounts]")
    rules: list[dict[str, Any]] = Field([], description="[[rules]]")
    sku_groups: dict[_Text, Annotated[list[_Text], Field(min_length=1)]] = Field(
        {}, description='SKUs by group: "GROUP" = ["SKU1", ...]'
    )
    policies: dict[str, Any] = Field(description="[policies]")


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """A wrong part: where in the TOML, what was found, what was expected.

    Attributes:
        other: the other place it is about, if any.
    """

    path: Path
    found: str
    expected: str
    other: Path | None = None


S = TypeVar("S", bound=Shape)


def read(model: type[S], table: Mapping[str, object], path: Path, faults: list[ShapeFault]) -> S:
    """Return the part at ``path``, without what is faulty in it; that goes to ``faults``."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        fields = {
            field.alias or name: field.description or ""
            for name, field in model.model_fields.items()
        }
        for fault in error.errors(include_url=False, include_context=False):
            place = tuple(part for part in fault["loc"] if part != "[key]")
            key = str(place[0]) if place else ""
            expected = fields.get(key, "")
            if fault["type"] == "extra_forbidden":
                found, expected = f"the unknown key {key}", "one of " + ", ".join(fields)
            elif fault["type"] == "missing":
                found = f"no {key}"
            elif fault["loc"][-1] == "[key]":
                found = f"the name {shown(fault['input'])} in {key}"
            else:
                named = [str(part) for part in place if isinstance(part, str)]
                found = f"{'.'.join(named)} = {shown(fault['input'])}"
            faults.append(ShapeFault((*path, *place), found, expected))
        return _without(model, table, {fault["loc"][:2] for fault in error.errors()})


def _without(model: type[S], table: Mapping[str, object], wrong: Collection[Path]) -> S:
    """Return the part without its faulty values, so that the others can still be checked."""
    values: dict[str, object] = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        value = table.get(key)
        inner = {path[1] for path in wrong if path[0] == key and len(path) > 1}
        if key in table and not inner and (key,) not in wrong:
            values[name] = value
        elif inner and isinstance(value, dict):
            values[name] = {at: held for at, held in value.items() if at not in inner}
        elif field.is_required():
            empty = get_origin(field.annotation)
            values[name] = empty() if empty in (list, dict) else ""
    return model.model_construct(**values)  # type: ignore[arg-type]  # no field is called _fields_set
