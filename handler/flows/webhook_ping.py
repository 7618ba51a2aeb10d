"""A message that carries nothing: shows whether a target is reached and knows our signature."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from handler.flows import webhook_targets
from handler.flows.webhook_keys import no_signing_key, signing_keys
from handler.flows.webhook_message import Answer, send

if TYPE_CHECKING:
    from handler.flows.app import App


def ping(app: App, name: str) -> Answer:
    """Send one signed message of kind "ping", paused or not; nothing is counted or kept.

    Raises:
        RefusedRequest: ``TARGET_NOT_FOUND``; ``NO_SIGNING_KEY``: none was made or kept.
        OutsideFailure: a store did not answer.
    """
    target = webhook_targets.find(app, name)
    keys = signing_keys(app, target)
    if not keys:
        raise no_signing_key(name)
    return send(app, target, keys, {"message_id": f"ping-{secrets.token_hex(8)}", "kind": "ping"})
