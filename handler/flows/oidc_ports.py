"""What signing in at an identity provider needs of the outside, as values and a protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

from handler.core.errors import PluginError

# Cognito names its own parameter to lead back by after a sign-out.
_COGNITO: Final = re.compile(r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")


class UnusableProvider(PluginError):
    """The provider and what is set up here do not fit: whoever deployed must mend it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the provider takes a browser.

    Attributes:
        sign_in: where people say who they are.
        sign_out: where they end their session there; empty where the provider has no such place.
    """

    sign_in: str
    sign_out: str = ""


@dataclass(frozen=True, slots=True)
class Redemption:
    """What an authorization code is redeemed with.

    Attributes:
        code: from the provider, by way of the browser.
        verifier: what the challenge of the request was made from (PKCE).
        redirect_url: where the code came to.
        nonce: that the token must carry.
        secret: of this installation at the provider; empty where it is a public client.
    """

    code: str
    verifier: str
    redirect_url: str
    nonce: str
    secret: str


class IdentityProvider(Protocol):
    """An OpenID provider. What comes back of it has been checked."""

    def places(self) -> Places:
        """Return where people sign in and out.

        Raises:
            UnusableProvider: ``OIDC_UNUSABLE``: what it says of itself is not what was set up.
            OutsideFailure: ``OIDC_UNREACHABLE``.
        """

    def claims(self, asked: Redemption) -> Mapping[str, object]:
        """Return what the ID token says that a code is redeemed for, once it is proven.

        Raises:
            RefusedRequest: ``OIDC_CODE_REFUSED``; ``OIDC_TOKEN_REFUSED``: says what is wrong.
            UnusableProvider: ``OIDC_UNUSABLE``; ``OIDC_CLIENT_REFUSED``: it does not know this
                installation, or not with this secret or address.
            OutsideFailure: ``OIDC_UNREACHABLE``.
        """


@dataclass(frozen=True, slots=True)
class Identity:
    """How this installation signs people in.

    Attributes:
        issuer: the provider, exactly as its tokens name it.
        client_id: this installation's name there.
        role_claim: the claim that lists somebody's groups.
        redirect_url: where the provider leads back to; empty for the host that was asked.
        provider: the provider itself.
    """

    issuer: str
    client_id: str
    role_claim: str
    redirect_url: str
    provider: IdentityProvider

    @property
    def is_cognito(self) -> bool:
        """Whether it is a user pool of Amazon Cognito."""
        return _COGNITO.fullmatch(urlsplit(self.issuer).hostname or "") is not None

    @property
    def name(self) -> str:
        """What people know the provider by."""
        return "Amazon Cognito" if self.is_cognito else urlsplit(self.issuer).netloc
