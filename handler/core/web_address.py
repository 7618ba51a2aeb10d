"""Which addresses of the web results may be sent to: none that leads inside a network."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from handler.core.errors import RefusedRequest

_LONGEST: Final = 2_048
_PORTS: Final = {"https": 443, "http": 80}
_HOST: Final = re.compile(
    r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
# What C libraries read as an IP address although it does not look like one: 2130706433, 0x7f.1
_NUMBER: Final = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind a translator (NAT64)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address that may be sent to, as far as its text tells.

    Attributes:
        scheme: "https"; "http" only to the machine itself.
        host: small letters; an IP address without brackets.
        port: 443, or 1024 and above.
        local: whether it names the machine itself.
    """

    scheme: str
    host: str
    port: int
    local: bool

    @property
    def origin(self) -> str:
        """The address without its path: that may hold a token, and this may be logged."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if _PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def web_address(url: str, allow_local: bool = False) -> WebAddress:
    """Return the parts of an address that results may be sent to.

    A name is not looked up here: whoever connects checks what it leads to, by :func:`is_outside`.

    Args:
        url: the whole address.
        allow_local: whether the machine itself may be named, also with http.

    Raises:
        RefusedRequest: ``FORBIDDEN_ADDRESS``: it says what is wrong.
    """
    parts, port = _split(url)
    host = (parts.hostname or "").removesuffix(".")
    literal = _literal(host)
    local = _is_local(host, literal)
    if parts.scheme != "https" and not (local and allow_local and parts.scheme == "http"):
        raise _forbidden(f"it begins with {parts.scheme or 'no scheme'!r}; expected is https")
    if "@" in parts.netloc:
        raise _forbidden("it holds a user name or password before the host")
    if "#" in url:
        raise _forbidden("it holds a fragment (#), which is never sent")
    if local and allow_local:
        return WebAddress(parts.scheme, host, port or _PORTS[parts.scheme], local=True)
    if port is not None and port != 443 and port < 1024:
        raise _forbidden(f"its port is {port}; expected is 443, or 1024 and above")
    if literal is None:
        _check_name(host)
    if local or (literal is not None and not is_outside(literal)):
        raise _forbidden(
            f"its host {host} is inside a network or this machine, not on the internet"
        )
    return WebAddress(parts.scheme, host, port or 443, local=False)


def is_outside(address: Address) -> bool:
    """Say whether an IP address is one of the internet at large.

    Private, loopback, link-local (where clouds keep their credentials), shared and reserved ranges
    are not, nor is an IPv6 address that carries such an IPv4 one.
    """
    if isinstance(address, ipaddress.IPv6Address):
        within = address.ipv4_mapped or address.sixtofour
        if within is None and address in _TRANSLATED:
            within = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if within is not None:
            return is_outside(within)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
        or address.is_private
    )


def _split(url: str) -> tuple[SplitResult, int | None]:
    if len(url) > _LONGEST:
        raise _forbidden(f"it has {len(url)} characters; at most {_LONGEST} are expected")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _forbidden("it holds a blank, a backslash or a character outside ASCII; escape them")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _forbidden(f"it is no address ({error})") from error
    if not parts.hostname:
        raise _forbidden("it names no host")
    if port == 0:
        raise _forbidden("its port is 0; expected is 443, or 1024 and above")
    return parts, port


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_local(host: str, literal: Address | None) -> bool:
    if literal is not None:
        return literal.is_loopback
    return host == "localhost" or host.endswith(".localhost")


def _check_name(host: str) -> None:
    if _NUMBER.fullmatch(host.rsplit(".", 1)[-1]):
        raise _forbidden(f"its host {host[:80]} is a number, which hides an IP address")
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise _forbidden(f"its host {host[:80]!r} is no host name")
    if "." not in host and host != "localhost":
        raise _forbidden(f"its host {host} is a name within a network; expected is a full one")


def _forbidden(what: str) -> RefusedRequest:
    return RefusedRequest(
        "FORBIDDEN_ADDRESS",
        f"The address cannot be sent to: {what}.",
        "Give a public https address without user name and fragment, on port 443 or 1024 and "
        "above.",
    )
