"""What a call raises when it cannot go on.

    PluginError
    ├── UnusableFile        the file is no settlement we can read (exit 2, HTTP 422)
    ├── UnusableMapping     mappings/ is wrong; file and line say where (exit 2, HTTP 500)
    ├── RefusedRequest      the call itself is wrong (HTTP 4xx as its code says)
    ├── Conflict            the books already hold something else (HTTP 409)
    └── OutsideFailure      a store did not answer; a retry can help (HTTP 503)

A bad row is not an error but a :class:`~handler.core.finding.Finding`: the rest of the file is
still read, so that one answer names everything there is to repair.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class PluginError(Exception):
    """A call that cannot go on.

    Attributes:
        code: stable, machine-readable; flows branch on it, never on the text.
        message: what was found, where, and what was expected.
        repair: what the reader should do now.
        details: evidence, as plain values.
    """

    code: str
    message: str
    repair: str = ""
    details: dict[str, object] = field(default_factory=dict)

    retryable = False

    def __str__(self) -> str:
        return f"{self.message} {self.repair}".strip()


class UnusableFile(PluginError):
    """The file cannot be read as a settlement at all."""


class UnusableMapping(PluginError):
    """A file under mappings/ is wrong."""


class RefusedRequest(PluginError):
    """The request is wrong: nothing was done."""


class Conflict(PluginError):
    """Something else is already recorded under the same identity: nothing was changed."""


class OutsideFailure(PluginError):
    """A store or service outside did not answer; the same call may succeed later."""

    retryable = True
