"""Proves ID tokens: who signed them, for whom, for which sign-in, and until when."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any, Final

from handler.core.errors import RefusedRequest

ALGORITHMS: Final = {"RS256": "RSA", "ES256": "EC"}  # never "none", never a shared secret
LEEWAY: Final = 60  # seconds that clocks may differ
_LONGEST_TOKEN: Final = 32 * 1024
_NEEDED: Final = ("iss", "sub", "aud", "exp", "iat", "nonce")

FindKey = Callable[[str], Mapping[str, Any] | None]


def verified(
    token: str, find_key: FindKey, issuer: str, client_id: str, nonce: str
) -> Mapping[str, object]:
    """Return what an ID token says.

    Args:
        token: as the provider gave it.
        find_key: returns the provider's public key of a key id, as a JWK.
        issuer: that must have made it.
        client_id: that it must be for.
        nonce: of the sign-in it must belong to.

    Raises:
        RefusedRequest: ``OIDC_TOKEN_REFUSED``: says what is wrong, and nothing of the token.
    """
    import jwt  # noqa: PLC0415 - only a sign-in needs it, and it brings much along

    if len(token) > _LONGEST_TOKEN:
        raise _refused("it is too large")
    try:
        header = jwt.get_unverified_header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise _refused("it is not signed with RS256 or ES256")
        if not (isinstance(key_id, str) and key_id):
            raise _refused("it does not name its key")
        key = _usable(find_key(key_id), algorithm)
        claims = jwt.decode(
            token,
            jwt.PyJWK(key, algorithm=algorithm),
            algorithms=[algorithm],
            audience=client_id,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": list(_NEEDED), "enforce_minimum_key_length": True},
        )
    except jwt.exceptions.PyJWTError as error:
        # Of an error only the kind: its text may quote what the token says.
        raise _refused(f"it fails as {type(error).__name__}") from None
    _check(claims, client_id, nonce)
    return claims


def _usable(key: Mapping[str, Any] | None, algorithm: str) -> dict[str, Any]:
    if key is None:
        raise _refused("its key is none of the provider's")
    if key.get("kty") != ALGORITHMS[algorithm] or key.get("alg", algorithm) != algorithm:
        raise _refused("its key is of another kind than its signature")
    if key.get("use", "sig") != "sig":
        raise _refused("its key is not for signatures")
    return dict(key)


def _check(claims: Mapping[str, Any], client_id: str, nonce: str) -> None:
    subject, audience = claims["sub"], claims["aud"]
    if not (isinstance(subject, str) and 0 < len(subject) <= 255 and subject.isprintable()):
        raise _refused("it names nobody")
    given = claims["nonce"]
    if not (isinstance(given, str) and hmac.compare_digest(given.encode(), nonce.encode())):
        raise _refused("it belongs to another sign-in")
    several = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise _refused("it was made for another application")
    if claims.get("token_use", "id") != "id":
        raise _refused("it is no ID token")


def _refused(why: str) -> RefusedRequest:
    return RefusedRequest(
        "OIDC_TOKEN_REFUSED",
        f"The provider's answer was not accepted: {why}.",
        "Begin again from the sign-in page; if it stays so, compare OIDC_ISSUER and "
        "OIDC_CLIENT_ID with what the provider says.",
    )
