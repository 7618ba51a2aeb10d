"""Which pages there are. A new one is added here, and shows in the navigation by its name."""

from __future__ import annotations

from flask import Blueprint

from handler.dashboard import page_access, page_exceptions, page_overview
from handler.dashboard.shell import dashboard


def all_pages() -> Blueprint:
    """Return every page, ready to be registered."""
    return dashboard([page_access.blueprint, page_overview.blueprint, page_exceptions.blueprint])
