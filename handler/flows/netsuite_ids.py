"""NetSuite's internal ids of what was posted, as they are kept beside a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from handler.core.errors import Conflict, RefusedRequest

INTERNAL_ID: Final = "[A-Za-z0-9_.:-]{1,64}"  # as NetSuite gives them; a pattern
# Their ids stand with the settlement or run, as one item of the table: 400 KB hold these.
MOST_RECORDS: Final = 4_000


def refuse_too_many(records: int, what: str, repair: str) -> None:
    """Return if the ids of so many records for NetSuite can be kept.

    Args:
        records: of one settlement over all its versions, or of one run.
        what: how a message calls it ("Settlement 1").
        repair: how there come to be fewer.

    Raises:
        RefusedRequest: ``TOO_MANY_RECORDS``.
    """
    if records > MOST_RECORDS:
        raise RefusedRequest(
            "TOO_MANY_RECORDS",
            f"{what} makes {records:,} records for NetSuite; at most {MOST_RECORDS:,} can be kept.",
            repair,
            {"records": records, "most": MOST_RECORDS},
        )


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


def judged(
    kept: Mapping[str, str], pairs: Sequence[tuple[str, str]], what: str, *, each_its_own: bool
) -> list[Conflict | None]:
    """Return of each pair, in order, why it cannot be taken; ``None`` where it can.

    Args:
        kept: external id -> internal id of each one known.
        pairs: (external id, internal id), as acknowledged.
        what: how a message calls one ("Entry").
        each_its_own: whether two may not have the same internal id.
    """
    ids, faults = dict(kept), list[Conflict | None]()
    owners = {internal: external for external, internal in ids.items()}
    for external, internal in pairs:
        known = [f"{external}={ids[external]}"] if external in ids else []
        other = owners.get(internal, external)
        try:
            merged(known, [(external, internal)], what)
            if each_its_own and other != external:
                raise shared(other, external, internal)
        except Conflict as fault:
            faults.append(fault)
            continue
        faults.append(None)
        ids[external] = internal
        owners[internal] = external
    return faults


def shared(one: str, other: str, internal: str) -> Conflict:
    """Return the refusal of two entries with one internal id."""
    return Conflict(
        "ACKNOWLEDGED_OTHERWISE",
        f"Entries {one} and {other} are both acknowledged as {internal}.",
        "Each entry is a record of its own in NetSuite: send the id of each.",
        {"external_ids": [one, other], "found": internal},
    )
