"""What one operation of the API is: who calls it, with which models, and what it may answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

RAW = ("application/octet-stream", "text/plain", "application/gzip")


@dataclass(frozen=True)
class Body:
    """What a call carries.

    Attributes:
        model: of a JSON body, the one the view reads it with.
        records: for batches, what the entries of its lists are: the view checks each for itself.
        raw: whether a file may be the body as it is.
        needed: whether it must be there.
    """

    model: type[BaseModel] | None = None
    records: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    raw: bool = False
    needed: bool = True


@dataclass(frozen=True)
class Operation:
    """One method at one address.

    Attributes:
        name: operationId.
        path: as Flask writes it.
        scope: what the key must be allowed; empty: any key will do; "none": no key.
        also: statuses beside the usual ones.
        csv: whether `format=csv` answers text.
        keyed: whether an Idempotency-Key is read.
        replays: whether it says that a call was made before.
        status: of success.
        accepted: the 202 where the caller prefers not to wait.
        plain: whether success is text, not JSON.
    """

    name: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    scope: str
    answer: type[BaseModel] | None
    query: type[BaseModel] | None = None
    body: Body | None = None
    also: tuple[int, ...] = ()
    csv: bool = False
    keyed: bool = False
    replays: bool = False
    status: int = 200
    accepted: type[BaseModel] | None = None
    plain: bool = False

    @property
    def address(self) -> str:
        """The path as OpenAPI writes it."""
        return self.path.replace("<", "{").replace(">", "}")

    @property
    def statuses(self) -> list[int]:
        """Every refusal it may answer."""
        if self.scope == "none":
            return sorted(self.also)
        found = {401, 422, 429, 500, 503, *self.also}
        if self.scope:
            found.add(403)
        if "<" in self.path:
            found.add(404)
        if self.body is not None:
            found.add(413)
        return sorted(found)
