"""The HTTP step that says what NetSuite would refuse, before it is asked."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("netsuite", __name__)
