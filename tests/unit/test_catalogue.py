"""The catalogue answers what, why, how and who for every code that checks may give."""

import re

from builders import ROOT

from handler.core.catalogue import CODES
from handler.core.finding import CATALOGUE

CALLED = re.compile(r"\b(?:Finding|_finding|finding)\(\s*(?:code=)?\"([A-Z_]{5,})\"")


def test_each_code_stands_once_and_says_all() -> None:
    assert len(CODES) == len(CATALOGUE)
    for code in CODES:
        assert code.why.endswith("."), code.code
        assert code.repair, code.code
        assert code.who, code.code


def test_every_finding_made_is_in_the_catalogue() -> None:
    made = {
        code
        for path in (ROOT / "handler").rglob("*.py")
        for code in CALLED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(made) > 20
    assert made <= set(CATALOGUE)
