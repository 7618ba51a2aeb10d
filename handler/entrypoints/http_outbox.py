"""The HTTP steps of the outbox: take what is to be posted, and say what became of it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("outbox", __name__)
