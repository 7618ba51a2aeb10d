"""The plugin's own description: OpenAPI, as flow builders import it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("contract", __name__)
