"""An OpenID provider over HTTPS: what it says of itself, its keys, and what a code is worth."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import requests
import urllib3

from handler.adapters.oidc_tokens import verified
from handler.core.errors import OutsideFailure, RefusedRequest
from handler.flows.oidc_ports import Places, Redemption, UnusableProvider

_TIMEOUTS: Final = (3, 5)  # to connect, and without a byte
_WHOLE_SECONDS: Final = 10
_LARGEST: Final = 256 * 1024
_KEPT_SECONDS: Final = 3_600
_KEYS_AGAIN_SECONDS: Final = 60  # for a key id nobody knows: else anybody could have us ask
_ERROR: Final = re.compile(r"[a-z_]{1,40}")
_ADDRESS: Final = re.compile(r"[!-~]{1,2000}")  # nothing that would end a header


class OidcProvider:
    """A :class:`~handler.flows.oidc_ports.IdentityProvider`; its documents are kept for an hour."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        allow_http: bool,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask, at first, nothing.

        Args:
            issuer: the provider; its own document must name it exactly so.
            client_id: this installation's name there.
            allow_http: whether it may do without TLS; for development.
            seconds: a clock that only goes on.
        """
        self._issuer = issuer
        self._client_id = client_id
        self._allow_http = allow_http
        self._seconds = seconds
        self._kept: dict[str, tuple[Mapping[str, Any], float]] = {}

    def places(self) -> Places:
        """Return where people sign in and out; see the port."""
        said = self._discovery()
        sign_out = said.get("end_session_endpoint")
        return Places(
            self._place(said, "authorization_endpoint"),
            self._place(said, "end_session_endpoint") if sign_out else "",
        )

    def claims(self, asked: Redemption) -> Mapping[str, object]:
        """Return what the ID token says that a code is redeemed for; see the port."""
        token = self._redeemed(asked).get("id_token")
        if not isinstance(token, str):
            raise _unusable("its answer holds no ID token")
        return verified(token, self._key, self._issuer, self._client_id, asked.nonce)

    def _redeemed(self, asked: Redemption) -> Mapping[str, Any]:
        said = self._discovery()
        form = {
            "grant_type": "authorization_code",
            "code": asked.code,
            "redirect_uri": asked.redirect_url,
            "client_id": self._client_id,
            "code_verifier": asked.verifier,
        }
        auth = None
        if asked.secret:
            ways = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            if "client_secret_basic" in ways:
                auth = (quote_plus(self._client_id), quote_plus(asked.secret))
            else:
                form["client_secret"] = asked.secret
        place = self._place(said, "token_endpoint")
        status, answer = self._ask("POST", place, data=form, auth=auth)
        if status == 200:
            return answer
        error = str(answer.get("error", ""))
        shown = error if _ERROR.fullmatch(error) else f"status {status}"
        if error == "invalid_grant":
            raise RefusedRequest(
                "OIDC_CODE_REFUSED",
                "The provider takes the sign-in for used or too old.",
                "Begin it again from the sign-in page.",
            )
        raise UnusableProvider(
            "OIDC_CLIENT_REFUSED",
            f"The provider refuses this installation: {shown}.",
            "Compare OIDC_CLIENT_ID, the address to lead back to and the secret "
            "dashboard/oidc-client-secret with what the provider has.",
        )

    def _key(self, key_id: str) -> Mapping[str, Any] | None:
        place = self._place(self._discovery(), "jwks_uri")
        found = _of_id(self._document(place, _KEPT_SECONDS), key_id)
        return found or _of_id(self._document(place, _KEYS_AGAIN_SECONDS), key_id)

    def _discovery(self) -> Mapping[str, Any]:
        place = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        said = self._document(place, _KEPT_SECONDS)
        if said.get("issuer") != self._issuer:
            raise _unusable("it calls itself otherwise than OIDC_ISSUER does")
        return said

    def _place(self, said: Mapping[str, Any], name: str) -> str:
        place = said.get(name)
        if not isinstance(place, str):
            raise _unusable(f"it names no {name}")
        self._check(place)
        return place

    def _check(self, place: str) -> None:
        known = ("https", "http") if self._allow_http else ("https",)
        parts = urlsplit(place) if _ADDRESS.fullmatch(place) else urlsplit("")
        if parts.scheme not in known or not parts.hostname or "@" in parts.netloc:
            raise _unusable("one of its addresses is not https")

    def _document(self, place: str, youngest: float) -> Mapping[str, Any]:
        """Return a document that was fetched at most so many seconds ago."""
        kept, at = self._kept.get(place, ({}, float("-inf")))
        if self._seconds() - at < youngest:
            return kept
        self._check(place)
        status, fetched = self._ask("GET", place)
        if status != 200:
            raise _unreachable(f"it answered {status}")
        self._kept[place] = (fetched, self._seconds())
        return fetched

    def _ask(self, method: str, place: str, **more: Any) -> tuple[int, Mapping[str, Any]]:  # noqa: ANN401
        ends = self._seconds() + _WHOLE_SECONDS
        # Never with a cause: the words of requests may hold what was sent.
        try:
            with requests.Session() as session:
                session.trust_env = False  # no proxy, no .netrc: they would send along a password
                answer = session.request(
                    method,
                    place,
                    timeout=_TIMEOUTS,
                    allow_redirects=False,
                    stream=True,
                    # Nothing that swells when unpacked, and every piece as it comes.
                    headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                    **more,
                )
                body = bytearray()
                # What has come, however little: a chunk that is waited for could take for ever.
                while chunk := answer.raw.read1(8 * 1024, decode_content=True):
                    body += chunk
                    if len(body) > _LARGEST or self._seconds() > ends:
                        raise _unreachable("its answer is too large or too slow")
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _unreachable(type(error).__name__) from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise _unreachable(f"it answered {answer.status_code}")
        try:
            said = json.loads(body)
        except ValueError:
            said = None
        return answer.status_code, said if isinstance(said, dict) else {}


def _of_id(keys: Mapping[str, Any], key_id: str) -> Mapping[str, Any] | None:
    listed = keys.get("keys")
    known = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
    return next((key for key in known if key.get("kid") == key_id), None)


def _unusable(why: str) -> UnusableProvider:
    return UnusableProvider(
        "OIDC_UNUSABLE",
        f"The provider cannot be used: {why}.",
        "Compare OIDC_ISSUER with the provider's own document, or sign in with a key.",
    )


def _unreachable(why: str) -> OutsideFailure:
    return OutsideFailure(
        "OIDC_UNREACHABLE",
        f"The provider did not answer ({why}).",
        "Try again in a minute, or sign in with a key.",
    )
