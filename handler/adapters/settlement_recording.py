"""What every store asks of one recording of a settlement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from handler.flows.parcel import Parcel
    from handler.flows.ports import RegisteredException

# Exceptions and parcels; a transaction has a hundred actions, and four are the settlement's own.
MOST_TOGETHER: Final = 96


def check_recording(exceptions: Sequence[RegisteredException], parcels: Sequence[Parcel]) -> None:
    """Return if these can be written at once; what is the same counts once.

    Raises:
        ValueError: they are too many.
    """
    together = len({(met.scope, met.fingerprint) for met in exceptions})
    together += len({(parcel.group, parcel.place) for parcel in parcels})
    if together > MOST_TOGETHER:
        raise ValueError(f"{together} exceptions and parcels do not fit into one transaction")
