"""The HTTP steps of long work: uploads past what a call can carry, jobs, and their results."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("jobs", __name__)
