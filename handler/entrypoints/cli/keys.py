"""`python -m handler keys create|list|revoke`: bearer keys for the HTTP steps."""

from __future__ import annotations

import argparse
import sys

from handler import wiring
from handler.flows import api_keys
from handler.settings import read_settings


def run(options: argparse.Namespace) -> int:
    """Make, list or revoke keys."""
    app = wiring.build(read_settings())
    if options.action == "create":
        scopes = [scope.strip() for scope in options.scopes.split(",") if scope.strip()]
        text = api_keys.create(app, options.name, scopes)
        # The key alone on the output, so that a script can keep it.
        print("Keep it now: it is shown this once.", file=sys.stderr)
        print(text)
    elif options.action == "revoke":
        print(f"{api_keys.revoke(app, options.name)} key(s) of {options.name!r} are refused now.")
    else:
        for key in api_keys.listing(app):
            state = "revoked" if key.revoked else "valid"
            scopes_text = ",".join(sorted(key.scopes))
            print(f"{key.created_at}  {state:<8}  {key.name:<24}  {scopes_text}")
    return 0
