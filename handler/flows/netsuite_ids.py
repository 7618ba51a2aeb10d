"""NetSuite's internal ids of what was posted, as they are kept beside a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from handler.core.errors import Conflict


def acknowledged(kept: Iterable[str]) -> dict[str, str]:
    """Return external id -> internal id of what is kept as "external id=internal id"."""
    return dict(pair.split("=", 1) for pair in kept)


def as_kept(ids: Mapping[str, str]) -> tuple[str, ...]:
    """Return ids as they are kept."""
    return tuple(f"{external}={internal}" for external, internal in ids.items())


def merged(kept: Iterable[str], pairs: Sequence[tuple[str, str]], what: str) -> dict[str, str]:
    """Return the ids with what is acknowledged now.

    Args:
        kept: "external id=internal id" of each one known.
        pairs: (external id, internal id), as acknowledged.
        what: how a message calls one ("Entry").

    Raises:
        Conflict: ``ACKNOWLEDGED_OTHERWISE``: one has another internal id already.
    """
    ids = acknowledged(kept)
    for external, internal in pairs:
        had = ids.setdefault(external, internal)
        if had != internal:
            raise Conflict(
                "ACKNOWLEDGED_OTHERWISE",
                f"{what} {external} is acknowledged as {had}, and now as {internal}.",
                "Look both up in NetSuite: one of them is a second posting and must go.",
                {"external_id": external, "acknowledged": had, "found": internal},
            )
    return ids
