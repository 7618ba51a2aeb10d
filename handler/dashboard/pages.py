"""Which pages there are. A new one is added here, and shows in the navigation by its name."""

from __future__ import annotations

from flask import Blueprint

from handler.dashboard import (
    page_access,
    page_exceptions,
    page_inventory,
    page_mappings,
    page_oidc,
    page_overview,
    page_scorecard,
    page_settlements,
)
from handler.dashboard.shell import dashboard


def all_pages() -> Blueprint:
    """Return every page, ready to be registered."""
    pages = (
        page_access,
        page_oidc,
        page_overview,
        page_settlements,
        page_exceptions,
        page_inventory,
        page_mappings,
        page_scorecard,
    )
    return dashboard([page.blueprint for page in pages])
