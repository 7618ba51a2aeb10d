"""Every input that fuzzing found worth keeping, again; fuzzing itself is `tests/fuzz/run.py`."""

from __future__ import annotations

import pytest
from fuzz_names import CORPUS, NAMES
from fuzz_targets import kept, target

MOST_BYTES = 300_000


@pytest.mark.parametrize("name", NAMES)
def test_every_input_kept_keeps_the_laws(name: str) -> None:
    run = target(name)
    inputs = kept(name)
    assert inputs
    for content in inputs:
        run(content)


def test_the_corpus_stays_small_and_has_no_target_of_its_own() -> None:
    folders = {path.name for path in CORPUS.iterdir()}
    assert folders == set(NAMES)
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) <= MOST_BYTES
