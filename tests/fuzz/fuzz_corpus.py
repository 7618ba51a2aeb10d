"""Keeps a corpus small: of all inputs found, those that between them reach everything reached."""

from __future__ import annotations

import hashlib
import heapq
import sys
from collections.abc import Iterable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from builders import ROOT
from fuzz_names import CORPUS
from fuzz_targets import Target

MOST_BYTES = 21_000  # of one target: all of them stay below 300 kB
_OURS = str(ROOT / "handler")

Reached = set[tuple[CodeType, int, int]]


def reached(run: Target, content: bytes) -> Reached:
    """Return the steps from line to line within the plugin that an input takes."""
    found: Reached = set()
    last: dict[FrameType, int] = {}

    def within(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            found.add((frame.f_code, last.get(frame, 0), frame.f_lineno))
            last[frame] = frame.f_lineno
        elif event == "return":
            last.pop(frame, None)
        return within

    def call(frame: FrameType, _: str, __: Any) -> Any:
        return within if frame.f_code.co_filename.startswith(_OURS) else None

    sys.settrace(call)
    try:
        run(content)
    finally:
        sys.settrace(None)
    return found


def smallest(run: Target, inputs: Iterable[bytes], most_bytes: int = MOST_BYTES) -> list[bytes]:
    """Return few and short inputs that reach what all of them reach, as far as there is room."""
    run(b"")  # what is read once for all, no input has to reach
    found = [(content, reached(run, content)) for content in sorted(set(inputs))]
    # What an input adds only shrinks, so a figure that is out of date is too high: ask it again.
    waiting = [
        (-len(steps) / (len(content) + 64), place) for place, (content, steps) in enumerate(found)
    ]
    heapq.heapify(waiting)
    chosen: list[bytes] = []
    done: Reached = set()
    size = 0
    while waiting:
        was, place = heapq.heappop(waiting)
        content, steps = found[place]
        new = len(steps - done)
        if not new or size + len(content) > most_bytes:
            continue
        now = -new / (len(content) + 64)
        if now > was:
            heapq.heappush(waiting, (now, place))
            continue
        chosen.append(content)
        done |= steps
        size += len(content)
    return chosen


def keep(name: str, inputs: Iterable[bytes]) -> int:
    """Make these inputs the corpus of a target; return their size in bytes."""
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    size = 0
    for content in inputs:
        (folder / hashlib.sha256(content).hexdigest()[:12]).write_bytes(content)
        size += len(content)
    return size


def files_of(folder: Path) -> list[bytes]:
    """Return the content of every file of a folder."""
    return [path.read_bytes() for path in sorted(folder.iterdir())]
