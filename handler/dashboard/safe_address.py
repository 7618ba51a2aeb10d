"""Where a form may lead back to: to our own pages, whatever an address says."""

from __future__ import annotations

import re
from typing import Final

ROOT: Final = "/dashboard"
OVERVIEW: Final = f"{ROOT}/overview"
_SAFE: Final = re.compile(r"/dashboard(?:/[\w.~%:=+@,-]+)*/?(?:\?[\w.~%:=&+@,/-]*)?", re.ASCII)
_LONGEST: Final = 2_000
# Who comes back from there would be asked again, or find no page.
_NO_PLACE: Final = (
    "/dashboard/sign-in",
    "/dashboard/sign-out",
    "/dashboard/theme",
    "/dashboard/oidc/start",
    "/dashboard/oidc/return",
)


def covers(path: str) -> bool:
    """Return whether a path is one of the pages', there or not."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def safe_next(wanted: str, otherwise: str = OVERVIEW) -> str:
    """Return the address somebody wanted where it is one of our pages, else another one.

    What is safe is named, not what is not: browsers read "//", "\\\\" and control characters in
    ways that no list of bad ones keeps up with.
    """
    path = wanted.partition("?")[0]
    known = len(wanted) <= _LONGEST and _SAFE.fullmatch(wanted) is not None
    steps = path.split("/")
    return wanted if known and ".." not in steps and path not in _NO_PLACE else otherwise
