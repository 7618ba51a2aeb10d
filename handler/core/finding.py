"""What a check noticed, as a value, with the catalogue of everything that can be noticed.

A finding says what broke, why, and how to repair it. Stored findings are the exceptions of the
register. The fingerprint is the same for the same fault, so a repeated fault counts up there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from handler.core.catalogue import CODES
from handler.core.finding_code import FindingCode, Severity

__all__ = ["CATALOGUE", "Finding", "FindingCode", "Severity"]


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
            "subject": self.subject,
            "what": self.what,
            "why": self.entry.why,
            "repair": self.repair or self.entry.repair,
            "evidence": dict(self.evidence),
        }
