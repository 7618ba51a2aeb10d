"""The function for uploads as a process to be killed: takes an event, says how far it is.

    python upload_process.py EVENT.json

It writes "read <bytes>" for each million bytes it has read of the bucket, then its answer.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from handler import main
from handler.adapters import s3_files

STEP = 1_000_000


def told(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def say_what_is_read() -> None:
    """Have each reading of an object counted."""
    whole = s3_files._Body.readinto
    read = 0

    def counted(body: s3_files._Body, buffer: Any) -> int:
        nonlocal read
        size = whole(body, buffer)
        if (read + size) // STEP > read // STEP:
            told(f"read {read + size}")
        read += size
        return size

    s3_files._Body.readinto = counted  # type: ignore[method-assign]


if __name__ == "__main__":
    say_what_is_read()
    event = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    told(json.dumps(main.upload_handler(event, None)))
