"""What a check noticed, as a value, with the catalogue of everything that can be noticed.

A finding says what broke, why, and how to repair it. Stored findings are the exceptions of the
register. The fingerprint is the same for the same fault, so a repeated fault counts up there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handler.core.catalogue import CODES
from handler.core.finding_code import FindingCode, Severity

__all__ = ["CATALOGUE", "Finding", "FindingCode", "Severity"]


# Characters of one text. A finding quotes what stands in files, and is kept in the register.
_LONGEST = 2_000
_MOST_LISTED = 1_000

CATALOGUE: Mapping[str, FindingCode] = {code.code: code for code in CODES}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check noticed.

    Attributes:
        code: a key of :data:`CATALOGUE`.
        subject: what it is about ("settlement 123", "line 17").
        what: what was found, where, and what was expected.
        evidence: figures, lines and texts as strings, numbers or lists of them.
        repair: overrides the catalogue's advice where the case allows a better one.
    """

    code: str
    subject: str
    what: str
    evidence: Mapping[str, object]
    repair: str = ""

    @property
    def entry(self) -> FindingCode:
        """The catalogue entry of this finding's code."""
        return CATALOGUE[self.code]

    @property
    def holds(self) -> bool:
        """Whether nothing may be posted while this stands."""
        return self.entry.severity is Severity.ERROR

    def fingerprint(self, scope: str) -> str:
        """Return the same text for the same fault on the same subject of ``scope``, in any run."""
        return hashlib.sha256(f"{scope}\n{self.code}\n{self.subject}".encode()).hexdigest()[:32]

    def as_dict(self) -> dict[str, object]:
        """Return the finding as it appears in answers and in the register."""
        return {
            "code": self.code,
            "severity": str(self.entry.severity),
            "subject": _cut(self.subject),
            "what": _cut(self.what),
            "why": self.entry.why,
            "repair": _cut(self.repair or self.entry.repair),
            "evidence": {name: _cut(value) for name, value in self.evidence.items()},
        }


def _cut(value: Any) -> Any:  # noqa: ANN401 - plain values as evidence has them
    """Return a value with texts and lists no longer than the register has room for."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else value[:_LONGEST] + "..."
    if isinstance(value, list | tuple):
        return [_cut(one) for one in value[:_MOST_LISTED]]
    if isinstance(value, dict):
        return {name: _cut(one) for name, one in value.items()}
    return value
