"""ID tokens: only what the provider signed, for us, for this sign-in, and not too long ago."""

from __future__ import annotations

import time
import warnings
from typing import Any

import pytest
from oidc_world import (
    CLIENT,
    ec_key,
    jwk,
    part,
    rsa_key,
    signed,
    signed_with_public_key,
    unsigned,
)

from handler.adapters.oidc_tokens import verified
from handler.core.errors import RefusedRequest

ISSUER = "https://provider.example"
KEYS = {
    "a": jwk(rsa_key("a"), "a"),
    "e": jwk(ec_key(), "e"),
    "small": jwk(rsa_key("small", 1024), "small"),
    "enc": {**jwk(rsa_key("a"), "enc"), "use": "enc"},
    "ps": {**jwk(rsa_key("a"), "ps"), "alg": "PS256"},
    "hmac": {"kty": "oct", "k": part(b"s" * 32), "kid": "hmac"},
}


def claims(drop: str = "", **more: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "u-1",
        "exp": now + 300,
        "iat": now,
        "nonce": "n",
        **more,
    }
    made.pop(drop, None)
    return made


def proven(token: str) -> Any:
    return verified(token, KEYS.get, ISSUER, CLIENT, "n")


def ago(seconds: int) -> int:
    return int(time.time()) - seconds


def test_what_the_provider_signed_is_believed() -> None:
    assert proven(signed(claims()))["sub"] == "u-1"
    assert proven(signed(claims(), "e", ec_key(), "ES256"))["sub"] == "u-1"
    assert proven(signed(claims(aud=[CLIENT, "other"], azp=CLIENT)))["sub"] == "u-1"


def test_clocks_may_differ_a_little() -> None:
    assert proven(signed(claims(exp=ago(30))))
    assert proven(signed(claims(iat=ago(-30))))


def swapped() -> str:
    head, _, signature = signed(claims()).split(".")
    return f"{head}.{signed(claims(sub='admin')).split('.')[1]}.{signature}"


def small() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is small
        return signed(claims(), "small", rsa_key("small", 1024))


BAD = {
    "another's key": lambda: signed(claims(), "a", rsa_key("other")),
    "not signed": lambda: unsigned(claims()),
    "the public key as a secret": lambda: signed_with_public_key(claims()),
    "a shared secret": lambda: signed(claims(), "hmac", "s" * 32, "HS256"),
    "no key named": lambda: signed(claims(), None),
    "a key nobody knows": lambda: signed(claims(), "zz"),
    "a small key": small,
    "a key to encrypt with": lambda: signed(claims(), "enc"),
    "a key for another algorithm": lambda: signed(claims(), "ps"),
    "PS256": lambda: signed(claims(), alg="PS256"),
    "an RSA signature by the name of an EC key": lambda: signed(claims(), "e", rsa_key("a")),
    "another issuer": lambda: signed(claims(iss=f"{ISSUER}/")),
    "for another": lambda: signed(claims(aud="other")),
    "for several, and not for whom": lambda: signed(claims(aud=[CLIENT, "other"])),
    "made for another": lambda: signed(claims(azp="other")),
    "another sign-in": lambda: signed(claims(nonce="m")),
    "a nonce that is no text": lambda: signed(claims(nonce=["n"])),
    "over": lambda: signed(claims(exp=ago(90))),
    "not yet": lambda: signed(claims(nbf=ago(-90))),
    "from the future": lambda: signed(claims(iat=ago(-90))),
    "an access token": lambda: signed(claims(token_use="access")),
    "nobody": lambda: signed(claims(sub="")),
    "odd": lambda: signed(claims(sub="a\nb")),
    "swapped": swapped,
    "garbage": lambda: "garbage",
    "empty": lambda: "",
    "huge": lambda: "a" * 40_000,
    **{
        f"no {name}": lambda name=name: signed(claims(name))
        for name in ("iss", "sub", "aud", "exp", "iat", "nonce")
    },
}


@pytest.mark.parametrize("kind", BAD)
def test_nothing_else_is(kind: str) -> None:
    token = BAD[kind]()
    with pytest.raises(RefusedRequest) as refused:
        proven(token)
    assert refused.value.code == "OIDC_TOKEN_REFUSED"
    assert "u-1" not in str(refused.value)
