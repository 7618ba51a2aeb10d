"""Whether what a page ends with may go on with the next page.

integrator.io ends a page after a number of records that the export names, its page size, or before
that at 5 MB. It does not say that more follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from handler.entrypoints.celigo import exact_json

MOST_RECORDS: Final = 1_000_000  # more than any page has
# A page cut at 5 MB, however that is counted, holds more than this.
_UNCUT_BYTES: Final = 2_000_000
# Page sizes are round: 20 where nobody sets one.
_ROUND: Final = (20, 50)


def why_it_may_go_on(records: Sequence[object], page_size: int) -> str:
    """Return why more may follow what ``records`` end with; empty where nothing can.

    Args:
        records: of the whole page.
        page_size: of the export; 0 where the settings do not say.
    """
    count = len(records)
    if page_size and count >= page_size:
        return f"the page is full: {count} records where the page size is {page_size}"
    if not page_size and any(count % size == 0 for size in _ROUND):
        return (
            f"the page may be full: it has {count} records, and the settings do not name the "
            "page size"
        )
    if len(exact_json.written(list(records))) > _UNCUT_BYTES:
        return "the page is so large that integrator.io may have cut it"
    return ""
