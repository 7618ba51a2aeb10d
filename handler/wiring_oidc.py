"""Which provider people sign in at, as the settings name it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handler.flows.oidc_ports import Identity, IdentityProvider

if TYPE_CHECKING:
    from handler.settings import Settings


def identity_of(
    settings: Settings, at_first_use: Callable[[Callable[[], object]], Any]
) -> Identity | None:
    """Return how people sign in at a provider; ``None`` where no provider is set.

    Args:
        settings: of this installation.
        at_first_use: makes what stands for the provider until it is asked for something.
    """
    if not settings.oidc_issuer:
        return None

    def made() -> IdentityProvider:
        from handler.adapters.oidc_provider import OidcProvider  # noqa: PLC0415

        is_local = settings.stage == "local"
        return OidcProvider(settings.oidc_issuer, settings.oidc_client_id, allow_http=is_local)

    return Identity(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        role_claim=settings.oidc_role_claim,
        redirect_url=settings.oidc_redirect_url,
        provider=at_first_use(made),
    )
