"""What the command line shows of a file that somebody else wrote."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from plugin import CA

from handler.entrypoints.cli.main import main
from handler.entrypoints.cli.terminal import letters_only

# Names the window, clears the screen, goes up and writes over it; the last three in one byte each.
HARM = "\x1b]0;PROVEN\x07\x1b[2J\x1b[1A\x9b2J\x85\x7f"
ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@pytest.mark.parametrize("cell", ["PCAGC29-NEJY", "Commission", "121-9249533-9824614", "ItemFees"])
@pytest.mark.parametrize(
    "options", [[], ["--explain", "5"], ["--format", "json"], ["--format", "csv"]]
)
def test_no_cell_of_a_file_gives_the_terminal_an_order(
    cell: str, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settlement.txt"
    file.write_bytes(CA.replace(cell.encode(), (cell + HARM).encode()))
    main(["settle", str(file), *options])
    shown = capsys.readouterr()
    text = shown.out.replace("\r\n", "\n") + shown.err
    assert not ORDERS.search(text), ORDERS.findall(text)
    if options[1:] == ["json"]:
        assert json.loads(shown.out)


def test_nor_does_a_name_in_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settle", f"/nowhere/{HARM}"]) == 1
    assert not ORDERS.search(capsys.readouterr().err)


def test_letters_lines_and_tabs_stay_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Zürich\t¥1,000 – 東京 😀\nnext\r\nlast"
    with letters_only():
        print(text)  # noqa: T201
        print(text, file=sys.stderr)  # noqa: T201
        print("over\rwritten \x1b")  # noqa: T201
        print("\r[####]", file=sys.stderr, end="")  # noqa: T201 - the bar of a long file
        assert sys.stdout.encoding
    shown = capsys.readouterr()
    assert shown.out == f"{text}\nover\\u000dwritten \\u001b\n"
    assert shown.err == f"{text}\n\r[####]"
    assert not hasattr(sys.stdout, "_hidden")  # given back
