"""An OpenID provider on this machine: a real server with real keys, that also lies when told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from plugin import Plugin

from handler.adapters.oidc_provider import OidcProvider
from handler.flows.oidc_ports import Identity

CLIENT = "client-1"
REDIRECT = "https://plugin.example/dashboard/oidc/return"
Claims = dict[str, Any]
Sign = Callable[[Claims], str]


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key for all tests of a run: they take a while to make."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def jwk(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, kid: str) -> dict[str, Any]:
    kind = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**json.loads(kind.to_jwk(key.public_key())), "kid": kid, "use": "sig"}


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(claims: Claims, kid: str | None = "a", key: Any = None, alg: str = "RS256") -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(claims, key or rsa_key("a"), alg, headers=headers)


def unsigned(claims: Claims) -> str:
    head = json.dumps({"alg": "none", "kid": "a"}).encode()
    return f"{part(head)}.{part(json.dumps(claims).encode())}."


def signed_with_public_key(claims: Claims) -> str:
    """What a verifier accepts that lets the token choose HS256, and takes the key for a secret."""
    pem = (
        rsa_key("a")
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    head = json.dumps({"alg": "HS256", "kid": "a"}).encode()
    text = f"{part(head)}.{part(json.dumps(claims).encode())}"
    return f"{text}.{part(hmac.new(pem, text.encode(), hashlib.sha256).digest())}"


@dataclass
class Provider:
    """What it knows, what it was asked, and how it answers.

    Attributes:
        said: beside what every ID token says; ``None`` leaves a claim out.
        sign: makes a token of claims.
        token_error: what the token endpoint answers instead of a token.
    """

    issuer: str = ""
    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk(rsa_key("a"), "a")])
    said: Claims = field(default_factory=dict)
    sign: Sign = signed
    token_error: tuple[int, str] | None = None
    document: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def identity(self, **more: Any) -> Identity:
        provider = OidcProvider(self.issuer, CLIENT, allow_http=True, seconds=lambda: self.seconds)
        return replace(Identity(self.issuer, CLIENT, "cognito:groups", "", provider), **more)

    def approve(self, location: str) -> str:
        """What a person does at the provider; return where their browser is led back to."""
        assert location.startswith(f"{self.issuer}/authorize?")
        asked = dict(parse_qsl(urlsplit(location).query))
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}-{asked['state'][:8]}-and-some-more"
        self.codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state']})}"

    def claims(self, nonce: str) -> Claims:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "u-1",
            "email": "jane@seller.example",
            "email_verified": True,
            "cognito:groups": ["admin"],
            "token_use": "id",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.said,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            places = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/logout",
            }
            return 200, {**places, **self.document}
        if path == "/jwks":
            return 200, {"keys": self.keys}
        assert path == "/token"
        self.forms.append(form)
        if self.token_error:
            return self.token_error[0], {"error": self.token_error[1]}
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or asked["code_challenge"] != part(digest)
            or asked["redirect_uri"] != form["redirect_uri"]
            or form["client_id"] != CLIENT
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.sign(self.claims(asked["nonce"])), "token_type": "Bearer"}


@contextmanager
def provider() -> Iterator[Provider]:
    known = Provider()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, form: dict[str, str]) -> None:
            status, said = known.answer(urlsplit(self.path).path, form)
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            known.authorizations.append(self.headers.get("Authorization", ""))
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def with_provider(here: Plugin, known: Provider, **more: Any) -> Plugin:
    """The plugin where people sign in at this provider too."""
    here.app = replace(here.app, identity=known.identity(**more))
    return here
