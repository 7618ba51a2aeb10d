"""Writes what the plugin says of itself: `python3 infra/dev.py contracts`.

handler/entrypoints/openapi.json is served at GET /openapi.json; the Postman collection is for
people.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script finds its own folder only

from contracts.document import description  # noqa: E402
from contracts.postman import collection  # noqa: E402

OPENAPI = ROOT / "handler" / "entrypoints" / "openapi.json"
POSTMAN = ROOT / "infra" / "celigo" / "postman_collection.json"


def written(document: object) -> str:
    """Return a document as it stands in its file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write both."""
    told = description()
    for path, document in ((OPENAPI, told), (POSTMAN, collection(told))):
        path.parent.mkdir(exist_ok=True)
        path.write_text(written(document), encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
