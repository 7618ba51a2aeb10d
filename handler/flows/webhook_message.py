"""One message on its way to a webhook's target: what is sent, and what the answer says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handler.core.errors import PluginError
from handler.payloads import json_text
from handler.payloads.webhook_signature import signed_headers

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.delivery_ports import Sent, WebhookTarget
    from handler.flows.webhook_keys import SigningKey

# What is between this plugin and those who fetch: a target is sent the message, and holds no lease.
_NOT_SENT = ("lease_id", "leased_until")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a message.

    Attributes:
        taken: whether the target has it.
        why: why not, for a person; no address in full.
        code: "NO_ANSWER", "FORBIDDEN_ADDRESS", "HTTP_<status>"; empty where it was taken.
        wait: seconds the target asks for before anything more is sent; 0 where it does not ask.
        body: of the answer, at most 64 KB.
    """

    taken: bool
    why: str = ""
    code: str = ""
    wait: int = 0
    body: bytes = b""


def send(
    app: App, target: WebhookTarget, keys: Sequence[SigningKey], message: Mapping[str, object]
) -> Answer:
    """Send a message, signed by every valid key.

    Args:
        app: the ports.
        target: where to.
        keys: newest first; at least one.
        message: with its ``message_id``, which is the same at every repetition.
    """
    now = app.now()
    body = json_text.dumps(
        {
            **{name: value for name, value in message.items() if name not in _NOT_SENT},
            # Covered by the signature of the body alone too: an old body played again shows.
            "sent_at": now.isoformat(timespec="seconds"),
        }
    ).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "amazon-netsuite-plugin",
        **signed_headers(
            str(message["message_id"]), int(now.timestamp()), body, [key.key for key in keys]
        ),
    }
    try:
        sent = app.sender.post(target.url, body, headers)
    except PluginError as error:
        return Answer(taken=False, why=error.message, code=error.code)
    return _answer(sent)


def acknowledged(body: bytes, message: Mapping[str, object]) -> str:
    """Return the internal id an answer gives for the message; empty where it gives none.

    Args:
        body: JSON: an object, or one with a list of them as "data", each with ``internal_id`` and
            the record's ``external_id`` or ``message_id``. A single object may leave those out.
        message: that was sent.
    """
    found = list(_entries(body))
    for entry in found:
        internal = entry.get("internal_id")
        if isinstance(internal, int) and not isinstance(internal, bool):
            internal = str(internal)
        if not (isinstance(internal, str) and internal):
            continue
        named = [name for name in ("message_id", "external_id") if name in entry]
        alone = len(found) == 1 and not named
        if alone or (named and all(entry[name] == message[name] for name in named)):
            return internal
    return ""


def _entries(body: bytes) -> Iterator[Mapping[str, object]]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return
    if isinstance(parsed, dict) and isinstance(parsed.get("data"), list):
        parsed = parsed["data"]
    for entry in parsed if isinstance(parsed, list) else [parsed]:
        if isinstance(entry, dict):
            yield entry


def _answer(sent: Sent) -> Answer:
    if 200 <= sent.status < 300:
        return Answer(taken=True, body=sent.body)
    moved = " (redirects are not followed: give the address it leads to)"
    return Answer(
        taken=False,
        why=f"It answered {sent.status}{moved if 300 <= sent.status < 400 else ''}.",
        code=f"HTTP_{sent.status}",
        wait=sent.retry_after,
        body=sent.body,
    )
