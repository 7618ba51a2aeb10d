"""What each part of mappings/inventory/NAME.toml must look like.

Every model is flat, and each field's description says what was expected there: that is what a
fault quotes.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from handler.adapters.countries import COUNTRIES
from handler.adapters.mapping_shapes import Shape

# NetSuite takes fewer than 1,000 lines in one record.
MOST_LINES = 999
_WEEK = 7 * 24 * 60  # minutes

_TEXT = "text, not empty, on one line, without blanks at its ends"
_Text = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]
_PLACE = "a location in NetSuite: " + _TEXT
_MINUTES = f"whole minutes from 1 to {_WEEK}"


def _known_country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError(code)
    return code


class StockShape(Shape):
    """The file as a whole; its parts only as far as being tables."""

    schema_version: int = Field(alias="schema", ge=1, le=1, description="1")
    seller: str = Field(
        pattern=r"^[A-Z0-9]{8,20}$",
        description='Amazon\'s id of the seller (merchant token), such as "A3TH9S8BH6GOGM"',
    )
    subsidiary: _Text = Field(description="a subsidiary in NetSuite: " + _TEXT)
    closed_through: date | None = Field(
        None, description="a date without quotes, such as 2025-06-30"
    )
    receipts: Literal["item_receipt", "transfer", "reconcile"] = Field(
        description='"item_receipt", "transfer" or "reconcile"'
    )
    shipments: Literal["reconcile", "post"] = Field(description='"reconcile" or "post"')
    lines_per_posting: int = Field(
        900, ge=1, le=MOST_LINES, description=f"a whole number from 1 to {MOST_LINES}"
    )
    fbm: dict[str, Any] = Field(description="[fbm]")
    fba: dict[str, Any] = Field(description="[fba]")
    fba_by_country: dict[Annotated[str, AfterValidator(_known_country)], dict[str, Any]] = Field(
        {}, description="tables by country code of ISO 3166: [fba_by_country.CA]"
    )
    accounts: dict[str, _Text] = Field(description="an account for each role: " + _TEXT)


class FbmShape(Shape):
    """``[fbm]``."""

    locations: list[_Text] = Field(description='locations in NetSuite: ["Main Warehouse", ...]')
    split: Literal["shared", "weighted"] = Field("shared", description='"shared" or "weighted"')
    stale_minutes: int = Field(120, ge=1, le=_WEEK, description=_MINUTES)
    fresh_minutes: int = Field(60, ge=1, le=_WEEK, description=_MINUTES)
    hold_increase_below: int = Field(
        0, ge=0, le=1_000_000, description="whole units from 0 to 1000000"
    )
    reassert_minutes: int = Field(60, ge=1, le=_WEEK, description=_MINUTES)
    most_rejections: int = Field(5, ge=1, le=100, description="a whole number from 1 to 100")


class FbaShape(Shape):
    """``[fba]``, and each of ``[fba_by_country]``."""

    sellable: _Text = Field(description=_PLACE)
    unfulfillable: _Text = Field(description=_PLACE)
    in_transit: _Text = Field(description=_PLACE)
    removal_in_transit: _Text = Field(description=_PLACE)
