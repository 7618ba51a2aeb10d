"""Sends webhooks: to the internet only, to the very address that was checked, within bounds."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import requests
import urllib3

from handler.adapters.moments import utc_now
from handler.adapters.pinned_address import Deadline, PinnedAddress
from handler.core.errors import OutsideFailure, RefusedRequest
from handler.core.web_address import WebAddress, is_outside, web_address
from handler.flows.delivery_ports import Sent

CONNECT_SECONDS: Final = 3
READ_SECONDS: Final = 10  # without a byte
WHOLE_SECONDS: Final = 15  # from the first byte sent to the last one read
LARGEST_BODY: Final = 64 * 1024
LONGEST_WAIT: Final = 3_600

_CHUNK: Final = 8 * 1024
_TRIES: Final = 2  # addresses of one host; each costs a connect timeout at worst

Resolve = Callable[[str, int], Iterable[str]]


class WebhookSender:
    """A :class:`~handler.flows.delivery_ports.Sender` over HTTPS.

    A name is looked up here, every address it leads to is checked, and the connection goes to one
    of those: asked twice, a name server could answer with an inner address the second time. The
    certificate is checked against the name.
    """

    def __init__(
        self,
        allow_local: bool,
        resolve: Resolve | None = None,
        now: Callable[[], datetime] = utc_now,
        read_seconds: float = READ_SECONDS,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        """Send, at first, nothing.

        Args:
            allow_local: whether this machine may be sent to, also over http; for development.
            resolve: looks up the IP addresses of (host, port); by default the system does.
            now: the clock, in UTC; a moment to wait for is turned into seconds by it.
            read_seconds: how long to wait for each part of an answer.
            whole_seconds: how long to wait for all of it: one that comes byte by byte must not
                hold up the others.
        """
        self._allow_local = allow_local
        self._resolve = resolve or _system_addresses
        self._now = now
        self._read_seconds = read_seconds
        self._whole_seconds = whole_seconds

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Send a body, and follow no redirect.

        Raises:
            RefusedRequest: ``FORBIDDEN_ADDRESS``: the address leads to the inside of a network.
            OutsideFailure: ``NO_ANSWER``: no connection, or no answer in time.
        """
        address = web_address(url, self._allow_local)
        found = self._checked(address)
        for number, ip in enumerate(found, start=1):
            try:
                return self._post_to(ip, address, url, body, headers)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                # Only where nothing was sent is another of its addresses tried: a message is
                # repeated by whoever keeps count of it, never in here.
                if number == len(found) or not _never_connected(error):
                    raise _no_answer(address, type(error).__name__) from error
        raise _no_answer(address, "no address")  # not reached: there is at least one

    def _checked(self, address: WebAddress) -> Sequence[str]:
        try:
            found = list(dict.fromkeys(self._resolve(address.host, address.port)))
        except (OSError, UnicodeError) as error:
            raise _no_answer(address, "its name is not known") from error
        if not found:
            raise _no_answer(address, "its name leads nowhere")
        parsed = [ipaddress.ip_address(text) for text in found]
        for ip in parsed:
            allowed = ip.is_loopback if address.local and self._allow_local else is_outside(ip)
            if not allowed:
                raise RefusedRequest(
                    "FORBIDDEN_ADDRESS",
                    f"The host {address.host} leads to {ip}, which is not on the internet.",
                    "Give an address that the internet's name servers lead to the internet.",
                    {"host": address.host},
                )
        # IPv4 first: a function outside a network of one's own has no way to IPv6.
        return [str(ip) for ip in sorted(parsed, key=lambda ip: ip.version)][:_TRIES]

    def _post_to(
        self, ip: str, address: WebAddress, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Sent:
        with requests.Session() as session, Deadline(self._whole_seconds) as deadline:
            # Nothing of the environment: no proxy, no .netrc, no other certificates.
            session.trust_env = False
            session.mount(f"{address.scheme}://", PinnedAddress(ip, address.host, deadline))
            sent = {
                **headers,
                "Host": address.origin.split("://", 1)[1],
                "Accept-Encoding": "identity",  # nothing that swells when unpacked
            }
            with session.post(
                url,
                data=body,
                headers=sent,
                timeout=(CONNECT_SECONDS, self._read_seconds),
                allow_redirects=False,
                stream=True,
            ) as answer:
                if deadline.is_over:  # what there is of the answer may be half of it
                    raise _no_answer(address, "it took too long")
                wait = _seconds(answer.headers.get("Retry-After", ""), self._now())
                return Sent(answer.status_code, wait, _body(answer))


def _body(answer: requests.Response) -> bytes:
    """Return the beginning of a body; what comes too late or breaks off is left out.

    The status has been given by then: it, and not the body, says whether a message was taken.
    """
    kept = bytearray()
    with suppress(urllib3.exceptions.HTTPError, OSError):
        while len(kept) < LARGEST_BODY:
            chunk = answer.raw.read1(min(_CHUNK, LARGEST_BODY - len(kept)))
            if not chunk:
                break
            kept += chunk
    return bytes(kept)


def _system_addresses(host: str, port: int) -> Iterable[str]:
    for *_, found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        yield str(found[0])


def _never_connected(error: Exception) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    # Also the parent of "refused" and "no route": a connection there never was.
    return isinstance(
        reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError
    )


def _seconds(text: str, now: datetime) -> int:
    """Return what a Retry-After asks for, at most an hour; 0 where it makes no sense."""
    asked = text.strip()
    if asked.isascii() and asked.isdigit():
        return min(int(asked[:9]), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return 0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, min(int((aware - now).total_seconds()), LONGEST_WAIT))


def _no_answer(address: WebAddress, why: str) -> OutsideFailure:
    # Of an error only the kind: its text quotes the whole address, which may hold a token.
    return OutsideFailure(
        "NO_ANSWER",
        f"{address.origin} did not answer ({why}).",
        "Nothing, if it comes back: the message is sent again. Else look at the receiver.",
        {"host": address.host},
    )
